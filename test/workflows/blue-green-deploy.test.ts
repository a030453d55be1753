import { ApplicationFailure } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import * as messages from '../../src/workflows/messages.ts';
import { at, operator, refusalFrom } from './operator.ts';
import { WorkflowRig } from './rig.ts';
import { parsed, slotState, spec, watchEvidence } from './scripted-activities.ts';

let rig: WorkflowRig;
beforeAll(async () => {
  rig = await WorkflowRig.start();
});

const day = 86_400_000;
const withApproval = { ...spec, approval: { required: true, timeout: '1h' } };

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
      'retention',
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

  it('skips a watch whose duration is 0s, and says so', async () => {
    const { state, calls } = await rig.deploy({
      spec: { ...spec, soak: { duration: '0s' }, monitor: { duration: '0s' } },
    });
    expect(calls).toEqual(['preflight', 'deploy', 'warmUp', 'smoke', 'cutover', 'retention', 'drain', 'teardown']);
    expect(state.steps.find(({ name }) => name === 'soak')).toMatchObject({
      status: 'skipped',
      detail: 'soak.duration is 0s',
    });
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

  it.each(['soak', 'monitor'] as const)(
    'goes on past a %s that no worker could end, where the spec says so',
    async (step) => {
      const { state } = await rig.deploy({
        spec: { ...spec, [step]: { onInsufficientData: 'continue' } },
        activities: { [step]: () => failing('nobody was there', 'DeadlineExceeded') },
      });
      expect(state.outcome).toBe('finished');
      expect(state.notices.map(({ text }) => text)).toEqual([
        `the ${step} had insufficient data and the spec says to go on: nobody was there`,
      ]);
    },
  );

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

  it('stays as it is when the preflight of the next deployment refuses it', async () => {
    const { state } = await rig.deploy({
      activities: {
        preflight: async ({ spec: raw }) => {
          if ((raw as { service?: string }).service === 'nope') return failing('there is no Service nope', 'Refused');
          const stable = slotState('blue', 'myapp:v1.0');
          return { spec: parsed(raw), stable, stableSlot: 'blue', candidateSlot: 'green', notices: [] };
        },
      },
      script: async (run) => {
        await run.when(at('retention'));
        const next = { ...operator, supersededBy: 'myapp:v3.0' };
        const misspelt = { ...next, successor: { ...spec, service: 'nope' } };
        const refusal = await refusalFrom(run.handle.executeUpdate(messages.finishUpdate, { args: [misspelt] }));
        expect(refusal).toContain('stays as it is: there is no Service nope');
        expect(await run.state()).toMatchObject({ phase: 'retention', outcome: 'running', decisions: [] });
        await run.handle.executeUpdate(messages.finishUpdate, { args: [{ ...next, successor: spec }] });
      },
    });
    expect(state.outcome).toBe('superseded');
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
    expect(state.failure?.name).toBe('DeadlineExceeded');
    expect(state.failure?.message).toContain('timeouts.smoke (5m) is over and smoke is not done');
    expect(state.failure?.message).toContain('its last attempt failed: the API server answered 503');
    expect(state.failure?.message).toContain('raise timeouts.smoke');
  });
});

describe.concurrent('a deadline', () => {
  it('of preflight is the one that the spec names, before it was validated', async () => {
    const { state, calls, workflowMs } = await rig.deploy({
      spec: { ...spec, timeouts: { preflight: '20s' } },
      activities: {
        preflight: async () => {
          throw new Error('the API server answered 503');
        },
      },
    });
    expect(state).toMatchObject({ outcome: 'failed', failure: { name: 'DeadlineExceeded' } });
    expect(state.failure?.message).toContain('timeouts.preflight (20s) is over and preflight is not done');
    expect(state.failure?.message).toContain('its last attempt failed: the API server answered 503');
    expect(new Set(calls)).toEqual(new Set(['preflight']));
    expect(workflowMs).toBeLessThan(40_000);
  });

  it('of approval names the setting, its value and the command', async () => {
    const { state } = await rig.deploy({ spec: withApproval });
    expect(state.failure?.message).toContain('approval.timeout (1h) is over and nobody has approved default/api');
  });

  it('of a drain that nobody has watched leads on to the teardown, and not back', async () => {
    const { state, calls } = await rig.deploy({
      activities: {
        drain: async () => {
          throw new Error('the worker cannot reach the cluster');
        },
      },
    });
    expect(state).toMatchObject({ outcome: 'finished', traffic: { slot: 'green' } });
    expect(calls).not.toContain('rollback');
    expect(calls.at(-1)).toBe('teardown');
    expect(state.steps.find(({ name }) => name === 'drain')?.detail).toBe(
      'its last connections were not watched: drain (1m) is over, and its last attempt failed: the worker cannot reach the cluster',
    );
  });

  it.each(['soak', 'monitor'] as const)('of the %s says what was missing, in which setting', async (step) => {
    const { state } = await rig.deploy({ activities: { [step]: async () => watchEvidence('insufficient-data') } });
    expect(state.failure?.message).toContain(
      `${step}.duration (5m, with an extension of 1m) is over and the ${step} has insufficient data: verdict insufficient-data`,
    );
    expect(state.failure?.message).toContain(`${step}.onInsufficientData is rollback`);
  });
});

const failedSmoke = {
  verdict: 'fail',
  checks: [{ name: 'health', kind: 'http', passed: false, detail: '503 instead of 200', durationMs: 4 }],
} as const;

async function failing(message: string, type: string): Promise<never> {
  throw ApplicationFailure.nonRetryable(message, type);
}
