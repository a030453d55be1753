import type { LogEntry } from '@temporalio/worker';
import { beforeEach, describe, expect, it } from 'vitest';
import { asTemporalFailure } from '../../src/activities/index.ts';
import { DeploymentError } from '../../src/domain/failure.ts';
import { WorkerLogger } from '../../src/worker/worker-logger.ts';
import { WorkflowRig } from '../workflows/rig.ts';

let entries: LogEntry[];
let logger: WorkerLogger;
beforeEach(() => {
  entries = [];
  logger = new WorkerLogger('INFO', (entry) => entries.push(entry));
});

const about = { activityType: 'preflight', workflowId: 'default/api' };
const { signal } = new AbortController();

describe("the worker's log", () => {
  it('has a line for the refusal of a deployment, and one for its end', async () => {
    const rig = await WorkflowRig.start(logger);
    const refusal = new DeploymentError('Refused', '2 mistakes:\n  - no Service api\n  - no image');
    const preflight = () => Promise.reject(asTemporalFailure(refusal, signal));
    const { state } = await rig.deploy({ activities: { preflight } });
    expect(state.outcome).toBe('refused');
    expect(entries.filter(({ level }) => level === 'WARN')).toMatchObject([
      { message: 'preflight of default/api: Refused: 2 mistakes: - no Service api - no image', meta: undefined },
      { message: 'deployment default/api failed: 2 mistakes: - no Service api - no image', meta: undefined },
    ]);
  });

  it.each([
    ['an error of the code', 'Activity failed', new TypeError('x is not a function')],
    ['a failure that is tried again', 'Activity failed', asTemporalFailure(new Error('reset'), signal)],
    ['a workflow that fails by what nobody expects', 'Workflow failed', new TypeError('y is not a function')],
  ])('keeps the stack of %s', (_, message, error) => {
    logger.warn(message, { ...about, error });
    expect(entries).toMatchObject([{ level: 'WARN', message, meta: { ...about, error } }]);
  });

  it('leaves all else as it is', () => {
    logger.info('Worker state changed', { state: 'RUNNING' });
    logger.info('polling');
    logger.debug('Activity started');
    expect(entries.map(({ message, meta }) => [message, meta])).toEqual([
      ['Worker state changed', { state: 'RUNNING' }],
      ['polling', undefined],
    ]);
  });
});
