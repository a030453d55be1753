import { once } from 'node:events';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, type WorkflowUpdateFailedError } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import type { DeploymentState, StepName } from '../../src/domain/state.ts';
import * as messages from '../../src/workflows/messages.ts';
import { WorkflowRig } from './rig.ts';
import { parsed, slotState, spec, watchEvidence } from './scripted-activities.ts';

let rig: WorkflowRig;
beforeAll(async () => {
  rig = await WorkflowRig.start();
});

const day = 86_400_000;
const at = (phase: StepName) => (state: DeploymentState) => state.phase === phase;
const untilCancelled = async (): Promise<never> => {
  const heartbeat = setInterval(() => {
    Context.current().heartbeat();
  }, 50);
  try {
    return await Context.current().cancelled;
  } finally {
    clearInterval(heartbeat);
  }
};
const operator: Message = { by: 'ann', reason: 'looked at it' };
const withApproval = { ...spec, approval: { required: true, timeout: '1h' } };

async function refusalFrom(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => undefined,
    (failed: unknown) => failed as WorkflowUpdateFailedError,
  );
  return error?.cause?.message ?? 'it was accepted';
}

describe.concurrent('a deployment in which all goes well', () => {
  it('walks every step in order, keeps stable for a day, and ends with the whole record', async () => {
    const { state, calls, workflowMs, historyLength } = await rig.deploy({});
    expect(calls).toEqual([
      'preflight',
      'deploy',
      'warmUp',
      'smoke',
      'soak',
      'cutover',
      'monitor',
      'drain',
      'teardown',
    ]);
    expect(state.outcome).toBe('finished');
    expect(workflowMs).toBeGreaterThanOrEqual(day);
    expect(state.traffic).toMatchObject({ slot: 'green', fence: 2 });
    expect(state.switches).toMatchObject([
      {
        kind: 'cutover',
        from: 'blue',
        to: 'green',
        by: 'ci',
        reason: 'build 7',
        fromImageDigests: ['myapp:v1.0@sha256:blue'],
      },
    ]);
    expect(state.steps.filter(({ status }) => status === 'done').map(({ name }) => name)).not.toContain('approval');
    expect(state.steps.every(({ status }) => status === 'done' || status === 'skipped')).toBe(true);
    expect(historyLength).toBeLessThan(150);
  });

  it('cuts over for the first time without a fallback to keep, drain or tear down', async () => {
    const { state, calls } = await rig.deploy({
      activities: {
        preflight: async ({ spec: raw }) => ({
          spec: parsed(raw),
          stable: null,
          stableSlot: null,
          candidateSlot: 'blue',
          notices: ['first deployment'],
        }),
      },
    });
    expect(state.outcome).toBe('finished');
    expect(calls).not.toContain('teardown');
    expect(state.traffic?.slot).toBe('blue');
    expect(state.notices.map(({ text }) => text)).toContain('first deployment');
  });
});

describe.concurrent('approval', () => {
  it('waits, then goes on and records who approved and why', async () => {
    const { state } = await rig.deploy({
      spec: withApproval,
      script: async (run) => {
        const waiting = await run.when((now) => now.waitingFor !== null);
        expect(waiting.waitingFor).toContain('cutover approve');
        expect(waiting.next?.what).toContain('unless somebody approves');
        expect((await run.handle.executeUpdate(messages.approveUpdate, { args: [operator] })).decisions).toMatchObject([
          { kind: 'approve', ...operator, via: 'update' },
        ]);
      },
    });
    expect(state.outcome).toBe('finished');
    expect(state.switches[0]?.approvedBy).toBe('ann');
  });

  it('expires, which removes the candidate and leaves traffic alone', async () => {
    const { state, calls } = await rig.deploy({ spec: withApproval });
    expect(state.outcome).toBe('approval-timed-out');
    expect(state.failure?.name).toBe('ApprovalTimedOut');
    expect(calls.slice(-2)).toEqual(['rollback', 'teardown']);
    expect(calls).not.toContain('cutover');
    expect(state.traffic?.slot).toBe('blue');
  });

  it('can be refused', async () => {
    const { state } = await rig.deploy({
      spec: withApproval,
      script: async (run) => {
        await run.when(at('approval'));
        await run.handle.executeUpdate(messages.rejectUpdate, { args: [operator] });
      },
    });
    expect(state.outcome).toBe('rejected');
    expect(state.failure).toEqual({ name: 'Rejected', message: 'ann refused approval: looked at it' });
  });

  it('is refused to whoever approves a deployment that does not wait for it', async () => {
    await rig.deploy({
      script: async (run) => {
        await run.when(at('retention'));
        const refusal = await refusalFrom(run.handle.executeUpdate(messages.approveUpdate, { args: [operator] }));
        expect(refusal).toContain('does not ask for approval');
      },
    });
  });
});

