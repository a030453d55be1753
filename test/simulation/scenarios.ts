/** Scenarios with little in them, to start from. */
import type { Scenario, SpecChoice } from './scenario.ts';

const plainSpec: SpecChoice = {
  approval: false,
  automatic: true,
  replicas: 2,
  minimumReady: null,
  rollbackMinimumReady: 1,
  soakMs: 6_000,
  monitorMs: 6_000,
  retentionMs: 86_400_000,
  drainMs: 6_000,
  teardown: 'delete',
  metrics: true,
  identity: true,
  connections: 2,
  checks: 'http-and-job',
  warmUp: true,
  onInsufficientData: 'rollback',
  secret: true,
};

/** A deployment to which nothing happens. */
export function plainScenario({
  spec,
  ...changes
}: Partial<Omit<Scenario, 'spec'>> & { spec?: Partial<SpecChoice> }): Scenario {
  return {
    seed: 1,
    first: false,
    leftover: false,
    usersPerSecond: 10,
    candidate: { kind: 'healthy', startMs: 300, readyMs: 500 },
    approvesAfterMs: 1_000,
    lastWord: 'finish',
    attemptFaults: [],
    requestFaults: [],
    happenings: [],
    ...changes,
    spec: { ...plainSpec, ...spec },
  };
}
