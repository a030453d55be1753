import type { Verdict } from '../../domain/evidence.ts';
import { span, type Span } from './spans.ts';

/** A verdict in one character; null where none was given. */
export function verdictMark(verdict: Verdict | null): Span {
  switch (verdict) {
    case 'fail':
      return span('✗', 'bad');
    case 'insufficient-data':
      return span('?', 'warning');
    case 'pass':
      return span('✓', 'good');
    case null:
      return span(' ');
  }
}
