/** What people and nodes do to the cluster of a sequence while its deployment runs. */
import { slotName, type Slot } from '../../src/domain/slot.ts';
import type { VirtualClock } from './clock.ts';
import type { Kinds } from './model/api/kinds.ts';
import type { ClusterModel } from './model/cluster-model.ts';
import { isReady } from './model/objects.ts';
import { app, service, type Action, type Role } from './scenario.ts';

/** All that is no message to the workflow. */
export type Deed = Exclude<Action, { kind: 'message' | 'cancel' }>;

export interface Scene {
  readonly model: ClusterModel;
  readonly clock: VirtualClock;
  readonly workflowId: string;
  /** Whether it is the first deployment of the app, whose candidate becomes blue. */
  readonly isFirst: boolean;
}

export function doByHand(deed: Deed, scene: Scene): void {
  const { model } = scene;
  switch (deed.kind) {
    case 'select':
    case 'wipe-annotations':
    case 'take-over':
    case 'label-service':
      model.byHand('services', service, (object) => changedService(object, deed, scene));
      return;
    case 'scale':
      edit(scene, deed.role, (object) => ({ ...object, spec: { ...object.spec, replicas: deed.replicas } }));
      return;
    case 'delete':
      edit(scene, deed.role, () => null);
      return;
    case 'edit':
      edit(scene, deed.role, (object) => ({
        ...object,
        spec: { ...object.spec, paused: false, revisionHistoryLimit: 3 },
      }));
      return;
    case 'unready':
      unready(scene, deed);
      return;
    case 'kill-pods':
      for (const pod of model.podsOf(slotOf(scene, deed.role))) model.evict(pod);
  }
}

type ServiceDeed = Extract<Deed, { kind: 'select' | 'wipe-annotations' | 'take-over' | 'label-service' }>;

function changedService(object: Kinds['services'], deed: ServiceDeed, scene: Scene): object {
  const { metadata, ...rest } = object;
  const { annotations = {}, ...others } = metadata;
  switch (deed.kind) {
    case 'select':
      return selecting(object, versionOf(deed.to, scene));
    case 'wipe-annotations':
      return { ...rest, metadata: others };
    case 'take-over': {
      const fence = String(Number(annotations['cutover.dev/fence'] ?? 0) + 1);
      const taken = { 'cutover.dev/owner': `${scene.workflowId}/another`, 'cutover.dev/fence': fence };
      return { ...rest, metadata: { ...metadata, annotations: { ...annotations, ...taken } } };
    }
    case 'label-service':
      return { ...rest, metadata: { ...metadata, labels: { ...metadata.labels, seen: String(scene.clock.fired) } } };
  }
}

/** Versions that are no slot; null: the selector has no version, and the pods of both slots. */
const unslotted = { nothing: 'nobody', 'every slot': null } as const;

function versionOf(to: Extract<Deed, { kind: 'select' }>['to'], scene: Scene): string | null {
  return to === 'stable' || to === 'candidate' ? slotOf(scene, to) : unslotted[to];
}

function selecting(object: Kinds['services'], version: string | null): object {
  const { version: _before, ...others } = object.spec?.selector ?? {};
  const selector = version === null ? others : { ...others, version };
  return { ...object, spec: { ...object.spec, selector } };
}

function unready(scene: Scene, { role, pods, ms }: Extract<Deed, { kind: 'unready' }>): void {
  const { model, clock } = scene;
  const away = model.podsOf(slotOf(scene, role)).filter(isReady).slice(0, pods);
  for (const pod of away) model.setReady(pod, false);
  clock.after(ms, () => {
    for (const pod of away) model.setReady(pod, true);
  });
}

function edit({ model, ...scene }: Scene, role: Role, change: (object: Kinds['deployments']) => object | null): void {
  model.byHand('deployments', slotName(app, slotOf(scene, role)), change);
}

function slotOf({ isFirst }: Pick<Scene, 'isFirst'>, role: Role): Slot {
  const stable = isFirst ? 'green' : 'blue';
  if (role === 'stable') return stable;
  return stable === 'blue' ? 'green' : 'blue';
}
