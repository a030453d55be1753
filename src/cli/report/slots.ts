import type { DeploymentStatus } from '../../client/index.ts';
import type { SlotState } from '../../domain/state.ts';
import { fateOf, liveSlot } from '../render/traffic.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wideTable } from './wide.ts';

/** Both slots: what ran in them, by digest, and what became of them. */
export function slotsTable({ state, progress }: DeploymentStatus): Markup {
  const slots = (['stable', 'candidate'] as const).flatMap((role) => {
    const slot = progress?.[role] ?? state[role];
    return slot === null ? [] : [{ role, slot }];
  });
  if (slots.length === 0) return nothing;
  const live = liveSlot(state);
  return html`<section aria-labelledby="slots">
    <h2 id="slots">Slots</h2>
    ${wideTable(
      'Both slots',
      ['Slot', 'Role', 'Image', 'Pods ready', 'Users'],
      slots.map(
        ({ role, slot }) =>
          html`<tr>
            <th scope="row"><span class="dot ${slot.slot}" aria-hidden="true"></span> ${slot.deployment}</th>
            <td>${role}</td>
            <td class="text">${images(slot)}</td>
            <td>${fateOf(role, state) ?? `${slot.readyPods} of ${slot.desiredPods}`}</td>
            <td>${slot.slot === live ? 'served by this slot' : '–'}</td>
          </tr>`,
      ),
    )}
  </section>`;
}

function images({ images: names, imageDigests }: SlotState): Markup {
  return html`${names.join(', ')}${imageDigests.map((digest) => html`<br /><code>${digest}</code>`)}`;
}
