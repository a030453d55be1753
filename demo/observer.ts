/** Follows the deployment of the demo: the newest status for the screen, and waits for what is to happen. */
import { connect, type CutoverClient, type DeploymentStatus } from '../src/client/index.ts';
import type { DeploymentState } from '../src/domain/state.ts';

export class Observer {
  readonly #client: CutoverClient;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting = new Set<(state: DeploymentState) => void>();
  #status: DeploymentStatus | null = null;
  #isReading = false;

  private constructor(client: CutoverClient, id: string) {
    this.#client = client;
    this.#id = id;
    this.#timer = setInterval(() => {
      void this.#read();
    }, 200);
  }

  static async start(temporalAddress: string, id: string): Promise<Observer> {
    return new Observer(await connect({ env: { ...process.env, TEMPORAL_ADDRESS: temporalAddress } }), id);
  }

  get status(): DeploymentStatus | null {
    return this.#status;
  }

  /** The state as soon as `reached` holds; rejects after `timeoutMs`. */
  when(reached: (state: DeploymentState) => boolean, timeoutMs = 180_000): Promise<DeploymentState> {
    return new Promise((resolve, reject) => {
      const look = (state: DeploymentState): void => {
        if (!reached(state)) return;
        clearTimeout(late);
        this.#waiting.delete(look);
        resolve(state);
      };
      const late = setTimeout(() => {
        this.#waiting.delete(look);
        reject(
          new Error(
            `the demo waited ${timeoutMs / 1_000} s in vain; the deployment is at ${this.#status?.state.phase ?? 'no step'}`,
          ),
        );
      }, timeoutMs);
      this.#waiting.add(look);
      if (this.#status !== null) look(this.#status.state);
    });
  }

  async historyEvents(runId: string): Promise<number> {
    return this.#client.historyLength({ id: this.#id, runId });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.close();
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      this.#status = await this.#client.status({ id: this.#id });
      for (const look of [...this.#waiting]) look(this.#status.state);
    } catch {
      // There is no deployment yet, or the worker is busy: the next look is soon.
    } finally {
      this.#isReading = false;
    }
  }
}
