/** The counters of each pod, from the answers to the three queries. Pure. */
import type { PodCounters } from '../counters.ts';
import type { Buckets } from '../histogram.ts';
import type { QueryResult, Series } from './answer.ts';
import { shownQuery } from './api.ts';
import type { CounterQueries } from './presets.ts';

export interface CounterAnswers {
  readonly requests: QueryResult;
  readonly errors: QueryResult;
  readonly latency: QueryResult | null;
}

/** Histograms of more bounds would not fit into what one worker leaves for another. */
const mostBuckets = 200;

/**
 * By the pod's name. Throws an Error that says what is wrong where an answer is not by pod: what belongs to no pod would be
 * counted for none. A pod whose counters are no numbers is left out, and one that has a histogram where others have none.
 */
export function podCounters(
  answers: CounterAnswers,
  queries: CounterQueries,
  podLabel: string,
): ReadonlyMap<string, PodCounters> {
  const requests = byPod(answers.requests, queries.requests, podLabel);
  const errors = byPod(answers.errors, queries.errors, podLabel);
  const latency =
    answers.latency === null
      ? null
      : bucketsByPod(answers.latency, { ...queries, query: queries.latency ?? '', podLabel });
  const counters = new Map<string, PodCounters>();
  for (const [pod, counted] of requests) {
    // A counter of failures comes into being with the first one.
    const failed = errors.get(pod) ?? 0;
    const buckets = latency?.get(pod) ?? {};
    const lacksHistogram = latency !== null && latency.size > 0 && counted > 0 && Object.keys(buckets).length === 0;
    if (!isCount(counted) || !isCount(failed) || lacksHistogram) continue;
    counters.set(pod, { requests: counted, errors: Math.min(failed, counted), latency: buckets });
  }
  return counters;
}

/** A counter beyond this could not count one more. */
function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function byPod(result: QueryResult, query: string, podLabel: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const series of vectorOf(result, query)) {
    const pod = labelOf(series, podLabel, query);
    if (values.has(pod))
      throw new Error(`${shownQuery(query)} gives several series for one pod: write sum by (${podLabel}) (…)`);
    values.set(pod, series.points[0]?.value ?? Number.NaN);
  }
  return values;
}

function bucketsByPod(
  result: QueryResult,
  {
    query,
    podLabel,
    latencyUnit,
  }: Pick<CounterQueries, 'latencyUnit'> & { readonly query: string; readonly podLabel: string },
): Map<string, Buckets> {
  const pods = new Map<string, Record<string, number>>();
  const unit = latencyUnit === 'milliseconds' ? 1_000 : 1;
  for (const series of vectorOf(result, query)) {
    const pod = labelOf(series, podLabel, query);
    const bound = boundOf(labelOf(series, 'le', query)) / unit;
    const value = series.points[0]?.value ?? Number.NaN;
    if (Number.isNaN(bound) || !isCount(value)) continue;
    const buckets = pods.get(pod) ?? {};
    if (Object.hasOwn(buckets, String(bound))) {
      throw new Error(
        `${shownQuery(query)} gives several series for one bucket of a pod: write sum by (${podLabel}, le) (…)`,
      );
    }
    buckets[String(bound)] = value;
    pods.set(pod, buckets);
  }
  const most = Math.max(0, ...[...pods.values()].map((buckets) => Object.keys(buckets).length));
  if (most > mostBuckets)
    throw new Error(`${shownQuery(query)} gives a histogram of ${most} buckets: ${mostBuckets} can be read`);
  return pods;
}

function vectorOf(result: QueryResult, query: string): readonly Series[] {
  switch (result.kind) {
    case 'vector': {
      if (!result.series.some(({ isNativeHistogram }) => isNativeHistogram)) return result.series;
      throw new Error(`${shownQuery(query)} gives native histograms: ask for the series of a classic one, …_bucket`);
    }
    case 'matrix':
      throw new Error(`${shownQuery(query)} gives ranges of values, not one value a pod: take […] off`);
    case 'scalar':
    case 'string':
      throw new Error(`${shownQuery(query)} gives a ${result.kind}, not one value a pod`);
  }
}

function labelOf({ labels }: Series, label: string, query: string): string {
  const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (value !== undefined && value !== '') return value;
  throw new Error(
    `${shownQuery(query)} gives series without the label ${label}: write sum by (${label === 'le' ? 'pod, le' : label}) (…)`,
  );
}

function boundOf(le: string): number {
  return /^\+?inf$/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
}
