/**
 * Requests as a Prometheus server knows them, counted by pod.
 *
 * 1. It scrapes every so many seconds, so most looks see what the one before saw: nothing happened yet, which is no gap.
 * 2. A pod that is not scraped any more has no series (Prometheus marks them stale), and one without a sample within
 *    `staleAfter` is not asked for: both are unread, as a pod that does not answer is.
 */
import { toMilliseconds } from '../../domain/duration.ts';
import { fillTemplate } from '../../domain/query-template.ts';
import type { PrometheusMetrics } from '../../domain/spec.ts';
import type { PodView } from '../../kubernetes/pod.ts';
import type { PodCounters } from '../counters.ts';
import { noBackground, type Background } from '../pod-page.ts';
import { unmeasured, type Reading, type Source, type Subject } from '../source.ts';
import type { QueryResult } from './answer.ts';
import type { PrometheusApi } from './api.ts';
import { podCounters, type CounterAnswers } from './pod-counters.ts';
import { counterQueries, errorLabel, type CounterQueries } from './presets.ts';

export interface PrometheusCountersOptions {
  /** The server, once it is connected. */
  readonly prometheus: () => Promise<PrometheusApi>;
  readonly metrics: PrometheusMetrics;
  readonly pods: (subject: Subject) => Promise<readonly PodView[]>;
  /** The requests that are no user's: which of them are counted, no sum by pod can tell. */
  readonly background?: (subject: Subject, pod: PodView) => Background;
}

export function prometheusCounters(options: PrometheusCountersOptions): Source {
  const { prometheus, metrics, pods, background = () => noBackground } = options;
  const templates = counterQueries(metrics);
  return {
    name: 'Prometheus',
    async sample(subject, signal): Promise<Reading> {
      const ready = (await pods(subject)).filter((pod) => pod.ready);
      if (ready.length === 0) return unmeasured('no pod is ready');
      const queries = filledQueries(templates, subject);
      const answers = await askAtOnce(await prometheus(), queries, {
        lookBack: toMilliseconds(metrics.staleAfter) / 1_000,
        signal,
      });
      const known = podCounters(answers, queries, metrics.podLabel);
      return readingOf(ready, known, metrics, (pod) =>
        isCountedByProxy(metrics) ? 0 : explainedBy(background(subject, pod), queries, metrics),
      );
    },
  };
}

/** A query that names the paths of the probes leaves them out: there is no other reason to. */
function explainedBy(
  { paths, ofRoot, ofAll }: Background,
  { requests }: CounterQueries,
  { only }: PrometheusMetrics,
): number {
  if (only !== undefined) return 0;
  const isTold = paths.size > 0 && [...paths].every((path) => requests.includes(path));
  return isTold ? ofRoot : ofAll;
}

/** Istio leads the probes of Kubernetes past the proxy that counts. */
function isCountedByProxy({ preset, requests }: PrometheusMetrics): boolean {
  return preset === 'istio' && requests === undefined;
}

export function filledQueries(templates: CounterQueries, { spec: { namespace, app }, slot }: Subject): CounterQueries {
  const fill = (template: string): string => fillTemplate(template, { namespace, app, slot });
  const { requests, errors, latency } = templates;
  return {
    ...templates,
    requests: fill(requests),
    errors: fill(errors),
    latency: latency === null ? null : fill(latency),
  };
}

/** All as of one moment: between two, a request could fail before it was counted. */
async function askAtOnce(
  api: PrometheusApi,
  { requests, errors, latency }: CounterQueries,
  options: { readonly lookBack: number; readonly signal: AbortSignal },
): Promise<CounterAnswers> {
  const first = await api.instant(requests, options);
  const at = momentOf(first);
  const same = at === null ? options : { ...options, at };
  const [failed, buckets] = await Promise.all([
    api.instant(errors, same),
    latency === null ? null : api.instant(latency, same),
  ]);
  return { requests: first, errors: failed, latency: buckets };
}

function momentOf(result: QueryResult): number | null {
  return result.kind === 'vector' ? (result.series[0]?.points[0]?.at ?? null) : null;
}

function readingOf(
  ready: readonly PodView[],
  known: ReadonlyMap<string, PodCounters>,
  metrics: PrometheusMetrics,
  explainedOf: (pod: PodView) => number,
): Reading {
  const counters: Record<string, PodCounters> = {};
  const unread: string[] = [];
  for (const pod of ready) {
    const found = known.get(pod.name);
    const explained = explainedOf(pod);
    if (found === undefined) unread.push(pod.uid);
    else counters[pod.uid] = explained > 0 ? { ...found, explained } : found;
  }
  const some =
    unread.length === ready.length
      ? 'any ready pod'
      : unread.length === 1
        ? '1 ready pod'
        : `${unread.length} ready pods`;
  const missed =
    unread.length === 0 ? [] : [`no requests of ${some} within ${metrics.staleAfter}: ${whatToSee(metrics)}`];
  return { kind: 'sample', sample: { counters, unread }, missed };
}

function whatToSee(metrics: PrometheusMetrics): string {
  const label = errorLabel(metrics);
  if (label === null) return 'is it scraped, and does the query match it?';
  return `is it scraped, and has its ${label.metric} the label ${label.name}, by which failed ones are told?`;
}
