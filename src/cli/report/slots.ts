import type { DeploymentStatus } from '../../client/index.ts';
import type { SlotState } from '../../domain/state.ts';
import { fateOf } from '../render/traffic.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wide } from './wide.ts';

/** Both slots: what ran in them, by digest, and what became of them. */
export function slotsTable({ state, progress }: DeploymentStatus): Markup {
  const slots = (['stable', 'candidate'] as const).flatMap((role) => {
    const slot = progress?.[role] ?? state[role];
    return slot === null ? [] : [{ role, slot }];
  });
  if (slots.length === 0) return nothing;
  const live = state.traffic === null ? state.stable?.slot : state.traffic.slot;
  return html`<section aria-labelledby="slots">
    <h2 id="slots">Slots</h2>
    ${wide(
      'Both slots',
      html`<table>
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">Role</th>
            <th scope="col">Image</th>
            <th scope="col">Pods ready</th>
            <th scope="col">Users</th>
          </tr>
        </thead>
        <tbody>
          ${slots.map(
            ({ role, slot }) =>
              html`<tr>
                <th scope="row"><span class="dot ${slot.slot}" aria-hidden="true"></span> ${slot.deployment}</th>
                <td>${role}</td>
                <td>${images(slot)}</td>
                <td>${fateOf(role, state) ?? `${slot.readyPods} of ${slot.desiredPods}`}</td>
                <td>${slot.slot === live ? 'served by this slot' : '–'}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
  </section>`;
}

function images({ images: names, imageDigests }: SlotState): Markup {
  return html`${names.join(', ')}${imageDigests.map((digest) => html`<br /><code>${digest}</code>`)}`;
}
