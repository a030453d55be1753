/** The points of the charts, for those who cannot see them or need the numbers. */
import type { DeploymentState } from '../../domain/state.ts';
import { milliseconds, percent, whole } from '../render/metrics.ts';
import { errorShare, type Role, type Stretch } from '../render/series.ts';
import { clock } from '../render/times.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wide } from './wide.ts';

export interface PointsOfWatch {
  readonly name: string;
  readonly stretches: Readonly<Record<Role, readonly Stretch[]>>;
}

export function pointTable(watches: readonly PointsOfWatch[], state: DeploymentState): Markup {
  const roles: readonly Role[] = state.stable === null ? ['candidate'] : ['candidate', 'stable'];
  const day = new Date(state.startedAt);
  return html`<details class="points">
    <summary>The points as a table</summary>
    ${wide(
      'The points of the charts',
      html`<table>
        <thead>
          <tr>
            <th scope="col" rowspan="2">Until</th>
            ${roles.map((role) => html`<th scope="colgroup" colspan="4">${role}</th>`)}
          </tr>
          <tr>
            ${roles.map(
              () =>
                html`<th scope="col">requests</th>
                  <th scope="col">failed</th>
                  <th scope="col">rate</th>
                  <th scope="col">P95</th>`,
            )}
          </tr>
        </thead>
        ${watches.map(
          ({ name, stretches }) =>
            html`<tbody>
              <tr>
                <th scope="rowgroup" colspan="${1 + 4 * roles.length}">${name}</th>
              </tr>
              ${stretches.candidate.map(
                ({ at }, index) =>
                  html`<tr>
                    <th scope="row">${clock(new Date(at).toISOString(), day)}</th>
                    ${roles.map((role) => cells(stretches[role][index]))}
                  </tr>`,
              )}
            </tbody>`,
        )}
      </table>`,
    )}
  </details>`;
}

function cells(stretch: Stretch | undefined): Markup {
  if (stretch === undefined) return nothing;
  const { requests, errors, p95Ms } = stretch.point;
  const texts = [whole(requests), whole(errors), percent(errorShare(stretch)), milliseconds(p95Ms)];
  return html`${texts.map((text) => html`<td class="number">${text}</td>`)}`;
}
