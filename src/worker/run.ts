/** The worker: the one place where workflows, activities, the cluster and Temporal are wired together. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { connectAccess } from '../kubernetes/access/index.ts';
import { connectCluster } from '../kubernetes/cluster.ts';

export interface WorkerSettings {
  readonly taskQueue: string;
  /** Ends the worker: it takes no new work and gives running activities `shutdownGraceTime` to stop. */
  readonly signal: AbortSignal;
  /** Told once the worker polls. */
  readonly onReady?: (address: string) => void;
}

/** Where the worker finds the workflow code: bundled ahead of time where that was done, else bundled at its start. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = fileURLToPath(new URL('../workflows/bundle.cjs', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return { workflowsPath: fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url)) };
}

/**
 * Runs a worker until `signal` aborts. Connects to Temporal by the settings of @temporalio/envconfig and to Kubernetes
 * by the usual kubeconfig, or as the pod that it runs in. Rejects when either cannot be reached.
 */
export async function runWorker({ taskQueue, signal, onReady }: WorkerSettings): Promise<void> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await NativeConnection.connect({ ...connectionOptions, address });
  try {
    const cluster = connectCluster();
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      ...workflowCode(),
      activities: { ...createActivities({ cluster, access: connectAccess(cluster) }) },
      // Heartbeats are what people watch, and how a cancelled activity learns of it.
      defaultHeartbeatThrottleInterval: '1s',
      maxHeartbeatThrottleInterval: '1s',
      maxCachedWorkflows: 500,
      shutdownGraceTime: '10s',
    });
    const stop = (): void => {
      worker.shutdown();
    };
    signal.addEventListener('abort', stop, { once: true });
    onReady?.(address);
    if (signal.aborted) stop();
    await worker.run();
  } finally {
    await connection.close();
  }
}
