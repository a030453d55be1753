/** The sequences of `npm test`: always the same, in files of their own so that they run side by side. */
import { expect, test } from 'vitest';
import { check, describeFailure } from './check.ts';
import { WorkflowCode } from './temporal/workflow-code.ts';

const batch = 100;

export function expectSequencesToHold({ seed, runs }: { readonly seed: number; readonly runs: number }): void {
  test(`${runs} simulated deployments hold every invariant`, { timeout: 600_000 }, async () => {
    const code = WorkflowCode.load();
    for (let done = 0; done < runs; done += batch) {
      const failure = await check(code, { runs: batch, seed: seed + done });
      expect(failure === null ? null : describeFailure(failure)).toBeNull();
    }
  });
}
