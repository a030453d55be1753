/** What the simulation has found and no test of a single part shows: each of these sequences broke an invariant once. */
import { beforeAll, describe, expect, test } from 'vitest';
import { found, shortScenario } from './found.ts';
import { runSequence } from './sequence.ts';
import { WorkflowCode } from './temporal/workflow-code.ts';

describe('what was found once holds', () => {
  let code: WorkflowCode;
  beforeAll(() => {
    code = WorkflowCode.load();
  });

  test.each(found)('%s', async (_name, scenario) => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { violation } = await runSequence(code, shortScenario(scenario, seed));
      expect(violation).toBeNull();
    }
  });
});
