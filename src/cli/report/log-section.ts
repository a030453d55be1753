/** What the logs of both slots said: the errors that only the candidate has, or has more often. */
import { numberOf } from '../../domain/number-of.ts';
import type { LogEvidence, LogsRead, LogTemplate } from '../../domain/log-evidence.ts';
import { whole } from '../render/metrics.ts';
import { clock } from '../render/times.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wideTable } from './wide.ts';

export function logSection({ candidate, stable, templates, others }: LogEvidence, day: Date): Markup {
  return html`<h3>Errors in the logs</h3>
    <p class="quiet">${readOf('candidate', candidate)} ${stable === null ? '' : readOf('stable', stable)}</p>
    ${templates.length === 0 ? html`<p>No errors of the candidate.</p>` : templateTable(templates, day)}
    ${others === 0 ? nothing : html`<p class="quiet">${numberOf(others, 'more kind')} of errors ${others === 1 ? 'is' : 'are'} not listed.</p>`}`;
}

function readOf(role: string, { pods, ready, lines, errors, allowed, unfiled, leftOut }: LogsRead): string {
  const gaps = [
    ...(allowed > 0 ? [`${whole(allowed)} of them allowed by the spec`] : []),
    ...(unfiled > 0 ? [`${whole(unfiled)} of more kinds than are kept`] : []),
    ...(leftOut > 0 ? [`more lines than are read at a time, ${whole(leftOut)}×`] : []),
  ];
  const of = `${pods.length} of ${ready} pods of ${role}`;
  return `Of ${of}: ${numberOf(lines, 'line')}, ${numberOf(errors, 'error')}${gaps.map((gap) => `, ${gap}`).join('')}.`;
}

function templateTable(templates: readonly LogTemplate[], day: Date): Markup {
  return wideTable(
    'Errors in the logs',
    ['Error', 'Candidate', 'Stable', 'First seen'],
    templates.map((template) => templateRow(template, day)),
  );
}

function templateRow(
  { template, sample, kind, count, pods, podCount, stableCount, firstSeen }: LogTemplate,
  day: Date,
): Markup {
  const more = podCount > pods.length ? ` and ${podCount - pods.length} more` : '';
  return html`<tr>
    <td class="text">
      ${kindBadge(kind)} <code>${template}</code>
      <details>
        <summary>A line</summary>
        <pre class="wrapped">${sample}</pre>
      </details>
    </td>
    <td>${whole(count)}× <small>${pods.join(', ')}${more}</small></td>
    <td>${whole(stableCount)}×</td>
    <td class="number">
      ${firstSeen === null ? '–' : html`<time datetime="${firstSeen}">${clock(firstSeen, day)}</time>`}
    </td>
  </tr>`;
}

function kindBadge(kind: LogTemplate['kind']): Markup {
  switch (kind) {
    case 'new':
      return html`<span class="badge bad"><span aria-hidden="true">✗</span> new</span>`;
    case 'more-frequent':
      return html`<span class="badge bad"><span aria-hidden="true">✗</span> more frequent</span>`;
    case 'rare':
      return html`<span class="badge warning">new, but rare</span>`;
    case 'known':
      return html`<span class="badge quiet">known</span>`;
  }
}
