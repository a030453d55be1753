import type { LoadReport, LoadStats } from './report.ts';

/** One line of what happened in the last second. */
export function renderStats({ lastSecond, requestsFailed, injectedErrors, missed, longestGapMs }: LoadStats): string {
  const versions = Object.entries(lastSecond.byVersion).map(([version, count]) => `${version} ${count}/s`);
  return [
    versions.join(' ') || 'no answers',
    `failed ${requestsFailed}`,
    `injected errors ${injectedErrors}`,
    `missed ${missed}`,
    `longest gap ${Math.round(longestGapMs)} ms`,
  ].join(' · ');
}

/** The figures of a whole load, a line each. */
export function renderReport(report: LoadReport): string {
  const { latencyMs, longestGap } = report;
  const versions = Object.entries(report.byVersion).map(([version, count]) => `${version}: ${count}`);
  const rows: [string, string | number][] = [
    ['requests sent', report.requestsSent],
    ['failed', report.requestsFailed],
    ['injected errors', report.injectedErrors],
    ['other errors of the app', report.appErrors],
    ['retried', report.retried],
    ['missed', report.missed],
    ['answered by', versions.join(', ')],
    [
      'longest gap',
      `${milliseconds(longestGap.ms)} (the generator itself stalled for ${milliseconds(longestGap.stallMs)} of it)`,
    ],
    [
      'latency',
      `p50 ${milliseconds(latencyMs.p50)}, p95 ${milliseconds(latencyMs.p95)}, p99 ${milliseconds(latencyMs.p99)}`,
    ],
    ...report.firstFailures.map(({ at, kind, message, connection }): [string, string] => [
      `failed at ${new Date(at).toISOString()}`,
      `${kind} (${connection} connection): ${message}`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(24)} ${value}`).join('\n');
}

function milliseconds(ms: number): string {
  return `${Math.round(ms * 10) / 10} ms`;
}
