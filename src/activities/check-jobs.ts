/** The Jobs among the checks of a watch: each runs once, beside the looks, and is removed with the watch. */
import type { CheckJob, WatchSpec } from '../domain/spec.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { slotName } from '../domain/slot.ts';
import { missing, type CheckReading } from '../evidence/checks/reading.ts';
import { serviceTarget } from '../kubernetes/service-target.ts';
import type { Attempt } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { removeJobs, runJob } from './smoke-job.ts';

interface Context {
  readonly cluster: Dependencies['cluster'];
  readonly target: Target;
  readonly attempt: Attempt;
  readonly step: 'soak' | 'monitor';
  readonly spec: Pick<WatchSpec, 'checks'>;
}

export class CheckJobs {
  readonly #context: Context;
  readonly #over = new AbortController();
  readonly #readings = new Map<number, CheckReading>();
  readonly #running: Promise<void>[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * How the Job stands; the first call starts it, or finds the one that an earlier attempt has started. One that could not be
   * run is tried again: an API server that is away for a moment is no reason to know nothing at the end.
   */
  reading(job: CheckJob, index: number): CheckReading {
    const known = this.#readings.get(index);
    if (known !== undefined && known.kind !== 'missing') return known;
    const again = known === undefined ? '' : `, after it could not be run: ${known.reason}`;
    const running: CheckReading = { kind: 'running', reason: `its Job is still running${again}`.slice(0, 300) };
    this.#readings.set(index, running);
    this.#running.push(this.#run(job, index));
    return known ?? running;
  }

  /** Ends what still runs, and removes also what an earlier attempt has left. Never rejects. */
  async end(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#running);
    const { checks = [] } = this.#context.spec;
    await removeJobs(
      this.#context,
      checks.flatMap((check, index) => ('job' in check ? [index] : [])),
    );
  }

  async #run(job: CheckJob, index: number): Promise<void> {
    const { attempt, cluster, target } = this.#context;
    const { namespace, app } = target.spec;
    const signal = AbortSignal.any([attempt.signal, this.#over.signal]);
    try {
      const preview = await serviceTarget(cluster, { namespace, service: slotName(app, target.candidateSlot) });
      const context = { ...this.#context, attempt: { signal, log: attempt.log }, preview };
      const { problem, detail } = await runJob(context, job, { index, leftMs: toMilliseconds(job.within) });
      this.#readings.set(index, {
        kind: 'outcome',
        passed: problem === null,
        reason: (problem ?? detail).slice(0, 300),
      });
    } catch (error) {
      if (signal.aborted) return;
      // What could not be run says nothing of the candidate.
      this.#readings.set(index, missing(error instanceof Error ? error.message : String(error)));
    }
  }
}
