import { ApplicationFailure } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RetentionInput, RetentionResult } from '../../src/activities/contract.ts';
import { WorkflowRig } from './rig.ts';

let rig: WorkflowRig;
beforeAll(async () => {
  rig = await WorkflowRig.start();
});

const edit = { slot: 'blue', selector: 'app=api, version=blue', by: 'kubectl-patch', at: '2026-01-01T00:00:00.000Z' };
const texts = ({ notices }: { notices: readonly { text: string }[] }) => notices.map(({ text }) => text);

describe.concurrent('the watch over the fallback', () => {
  it('says what was changed, once each, and goes on', async () => {
    const inputs: RetentionInput[] = [];
    const { state } = await rig.deploy({
      activities: {
        async retention(input): Promise<RetentionResult> {
          inputs.push(input);
          if (inputs.length === 3) return { over: true, notice: 'api-blue is gone' };
          return { over: false, topic: `topic ${inputs.length}`, notice: `notice ${inputs.length}` };
        },
      },
    });
    expect(state.outcome).toBe('finished');
    expect(texts(state)).toEqual(['notice 1', 'notice 2', 'api-blue is gone']);
    expect(inputs.map(({ told }) => told)).toEqual([[], ['topic 1'], ['topic 1', 'topic 2']]);
    expect(inputs[0]?.fallback).toEqual({ pods: 10, revision: null });
  });

  it('ends the retention where production was moved by hand, which is then on record', async () => {
    const { state, calls } = await rig.deploy({
      activities: {
        async retention() {
          throw ApplicationFailure.nonRetryable('somebody has moved it', 'SelectorChanged', edit);
        },
        rollback: async () => ({ switched: null, fence: 9 }),
      },
    });
    expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'SelectorChanged' } });
    expect(state.switches.at(-1)).toMatchObject({
      kind: 'by-hand',
      from: 'green',
      to: 'blue',
      by: 'kubectl-patch',
      patchedAt: edit.at,
      reason: 'the selector was changed by hand to app=api, version=blue',
      verification: 'found by retention',
    });
    expect(calls.slice(-2)).toEqual(['rollback', 'teardown']);
  });

  it('that cannot be kept up is a notice, and ends nothing', async () => {
    const { state } = await rig.deploy({
      activities: {
        async retention() {
          throw ApplicationFailure.nonRetryable('may not list pods', 'Forbidden');
        },
      },
    });
    expect(state.outcome).toBe('finished');
    expect(texts(state)).toEqual(['the fallback is watched no more: may not list pods']);
  });

  it('makes no long history, however much is edited', async () => {
    const { state, historyLength } = await rig.deploy({
      activities: {
        retention: async ({ told }) => ({ over: false, topic: `${told.length}`, notice: `edit ${told.length}` }),
      },
    });
    expect(state.outcome).toBe('finished');
    expect(texts(state).at(-1)).toBe('the fallback is watched no more: too much was changed by hand');
    expect(historyLength).toBeLessThan(150);
  });
});
