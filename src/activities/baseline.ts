/**
 * Records stable's baseline anew while an operator is waited for: no probes are sent then, so all of its pods count users' traffic
 * alone. Nothing depends on it but what the monitor compares with, so what could not be read is left out.
 */
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import { foreseeInsufficient } from '../domain/insufficient-data.ts';
import { numberOf } from '../domain/number-of.ts';
import { intervalOf } from '../domain/watch-looks.ts';
import { baselineOf, newRecording, record, usersRequests, type Baseline } from '../evidence/baseline.ts';
import { sourceInTime } from '../evidence/in-time.ts';
import { takeSample } from '../evidence/sampling.ts';
import { pause, report, type Step } from './attempt.ts';
import type { BaselineResult, Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { prepareWatch } from './watch-slots.ts';
import { requestSources } from './watch-sources.ts';

/** A look at a slot that answers within seconds. */
const longestLookMs = 5_000;

export function createBaseline(dependencies: Dependencies): Step<'baseline'> {
  return async (target, attempt) => {
    const { spec, stableSlot } = target;
    if (stableSlot === null) return { baseline: null };
    const watch = spec.monitor;
    const { views, port } = await prepareWatch(dependencies, { ...target, candidateSlot: stableSlot });
    const sources = requestSources(dependencies, { target, views, port, everyMs: intervalOf(watch) }).map((source) =>
      sourceInTime(source, () => longestLookMs),
    );
    const lengthMs = toMilliseconds(watch.duration);
    const endsAt = Date.now() + attempt.remaining(lengthMs);
    let recording = newRecording(Date.now());
    while (Date.now() < endsAt) {
      const lookedAt = Date.now();
      views.refresh();
      const { sample } = await takeSample(sources, { spec, slot: stableSlot }, attempt.signal);
      recording = record(recording, sample, Date.now(), { counts: () => true, lengthMs });
      report(attempt, 'approval', { summary: inShort(baselineOf(recording), target) });
      await pause(attempt, lookedAt + intervalOf(watch) - Date.now());
      attempt.signal.throwIfAborted();
    }
    return resultOf(baselineOf(recording), target);
  };
}

function resultOf(baseline: Baseline | null, target: Target): BaselineResult {
  if (baseline === null) return { baseline };
  const warning = foreseen(baseline, target);
  if (warning === null) return { baseline };
  return {
    baseline,
    warning: `users ask little of ${target.stableSlot ?? 'stable'}, ${counted(baseline)}: ${warning}`,
  };
}

/** How many requests of users there were, and what that leads to where they are too few: now it can be acted on still. */
function inShort(baseline: Baseline | null, target: Target): string {
  const what = `recording what users ask of ${target.stableSlot ?? 'stable'}, for the monitor`;
  if (baseline === null) return what;
  const warning = foreseen(baseline, target);
  return `${what}: ${counted(baseline)}${warning === null ? '' : `; ${warning}`}`;
}

function counted(baseline: Baseline): string {
  return `${numberOf(usersRequests(baseline), 'request')} in ${formatDuration(baseline.recordedMs)}`;
}

function foreseen(baseline: Baseline, { spec }: Target): string | null {
  return foreseeInsufficient({ requests: usersRequests(baseline), forMs: baseline.recordedMs }, spec);
}
