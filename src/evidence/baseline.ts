/**
 * Stable's baseline: what its pods counted of users' traffic before the cutover, by look. The soak records it, from the pods
 * that get none of its probes; the monitor compares with it. Pure.
 */
import { z } from 'zod';
import { addTotals, beginCounting, count, noTotals, type CounterState, type Totals } from './counters.ts';
import { between } from './arm.ts';
import type { Sample } from './source.ts';

/** JSON. */
export interface BaselineRecording {
  readonly counters: CounterState | null;
  /** When the first of the looks began, in milliseconds since the epoch. */
  readonly since: number;
  /** What was counted until each look, oldest first. */
  readonly looks: readonly BaselineLook[];
}

interface BaselineLook {
  readonly until: number;
  readonly totals: Totals;
}

/** Another one counts other requests: in 1 those of Kubernetes' own probes were among users'. */
const format = 2;

/** What the monitor gets. JSON. */
export interface Baseline {
  readonly format: typeof format;
  readonly recordedMs: number;
  readonly looks: readonly Totals[];
}

/** More looks than this say little more; and one can be so large that there are many buckets. */
const most = { looks: 60, least: 24, characters: 24_000 } as const;

export function newRecording(at: number): BaselineRecording {
  return { counters: null, since: at, looks: [] };
}

/** After one more look at stable; `counts` tells whose counters are users' alone. Looks are kept for `lengthMs`. */
export function record(
  recording: BaselineRecording,
  { counters, pods }: Sample,
  at: number,
  { counts, lengthMs }: { readonly counts: (uid: string) => boolean; readonly lengthMs: number },
): BaselineRecording {
  const known = recording.counters && without(recording.counters, (uid) => !counts(uid));
  const own = counters && Object.fromEntries(Object.entries(counters).filter(([uid]) => counts(uid)));
  if (own === undefined || Object.keys(own).length === 0) return { ...recording, counters: known };
  if (known === null) return { counters: beginCounting(own, pods?.uids), since: at, looks: [] };
  const others = Object.keys(counters ?? {}).filter((uid) => !counts(uid));
  const after = count({ ...known, pending: [...new Set([...known.pending, ...others])] }, own, pods?.uids);
  const totals = between(known, after) ?? noTotals;
  const looks = [...recording.looks, { until: at, totals }];
  const kept = looks.filter(({ until }) => until > at - lengthMs);
  const since = looks[looks.length - kept.length - 1]?.until ?? recording.since;
  return { counters: after, since, looks: thinned(kept) };
}

/** Pods that were sent probes meanwhile: what they count is no more users' alone, and begins anew when they are spared again. */
function without({ last, pending, totals }: CounterState, isOther: (uid: string) => boolean): CounterState {
  const others = Object.keys(last).filter(isOther);
  if (others.length === 0) return { last, pending, totals };
  return {
    last: Object.fromEntries(Object.entries(last).filter(([uid]) => !others.includes(uid))),
    pending: [...new Set([...pending, ...others])],
    totals,
  };
}

/** What was recorded; null where nothing was. */
export function baselineOf({ since, looks }: BaselineRecording): Baseline | null {
  const last = looks.at(-1);
  if (last === undefined) return null;
  return { format, recordedMs: last.until - since, looks: looks.map(({ totals }) => totals) };
}

export function totalsOf({ looks }: Baseline): Totals {
  return looks.reduce(addTotals, noTotals);
}

/** How many of them were users', as far as that can be told. */
export function usersRequests(baseline: Baseline): number {
  const { requests, explained = 0 } = totalsOf(baseline);
  return Math.max(0, requests - explained);
}

/** Neighbours are put together while there are too many of them. */
function thinned(looks: readonly BaselineLook[]): readonly BaselineLook[] {
  const isTooMuch =
    looks.length > most.looks || (looks.length > most.least && JSON.stringify(looks).length > most.characters);
  if (!isTooMuch) return looks;
  const pairs = Array.from({ length: Math.ceil(looks.length / 2) }, (_, index) =>
    looks.slice(2 * index, 2 * index + 2),
  );
  return thinned(
    pairs.flatMap(([first, second]) => {
      if (first === undefined) return [];
      if (second === undefined) return [first];
      return [{ until: second.until, totals: addTotals(first.totals, second.totals) }];
    }),
  );
}

const totalsSchema = z.object({
  requests: z.number(),
  errors: z.number(),
  latency: z.record(z.string(), z.number()),
  explained: z.number().exactOptional(),
});

const baselineSchema = z.object({
  format: z.literal(format),
  recordedMs: z.number(),
  looks: z.array(totalsSchema),
}) satisfies z.ZodType<Baseline>;

/** What a soak, perhaps of another version of the worker, has recorded; null where it has not, or it is not understood. */
export function readBaseline(left: unknown): Baseline | null {
  const parsed = baselineSchema.safeParse(left);
  return parsed.success ? parsed.data : null;
}