describe.concurrent('rollback', () => {
  it.each([
    ['deploy', false],
    ['warmUp', false],
    ['smoke', false],
    ['soak', false],
    ['cutover', true],
    ['monitor', true],
    ['drain', true],
  ] as const)('interrupts %s at once', async (step, mayHaveSwitched) => {
    const seen: boolean[] = [];
    const { state, calls } = await rig.deploy({
      activities: {
        [step]: untilCancelled,
        rollback: async (input) => {
          seen.push(input.mayHaveSwitched);
          return { switched: null, fence: 5 };
        },
      },
      script: async (run) => {
        if (step === 'drain') {
          await run.when(at('retention'));
          await run.handle.executeUpdate(messages.finishUpdate, { args: [operator] });
        }
        await run.when(at(step));
        await run.handle.executeUpdate(messages.rollbackUpdate, { args: [operator] });
      },
    });
    expect(state.outcome).toBe('rolled-back');
    expect(seen).toEqual([mayHaveSwitched]);
    expect(calls.slice(-2)).toEqual(['rollback', 'teardown']);
    expect(state.steps.find(({ name }) => name === step)?.status).toBe('interrupted');
    expect(state.traffic).toMatchObject({ slot: 'blue', fence: 5 });
  });

  it('in retention switches back first, then drains and removes the candidate', async () => {
    const { state, calls } = await rig.deploy({
      script: async (run) => {
        await run.when(at('retention'));
        await run.pass('20h');
        await run.handle.executeUpdate(messages.rollbackUpdate, { args: [operator] });
      },
    });
    expect(state.outcome).toBe('rolled-back');
    expect(calls.slice(-3)).toEqual(['rollback', 'drain', 'teardown']);
    expect(state.switches).toMatchObject([
      { kind: 'cutover' },
      { kind: 'rollback', from: 'green', to: 'blue', ...operator },
    ]);
  });

  it('works by Signal too, and without any input', async () => {
    const { state } = await rig.deploy({
      script: async (run) => {
        await run.when(at('retention'));
        await run.handle.signal('rollback');
      },
    });
    expect(state.decisions).toMatchObject([{ kind: 'rollback', via: 'signal', by: 'somebody who gave no name' }]);
    expect(state.outcome).toBe('rolled-back');
  });

  it('is refused while stable is being torn down', async () => {
    const released = new AbortController();
    const { state } = await rig.deploy({
      activities: {
        teardown: async () => {
          await once(released.signal, 'abort');
          return { detail: 'gone' };
        },
      },
      script: async (run) => {
        await run.when(at('retention'));
        await run.handle.executeUpdate(messages.finishUpdate, { args: [operator] });
        await run.when(at('teardown'));
        const refusal = await refusalFrom(run.handle.executeUpdate(messages.rollbackUpdate, { args: [operator] }));
        released.abort();
        expect(refusal).toContain('can no longer be rolled back: deploy the previous version');
      },
    });
    expect(state.outcome).toBe('finished');
  });

  it('is what a cancellation from the Temporal UI causes', async () => {
    const { state, calls } = await rig.deploy({
      activities: { monitor: untilCancelled },
      script: async (run) => {
        await run.when(at('monitor'));
        await run.handle.cancel();
      },
    });
    expect(state.outcome).toBe('rolled-back');
    expect(state.decisions).toMatchObject([{ kind: 'cancel', via: 'cancel' }]);
    expect(calls).toContain('rollback');
  });

  it('that cannot be made fails the workflow, keeps the candidate, and says what is needed', async () => {
    const { state, calls } = await rig.deploy({
      activities: {
        monitor: async () => watchEvidence('fail', 'error rate 9 %'),
        rollback: async () => {
          throw ApplicationFailure.nonRetryable('api-blue has 0 ready pods', 'SlotNotReady');
        },
      },
    });
    expect(state.outcome).toBe('rollback-failed');
    expect(state.failure).toEqual({ name: 'MonitorFailed', message: 'error rate 9 %' });
    expect(state.notices.at(-1)?.text).toContain('api-blue has 0 ready pods');
    expect(calls).not.toContain('teardown');
  });
});

