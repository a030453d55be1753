/** Soak: both slots under the same probe traffic, before users see the candidate. */
import type { Slot } from '../domain/slot.ts';
import type { HttpRequest, Spec } from '../domain/spec.ts';
import { sendTraffic } from '../evidence/traffic.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { readSlot, type SlotView } from '../kubernetes/slot.ts';
import type { Attempt, Step } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './index.ts';
import { watchSlots } from './watch-slots.ts';

export function createSoak(dependencies: Dependencies): Step<'soak'> {
  return async (target, attempt) => {
    const over = new AbortController();
    const slots = new Map<Slot, SlotView>();
    await startTraffic(dependencies, { target, slots, attempt, over: over.signal });
    try {
      return await watchSlots(dependencies, {
        step: 'soak',
        target,
        watch: target.spec.soak,
        attempt,
        onSlots: (seen) => {
          for (const [slot, view] of seen) slots.set(slot, view);
        },
      });
    } finally {
      over.abort();
    }
  };
}

interface Start {
  readonly target: Target;
  readonly slots: ReadonlyMap<Slot, SlotView>;
  readonly attempt: Attempt;
  readonly over: AbortSignal;
}

async function startTraffic({ cluster, access }: Dependencies, { target, slots, attempt, over }: Start): Promise<void> {
  const { spec, candidateSlot, stableSlot } = target;
  const candidate = await readSlot(cluster, { namespace: spec.namespace, app: spec.app, slot: candidateSlot });
  const podsOf = (slot: Slot) => () => slots.get(slot)?.pods ?? [];
  sendTraffic({
    way: access.way(spec.access),
    namespace: spec.namespace,
    port: await podPort(cluster, spec, candidate),
    requests: probeRequests(spec),
    requestsPerSecond: spec.soak.traffic.requestsPerSecond,
    slots: stableSlot === null ? [podsOf(candidateSlot)] : [podsOf(candidateSlot), podsOf(stableSlot)],
    signal: AbortSignal.any([attempt.signal, over]),
  });
}

/** The spec's requests; by default the GET requests of its smoke checks, or the root. */
export function probeRequests(spec: Spec): readonly HttpRequest[] {
  if (spec.soak.traffic.requests !== undefined) return spec.soak.traffic.requests;
  const checks = spec.smoke.checks.flatMap((check) =>
    'http' in check && check.http.method === 'GET' ? [check.http] : [],
  );
  return checks.length > 0 ? checks : [{ method: 'GET', path: '/', headers: {} }];
}
