import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sendMessage } from '../../src/client/send-message.ts';
import { workflowType } from '../../src/workflows/messages.ts';
import { fakeTemporal } from './fake-temporal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits for a slow worker on the task queue of the deployment, whatever that of the client is', async () => {
  const state = { id: 'shop/api' };
  const handle = {
    describe: () => Promise.resolve({ type: workflowType, taskQueue: 'shop-workers' }),
    // Long after a worker is looked for.
    executeUpdate: () => new Promise((resolve) => setTimeout(resolve, 5_000, state)),
  };
  const temporal = fakeTemporal({ handle, polled: ['shop-workers'] });
  const answer = sendMessage(temporal, 'shop/api', 'rollback', { by: 'ann', reason: 'checkout is slow' });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await answer).toEqual({ kind: 'accepted', state });
});
