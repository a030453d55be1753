/** The checks of the spec as they stood at the last look. */
import type { CheckValue, WatchCheckEvidence } from '../../domain/evidence.ts';
import { html, type Markup } from './markup.ts';
import { badge } from './badge.ts';
import { wideTable } from './wide.ts';

export function watchChecks(checks: readonly WatchCheckEvidence[]): Markup {
  return html`<h3>Checks</h3>
    ${wideTable(
      'The checks of the watch',
      ['Check', 'Result', 'Candidate', 'Stable', 'Has to be', 'Why'],
      checks.map(
        ({ name, verdict, candidate, stable, condition, reason }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${badge(verdict)}</td>
            <td>${valueOf(candidate)}</td>
            <td>${valueOf(stable)}</td>
            <td>${condition}</td>
            <td class="text">${reason}</td>
          </tr>`,
      ),
    )}`;
}

function valueOf(value: CheckValue): string {
  if (value === null) return '–';
  return typeof value === 'number' ? value.toLocaleString('en-US', { maximumSignificantDigits: 6 }) : String(value);
}
