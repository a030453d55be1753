/**
 * What a kubelet asks of the worker, by HTTP.
 *
 * 1. `/livez` answers as long as this process can: one that hangs gives no answer and is started anew. A worker that drains
 *    is alive, lest it be killed before it has given its work back.
 * 2. `/readyz` says yes only while the worker takes work: it runs, and polls for workflows and for activities.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorkerStatus } from '@temporalio/worker';

/** What is known of the worker at this moment. */
export type WorkerSeen = Pick<WorkerStatus, 'runState' | 'workflowPollerState' | 'activityPollerState'>;

/** While it connects. */
export const notYetThere: WorkerSeen = {
  runState: 'INITIALIZED',
  workflowPollerState: 'SHUTDOWN',
  activityPollerState: 'SHUTDOWN',
};

export interface HealthOptions {
  /** On every address of this machine; 0 takes any that is free. */
  readonly port: number;
  readonly status: () => WorkerSeen;
}

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves until it is closed. Rejects with an Error that names the port where that cannot be had. */
export async function serveHealth({ port, status }: HealthOptions): Promise<Health> {
  const server = createServer(({ url = '' }, response) => {
    const healthy = judgements[url.split('?', 1)[0] ?? '']?.(status());
    response.writeHead(healthy === undefined ? 404 : healthy ? 200 : 503, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(healthy === undefined ? { paths: Object.keys(judgements) } : { healthy, ...shown(status()) }),
    );
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const judgements: Readonly<Record<string, (seen: WorkerSeen) => boolean>> = {
  '/livez': ({ runState }) => runState !== 'FAILED',
  '/readyz': ({ runState, workflowPollerState, activityPollerState }) =>
    runState === 'RUNNING' && workflowPollerState === 'POLLING' && activityPollerState === 'POLLING',
};

function shown({ runState, workflowPollerState, activityPollerState }: WorkerSeen): Record<string, string> {
  return { worker: runState, workflows: workflowPollerState, activities: activityPollerState };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Error(`the worker's probes cannot be served on port ${port}: ${error.message}`, { cause: error }));
    });
    server.listen(port, resolve);
  });
}
