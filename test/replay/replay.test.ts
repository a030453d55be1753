/** Every stored history replays on the workflow code as it is: a deployment outlives the code that began it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('histories/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

const advice =
  'deployments that run now would break on this workflow code: put the change behind patched(), or take it back; ' +
  'the history itself must not be edited (CONTRIBUTING.md)';

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
  workflowBundle = await bundleWorkflowCode({ logger, workflowsPath });
});

describe('stored histories', () => {
  it('are there for each way a deployment can end', () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });

  it.each(files)('%s replays', async (file) => {
    const history: unknown = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
    const replayed = Worker.runReplayHistory({ workflowBundle }, history, 'default/api');
    await expect(replayed, `${file}: ${advice}`).resolves.toBeUndefined();
  });
});
