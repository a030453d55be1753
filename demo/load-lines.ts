import type { LoadStats } from './load/report.ts';

/** The load as two lines of the screen: who answers now, and what went wrong so far. */
export function loadLines(stats: LoadStats | null, width: number): string[] {
  if (stats === null) return ['no load yet'];
  const { byVersion, injectedErrors } = stats.lastSecond;
  const total = Object.values(byVersion).reduce((sum, count) => sum + count, 0);
  const shares = Object.entries(byVersion).sort(([a], [b]) => a.localeCompare(b));
  const bar = shares.map(([version, count]) => segment(version, total === 0 ? 0 : count / total, width - 24)).join('');
  const errors = injectedErrors > 0 ? `  ${injectedErrors} of them errors that v3 injects` : '';
  return [
    `users  ${String(total).padStart(4)} req/s  ${bar}${errors}`,
    `       ${stats.requestsSent.toLocaleString('en-US')} sent, ${stats.requestsFailed} dropped, ` +
      `longest gap ${Math.round(stats.longestGapMs)} ms, p99 ${Math.round(stats.latencyMs.p99)} ms`,
  ];
}

const fill = '█▓▒░';

function segment(version: string, share: number, width: number): string {
  const cells = Math.round(share * Math.max(20, width - 30));
  if (cells === 0) return '';
  const [, major = '1'] = /^v(\d+)/.exec(version) ?? [];
  const block = fill.charAt((Number(major) - 1) % fill.length);
  return ` ${version} ${block.repeat(Math.max(1, cells - version.length - 2))}`;
}
