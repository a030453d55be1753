import { beforeAll, describe, expect, it } from 'vitest';
import type { BaselineResult, MonitorInput } from '../../src/activities/contract.ts';
import * as messages from '../../src/workflows/messages.ts';
import { at, operator } from './operator.ts';
import { WorkflowRig, type RunningDeployment } from './rig.ts';
import { spec, watchEvidence } from './scripted-activities.ts';

let rig: WorkflowRig;
beforeAll(async () => {
  rig = await WorkflowRig.start();
});

const withApproval = { ...spec, approval: { required: true, timeout: '1h' } };
const ofSoak = 'of the soak';
const errorsOfSoak = 'errors of the soak';

async function approve(run: RunningDeployment): Promise<void> {
  await run.when(at('approval'));
  await run.handle.executeUpdate(messages.approveUpdate, { args: [operator] });
}

/** The activities of a deployment that remember what the monitor got. */
function remembering(baseline: () => Promise<BaselineResult>) {
  const seen: unknown[] = [];
  const errors: unknown[] = [];
  return {
    seen,
    errors,
    activities: {
      soak: async () => ({ ...watchEvidence('pass'), baseline: ofSoak, stableErrors: errorsOfSoak }),
      baseline,
      monitor: async (input: MonitorInput) => {
        seen.push(input.baseline);
        errors.push(input.stableErrors);
        return watchEvidence('pass');
      },
    },
  };
}

describe.concurrent("stable's baseline", () => {
  it('goes from the soak to the monitor, as its errors do, and not into the state', async () => {
    const { seen, errors, activities } = remembering(async () => ({ baseline: 'never' }));
    const { state, calls } = await rig.deploy({ activities });
    expect(seen).toEqual([ofSoak]);
    expect(errors).toEqual([errorsOfSoak]);
    expect(calls).not.toContain('baseline');
    expect(JSON.stringify(state)).not.toContain('of the soak');
  });

  it('is recorded anew while an operator is waited for', async () => {
    const recorded: string[] = [];
    const { seen, activities } = remembering(async () => {
      recorded.push(`number ${recorded.length}`);
      return { baseline: recorded.at(-1) };
    });
    await rig.deploy({
      spec: withApproval,
      activities,
      script: async (run) => {
        await run.when(at('approval'));
        // The workflow has it once nobody works on it any more; each turn waits for Temporal, or nobody ever would.
        while ((await run.handle.describe()).raw.pendingActivities?.length !== 0 || recorded.length === 0);
        await approve(run);
      },
    });
    expect(seen).toEqual([expect.stringMatching(/^number \d+$/)]);
  });

  it('that is too small for the monitor is a notice, once', async () => {
    let times = 0;
    const { activities } = remembering(async () => {
      times += 1;
      return { baseline: null, warning: `too few, number ${times}` };
    });
    const { state } = await rig.deploy({
      spec: withApproval,
      activities,
      script: async (run) => {
        await run.when(at('approval'));
        await run.pass('40m');
        await approve(run);
      },
    });
    expect(times).toBeGreaterThan(1);
    expect(state.notices.filter(({ text }) => text.startsWith('too few')).map(({ text }) => text)).toEqual([
      'too few, number 1',
    ]);
  });

  it('is that of the soak where it could not be recorded anew', async () => {
    const { seen, activities } = remembering(() => Promise.reject(new Error('no metrics')));
    const { state } = await rig.deploy({ spec: withApproval, activities, script: approve });
    expect(seen).toEqual([ofSoak]);
    expect(state.outcome).toBe('finished');
  });
});
