/** A worker on a task queue of its own, which can be killed without taking another test's work with it. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { startWorker, type RunningCommand } from '../../../demo/processes.ts';
import '../../setup/provided.ts';

export class OwnWorker {
  readonly taskQueue: string;
  readonly #buildId: string;
  readonly #said: string[] = [];
  #running: RunningCommand | null = null;

  constructor({ taskQueue = `own-${randomUUID().slice(0, 8)}`, buildId = '' } = {}) {
    this.taskQueue = taskQueue;
    this.#buildId = buildId;
  }

  /** What it has printed. */
  get said(): string {
    return this.#said.join('\n');
  }

  /** Resolves once it polls. */
  async start(): Promise<void> {
    const { deployerKubeconfig, temporalAddress, clusterProxy } = inject('sandbox');
    const env = {
      ...process.env,
      KUBECONFIG: deployerKubeconfig,
      TEMPORAL_ADDRESS: temporalAddress,
      CUTOVER_CLUSTER_PROXY: clusterProxy,
      CUTOVER_TASK_QUEUE: this.taskQueue,
      CUTOVER_BUILD_ID: this.#buildId,
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
