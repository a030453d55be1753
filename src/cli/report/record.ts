/** Who did what, and when: decisions and switches on one list, then what else there is to know. */
import type { DecisionRecord, DeploymentState, SwitchRecord } from '../../domain/state.ts';
import { describeSwitch } from '../render/history.ts';
import { clock } from '../render/times.ts';
import { factList, type Fact } from './facts.ts';
import { html, nothing, type Markup } from './markup.ts';
import { momentsOf, type Moment } from './moments.ts';

export function record(state: DeploymentState): Markup {
  const moments = momentsOf(state);
  const day = new Date(state.startedAt);
  return html`<section aria-labelledby="record">
      <h2 id="record">Decisions and switches</h2>
      ${
        moments.length === 0
          ? html`<p>Nobody decided anything, and production was not switched.</p>`
          : html`<ol class="record">
              ${moments.map((moment) => entry(moment, day))}
            </ol>`
      }
    </section>
    ${notices(state, day)}`;
}

function entry(moment: Moment, day: Date): Markup {
  switch (moment.kind) {
    case 'decision':
      return decision(moment.record, day);
    case 'switch':
      return switched(moment.record, day);
  }
}

function decision({ at, kind, by, reason, via }: DecisionRecord, day: Date): Markup {
  return html`<li>
    <time datetime="${at}">${clock(at, day)}</time> <strong>${kind}</strong> by <strong>${by}</strong> (${via})
    <p>${reason}</p>
  </li>`;
}

function switched(one: SwitchRecord, day: Date): Markup {
  const { kind, patchedAt, by, approvedBy, reason, fence, verification, verifiedAt } = one;
  const facts: readonly Fact[] = [
    ['From', slotWith(one.from, one.fromImageDigests)],
    ['To', slotWith(one.to, one.toImageDigests)],
    ['Verified', verifiedAt === null ? `NOT VERIFIED: ${verification}` : verification],
    ...(approvedBy === null || kind !== 'cutover' ? [] : [['Approved by', approvedBy] as const]),
    ['Fence', String(fence)],
  ];
  return html`<li>
    <time datetime="${patchedAt}">${clock(patchedAt, day)}</time> <strong>${kind}</strong> by <strong>${by}</strong>:
    ${describeSwitch(one)}
    <p>${reason}</p>
    ${factList(facts)}
  </li>`;
}

function slotWith(slot: string | null, digests: readonly string[]): Markup {
  return html`${slot ?? 'nothing'}${digests.map((digest) => html`<br /><code>${digest}</code>`)}`;
}

function notices({ notices: told }: DeploymentState, day: Date): Markup {
  if (told.length === 0) return nothing;
  return html`<section aria-labelledby="notices">
    <h2 id="notices">Notices</h2>
    <ul>
      ${told.map(({ at, text }) => html`<li><time datetime="${at}">${clock(at, day)}</time> ${text}</li>`)}
    </ul>
  </section>`;
}
