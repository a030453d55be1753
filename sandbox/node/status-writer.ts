import {
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PodCondition,
  type V1PodStatus,
} from '@kubernetes/client-node';
import { retried, statusCode, type ClusterApi } from './cluster-api.ts';
import { messageOf } from './waiting.ts';

const STRATEGIC_MERGE = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

/**
 * Brings one pod's status to the API server: one patch in flight at a time, of the newest status only, until it has
 * arrived or the pod is gone.
 */
export class StatusWriter {
  readonly #api: ClusterApi;
  readonly #pod: V1Pod;
  readonly #signal: AbortSignal;
  readonly #log: (line: string) => void;
  #wanted: (() => V1PodStatus) | undefined;
  #written = '';
  #writing: Promise<void> | undefined;

  constructor(api: ClusterApi, pod: V1Pod, options: { signal: AbortSignal; log: (line: string) => void }) {
    this.#api = api;
    this.#pod = pod;
    this.#signal = options.signal;
    this.#log = options.log;
  }

  /** Asks for the status to be written; it is built when its turn comes, so that changes in between cost nothing. */
  write(build: () => V1PodStatus): void {
    this.#wanted = build;
    this.#writing ??= this.#drain();
  }

  /** Resolves when nothing is left to write. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // Changes of the same turn belong together.
    await Promise.resolve();
    try {
      while (this.#wanted && !this.#signal.aborted) {
        const status = this.#wanted();
        this.#wanted = undefined;
        const text = JSON.stringify(status);
        if (text === this.#written) continue;
        await this.#patch(status);
        this.#written = text;
      }
    } catch (error) {
      // 404 and 409: the pod has been deleted, or replaced by one of the same name; its removal is on the way.
      const code = statusCode(error);
      const { namespace, name } = this.#pod.metadata ?? {};
      if (code !== 404 && code !== 409) this.#log(`status of pod ${namespace}/${name}: ${messageOf(error)}`);
    } finally {
      this.#writing = undefined;
    }
  }

  async #patch(status: V1PodStatus): Promise<void> {
    const { name = '', namespace = '', uid } = this.#pod.metadata ?? {};
    const body = { metadata: { uid }, status: { ...plain(status), conditions: status.conditions?.map(complete) } };
    await retried(
      `status of pod ${namespace}/${name}`,
      () => this.#api.core.patchNamespacedPodStatus({ name, namespace, body }, STRATEGIC_MERGE),
      { signal: this.#signal, log: this.#log },
    );
  }
}

/** Conditions are merged by their type: what one no longer has must be removed by name. */
function complete(condition: V1PodCondition): object {
  return { reason: null, message: null, ...plain(condition) };
}

/** The generated models are classes without behaviour: their fields are all there is. */
function plain(model: object): object {
  return Object.fromEntries(Object.entries(model));
}
