/**
 * The baseline that is recorded while an operator is waited for, again and again: what stable did hours ago says little about
 * what the candidate should do now.
 *
 * 1. Nobody waits for it: the answer of the operator ends it, and what was recorded last counts.
 * 2. What goes wrong with it is no matter of the deployment.
 * 3. The longer it waits, the rarer it is recorded, so that a wait of days makes no long history.
 */
import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import type { BaselineResult } from '../activities/contract.ts';
import { toMilliseconds } from '../domain/duration.ts';
import type { Deployment } from './deployment.ts';
import { baselineActivities } from './step-activities.ts';

/** Of the time that has been waited for already; but at least as long as one recording. */
const pauseShare = 0.25;

/** Runs `wait` while the baseline is kept fresh. */
export async function whileBaselineIsRecorded<T>(deployment: Deployment, wait: () => Promise<T>): Promise<T> {
  if (!isUsed(deployment) || !patched('baseline-while-approval-is-awaited')) return wait();
  const scope = new CancellationScope();
  const recording = scope.run(() => recordAgain(deployment)).catch(() => undefined);
  try {
    return await wait();
  } finally {
    scope.cancel();
    await recording;
  }
}

function isUsed({ planned: { spec, stableSlot } }: Deployment): boolean {
  const { duration, comparison } = spec.monitor;
  return stableSlot !== null && spec.metrics !== 'none' && comparison !== 'none' && toMilliseconds(duration) > 0;
}

async function recordAgain(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  const { duration } = planned.spec.monitor;
  const begun = Date.now();
  let warned = false;
  for (;;) {
    const { baseline, warning } = await recorded(() => baselineActivities(duration).baseline(planned));
    if (baseline !== null) deployment.baseline = baseline;
    if (warning !== undefined && !warned) record.notice(warning);
    warned ||= warning !== undefined;
    await sleep(Math.max(toMilliseconds(duration), (Date.now() - begun) * pauseShare));
  }
}

/** Nothing also where it failed: what was recorded before stays, and the next one may come to more. */
async function recorded(record: () => Promise<BaselineResult>): Promise<BaselineResult> {
  try {
    return await record();
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { baseline: null };
  }
}
