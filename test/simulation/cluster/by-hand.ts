/** What people do to the cluster beside the product: with kubectl, or by pulling a plug. */
import type { ApiObject, Kinds, Resource } from './api/kinds.ts';
import { notFound } from './api/refusal.ts';
import type { DeleteOptions, Registry } from './api/registry.ts';
import type { JournalEntry } from './journal.ts';
import type { ModelNode } from './pods/node.ts';

type Work = {
  readonly verb: JournalEntry['verb'];
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
};

interface Parts {
  readonly registry: Registry;
  readonly node: ModelNode;
  /** Runs it and writes it into the journal. */
  readonly record: (work: Work, run: () => ApiObject) => void;
}

/** An object as somebody writes it. */
export interface NewObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: object;
}

const options = { manager: 'kubectl' };

/** Each throws a Refusal where the API server would refuse it. */
export class ByHand {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  create(resource: Resource, namespace: string, object: NewObject): void {
    const { name } = object.metadata;
    this.#parts.record({ verb: 'create', resource, namespace, name }, () =>
      this.#parts.registry.create(resource, namespace, object, options),
    );
  }

  /** Replaces the object by what `change` makes of it. */
  edit<R extends Resource>(resource: R, namespace: string, name: string, change: (object: Kinds[R]) => object): void {
    const { registry, record } = this.#parts;
    record({ verb: 'update', resource, namespace, name }, () => {
      const live = registry.store.find(resource, namespace, name);
      if (live === null) throw notFound(resource, name);
      return registry.update(resource, live, change(live), options);
    });
  }

  remove(resource: Resource, namespace: string, name: string, how: DeleteOptions = {}): void {
    this.#parts.record({ verb: 'delete', resource, namespace, name }, () =>
      this.#parts.registry.remove(resource, namespace, name, how),
    );
  }

  setSelector(namespace: string, service: string, selector: Readonly<Record<string, string>>): void {
    this.edit('services', namespace, service, (live) => ({ ...live, spec: { ...live.spec, selector } }));
  }

  /** Sets annotations; those that are null are removed. */
  annotate(
    resource: Resource,
    namespace: string,
    name: string,
    annotations: Readonly<Record<string, string | null>>,
  ): void {
    this.edit(resource, namespace, name, (live) => {
      const all = Object.entries({ ...live.metadata.annotations, ...annotations });
      const kept = Object.fromEntries(all.filter(([, value]) => value !== null));
      return { ...live, metadata: { ...live.metadata, annotations: kept } };
    });
  }

  scale(namespace: string, deployment: string, replicas: number): void {
    this.edit('deployments', namespace, deployment, (live) => ({ ...live, spec: { ...live.spec, replicas } }));
  }

  setImage(namespace: string, deployment: string, image: string): void {
    this.edit('deployments', namespace, deployment, (live) => {
      const template = live.spec?.template;
      const containers = (template?.spec?.containers ?? []).map((container) => ({ ...container, image }));
      return { ...live, spec: { ...live.spec, template: { ...template, spec: { ...template?.spec, containers } } } };
    });
  }

  /** Makes a pod unready, whatever its probe says, until it is released again. No request is sent for it. */
  holdPod(namespace: string, name: string, isHeld = true): void {
    const pod = this.#parts.registry.store.find('pods', namespace, name);
    if (pod !== null) this.#parts.node.hold(pod.metadata.uid, isHeld);
  }

  /** Ends the process of a pod with an error; its node starts it again. */
  crashPod(namespace: string, name: string): void {
    const pod = this.#parts.registry.store.find('pods', namespace, name);
    if (pod !== null) this.#parts.node.crash(pod.metadata.uid);
  }
}
