/** Activities whose answers a test chooses; they keep the order in which they were called. */
import type { Activities, PreflightInput, SwitchInput, SwitchResult, Target } from '../../src/activities/contract.ts';
import type { WatchEvidence } from '../../src/domain/evidence.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import { DeploymentError } from '../../src/domain/failure.ts';
import type { Spec, SpecInput } from '../../src/domain/spec.ts';
import type { Slot } from '../../src/domain/slot.ts';
import type { SlotState } from '../../src/domain/state.ts';

export const spec: SpecInput = {
  app: 'api',
  service: 'api-service',
  candidate: { image: 'myapp:v2.0' },
  smoke: { checks: [{ name: 'health', http: { path: '/healthz' } }] },
  warmUp: { requests: [{ path: '/', count: 3 }] },
};

export function parsed(input: unknown): Spec {
  const result = parseSpec(input);
  if (!result.ok) throw new DeploymentError('SpecInvalid', result.mistakes.map(({ path }) => path).join(', '));
  return result.spec;
}

export function slotState(slot: Slot, image: string): SlotState {
  return {
    slot,
    deployment: `api-${slot}`,
    desiredPods: 10,
    readyPods: 10,
    images: [image],
    imageDigests: [`${image}@sha256:${slot}`],
    seenAt: new Date(0).toISOString(),
  };
}

export function watchEvidence(verdict: WatchEvidence['verdict'], reason = `verdict ${verdict}`): WatchEvidence {
  const candidate = {
    requests: 100,
    errors: 0,
    errorRate: 0,
    p95Ms: 5,
    p99Ms: 9,
    restarts: 0,
    readyPods: 10,
    desiredPods: 10,
  };
  return { verdict, reason, findings: [], candidate, stable: candidate, samples: 10, watchedMs: 1_000, unmeasured: [] };
}

function switchResult({ fence }: { fence: number }, from: Slot | null, to: Slot | null): SwitchResult {
  const at = new Date().toISOString();
  return {
    from,
    to,
    fence,
    patchedAt: at,
    verifiedAt: at,
    requestToPatchMs: 10,
    patchToVerifiedMs: 20,
    verification: 'EndpointSlices hold exactly its ready pods',
    candidate: slotState('green', 'myapp:v2.0'),
    stable: slotState('blue', 'myapp:v1.0'),
  };
}

/** A cluster in which everything goes well, except for what `overrides` says. */
export function scriptedActivities(overrides: Partial<Activities> = {}): { activities: Activities; calls: string[] } {
  const calls: string[] = [];
  const activities: Activities = {
    async preflight({ spec: raw }: PreflightInput) {
      const stable = slotState('blue', 'myapp:v1.0');
      return { spec: parsed(raw), stable, stableSlot: 'blue', candidateSlot: 'green', notices: [] };
    },
    async deploy(target: Target) {
      const stable = target.stableSlot === null ? null : slotState('blue', 'myapp:v1.0');
      return { candidate: slotState('green', 'myapp:v2.0'), stable, fence: 1 };
    },
    warmUp: async () => ({ pods: 10, requestsSent: 30, requestsFailed: 0, errors: [] }),
    smoke: async () => ({
      verdict: 'pass',
      checks: [{ name: 'health', kind: 'http', passed: true, detail: '200', durationMs: 4 }],
    }),
    soak: async () => watchEvidence('pass'),
    baseline: async () => ({ baseline: null }),
    cutover: async (input: SwitchInput) =>
      switchResult({ fence: input.fence + 1 }, input.stableSlot, input.candidateSlot),
    monitor: async () => watchEvidence('pass'),
    rollback: async (input) =>
      input.mayHaveSwitched
        ? { switched: switchResult({ fence: 9 }, input.candidateSlot, input.stableSlot), fence: 9 }
        : { switched: null, fence: 2 },
    retention: async () => ({ over: true, notice: null }),
    drain: async () => ({ tailRequests: 2, quiet: true, waitedMs: 1_000 }),
    teardown: async ({ slot, how }) => ({ detail: `api-${slot}: ${how}` }),
    ...overrides,
  };
  const logged = Object.entries(activities).map(([name, run]) => [
    name,
    async (input: never): Promise<unknown> => {
      calls.push(name);
      return (run as (input: never) => Promise<unknown>)(input);
    },
  ]);
  return { activities: Object.fromEntries(logged) as Activities, calls };
}
