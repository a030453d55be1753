import type { V1Pod } from '@kubernetes/client-node';
import type { NodeContext } from './node-context.ts';
import { deletePodObject } from './pod-deletion.ts';
import { PodWorker } from './pod-worker.ts';
import { watchResource } from './resource-watch.ts';
import { messageOf } from './waiting.ts';

/** The pods that are bound to this node, each with its worker. */
export class NodePods {
  readonly #node: NodeContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #removals = new Set<Promise<void>>();

  constructor(node: NodeContext) {
    this.#node = node;
  }

  /** Follows the pods until the node stops; resolves once those already bound have been taken over. */
  follow(): Promise<void> {
    const fieldSelector = `spec.nodeName=${this.#node.nodeName}`;
    return watchResource<V1Pod>(
      this.#node.api,
      {
        path: '/api/v1/pods',
        fieldSelector,
        list: () => this.#node.api.core.listPodForAllNamespaces({ fieldSelector }),
      },
      { changed: (pod) => this.#changed(pod), removed: (pod) => this.#removed(pod) },
      { signal: this.#node.stopped, log: (line) => this.#node.log(line) },
    );
  }

  /** The worker of a pod by its name. */
  find(namespace: string, name: string): PodWorker | undefined {
    return this.#workers.get(`${namespace}/${name}`);
  }

  all(): readonly PodWorker[] {
    return [...this.#workers.values()];
  }

  /** Kills every pod's processes; resolves when all have ended. The API server is told nothing. */
  async stop(): Promise<void> {
    for (const worker of this.#workers.values()) this.#forget(worker);
    this.#workers.clear();
    await Promise.all(this.#removals);
  }

  #changed(pod: V1Pod): void {
    const key = keyOf(pod);
    const known = this.#workers.get(key);
    if (known?.uid === pod.metadata?.uid) return known?.update(pod);
    // The deletion of an earlier pod of this name was missed while the watch was broken.
    if (known) this.#forget(known);
    this.#workers.delete(key);
    const phase = pod.status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') {
      this.#workers.set(key, new PodWorker(this.#node, pod));
    } else if (pod.metadata?.deletionTimestamp) {
      void deletePodObject(this.#node, pod);
    }
  }

  #removed(pod: V1Pod): void {
    const worker = this.#workers.get(keyOf(pod));
    if (!worker || worker.uid !== pod.metadata?.uid) return;
    this.#workers.delete(keyOf(pod));
    this.#forget(worker);
  }

  #forget(worker: PodWorker): void {
    const removal = worker
      .remove()
      .catch((error: unknown) => this.#node.log(`removal of pod ${worker.uid}: ${messageOf(error)}`))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }
}

function keyOf(pod: V1Pod): string {
  return `${pod.metadata?.namespace}/${pod.metadata?.name}`;
}
