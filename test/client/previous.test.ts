import { expect, it } from 'vitest';
import { NoWorker, TemporalCallFailed } from '../../src/client/errors.ts';
import { previousOf, standingOf } from '../../src/client/previous.ts';
import type { Temporal } from '../../src/client/temporal.ts';
import type { DeploymentState } from '../../src/domain/state.ts';

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

it('asks nobody for what went before a deployment that was not refused', async () => {
  const finished = { ...last, outcome: 'finished' } as DeploymentState;
  expect(await standingOf(failing(new Error('asked')), finished)).toBe(finished);
});
