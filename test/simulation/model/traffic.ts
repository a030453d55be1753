/** Who reaches which pods: requests by their target, and users by the production Service. */
import type { AccessTarget } from '../../../src/kubernetes/access/index.ts';
import type { Kinds } from './api/kinds.ts';
import type { Store } from './api/store.ts';
import { serviceNameLabel } from './controllers/endpoint-slices.ts';
import type { ModelNode } from './pods/node.ts';
import type { Clock } from './time.ts';
import type { Workload } from './workload.ts';

type Pod = Kinds['pods'];

interface Parts {
  readonly clock: Clock;
  readonly store: Store;
  /** Asked for only once there are pods. */
  readonly node: () => ModelNode;
  readonly workload: Workload;
  readonly service: string;
  readonly usersPerSecond: number;
}

const namespace = 'default';

export class Traffic {
  /** How often each activity has read a page of metrics, by the slot of the pod. */
  readonly pagesRead = new Map<string, number>();
  readonly #parts: Parts;
  #countedAt: number;
  #turn = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#countedAt = parts.clock.now;
  }

  /** The pod that a request reaches, or why it reaches none. */
  find(target: AccessTarget): Pod | 'refused' | 'no-endpoints' | 'unreachable' {
    if (target.kind === 'pod') {
      const pod = this.#parts.store.find('pods', namespace, target.name);
      if (pod === null) return 'unreachable';
      return this.#parts.node().process(pod.metadata.uid)?.phase.kind === 'running' ? pod : 'refused';
    }
    const ready = this.#endpoints(target.name);
    const chosen = ready[this.#turn++ % Math.max(1, ready.length)];
    if (chosen === undefined) return 'no-endpoints';
    return this.find({ kind: 'pod', namespace, name: chosen, ip: '', port: 0 });
  }

  /** Gives every pod what users have asked of it since the last time. */
  countUsers(): void {
    const { clock, store, workload, service, usersPerSecond } = this.#parts;
    const requests = ((clock.now - this.#countedAt) / 1_000) * usersPerSecond;
    this.#countedAt = clock.now;
    if (requests === 0) return;
    const ready = this.#endpoints(service);
    for (const name of ready) {
      const pod = store.find('pods', namespace, name);
      if (pod !== null) workload.users(pod, requests / ready.length);
    }
  }

  pageRead(activity: string, pod: Pod): void {
    const key = `${activity} ${pod.metadata.labels?.['version'] ?? ''}`;
    this.pagesRead.set(key, (this.pagesRead.get(key) ?? 0) + 1);
  }

  #endpoints(service: string): string[] {
    return this.#parts.store
      .list('endpointslices')
      .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .map(({ targetRef }) => targetRef?.name ?? '');
  }
}
