/** Why a Prometheus knows no requests of pods that are there: the nearest cause, with the field that is about it. */
import { toMilliseconds } from '../../domain/duration.ts';
import { slotName } from '../../domain/slot.ts';
import type { PrometheusMetrics } from '../../domain/spec.ts';
import { shownQuery, type InstantOptions, type PrometheusApi } from '../../evidence/prometheus/api.ts';
import { filledQueries } from '../../evidence/prometheus/counters.ts';
import { podCounters } from '../../evidence/prometheus/pod-counters.ts';
import { counterQueries, errorLabel, type CounterQueries } from '../../evidence/prometheus/presets.ts';
import type { PodView } from '../../kubernetes/pod.ts';
import { counterField } from '../refused-queries.ts';
import { mistake, type Found, type LiveSlot, type Validation } from './context.ts';

export interface Unknown {
  readonly api: PrometheusApi;
  readonly own: PrometheusMetrics;
  readonly queries: CounterQueries;
  readonly live: LiveSlot;
  /** Ready, and without requests. */
  readonly pods: readonly PodView[];
}

/** What Prometheus itself looks back. */
const longStale = '5m';

export async function whyUnknown({ spec, signal }: Validation, unknown: Unknown): Promise<Found> {
  const { api, own, queries, live, pods } = unknown;
  const name = slotName(spec.app, live.slot);
  const some = `${pods.length} of the ${live.pods.length} ready pods of ${name}`;
  const example = pods[0]?.name ?? '';
  const known = await knownForLonger(unknown, spec, signal);
  if (pods.some((pod) => known.has(pod.name))) {
    const words = `is ${own.staleAfter}, and the newest samples of ${some}, such as ${example}, are older: let some scrapes fit in`;
    return mistake('metrics.prometheus.staleAfter', words);
  }
  const label = await lackingLabel(api, own, { signal });
  if (label !== null) return mistake(label.field, label.message);
  if (pods.length < live.pods.length) {
    const words = `no requests of ${some} are known, such as ${example}: the label ${own.podLabel} has to be the pod's name, and every pod has to be scraped`;
    return mistake('metrics.prometheus.podLabel', words);
  }
  const words = `${shownQuery(queries.requests)} gives no requests of ${name}, which is live: does the metric exist, do its labels match, is it scraped?`;
  return mistake(counterField(own, 'requests'), words);
}

/** The pods of which there are older samples. */
async function knownForLonger(
  { api, own, live }: Unknown,
  spec: Validation['spec'],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  if (toMilliseconds(own.staleAfter) >= toMilliseconds(longStale)) return new Map();
  const queries = filledQueries(counterQueries({ ...own, staleAfter: longStale }), { spec, slot: live.slot });
  const lookBack = toMilliseconds(longStale) / 1_000;
  const requests = await api.instant(queries.requests, { signal, lookBack });
  return podCounters({ requests, errors: { kind: 'vector', series: [] }, latency: null }, queries, own.podLabel);
}

/** A label of the preset's query that no series of its metric has; null for a query of one's own, and where there is no such metric. */
async function lackingLabel(
  api: PrometheusApi,
  { errors: _own, ...own }: PrometheusMetrics,
  options: InstantOptions,
): Promise<{ field: string; message: string } | null> {
  const ofErrors = errorLabel(own);
  if (ofErrors === null || own.requests !== undefined) return null;
  const { metric } = ofErrors;
  const has = async (query: string): Promise<boolean> => {
    const found = await api.instant(query, options);
    return found.kind === 'vector' && found.series.length > 0;
  };
  if (!(await has(`count(${metric})`))) return null;
  for (const field of ['podLabel', 'namespaceLabel'] as const) {
    if (await has(`count(${metric}{${own[field]}!=""})`)) continue;
    return { field: `metrics.prometheus.${field}`, message: `no series of ${metric} has the label ${own[field]}` };
  }
  if (await has(ofErrors.query)) return null;
  return { field: 'metrics.prometheus.preset', message: withoutErrorLabel(ofErrors) };
}

export function withoutErrorLabel({ metric, name }: NonNullable<ReturnType<typeof errorLabel>>): string {
  return `no series of ${metric} has the label ${name}, so that no error could be told: choose another preset, or write "requests" and "errors" yourself`;
}
