/**
 * What one attempt knows of the cluster: only what the API server has told it, and when that was so. An invariant that is
 * about what the product may do is judged by this, not by what happened meanwhile without its knowing.
 */
import { slots, type Slot } from '../../../src/domain/slot.ts';
import { viewProduction } from '../../../src/kubernetes/production.ts';
import { collections, hasLabels, isReady, selectorOf, type KubeObject } from './objects.ts';

export interface KnownService {
  readonly version: string | undefined;
  readonly fence: number;
  readonly owner: string | null;
  /** The state of the cluster, by its version, that was told. */
  readonly asOf: number;
  /** When it was told, in the clock's milliseconds. */
  readonly at: number;
}

export interface KnownSlot {
  readonly ready: number;
  readonly asOf: number;
  /** When it was told, in the clock's milliseconds. */
  readonly at: number;
}

/** As it was when a request was sent. */
export interface Known {
  readonly service: KnownService | null;
  readonly slots: Readonly<Partial<Record<Slot, KnownSlot>>>;
  /** The pods of the last list by each selector, as `wordLabels` writes it. */
  readonly lists: ReadonlyMap<string, KnownSlot>;
}

export class Knowledge {
  readonly #app: string;
  readonly #service: string;
  readonly #pods: Record<Slot, Map<string, boolean>> = { blue: new Map(), green: new Map() };
  readonly #lists = new Map<string, KnownSlot>();
  readonly #told: Partial<Record<Slot, { asOf: number; at: number }>> = {};
  #known: KnownService | null = null;

  constructor(app: string, service: string) {
    this.#app = app;
    this.#service = service;
  }

  listed(
    collection: string,
    items: readonly KubeObject[],
    labelSelector: string | undefined,
    when: { readonly asOf: number; readonly at: number },
  ): void {
    if (collection === collections.services) for (const item of items) this.saw(collection, item, when);
    if (collection !== collections.pods) return;
    this.#lists.set((labelSelector ?? '').split(',').toSorted().join(), {
      ready: items.filter(isReady).length,
      ...when,
    });
    for (const slot of slots) {
      if (!isOf(labelSelector, this.#app, slot)) continue;
      this.#pods[slot] = new Map(items.map((pod) => [pod.metadata.uid, isReady(pod)]));
      this.#told[slot] = when;
    }
  }

  saw(
    collection: string,
    object: KubeObject,
    when: { readonly asOf: number; readonly at: number },
    gone = false,
  ): void {
    if (collection === collections.services && object.metadata.name === this.#service) {
      const { fence, owner } = safely(object);
      this.#known = { version: selectorOf(object)['version'], fence, owner, ...when };
    }
    if (collection !== collections.pods) return;
    for (const slot of slots) {
      if (!hasLabels(object, { app: this.#app, version: slot })) continue;
      if (gone) this.#pods[slot].delete(object.metadata.uid);
      else this.#pods[slot].set(object.metadata.uid, isReady(object));
      this.#told[slot] = when;
    }
  }

  get now(): Known {
    const known: Partial<Record<Slot, KnownSlot>> = {};
    for (const slot of slots) {
      const told = this.#told[slot];
      if (told === undefined) continue;
      known[slot] = { ready: [...this.#pods[slot].values()].filter(Boolean).length, ...told };
    }
    return { service: this.#known, slots: known, lists: new Map(this.#lists) };
  }
}

export function wordLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.toSorted().join();
}

function safely(object: KubeObject): { fence: number; owner: string | null } {
  const { fence, owner } = viewProduction(object as never);
  return { fence: fence ?? Number.NaN, owner };
}

/** Whether a list by these labels is of the pods of this slot. */
function isOf(labelSelector = '', app: string, slot: Slot): boolean {
  const parts = labelSelector.split(',');
  return parts.includes(`app=${app}`) && parts.includes(`version=${slot}`);
}
