import type { MetricName, WatchEvidence } from '../../domain/evidence.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { part, ranks, type Part } from './parts.ts';
import { span, type Line, type Look, type Span } from './spans.ts';

/** The worst verdict on a metric by its limit, or null where none was given: what was compared with stable has its own. */
export function verdictOn({ findings }: WatchEvidence, metric: MetricName): Verdict | null {
  const ofLimit = findings.filter((finding) => finding.metric === metric && finding.against === undefined);
  const verdicts = ofLimit.map(({ verdict }) => verdict);
  const worstFirst: readonly Verdict[] = ['fail', 'insufficient-data', 'pass'];
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? null;
}

export function wordVerdict(verdict: Verdict): string {
  return verdict === 'insufficient-data' ? 'insufficient data' : verdict;
}

export function lookOfVerdict(verdict: Verdict): Look {
  switch (verdict) {
    case 'pass':
      return 'good';
    case 'fail':
      return 'bad';
    case 'insufficient-data':
      return 'warning';
  }
}

export function markOf(verdict: Verdict | null): string {
  switch (verdict) {
    case 'fail':
      return '✗';
    case 'insufficient-data':
      return '?';
    case 'pass':
      return '✓';
    case null:
      return ' ';
  }
}

export function verdictMark(verdict: Verdict | null): Span {
  return span(markOf(verdict), verdict === null ? 'plain' : lookOfVerdict(verdict));
}

/** The rows of a table below its head, of which those that fail matter more; the head as much as the first of them. */
export function rowsByVerdict([head, ...rows]: readonly Line[], verdicts: readonly (Verdict | null)[]): Part[] {
  const ranked = rows.map((row, index) => part(verdicts[index] === 'fail' ? ranks.wrong : ranks.measured, [row]));
  const first = verdicts.includes('fail') ? ranks.wrong : ranks.measured;
  return [part(first, head === undefined ? [] : [head]), ...ranked];
}
