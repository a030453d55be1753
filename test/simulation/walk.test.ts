import { beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/state.ts';
import type { BehaviourKind } from './model/workload.ts';
import { plainScenario } from './scenarios.ts';
import { runSequence } from './sequence.ts';
import { WorkflowCode } from './temporal/workflow-code.ts';

describe('one simulated deployment', () => {
  let code: WorkflowCode;
  beforeAll(() => {
    code = WorkflowCode.load();
  });

  const endings: [BehaviourKind, Outcome, string | undefined][] = [
    ['healthy', 'finished', 'green'],
    ['never-ready', 'rolled-back', 'blue'],
    ['crash-loop', 'rolled-back', 'blue'],
    ['pull-error', 'rolled-back', 'blue'],
    ['smoke-fails', 'rolled-back', 'blue'],
    ['errors', 'rolled-back', 'blue'],
    ['errors-under-traffic', 'rolled-back', 'blue'],
    ['slow', 'rolled-back', 'blue'],
    ['no-metrics', 'rolled-back', 'blue'],
  ];
  test.each(endings)('of a candidate that is %s ends as %s', async (kind, outcome, live) => {
    const scenario = plainScenario({ candidate: { kind, startMs: 300, readyMs: 500 } });
    const { state, violation, model } = await runSequence(code, scenario);
    expect(violation).toBeNull();
    expect(state?.outcome).toBe(outcome);
    expect(model.liveVersion).toBe(live);
  });

  test('keeps stable for as long as the spec says, and takes no real time for it', async () => {
    const { ms } = await runSequence(code, plainScenario({ spec: { retentionMs: 86_400_000 } }));
    expect(ms).toBeGreaterThan(86_400_000);
  });

  test('is the same whenever it is repeated', async () => {
    const [one, other] = [await runSequence(code, plainScenario({})), await runSequence(code, plainScenario({}))];
    expect(one.state).toEqual(other.state);
    expect(one.events).toBe(other.events);
  });

  test('of an app that has none yet selects the candidate', async () => {
    const { state, model } = await runSequence(code, plainScenario({ first: true }));
    expect(state?.outcome).toBe('finished');
    expect(model.liveVersion).toBe('blue');
  });
});
