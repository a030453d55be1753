import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { expect, it } from 'vitest';
import { startDeployment } from '../../src/client/start.ts';
import { readMessage } from '../../src/domain/message.ts';
import { workflowType } from '../../src/workflows/messages.ts';
import { recordAt } from '../cli/render/sample.ts';
import { described, fakeTemporal } from './fake-temporal.ts';

const spec = { app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.1' } };

it('keeps on record who asks and why, however long that is', async () => {
  const requests: unknown[] = [];
  const temporal = fakeTemporal({
    start: (_type, { args }) => {
      requests.push(args[1]);
      return Promise.resolve({ firstExecutionRunId: 'r1' });
    },
  });
  const options = { spec, by: 'ci'.repeat(200), reason: 'a commit message '.repeat(100), replace: true };
  expect(await startDeployment(temporal, options)).toMatchObject({ kind: 'started' });
  expect(requests.map(readMessage)).toMatchObject([
    {
      ok: true,
      message: {
        by: 'ci'.repeat(100),
        reason: expect.stringMatching(/^a commit message /) as string,
      },
    },
  ]);
});

it('starts nothing where the deployment in the way has not ended in time', async () => {
  const { state } = recordAt('drain');
  const temporal = fakeTemporal({
    handle: { describe: described('RUNNING'), query: () => Promise.resolve(state) },
    start: () => Promise.reject(new WorkflowExecutionAlreadyStartedError('running', state.id, workflowType)),
  });
  const options = { spec, by: 'ci', timeoutMs: 20, pollEveryMs: 5 };
  expect(await startDeployment(temporal, options)).toMatchObject({
    kind: 'refused',
    message:
      'a deployment of default/api is in the way: it is at drain; the time to wait for its end is over, and nothing was started: try again',
    inTheWay: { phase: 'drain' },
  });
});
