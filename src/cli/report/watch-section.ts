/** One watch: its verdict and why, each metric of both slots against its limit and against stable, and what was not measured. */
import { numberOf } from '../../domain/number-of.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { ComparisonEvidence, MetricComparison } from '../../domain/comparison-evidence.ts';
import type { WatchEvidence } from '../../domain/evidence.ts';
import type { DeploymentState } from '../../domain/state.ts';
import {
  isCompared,
  wordComparison,
  wordConfidence,
  wordCounts,
  wordEvents,
  wordSurprise,
} from '../render/comparison.ts';
import { metrics, whole, type Metric } from '../render/metrics.ts';
import { verdictOn } from '../render/verdicts.ts';
import { capital } from '../render/words.ts';
import { badge } from './badge.ts';
import { beyondMetrics } from './beyond-metrics.ts';
import { html, nothing, type Content, type Markup } from './markup.ts';
import { wideTable } from './wide.ts';

export function watchSection(
  name: 'soak' | 'monitor',
  watch: WatchEvidence | null,
  isLive: boolean,
  state: DeploymentState,
): Markup {
  if (watch === null) return nothing;
  const { verdict, reason, comparison, watchedMs, samples } = watch;
  return html`<section aria-labelledby="${name}">
    <h2 id="${name}">${name === 'soak' ? 'Soak' : 'Monitor'}${isLive ? ', so far' : ''} ${badge(verdict)}</h2>
    <p>${capital(reason)}.</p>
    <p class="quiet">
      Watched for ${formatDuration(watchedMs)}, in ${numberOf(samples, 'look')}.
      ${comparison === undefined ? nothing : comparisonWords(comparison)}
    </p>
    ${metricTable(name, watch, state)} ${findings(watch)} ${beyondMetrics(watch, new Date(state.startedAt))}
    ${unmeasured(watch)}
  </section>`;
}

function comparisonWords(comparison: ComparisonEvidence): string {
  const sentences = [wordComparison(comparison), wordSurprise(comparison)].filter((sentence) => sentence !== null);
  return sentences.map((sentence) => `${capital(sentence)}.`).join(' ');
}

function metricTable(name: 'soak' | 'monitor', watch: WatchEvidence, state: DeploymentState): Markup {
  const head: Content[] = [
    'Metric',
    withSlot('Candidate', state.candidate?.slot),
    withSlot('Stable', state.stable?.slot),
    'Limit',
    ...(watch.comparison === undefined ? [] : ['Compared with stable']),
  ];
  return wideTable(
    `Metrics of the ${name}`,
    head,
    metrics.map((metric) => metricRow(metric, name, watch, state)),
    'metrics',
  );
}

function withSlot(role: string, slot: string | undefined): Content {
  return slot === undefined ? role : html`<span class="dot ${slot}" aria-hidden="true"></span> ${role} (${slot})`;
}

function metricRow(metric: Metric, name: 'soak' | 'monitor', watch: WatchEvidence, { spec }: DeploymentState): Markup {
  const { candidate, stable, comparison } = watch;
  const verdict = verdictOn(watch, metric.name);
  return html`<tr>
    <th scope="row">${metric.label}</th>
    <td>${metric.value(candidate)}${samplesOf(metric, candidate)}</td>
    <td>${stable === null ? '–' : html`${metric.value(stable)}${samplesOf(metric, stable)}`}</td>
    <td>${spec === null ? '' : metric.limit(spec[name])} ${verdict === null ? nothing : badge(verdict)}</td>
    ${
      comparison === undefined
        ? nothing
        : html`<td>${compared(comparison.metrics.find((one) => one.metric === metric.name))}</td>`
    }
  </tr>`;
}

/** An error rate is nothing without the number of requests that it is of. */
function samplesOf({ name }: Metric, { requests, errors }: WatchEvidence['candidate']): Markup {
  if (name !== 'error-rate' || requests === null) return nothing;
  return html` <small>${whole(errors)} of ${whole(requests)}</small>`;
}

function compared(metric: MetricComparison | undefined): Content {
  if (metric === undefined) return '–';
  if (!isCompared(metric)) return html`${metric.why ?? 'too few requests'} ${badge(metric.verdict)}`;
  const { candidate, stable, confidence, verdict } = metric;
  const sure = confidence === null ? 'not known how sure' : `${wordConfidence(confidence)} sure`;
  return html`${sure} it is worse ${badge(verdict)}<br />
    <small>${wordCounts(candidate)} against ${wordCounts(stable)} ${wordEvents(metric)}</small>`;
}

function findings({ findings: found }: WatchEvidence): Markup {
  if (found.length === 0) return nothing;
  return html`<h3>Findings</h3>
    <ul class="findings">
      ${found.map(
        ({ metric, verdict, over, against, reason }) =>
          html`<li>
            ${badge(verdict)}
            <strong>${metric}</strong
            >${against === undefined ? '' : ` against ${against}`}${over === 'window' ? ', by the last looks' : ''}:
            ${reason}
          </li>`,
      )}
    </ul>`;
}

function unmeasured({ unmeasured: missing }: WatchEvidence): Markup {
  if (missing.length === 0) return nothing;
  return html`<h3>What could not be measured</h3>
    <ul>
      ${missing.map(({ source, reason, count }) => html`<li>by ${source}, ${count}×: ${reason}</li>`)}
    </ul>`;
}
