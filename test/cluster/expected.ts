/** What the tests on the cluster say over and over. */
import { expect } from 'vitest';
import type { LoadReport } from '../../demo/load/report.ts';
import type { DeploymentState, StepName } from '../../src/domain/state.ts';

/** For `rig.when`. */
export const at = (phase: StepName) => (state: DeploymentState) => state.phase === phase;

/** For where nobody sends traffic: there is nothing for a monitor to measure. */
export const unwatched = { monitor: { duration: '0s' } };

export const image = (tag: string) => ({ candidate: { image: `myapp:${tag}` } });

export function expectNothingDropped(report: LoadReport): void {
  expect(report.firstFailures).toEqual([]);
  expect(report.requestsFailed).toBe(0);
  expect(report.requestsAnswered).toBeGreaterThan(100);
}
