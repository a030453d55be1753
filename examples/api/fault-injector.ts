import { setTimeout as delay } from 'node:timers/promises';
import { faultsOfVersion, noFaults, changeFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { SustainedRate } from './sustained-rate.ts';

/** Applies the faults of one process, which may change while it runs. */
export class FaultInjector {
  readonly #rate = new SustainedRate();
  readonly #crash: (reason: string) => void;
  #faults: Faults;
  #errorsOwed = 0;
  #crashTimer: NodeJS.Timeout | undefined;
  #memory: Buffer | null = null;

  /** `json` is the environment's FAULTS, which win over those of the version. Throws FaultsError. */
  constructor(options: { version: string; json?: string | undefined; crash: (reason: string) => void }) {
    this.#crash = options.crash;
    this.#faults = changeFaults(faultsOfVersion(options.version), options.json ?? '{}');
    this.#takeMemory();
  }

  get current(): Faults {
    return this.#faults;
  }

  /** Starts the clock of crashAfterMs. A crash at once happens within this call. */
  start(): void {
    clearTimeout(this.#crashTimer);
    const { crashAfterMs } = this.#faults;
    if (crashAfterMs === null) return;
    const crash = () => this.#crash(`fault crashAfterMs=${crashAfterMs}`);
    if (crashAfterMs === 0) crash();
    else this.#crashTimer = setTimeout(crash, crashAfterMs).unref();
  }

  /** Changes the named faults and leaves the others. Throws FaultsError, and then nothing has changed. */
  change(json: string): void {
    this.#faults = changeFaults(this.#faults, json);
    this.#takeMemory();
  }

  clear(): void {
    this.#faults = noFaults;
    this.#errorsOwed = 0;
    this.#takeMemory();
    clearTimeout(this.#crashTimer);
  }

  /** Filled, or the system would not give any of it. */
  #takeMemory(): void {
    const bytes = this.#faults.memoryMiB * 1024 * 1024;
    if (bytes !== (this.#memory?.length ?? 0)) this.#memory = bytes === 0 ? null : Buffer.alloc(bytes, 1);
  }

  /** Counts a request, waits as long as the faults ask for, and says whether it has to be answered with an error. */
  async next(): Promise<'answer' | 'error'> {
    const now = performance.now();
    this.#rate.count(now);
    const { errorRate, latencyMs, onlyAboveRequestsPerSecond: floor } = this.#faults;
    if (floor > 0 && this.#rate.perSecond(now) <= floor) return 'answer';
    // A running sum, not a dice: the share is exact, and the same in every run.
    this.#errorsOwed += errorRate;
    const isError = this.#errorsOwed >= 1 - 1e-9;
    if (isError) this.#errorsOwed -= 1;
    // Connections keep the process alive, and after a shutdown nothing should.
    if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false });
    return isError ? 'error' : 'answer';
  }
}
