import type { Measured } from './measured.ts';

/** The table at the end, as text. */
export function renderTable(measured: Measured): string {
  const rows: [string, string][] = [
    ['requests sent', count(measured.requestsSent)],
    ['  failed (dropped or refused by the platform)', count(measured.requestsFailed)],
    ['  errors injected by v3', count(measured.injectedErrors)],
    ['  other errors of the app', count(measured.appErrors)],
    ['  sent again after a kept-alive connection was closed', count(measured.retried)],
    ...Object.entries(measured.answeredByVersion).map(([version, answers]): [string, string] => [
      `  answered by ${version}`,
      count(answers),
    ]),
    ['longest gap between two answers', milliseconds(measured.longestGapMs)],
    ['  longest stall of the load generator itself', milliseconds(measured.generatorStallMs)],
    ['cutover, slowest: requested → verified', milliseconds(measured.cutoverMs)],
    ['rollback by hand: requested → verified', milliseconds(measured.rollbackMs)],
    ['automatic rollback: first bad answer → selector back', milliseconds(measured.automaticRollbackMs)],
    ...measured.deployments.map(({ name, outcome, seconds }): [string, string] => [
      `${name}: ${outcome}`,
      `${seconds.toFixed(1)} s`,
    ]),
    ['Temporal history events, all deployments', count(measured.historyEvents)],
    ['Kubernetes API requests of the worker', count(measured.kubernetesRequests)],
  ];
  const left = Math.max(...rows.map(([name]) => name.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  const rule = '─'.repeat(left + right + 4);
  return [rule, ...rows.map(([name, value]) => ` ${name.padEnd(left)}  ${value.padStart(right)}`), rule].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function milliseconds(value: number): string {
  return Number.isNaN(value) ? 'not measured' : `${Math.round(value).toLocaleString('en-US')} ms`;
}
