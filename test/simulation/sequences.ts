/** What `npm test` simulates: the same sequences at each run. `npm run simulate` takes others each time. */
import { expect } from 'vitest';
import { check, describeFailure } from './check.ts';
import { WorkflowCode } from './temporal/workflow-code.ts';

export async function expectNoViolation({ runs, seed }: { runs: number; seed: number }): Promise<void> {
  const failure = await check(WorkflowCode.load(), { runs, seed });
  expect(failure === null ? null : describeFailure(failure)).toBeNull();
}
