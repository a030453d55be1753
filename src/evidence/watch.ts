/**
 * A soak or a monitor: looks at both slots again and again, and judges at each look. What there is to look at is in its parts.
 *
 * 1. What it knows after a look is JSON: another worker goes on with it, and counters tell what happened in between.
 * 2. A candidate that is bad enough fails at once, so that nobody waits for the end of the watch.
 */
import { boundedWatch } from '../domain/bounds.ts';
import type { Finding, WatchEvidence } from '../domain/evidence.ts';
import { documentOf, look, wholeWatch } from './arm.ts';
import { reasonOf, verdictOf, type Limits } from './judge.ts';
import { baselinePart } from './parts/baseline.ts';
import { checksPart } from './parts/checks.ts';
import { comparisonPart } from './parts/comparison.ts';
import { limitsPart } from './parts/limits.ts';
import { logsPart } from './parts/logs.ts';
import { observationsPart } from './parts/observations.ts';
import { seriesPart } from './parts/series.ts';
import { takeSample, type Trouble } from './sampling.ts';
import type { Sample } from './source.ts';
import type { WatchPart } from './watch-part.ts';
import type { Watch, WatchState } from './watch-state.ts';

/** In the order in which their findings are said. */
const parts: readonly WatchPart[] = [
  limitsPart,
  observationsPart,
  comparisonPart,
  logsPart,
  checksPart,
  baselinePart,
  seriesPart,
];

const reasonsKept = 10;

/** The state after one more look at both slots at the same time. Rejects only when the signal aborts. */
export async function lookAgain(watch: Watch, state: WatchState, signal: AbortSignal): Promise<WatchState> {
  const [candidate, stable] = await Promise.all([
    takeSample(watch.sources, watch.candidate, signal),
    watch.stable === null ? null : takeSample(watch.sources, watch.stable, signal),
  ]);
  const unmeasured = addTroubles(state.unmeasured, [...candidate.troubles, ...(stable?.troubles ?? [])]);
  const seen = { candidate: candidate.sample, stable: stable?.sample ?? null };
  const next = afterLook(watch, { ...state, samples: state.samples + 1, unmeasured }, seen, watch.now());
  const urgent = parts.flatMap((part) => part.urgent?.(watch, next) ?? []);
  return { ...next, failed: urgent.filter(({ verdict }) => verdict === 'fail') };
}

/** Whether the candidate is so bad that the rest of the watch need not be waited for. */
export function hasFailed({ failed }: WatchState): boolean {
  return failed.length > 0;
}

/** Whether one more look may change the verdict. */
export function isUnsettled(watch: Watch, state: WatchState): boolean {
  return parts.some((part) => part.isUnsettled?.(watch, state) === true);
}

/** The evidence so far, or at the end. */
export function evidenceOf(watch: Watch, state: WatchState): WatchEvidence {
  const { failed, startedAt, samples, unmeasured } = state;
  const findings = samples === 0 ? [] : parts.flatMap((part) => part.findings?.(watch, state) ?? []);
  const deciding = failed.length > 0 ? failed : findings;
  const evidence: WatchEvidence = {
    verdict: verdictOf(deciding),
    reason: reasonOf(deciding, watch.limits),
    findings: failingFirst([
      ...failed.filter((one) => !findings.some(({ reason }) => reason === one.reason)),
      ...findings,
    ]),
    candidate: documentOf(wholeWatch(state.candidate)),
    stable: state.stable && documentOf(wholeWatch(state.stable)),
    samples,
    watchedMs: Math.max(0, watch.now() - startedAt),
    unmeasured,
  };
  return boundedWatch(parts.reduce((known, part) => ({ ...known, ...part.evidence?.(watch, state) }), evidence));
}

function failingFirst(findings: readonly Finding[]): Finding[] {
  const failing = findings.filter(({ verdict }) => verdict === 'fail');
  return [...failing, ...findings.filter(({ verdict }) => verdict !== 'fail')];
}

function afterLook(
  watch: Watch,
  before: WatchState,
  { candidate, stable }: { readonly candidate: Sample; readonly stable: Sample | null },
  at: number,
): WatchState {
  const hasStable = before.stable !== null && stable !== null;
  const time = { at, isSettling: at - before.startedAt < watch.comparison.limitsSettleMs };
  const arms = {
    candidate: look(before.candidate, counted(candidate, watch.limits), time),
    stable: hasStable ? look(before.stable, counted(stable, watch.limits), time) : null,
  };
  const seen = { at, candidate, stable, arms };
  return parts.reduce<WatchState>((state, part) => ({ ...state, ...part.after?.(watch, before, seen) }), {
    ...before,
    ...arms,
  });
}

/** Where the pods are not asked, what other sources count of them is not judged. */
function counted(sample: Sample, { metrics }: Limits): Sample {
  if (metrics !== 'none') return sample;
  const { counters: _counters, ...others } = sample;
  return others;
}

function addTroubles(known: WatchState['unmeasured'], more: readonly Trouble[]): WatchState['unmeasured'] {
  const counts = new Map(known.map((one) => [`${one.source}\n${one.reason}`, one]));
  for (const one of more) {
    const key = `${one.source}\n${one.reason}`;
    const before = counts.get(key);
    if (before === undefined && counts.size >= reasonsKept) continue;
    counts.set(key, { ...one, count: (before?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}
