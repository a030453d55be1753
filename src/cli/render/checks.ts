/** The checks of a watch as people read them: a row each, below the metrics. */
import type { CheckValue, WatchCheckEvidence, WatchEvidence } from '../../domain/evidence.ts';
import type { Part } from './parts.ts';
import { span, table, type Span } from './spans.ts';
import { rowsByVerdict, verdictMark } from './verdicts.ts';

export function checkParts({ checks = [] }: WatchEvidence): Part[] {
  if (checks.length === 0) return [];
  const head = [
    span(''),
    span('checks', 'quiet'),
    span('candidate', 'quiet'),
    span('stable', 'quiet'),
    span('expected', 'quiet'),
    span(''),
  ];
  return rowsByVerdict(
    table([head, ...checks.map(row)]),
    checks.map(({ verdict }) => verdict),
  );
}

function row({ name, verdict, candidate, stable, condition, reason }: WatchCheckEvidence): Span[] {
  return [
    verdictMark(verdict),
    span(name),
    span(shown(candidate), verdict === 'fail' ? 'bad' : 'plain'),
    span(shown(stable), 'quiet'),
    span(condition, 'quiet'),
    span(verdict === 'pass' ? '' : reason, verdict === 'fail' ? 'bad' : 'warning'),
  ];
}

function shown(value: CheckValue): string {
  switch (typeof value) {
    case 'number':
      return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
    case 'string':
      return value;
    case 'boolean':
      return value ? 'yes' : 'no';
    default:
      return '–';
  }
}
