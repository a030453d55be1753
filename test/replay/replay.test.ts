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

const logger = new DefaultLogger('ERROR');
const bundleOf = (path: string): Promise<WorkflowBundle> =>
  bundleWorkflowCode({ logger, workflowsPath: fileURLToPath(new URL(path, import.meta.url)) });

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  Runtime.install({ logger });
  workflowBundle = await bundleOf('../../src/workflows/index.ts');
});

async function replay(file: string, bundle: WorkflowBundle): Promise<void> {
  const history: unknown = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
  try {
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, 'default/api');
  } catch (error) {
    throw new Error(`${file}: ${advice}`, { cause: error });
  }
}

describe('stored histories', () => {
  it('are there for each way a deployment can end', () => {
    const outcomes = files.map((file) => outcomeOf(readFileSync(`${folder}${file}`, 'utf8')));
    expect(new Set(outcomes)).toEqual(
      new Set(['finished', 'superseded', 'refused', 'rolled-back', 'rejected', 'approval-timed-out', 'running']),
    );
  });

  it.each(files)('%s replays', async (file) => {
    await expect(replay(file, workflowBundle)).resolves.toBeUndefined();
  });

  it('that do not replay on a change of the workflow say what to do', async () => {
    const [first = ''] = files;
    await expect(replay(first, await bundleOf('changed-workflow.ts'))).rejects.toThrow(
      'put the change behind patched()',
    );
  });
});

/** The last outcome that the workflow wrote into its memo. */
function outcomeOf(history: string): string | undefined {
  const { events } = JSON.parse(history) as { events: HistoryEvent[] };
  const written = events.flatMap((event) => {
    const data = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo.fields['outcome']?.data;
    return data === undefined ? [] : [JSON.parse(Buffer.from(data, 'base64').toString()) as string];
  });
  return written.at(-1);
}

interface HistoryEvent {
  readonly workflowPropertiesModifiedEventAttributes?: {
    readonly upsertedMemo: { readonly fields: Readonly<Record<string, { readonly data: string }>> };
  };
}
