/** A worker on a task queue of its own, which can be killed without taking another test's work with it. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { startWorker, type RunningCommand } from '../../../demo/processes.ts';
import type { SandboxInfo } from '../../../sandbox/sandbox.ts';
import '../../setup/provided.ts';

interface OwnWorkerOptions {
  readonly taskQueue?: string;
  readonly buildId?: string;
  /** Other settings of it. */
  readonly env?: NodeJS.ProcessEnv;
  readonly ways?: Partial<Pick<SandboxInfo, 'deployerKubeconfig' | 'temporalAddress' | 'clusterProxy'>>;
}

export class OwnWorker {
  readonly taskQueue: string;
  readonly #buildId: string;
  readonly #sandbox: Pick<SandboxInfo, 'deployerKubeconfig' | 'temporalAddress' | 'clusterProxy'>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #said: string[] = [];
  #running: RunningCommand | null = null;

  /** What of the sandbox it reaches in another way is given by `ways`. */
  constructor({
    taskQueue = `own-${randomUUID().slice(0, 8)}`,
    buildId = '',
    env = {},
    ways = {},
  }: OwnWorkerOptions = {}) {
    this.taskQueue = taskQueue;
    this.#sandbox = { ...inject('sandbox'), ...ways };
    this.#buildId = buildId;
    this.#env = env;
  }

  /** What it has printed. */
  get said(): string {
    return this.#said.join('\n');
  }

  /** Resolves once it polls. */
  async start(): Promise<void> {
    const { deployerKubeconfig, temporalAddress, clusterProxy } = this.#sandbox;
    const env = {
      ...process.env,
      KUBECONFIG: deployerKubeconfig,
      TEMPORAL_ADDRESS: temporalAddress,
      CUTOVER_CLUSTER_PROXY: clusterProxy,
      CUTOVER_TASK_QUEUE: this.taskQueue,
      CUTOVER_BUILD_ID: this.#buildId,
      ...this.#env,
    };
    await new Promise<void>((resolve, reject) => {
      const worker = startWorker(env, (line) => {
        this.#said.push(line);
        if (line.includes('polling task queue')) resolve();
      });
      this.#running = worker;
      worker.process.once('exit', () => reject(new Error(`the worker ended: ${this.#said.slice(-5).join('\n')}`)));
    });
  }

  /** Ends it as a machine that loses its power does; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#running?.process.kill('SIGKILL');
    await this.stop();
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }
}
