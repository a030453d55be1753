/** What the simulation has found and no test of a single part shows: each of these sequences broke an invariant once. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Action, Happening, Scenario, SpecChoice } from './scenario.ts';
import { plainScenario } from './scenarios.ts';
import { runSequence } from './sequence.ts';
import { WorkflowCode } from './temporal/workflow-code.ts';

const short: Partial<SpecChoice> = { replicas: 1, soakMs: 0, monitorMs: 3_000, retentionMs: 5_000, drainMs: 0 };

function operatorSays(step: Happening['in'], afterMs: number): Happening {
  return { in: step, afterMs, what: { kind: 'message', name: 'rollback', via: 'update', form: 'good', times: 1 } };
}

const found: [string, Partial<Scenario>][] = [
  [
    'a rollback during the claim keeps the attempt that still runs from making a candidate',
    { first: true, happenings: [operatorSays('deploy', 5)] },
  ],
  [
    'an attempt that was rolled back removes nothing more from the slot',
    { leftover: true, happenings: [operatorSays('deploy', 19)] },
  ],
  [
    'a slot that was switched to by hand is not changed by the deployment any more',
    { leftover: true, happenings: [{ in: 'preflight', afterMs: 500, what: { kind: 'select', to: 'candidate' } }] },
  ],
  [
    'a soak whose worker stops before it begins leaves no traffic behind',
    {
      spec: { ...plainScenario({}).spec, ...short, soakMs: 3_000 },
      attemptFaults: [{ activity: 'soak', nth: 0, fault: { kind: 'shutdown', requests: 1 } }],
    },
  ],
  [
    'a cutover that was interrupted is on record, whatever else is said meanwhile',
    {
      happenings: [
        operatorSays('cutover', 0),
        {
          in: 'cutover',
          afterMs: 73,
          what: { ...operatorSays('cutover', 0).what, via: 'signal', times: 30 } as Action,
        },
      ],
    },
  ],
];

describe('what was found once holds', () => {
  let code: WorkflowCode;
  beforeAll(() => {
    code = WorkflowCode.load();
  });

  test.each(found)('%s', async (_name, scenario) => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { violation } = await runSequence(code, plainScenario({ spec: short, ...scenario, seed }));
      expect(violation).toBeNull();
    }
  });
});
