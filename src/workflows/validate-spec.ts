/** ValidateSpec: tries out what a spec refers to, from where the worker is. Beside every deployment, and changing nothing. */
import { proxyActivities } from '@temporalio/workflow';
import type { ValidateActivity, ValidateResult } from '../activities/contract.ts';

export async function validateSpec(spec: unknown): Promise<ValidateResult> {
  const { validate } = proxyActivities<ValidateActivity>({
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '75s',
    heartbeatTimeout: '5s',
    retry: { maximumAttempts: 3 },
    summary: 'Tries out what the spec refers to; changes nothing',
  });
  return validate({ spec });
}
