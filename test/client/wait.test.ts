import { QueryNotRegisteredError, WorkflowFailedError } from '@temporalio/client';
import { TerminatedFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { readStatus } from '../../src/client/status.ts';
import { waitForMilestone } from '../../src/client/wait.ts';
import { recordAt } from '../cli/render/sample.ts';
import { described, fakeTemporal } from './fake-temporal.ts';

const ended = (): Promise<never> =>
  Promise.reject(new WorkflowFailedError('it failed', new TerminatedFailure('terminated'), undefined));

const unreadable = (): Promise<never> => Promise.reject(new QueryNotRegisteredError('Encoded failure', 3));

it('tells of one that is terminated while its end is awaited what it tells of one that was', async () => {
  const { state } = recordAt('retention');
  const handle = { describe: described('RUNNING', 'TERMINATED'), query: () => Promise.resolve(state), result: ended };
  const end = await waitForMilestone(fakeTemporal({ handle }), { id: state.id, runId: state.runId }, 'finished');
  expect(end).toMatchObject({ kind: 'reached', status: { state: { outcome: 'terminated', phase: 'retention' } } });
});

it('says of one that was terminated, too, that its worker has other keys', async () => {
  const handle = { describe: described('TERMINATED'), query: unreadable, result: ended };
  await expect(readStatus(fakeTemporal({ handle }), 'shop/api')).rejects.toThrow(
    'the worker on task queue cutover cannot read shop/api: see its log, and whether its CUTOVER_PAYLOAD_KEYS',
  );
});
