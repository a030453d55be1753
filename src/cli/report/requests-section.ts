/** Where users' requests went, and which of the worker's own failed. */
import type { DistributionEvidence, FailedProbe } from '../../domain/evidence.ts';
import { percent, whole } from '../render/metrics.ts';
import { clock } from '../render/times.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wideTable } from './wide.ts';

export function distribution(
  { candidateShare, stableRequests, stableLastAt, tailIsOver }: DistributionEvidence,
  day: Date,
): Markup {
  const last = stableLastAt === null ? '' : `, the last at ${clock(stableLastAt, day)}`;
  const tail = tailIsOver ? 'There are no more of them.' : 'There were more of them at the last look.';
  return html`<h3>Where users' requests went</h3>
    <p>
      ${candidateShare === null ? 'At the end there were no requests.' : `At the end ${percent(candidateShare)} reached the candidate.`}
      ${
        stableRequests === 0
          ? 'Stable answered none since the watch began.'
          : `Stable answered ${whole(stableRequests)} since the watch began${last}. ${tail}`
      }
    </p>`;
}

export function failedProbes(probes: readonly FailedProbe[], day: Date): Markup {
  if (probes.length === 0) return nothing;
  return html`<h3>Probes that failed</h3>
    ${wideTable(
      'Probes that failed',
      ['At', 'Slot', 'Request', 'What came', 'Trace'],
      probes.map(
        ({ at, slot, request, outcome, traceId }) =>
          html`<tr>
            <td class="number"><time datetime="${at}">${clock(at, day)}</time></td>
            <td><span class="dot ${slot}" aria-hidden="true"></span> ${slot}</td>
            <td>${request}</td>
            <td class="text">${outcome}</td>
            <td><code>${traceId}</code></td>
          </tr>`,
      ),
    )}`;
}
