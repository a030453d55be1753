/** The worker: the one place where workflows, activities, the cluster and Temporal are wired together. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import {
  NativeConnection,
  Runtime,
  Worker,
  type NativeConnectionOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Dependencies } from '../activities/dependencies.ts';
import { createActivities } from '../activities/index.ts';
import { mostWatchedFallbacks } from '../activities/retention.ts';
import type { EncryptingCodec } from '../codec/payload-codec.ts';
import { connectAccess } from '../kubernetes/access/index.ts';
import { connectCluster } from '../kubernetes/cluster.ts';
import { notYetThere, serveHealth, type WorkerSeen } from './health.ts';
import { SeriesFiles } from './series-files.ts';
import { WorkerLogger } from './worker-logger.ts';

export interface WorkerSettings {
  /** How Temporal is reached: address, TLS, API key. */
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Takes part in Worker Versioning under this name; null for a worker without a version. */
  readonly version: { readonly deploymentName: string; readonly buildId: string } | null;
  readonly payloadCodec: EncryptingCodec;
  /** Where the looks of watches are kept as files; null for nowhere. */
  readonly seriesDirectory: string | null;
  /** Where `/livez` and `/readyz` are served; null for nowhere. */
  readonly healthPort: number | null;
  /** `address:port` where Temporal's own metrics of the worker are served to Prometheus; null for nowhere. */
  readonly metricsAddress: string | null;
  /** Told what a person should know and nothing fails by. */
  readonly warn: (line: string) => void;
  /** Ends the worker: it takes no new work and gives running activities `shutdownGraceTime` to stop. */
  readonly signal: AbortSignal;
  /** Told once the worker polls. */
  readonly onReady?: () => void;
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Where the worker finds the workflow code: bundled ahead of time where that was done, else bundled at its start.
 * The converter of failures is a part of the bundle, so there are two.
 */
function workflowCode({ encrypts }: EncryptingCodec): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = pathOf(`../workflows/${encrypts ? 'bundle-encrypting' : 'bundle'}.cjs`);
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: pathOf(`../workflows/index.${extension}`) };
}

function rawSeries({ seriesDirectory, warn }: WorkerSettings): Pick<Dependencies, 'rawSeries'> {
  return seriesDirectory === null ? {} : { rawSeries: new SeriesFiles({ directory: seriesDirectory, warn }) };
}

function dataConverter(payloadCodec: EncryptingCodec): DataConverter {
  return {
    payloadCodecs: [payloadCodec],
    ...(payloadCodec.encrypts ? { failureConverterPath: pathOf(`../codec/failure-converter.${extension}`) } : {}),
  };
}

/** Decision 7: a running deployment goes on with the newest code, so that no rollback waits for a worker that is gone. */
function versioning(version: WorkerSettings['version']): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (version === null) return {};
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
  };
}

/**
 * Runs a worker until `signal` aborts. Connects to Kubernetes by the usual kubeconfig, or as the pod that it runs in.
 * Rejects with an Error that names the address when Temporal cannot be reached. Once in a process: the SDK has one log.
 */
export async function runWorker(settings: WorkerSettings): Promise<void> {
  const { healthPort, signal, onReady } = settings;
  installRuntime(settings);
  let worker: Worker | null = null;
  const status = (): WorkerSeen => worker?.getStatus() ?? notYetThere;
  const health = healthPort === null ? null : await serveHealth({ port: healthPort, status });
  try {
    const connection = await connectTemporal(settings.connection);
    try {
      worker = await createWorker(connection, settings);
      const stop = (): void => {
        worker?.shutdown();
      };
      signal.addEventListener('abort', stop, { once: true });
      onReady?.();
      const running = worker.run();
      if (signal.aborted) stop();
      await running;
    } finally {
      await connection.close();
    }
  } finally {
    await health?.close();
  }
}

function createWorker(connection: NativeConnection, settings: WorkerSettings): Promise<Worker> {
  const { namespace, taskQueue, payloadCodec } = settings;
  const cluster = connectCluster();
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    ...workflowCode(payloadCodec),
    ...versioning(settings.version),
    dataConverter: dataConverter(payloadCodec),
    activities: { ...createActivities({ cluster, access: connectAccess(cluster), ...rawSeries(settings) }) },
    // Heartbeats are what people watch, and how a cancelled activity learns of it.
    defaultHeartbeatThrottleInterval: '1s',
    maxHeartbeatThrottleInterval: '1s',
    maxCachedWorkflows: 500,
    // Each deployment in retention takes one for a day; half of them are left for all else (src/activities/retention.ts).
    maxConcurrentActivityTaskExecutions: 2 * mostWatchedFallbacks,
    // So long a workflow waits for a worker that has died before another one takes it over; a rollback may be among them.
    stickyQueueScheduleToStartTimeout: '2s',
    shutdownGraceTime: '10s',
  });
}

/** The native core is set up once in a process, before anything else asks it for something. */
function installRuntime({ metricsAddress }: WorkerSettings): void {
  const logger = new WorkerLogger('INFO');
  if (metricsAddress === null) {
    Runtime.install({ logger });
    return;
  }
  try {
    Runtime.install({ logger, telemetryOptions: { metrics: { prometheus: { bindAddress: metricsAddress } } } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the worker's metrics cannot be served at ${metricsAddress}: ${reason}`, { cause: error });
  }
}

/** The worker's own connection: another implementation of TLS than that of the commands, with other demands. */
async function connectTemporal(options: NativeConnectionOptions): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the worker cannot connect to Temporal at ${options.address ?? ''}: ${reason}`, { cause: error });
  }
}
