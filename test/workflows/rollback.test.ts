import { once } from 'node:events';
import { ApplicationFailure } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/contract.ts';
import * as messages from '../../src/workflows/messages.ts';
import { at, operator, refusalFrom, untilCancelled } from './operator.ts';
import { WorkflowRig } from './rig.ts';
import { parsed, slotState, spec, watchEvidence } from './scripted-activities.ts';

let rig: WorkflowRig;
beforeAll(async () => {
  rig = await WorkflowRig.start();
});

/** The switch back as the activity reports it; `verifiedAt` is null where it could not be verified. */
const switchedBack =
  (verifiedAt: string | null): Activities['rollback'] =>
  async ({ candidateSlot: from, stableSlot: to }) => ({
    fence: 9,
    switched: {
      ...{ from, to, fence: 9, patchedAt: new Date(0).toISOString(), verifiedAt, requestToPatchMs: 5 },
      ...{ patchToVerifiedMs: null, verification: 'said by the test', candidate: null, stable: null },
    },
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

  it('that fails after an interrupted cutover says that production may be on the candidate', async () => {
    const { state } = await rig.deploy({
      activities: {
        cutover: untilCancelled,
        rollback: async () => {
          throw ApplicationFailure.nonRetryable('stable is gone', 'SlotNotReady');
        },
      },
      script: async (run) => {
        await run.when(at('cutover'));
        await run.handle.executeUpdate(messages.rollbackUpdate, { args: [operator] });
      },
    });
    expect(state.outcome).toBe('rollback-failed');
    expect(state.notices.map(({ text }) => text)).toContain(
      'the cutover may have reached the Service "api-service" before it was interrupted: see which slot it selects',
    );
  });

  it('puts a cutover on record that was made and could not be reported', async () => {
    const { state } = await rig.deploy({
      activities: {
        cutover: untilCancelled,
        rollback: async (input) => ({
          ...(await switchedBack(new Date().toISOString())(input)),
          undoes: { fence: 8, at: '2026-01-01T00:00:00.000Z' },
        }),
      },
      script: async (run) => {
        await run.when(at('cutover'));
        await run.handle.executeUpdate(messages.rollbackUpdate, { args: [operator] });
      },
    });
    expect(state.switches).toMatchObject([
      { kind: 'cutover', from: 'blue', to: 'green', fence: 8, patchedAt: '2026-01-01T00:00:00.000Z', verifiedAt: null },
      { kind: 'rollback', from: 'green', to: 'blue', fence: 9 },
    ]);
    expect(state.traffic).toMatchObject({ slot: 'blue', fence: 9 });
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
    expect(state.steps.find(({ name }) => name === 'rollback')?.detail).toMatch(
      /\S; then api-green was drained: quiet after 1s; 2 late requests$/,
    );
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

  it('puts on record that production had been switched by hand, where it comes upon that', async () => {
    const found = { slot: 'green', selector: 'app=api, version=green', by: 'kubectl-patch', at: null } as const;
    const { state } = await rig.deploy({
      activities: {
        soak: async () => watchEvidence('fail'),
        rollback: async (input) => ({ ...(await switchedBack(new Date(0).toISOString())(input)), found }),
      },
    });
    expect(state).toMatchObject({
      outcome: 'rolled-back',
      switches: [
        { kind: 'by-hand', from: 'blue', to: 'green', by: 'kubectl-patch', verification: 'found by rollback' },
        { kind: 'rollback', from: 'green', to: 'blue' },
      ],
    });
  });

  it('that cannot be verified keeps the candidate for the operator to decide', async () => {
    const { state, calls } = await rig.deploy({
      activities: { monitor: async () => watchEvidence('fail'), rollback: switchedBack(null) },
    });
    expect(state.outcome).toBe('rolled-back');
    expect(calls).not.toContain('teardown');
    expect(state.notices.at(-1)?.text).toContain('the candidate was kept');
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

describe.concurrent('the switch back from an ended deployment', () => {
  it('is not ended by somebody who asks for it again while it begins', async () => {
    const asked = new AbortController();
    let refusal = '';
    const { state, calls } = await rig.deploy({
      request: { ...operator, undo: { runId: 'ended', stableSlot: 'blue', candidateSlot: 'green' } },
      activities: {
        preflight: async () => {
          await once(asked.signal, 'abort');
          return {
            spec: parsed(spec),
            stable: slotState('blue', 'myapp:v1.0'),
            stableSlot: 'blue',
            candidateSlot: 'green',
            notices: [],
          };
        },
        rollback: switchedBack(new Date().toISOString()),
      },
      script: async ({ handle }) => {
        const again = { by: 'bob', reason: 'nothing happens' };
        refusal = await refusalFrom(handle.executeUpdate(messages.rollbackUpdate, { args: [again] }));
        asked.abort();
      },
    });
    expect(refusal).toBe('default/api is being rolled back already: ann asked for it');
    expect(calls).toEqual(['preflight', 'rollback']);
    expect(state).toMatchObject({
      outcome: 'rolled-back',
      switches: [{ kind: 'rollback', from: 'green', to: 'blue' }],
    });
  });
});