describe.concurrent('a candidate that is not good enough', () => {
  it.each([
    ['deploy', { deploy: () => failing('3 of 10 ready', 'CandidateNotReady') }, 'CandidateNotReady'],
    ['smoke', { smoke: () => Promise.resolve(failedSmoke) }, 'SmokeFailed'],
    ['soak', { soak: () => Promise.resolve(watchEvidence('fail', 'p99 2 s is above 1 s')) }, 'SoakFailed'],
    ['soak', { soak: () => Promise.resolve(watchEvidence('insufficient-data')) }, 'SoakFailed'],
    ['cutover', { cutover: () => failing('edited by hand', 'SelectorChanged') }, 'SelectorChanged'],
    ['monitor', { monitor: () => Promise.resolve(watchEvidence('fail')) }, 'MonitorFailed'],
    ['monitor', { monitor: () => Promise.resolve(watchEvidence('insufficient-data')) }, 'MonitorFailed'],
  ] as const)('fails at %s and is rolled back', async (step, activities, failure) => {
    const { state, calls } = await rig.deploy({ activities });
    expect(state.outcome).toBe('rolled-back');
    expect(state.failure?.name).toBe(failure);
    expect(state.steps.find(({ name }) => name === step)?.status).toBe('failed');
    expect(calls.at(-1)).toBe('teardown');
  });

  it('goes on with insufficient data where the spec says so, and says that it did', async () => {
    const { state } = await rig.deploy({
      spec: { ...spec, soak: { onInsufficientData: 'continue' } },
      activities: { soak: async () => watchEvidence('insufficient-data', '3 requests') },
    });
    expect(state.outcome).toBe('finished');
    expect(state.notices.map(({ text }) => text).join()).toContain('the soak had insufficient data');
  });

  it('stays in production after a failed monitor until an operator decides, with automatic rollback off', async () => {
    const { state } = await rig.deploy({
      spec: { ...spec, rollback: { automatic: false } },
      activities: { monitor: async () => watchEvidence('fail', 'error rate 9 %') },
      script: async (run) => {
        await run.when(at('retention'));
        await run.pass('72h');
        expect((await run.state()).waitingFor).toContain('because the monitor failed');
        await run.handle.executeUpdate(messages.finishUpdate, { args: [operator] });
      },
    });
    expect(state.outcome).toBe('finished');
  });
});

describe.concurrent('a deployment that is refused', () => {
  it('fails the workflow with every reason and changes nothing', async () => {
    const { state, calls } = await rig.deploy({
      activities: { preflight: () => failing('no such Service default/api-service', 'Refused') },
    });
    expect(state.outcome).toBe('refused');
    expect(state.failure?.message).toContain('no such Service');
    expect(calls).toEqual(['preflight']);
  });
});

describe.concurrent('retention', () => {
  it('ends early by finish', async () => {
    const { state, workflowMs } = await rig.deploy({
      script: async (run) => {
        await run.when(at('retention'));
        await run.handle.executeUpdate(messages.finishUpdate, { args: [operator] });
        const again = await refusalFrom(run.handle.executeUpdate(messages.finishUpdate, { args: [operator] }));
        expect(again).not.toBe('it was accepted');
      },
    });
    expect(state.outcome).toBe('finished');
    expect(workflowMs).toBeLessThan(day);
  });

  it('leaves the slot alone when the next deployment takes over', async () => {
    const { state, calls } = await rig.deploy({
      script: async (run) => {
        await run.when(at('retention'));
        await run.handle.executeUpdate(messages.finishUpdate, { args: [{ ...operator, supersededBy: 'myapp:v3.0' }] });
      },
    });
    expect(state.outcome).toBe('superseded');
    expect(calls).not.toContain('teardown');
    expect(state.steps.find(({ name }) => name === 'retention')?.detail).toContain('myapp:v3.0');
  });
});

describe.concurrent('an activity that fails for a passing reason', () => {
  it('is tried again until it works', async () => {
    let attempts = 0;
    const { state } = await rig.deploy({
      activities: {
        deploy: async () => {
          attempts += 1;
          if (attempts < 4) throw new Error('connection reset');
          return { candidate: slotState('green', 'myapp:v2.0'), stable: slotState('blue', 'myapp:v1.0'), fence: 1 };
        },
      },
    });
    expect(attempts).toBe(4);
    expect(state.outcome).toBe('finished');
  });

  it('that lasts beyond the deadline ends the step, with the last reason', async () => {
    const { state } = await rig.deploy({
      activities: {
        smoke: async () => {
          throw new Error('the API server answered 503');
        },
      },
    });
    expect(state.outcome).toBe('rolled-back');
    expect(state.failure?.message).toContain('503');
  });
});

const failedSmoke = {
  verdict: 'fail',
  checks: [{ name: 'health', kind: 'http', passed: false, detail: '503 instead of 200', durationMs: 4 }],
} as const;

async function failing(message: string, type: string): Promise<never> {
  throw ApplicationFailure.nonRetryable(message, type);
}
