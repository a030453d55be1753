/** What Kubernetes tells of the pods: warnings, CPU and memory. */
import { numberOf } from '../../domain/number-of.ts';
import type { PodWarning, SlotUsage, UsageEvidence } from '../../domain/evidence.ts';
import { whole } from '../render/metrics.ts';
import { clock } from '../render/times.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wideTable } from './wide.ts';

export function podWarnings(warnings: readonly PodWarning[], day: Date): Markup {
  if (warnings.length === 0) return nothing;
  return html`<h3>Warnings of Kubernetes</h3>
    <ul>
      ${warnings.map(
        ({ slot, reason, message, objects, count, lastAt }) =>
          html`<li>
            <span class="dot ${slot}" aria-hidden="true"></span> ${slot}: <strong>${reason}</strong>, ${whole(count)}×
            about ${numberOf(objects, 'object')}, last at <time datetime="${lastAt}">${clock(lastAt, day)}</time>:
            ${message}
          </li>`,
      )}
    </ul>`;
}

export function podUsage({ candidate, stable, why }: UsageEvidence): Markup {
  return html`<h3>CPU and memory</h3>
    ${why === null ? nothing : html`<p class="quiet">${why}</p>`}
    ${wideTable('CPU and memory of both slots', ['Slot', 'Pods', 'CPU of a pod', 'Memory of a pod', 'Highest'], [usageRow('Candidate', candidate), usageRow('Stable', stable)])}`;
}

function usageRow(role: string, usage: SlotUsage | null): Markup {
  const cells = usage === null ? ['–', '–', '–', '–'] : cellsOf(usage);
  return html`<tr>
    <th scope="row">${role}</th>
    ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
  </tr>`;
}

function cellsOf({ pods, cpuPerPod, memoryPerPod, memoryPeak }: SlotUsage): string[] {
  return [whole(pods), `${whole(cpuPerPod * 1_000)}m`, mebibytes(memoryPerPod), mebibytes(memoryPeak)];
}

function mebibytes(bytes: number): string {
  return `${whole(bytes / 2 ** 20)} MiB`;
}
