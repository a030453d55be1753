/** A Temporal whose calls go straight to a workflow that the test scripts. */
import type { Temporal } from '../../src/client/temporal.ts';
import { workflowType } from '../../src/workflows/messages.ts';

export interface ScriptedHandle {
  readonly describe?: () => Promise<object>;
  readonly query?: () => Promise<unknown>;
  readonly result?: () => Promise<unknown>;
  readonly executeUpdate?: () => Promise<unknown>;
}

export interface Script {
  readonly handle?: ScriptedHandle;
  readonly start?: (type: string, options: { readonly args: readonly unknown[] }) => Promise<unknown>;
  /** The task queues that a worker polls. */
  readonly polled?: readonly string[];
}

function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return Promise.race([
    work(),
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    }),
  ]);
}

export function fakeTemporal({ handle = {}, start, polled = [] }: Script): Temporal {
  return {
    settings: { namespace: 'default', taskQueue: 'cutover' },
    client: {
      workflow: { getHandle: (workflowId: string, runId?: string) => ({ workflowId, runId, ...handle }), start },
    },
    connection: {
      withAbortSignal: untilAborted,
      workflowService: {
        describeTaskQueue: ({ taskQueue }: { readonly taskQueue: { readonly name: string } }) => {
          const lastAccessTime = { seconds: Date.now() / 1_000 };
          return Promise.resolve({ pollers: polled.includes(taskQueue.name) ? [{ lastAccessTime }] : [] });
        },
      },
    },
    call: <T>(work: () => Promise<T>): Promise<T> => work(),
    longCall: untilAborted,
  } as unknown as Temporal;
}

/** As Temporal describes a deployment: with these names of its status, one after the other, the last one from then on. */
export function described(...names: readonly string[]): () => Promise<object> {
  const left = [...names];
  let name: string | undefined;
  return () => {
    name = left.shift() ?? name;
    return Promise.resolve({ type: workflowType, taskQueue: 'cutover', status: { name }, raw: {} });
  };
}
