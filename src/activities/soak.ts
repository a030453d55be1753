/** Soak: both slots under the same probe traffic, before users see the candidate. */
import type { WatchEvidence } from '../domain/evidence.ts';
import { probeRequests } from '../domain/probe-requests.ts';
import type { Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { baselineOf } from '../evidence/baseline.ts';
import { stableErrorsOf } from '../evidence/logs/stable-errors.ts';
import { sendTraffic, type Traffic } from '../evidence/traffic.ts';
import type { Watch } from '../evidence/watch-state.ts';
import type { Step } from './attempt.ts';
import { beforeWatch } from './before-watch.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { assertProduction, isAsDeployed } from './in-place.ts';
import { secretHeaders } from './secret-headers.ts';
import { prepareWatch, unwatched, watchSlots } from './watch-slots.ts';

export function createSoak(dependencies: Dependencies): Step<'soak'> {
  return async (target, attempt) => {
    const { spec, candidateSlot, stableSlot } = target;
    const { cluster, access } = dependencies;
    const run = { step: 'soak', target, spec: spec.soak, attempt } as const;
    const requests = probeRequests(spec);
    const before = await beforeWatch('soak', run, async () => ({
      ...(await prepareWatch(dependencies, target)),
      ...(await secretHeaders(cluster, spec.namespace, requests, access[spec.access])),
    }));
    if (!before.ok) return unwatched(run, before.why);
    const { views, port, resolve, way } = before.read;
    const over = new AbortController();
    const traffic = sendTraffic({
      way,
      namespace: spec.namespace,
      port,
      requests: requests.map(resolve),
      requestsPerSecond: spec.soak.traffic.requestsPerSecond,
      slots: stableSlot === null ? [candidateSlot] : [candidateSlot, stableSlot],
      sparing: stableSlot,
      pods: (slot) => views.last(slot)?.pods ?? [],
      podsNow: async (slot) => (await views.read(slot))?.pods ?? [],
      run: String(attempt.number),
      signal: AbortSignal.any([attempt.signal, over.signal]),
    });
    try {
      const inPlace = async (): Promise<void> => {
        await assertProduction(cluster, target, stableSlot, 'soak');
        const view = await views.read(candidateSlot).catch(() => undefined);
        if (view !== undefined) isAsDeployed(target, view?.deployment ?? null);
      };
      const sources = [traffic.source];
      const records = recordsOf(target, traffic);
      const known = { baseline: null, stableUsage: null, stableErrors: null };
      const watching = { ...run, ...known, views, port, asked: askedBy(target), sources, inPlace, records };
      const { evidence, state } = await watchSlots(dependencies, watching);
      const baseline = state.baseline && baselineOf(state.baseline);
      const stableErrors = state.logs === undefined ? null : stableErrorsOf(state.logs);
      return {
        ...explained(evidence, spec, traffic.answered(candidateSlot)),
        ...(baseline === null ? {} : { baseline }),
        ...(stableErrors === null ? {} : { stableErrors }),
      };
    } finally {
      over.abort();
    }
  };
}

/** Of the candidate alone: stable's baseline is of users' requests. */
function askedBy({ spec, candidateSlot }: Target): (slot: Slot) => readonly string[] {
  const paths = spec.soak.traffic.requestsPerSecond > 0 ? probeRequests(spec).map(({ path }) => path) : [];
  return (slot) => (slot === candidateSlot ? paths : []);
}

/** The baseline is as long as the monitor, and of users' requests alone. */
function recordsOf({ spec, stableSlot }: Target, traffic: Traffic): Watch['records'] {
  if (stableSlot === null || spec.metrics === 'none') return null;
  return {
    counts: (uid) => traffic.spares(stableSlot, uid),
    lengthMs: toMilliseconds(spec.monitor.duration),
  };
}

/** Says what to do where requests were answered and not counted, as those of health checks often are not. */
function explained(evidence: WatchEvidence, { soak }: Spec, answered: number): WatchEvidence {
  const { findings, candidate, reason, unmeasured } = evidence;
  const isCounted = !findings.some(({ metric, verdict }) => metric === 'requests' && verdict === 'insufficient-data');
  if (isCounted || candidate.requests === null || answered < soak.minimumRequests) return evidence;
  // What could not be read is reason enough.
  if (unmeasured.length > 0) return evidence;
  const hint = `${answered} requests of the soak were answered, but the pods do not count all of these paths: name others in soak.traffic.requests`;
  return { ...evidence, reason: `${reason}; ${hint}` };
}
