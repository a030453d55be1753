/** The way from anywhere to pods and Services: connections to a Service go to one ready endpoint after the other. */
import type { AccessErrorKind } from '../../../../src/kubernetes/access/index.ts';
import type { Store } from '../api/store.ts';
import { serviceNameLabel } from '../controllers/endpoint-slices.ts';
import { answerOf, type PodAnswer } from './answers.ts';
import type { ModelNode, Process } from './node.ts';
import type { Users } from './users.ts';

export type Reached =
  | { readonly kind: 'answer'; readonly answer: PodAnswer }
  | { readonly kind: 'none'; readonly error: AccessErrorKind; readonly reason: string };

interface Parts {
  readonly store: Store;
  readonly node: ModelNode;
  readonly users: Users;
}

export class Network {
  readonly #parts: Parts;
  readonly #turns = new Map<string, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The process behind a pod's name, or why there is none. */
  pod(namespace: string, name: string): Process | null {
    const pod = this.#parts.store.find('pods', namespace, name);
    return pod === null ? null : this.#parts.node.process(pod.metadata.uid);
  }

  /** The process that takes the next connection to a Service, or why none does. */
  service(namespace: string, name: string): Process | Exclude<Reached, { kind: 'answer' }> {
    const { store, node } = this.#parts;
    if (store.find('services', namespace, name) === null) {
      return { kind: 'none', error: 'unreachable', reason: `services "${name}" not found` };
    }
    const endpoints = store
      .list('endpointslices', namespace)
      .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === name)
      .flatMap((slice) => slice.endpoints)
      .filter(({ conditions }) => conditions?.ready !== false);
    const turn = this.#turns.get(`${namespace}/${name}`) ?? 0;
    this.#turns.set(`${namespace}/${name}`, turn + 1);
    const uid = endpoints[turn % Math.max(1, endpoints.length)]?.targetRef?.uid;
    if (uid === undefined) {
      return { kind: 'none', error: 'no-endpoints', reason: `no endpoints available for service "${name}"` };
    }
    return node.process(uid) ?? refused;
  }

  /** What a process answers. */
  ask(process: Process, path: string): Reached {
    // The pages of metrics tell of users' traffic up to this moment.
    this.#parts.users.settle();
    const answer = answerOf(process, path);
    return answer === null ? refused : { kind: 'answer', answer };
  }
}

export const refused = { kind: 'none', error: 'refused', reason: 'connection refused' } as const;
