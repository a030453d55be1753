/**
 * Native histograms of Prometheus as cumulative buckets. Pure.
 *
 * Their buckets are as many and as fine as what was observed, and become coarser while a process runs. Here they are given
 * at bounds that do not depend on it: those of schema 3, eight to a doubling, or the ones among them that a coarser
 * histogram has, too. So a difference of two looks, and the sum over pods of different schemas, is at bounds that both have.
 * https://prometheus.io/docs/specs/native_histograms/
 */
import { addBuckets, isCount, type Buckets } from './histogram.ts';

/** Consecutive buckets: as many as `length`, `offset` after the end of the span before; of the first, after index 0. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

export interface NativeHistogram {
  /** The upper bound of bucket i is 2^(i · 2^-schema). */
  readonly schema: number;
  /** How many observations there are, those that are not a number included. */
  readonly count: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: readonly Span[];
  /** How many observations each of the positive spans' buckets has. */
  readonly positiveCounts: readonly number[];
  /** Of all negative observations together: no latency is one. */
  readonly negativeCount: number;
}

const schemas = { coarsest: -4, finest: 8, given: 3 } as const;
/** Of the bounds, as powers of two: from a quarter of a millisecond to two minutes. */
const exponents = { least: -12, most: 7 } as const;
/** Enough for a bound that is a few percent from the next, and short enough for a heartbeat. */
const digits = 4;

/** All of them together. Throws an Error where one has a schema that is none of exponential buckets, or is broken. */
export function bucketsOfNative(histograms: readonly NativeHistogram[]): Buckets {
  const bySchema = new Map<number, Merged>();
  for (const histogram of histograms) {
    const schema = Math.min(schemas.given, readable(histogram).schema);
    const merged = bySchema.get(schema) ?? new Merged(schema);
    merged.add(histogram);
    bySchema.set(schema, merged);
  }
  return [...bySchema.values()].map((merged) => merged.buckets()).reduce<Buckets>(addBuckets, {});
}

function readable(histogram: NativeHistogram): NativeHistogram {
  const { schema, count, zeroCount, negativeCount, positiveCounts } = histogram;
  if (!Number.isInteger(schema) || schema < schemas.coarsest || schema > schemas.finest) {
    throw new Error(`a native histogram of schema ${schema}: ${schemas.coarsest} to ${schemas.finest} can be read`);
  }
  if (![count, zeroCount, negativeCount, ...positiveCounts].every(isCount)) {
    throw new Error('a native histogram with a count that is none');
  }
  return histogram;
}

/** Histograms of one schema, or of finer ones whose buckets are merged to it. */
class Merged {
  readonly #schema: number;
  readonly #counts = new Map<number, number>();
  readonly #zeros = new Map<number, number>();
  #count = 0;
  #negative = 0;

  constructor(schema: number) {
    this.#schema = schema;
  }

  add({ schema, count, zeroThreshold, zeroCount, negativeCount, positive, positiveCounts }: NativeHistogram): void {
    this.#count += count;
    this.#negative += negativeCount;
    addTo(this.#zeros, zeroThreshold, zeroCount);
    const merged = 2 ** (schema - this.#schema);
    let [index, taken] = [0, 0];
    for (const { offset, length } of positive) {
      index += offset;
      const end = Math.min(positiveCounts.length, taken + length);
      for (; taken < end; taken += 1, index += 1) {
        addTo(this.#counts, Math.ceil(index / merged), positiveCounts[taken] ?? 0);
      }
    }
  }

  buckets(): Buckets {
    const width = 2 ** -this.#schema;
    const observed = [...this.#counts].sort(([a], [b]) => a - b);
    const buckets: Record<string, number> = {};
    let [below, next] = [this.#negative, 0];
    for (let index = Math.ceil(exponents.least / width); index * width <= exponents.most; index += 1) {
      for (; (observed[next]?.[0] ?? Infinity) <= index; next += 1) below += observed[next]?.[1] ?? 0;
      const bound = 2 ** (index * width);
      const zeros = [...this.#zeros].filter(([threshold]) => threshold <= bound);
      buckets[String(Number(bound.toPrecision(digits)))] = zeros.reduce((sum, [, count]) => sum + count, below);
    }
    return { ...buckets, Infinity: this.#count };
  }
}

function addTo(counts: Map<number, number>, key: number, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
