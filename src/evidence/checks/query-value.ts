/** The one number that a query of a check gives. */
import { toMilliseconds } from '../../domain/duration.ts';
import type { WatchCheck } from '../../domain/spec.ts';
import type { Point, QueryResult } from '../prometheus/answer.ts';
import { PrometheusError, shownQuery, type PrometheusApi } from '../prometheus/api.ts';
import { missing, valueOf, type CheckReading } from './reading.ts';

export type QueryCheck = Extract<WatchCheck, { prometheus: unknown }>['prometheus'];

/** So many points of a range are asked for, at most. */
const pointsAsked = 60;
const shortestStep = 1;

export interface QueryOptions {
  readonly signal: AbortSignal;
  /** The moment, in seconds; by default now. */
  readonly at?: number;
}

/** `query` is the one of the check, filled in for a slot. */
export async function queryValue(
  api: PrometheusApi,
  check: QueryCheck,
  query: string,
  options: QueryOptions,
): Promise<CheckReading> {
  const answer = await askQuery(api, check, query, options);
  return answer.kind === 'number' ? valueOf(answer.value, shownQuery(query)) : missing(answer.reason);
}

/** A number may be none that says anything, such as that of a slot without traffic, 0 / 0. */
export type QueryAnswer =
  { readonly kind: 'number'; readonly value: number } | { readonly kind: 'empty' | 'wrong'; readonly reason: string };

/** What the query gives; a server that refuses it is an answer, too. */
export async function askQuery(
  api: PrometheusApi,
  { range, of }: QueryCheck,
  query: string,
  { signal, at }: QueryOptions,
): Promise<QueryAnswer> {
  try {
    if (range === undefined) {
      return pick(await api.instant(query, at === undefined ? { signal } : { signal, at }), 'last', query);
    }
    const seconds = toMilliseconds(range) / 1_000;
    const end = at ?? Date.now() / 1_000;
    const step = Math.max(shortestStep, seconds / pointsAsked);
    return pick(await api.range(query, { signal, start: end - seconds, end, step }), of, query);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PrometheusError) return { kind: 'wrong', reason: error.message };
    throw error;
  }
}

function pick(result: QueryResult, of: QueryCheck['of'], query: string): QueryAnswer {
  const shown = shownQuery(query);
  switch (result.kind) {
    case 'scalar':
      return { kind: 'number', value: result.point.value };
    case 'string':
      return { kind: 'wrong', reason: `${shown} gives text, not a number` };
    case 'vector':
    case 'matrix': {
      const [only, ...others] = result.series;
      if (only === undefined) return { kind: 'empty', reason: `${shown} gives no series` };
      if (only.isNativeHistogram) return { kind: 'wrong', reason: `${shown} gives a native histogram, not a number` };
      if (others.length === 0) return { kind: 'number', value: choose(only.points, of) };
      const reason = `${shown} gives ${others.length + 1} series: write one that gives one number, such as sum(…)`;
      return { kind: 'wrong', reason };
    }
  }
}

function choose(points: readonly Point[], of: QueryCheck['of']): number {
  const values = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return Number.NaN;
  switch (of) {
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
    case 'mean':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case 'last':
      return values.at(-1) ?? Number.NaN;
  }
}
