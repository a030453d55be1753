import { expect, it } from 'vitest';
import { NoWorker, TemporalCallFailed } from '../../src/client/errors.ts';
import { previousOf, standingOf } from '../../src/client/previous.ts';
import { PayloadUnreadable } from '../../src/codec/payload-codec.ts';
import type { Temporal } from '../../src/client/temporal.ts';
import type { DeploymentState } from '../../src/domain/state.ts';
import { workflowType } from '../../src/workflows/messages.ts';

const last = { id: 'default/api', runId: 'r2', startedAt: '2030-01-01T10:00:00.000Z' };
const refused = { ...last, outcome: 'refused' } as DeploymentState;

/** A Temporal that answers no call. */
function failing(error: Error): Temporal {
  return {
    call: async () => {
      throw error;
    },
  } as unknown as Temporal;
}

const troubles = [
  new TemporalCallFailed('Temporal at 127.0.0.1:7233 did not answer', true),
  new NoWorker('no worker answers', null),
  new PayloadUnreadable('a payload is encrypted with the key "k1"'),
];

it.each(troubles)(
  'what the cluster stands as is not known where $name keeps it from being asked for',
  async (error) => {
    await expect(standingOf(failing(error), refused)).rejects.toBe(error);
  },
);

it.each(troubles)(
  'what went before a refused deployment is only told beside it, so $name leaves it out',
  async (error) => {
    expect(await previousOf(failing(error), last)).toBeNull();
  },
);

/** A Temporal that answers one call after the other; `asked` gets the run ids of the handles. */
function answering(answers: unknown[], asked: unknown[]): Temporal {
  return {
    call: () => Promise.resolve(answers.shift()),
    client: {
      workflow: {
        getHandle: (_id: string, runId: string) => {
          asked.push(runId);
          return {};
        },
      },
    },
  } as unknown as Temporal;
}

it.each(['refused', 'failed', 'rolled-back', 'terminated'])(
  'a deployment that was %s in its preflight is looked past',
  async (outcome) => {
    const inPreflight = { outcome, phase: 'preflight' };
    const listed = [
      { ...last, ...inPreflight },
      { runId: 'r1', startedAt: '2030-01-01T09:30:00.000Z', ...inPreflight },
      { runId: 'r0', startedAt: '2030-01-01T09:00:00.000Z', outcome: 'terminated', phase: 'retention' },
    ];
    const standing = { runId: 'r0', spec: {} };
    const ended = { type: workflowType, status: { name: 'COMPLETED' } };
    const asked: unknown[] = [];
    const temporal = answering([listed, ended, standing], asked);
    expect(await standingOf(temporal, { ...last, ...inPreflight } as DeploymentState)).toBe(standing);
    expect(asked).toEqual(['r0']);
  },
);

it('asks nobody for what went before a deployment that has changed something', async () => {
  for (const ended of [
    { ...last, outcome: 'finished', phase: 'teardown' },
    { ...last, outcome: 'failed', phase: 'teardown' },
    { ...last, outcome: 'running', phase: 'preflight' },
  ]) {
    expect(await standingOf(failing(new Error('asked')), ended as DeploymentState)).toBe(ended);
  }
});
