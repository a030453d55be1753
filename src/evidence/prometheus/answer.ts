/** What the HTTP API of Prometheus answers. Pure. https://prometheus.io/docs/prometheus/latest/querying/api/ */
import { z } from 'zod';

/** A value, and the moment that it is of, in seconds since the epoch. */
export interface Point {
  readonly at: number;
  /** NaN and infinities are values of Prometheus too. */
  readonly value: number;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first; one in an instant vector; none where its values are native histograms. */
  readonly points: readonly Point[];
  readonly isNativeHistogram: boolean;
}

export type QueryResult =
  | { readonly kind: 'vector' | 'matrix'; readonly series: readonly Series[] }
  | { readonly kind: 'scalar'; readonly point: Point }
  | { readonly kind: 'string' };

export type ParsedAnswer =
  | { readonly kind: 'result'; readonly result: QueryResult; readonly warnings: readonly string[] }
  /** Prometheus' own error: its type, such as `bad_data`, and its words. */
  | { readonly kind: 'error'; readonly type: string; readonly message: string }
  | { readonly kind: 'unknown' };

const point = z.tuple([z.number(), z.string()]).transform(([at, text]): Point => ({ at, value: valueOf(text) }));
const labels = z.record(z.string(), z.string());

const series = z
  .object({
    metric: labels,
    value: point.optional(),
    values: z.array(point).optional(),
    histogram: z.unknown().optional(),
    histograms: z.unknown().optional(),
  })
  .transform(({ metric, value, values, histogram, histograms }): Series => ({
    labels: metric,
    points: values ?? (value === undefined ? [] : [value]),
    isNativeHistogram: histogram !== undefined || histograms !== undefined,
  }));

const data = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(series) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(series) }),
  z.object({ resultType: z.literal('scalar'), result: point }),
  z.object({ resultType: z.literal('string'), result: z.unknown() }),
]);

const answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data, warnings: z.array(z.string()).nullish() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/** Reads an answer of unknown origin. */
export function parseAnswer(text: string): ParsedAnswer {
  const parsed = answer.safeParse(asJson(text));
  if (!parsed.success) return { kind: 'unknown' };
  if (parsed.data.status === 'error') return { kind: 'error', type: parsed.data.errorType, message: parsed.data.error };
  return { kind: 'result', result: resultOf(parsed.data.data), warnings: parsed.data.warnings ?? [] };
}

function resultOf({ resultType, result }: z.output<typeof data>): QueryResult {
  switch (resultType) {
    case 'vector':
    case 'matrix':
      return { kind: resultType, series: result };
    case 'scalar':
      return { kind: 'scalar', point: result };
    case 'string':
      return { kind: 'string' };
  }
}

function valueOf(text: string): number {
  switch (text) {
    case '+Inf':
      return Number.POSITIVE_INFINITY;
    case '-Inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return Number(text);
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
