/** What has happened in a sequence so far, as far as invariants are about it. */
import { isSlot, slotName, slots, type Slot } from '../../src/domain/slot.ts';
import type { PreflightResult } from '../../src/activities/contract.ts';
import { viewProduction } from '../../src/kubernetes/production.ts';
import type { Effect } from './model/api-server.ts';
import type { ClusterModel } from './model/cluster-model.ts';
import { collections, replicasOf, selectorOf, type KubeObject } from './model/objects.ts';
import { service, type Action, type Scenario } from './scenario.ts';

/** A change of the production selector that the product made. */
export interface SwitchFact {
  readonly activity: string;
  readonly attempt: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly fence: number;
  readonly at: number;
}

/** What people change by hand may end in ways that the product cannot prevent. */
const disturbingPods: ReadonlySet<Action['kind']> = new Set(['scale', 'delete', 'edit', 'unready', 'kill-pods']);
const disturbingService: ReadonlySet<Action['kind']> = new Set(['select', 'wipe-annotations', 'take-over']);

export class Facts {
  readonly model: ClusterModel;
  readonly scenario: Scenario;
  readonly runId: string;
  readonly workflowId: string;
  /** As preflight has made it. */
  plan: PreflightResult | null = null;
  /** The step that runs, as the workflow shows it. */
  phase = '';
  /** When each step began. */
  readonly phasesBegan = new Map<string, number>();
  readonly switches: SwitchFact[] = [];
  /** What somebody has made the production selector select, by hand. */
  readonly handEdits: { readonly to: string | undefined; readonly at: number; readonly phase: string }[] = [];
  /** When an activity of this name began for the first time. */
  readonly began = new Map<string, number>();
  /** When the rollback activity first wrote on the Service. */
  gaveBackAt: number | null = null;
  /** The version of the cluster then. */
  gaveBackVersion = Number.POSITIVE_INFINITY;
  /** Whether an attempt made the candidate after that, with a request that was on its way: nothing can stop it. */
  candidateCameLate = false;
  endedAt: number | null = null;
  /** Whether the workflow knows that the candidate was deployed, and with it the fence. */
  deployed = false;
  changesByProduct = 0;
  /** Messages that were sent, by name: whether a signal was accepted is not known. */
  readonly said = new Set<string>();
  /** Messages that were accepted, by name. */
  readonly accepted = new Set<string>();
  /** Who changed the selector last, and the version of the cluster then. */
  selectorChangedBy: { readonly who: 'product' | 'somebody' | 'nobody'; readonly version: number } = {
    who: 'nobody',
    version: 0,
  };
  /** The slot that was live at the start. */
  stableAtStart: Slot | null = null;
  readonly #touched = new Set<string>();

  constructor(model: ClusterModel, scenario: Scenario, runId: string, workflowId: string) {
    this.model = model;
    this.scenario = scenario;
    this.runId = runId;
    this.workflowId = workflowId;
  }

  get now(): number {
    return this.model.clock.now;
  }

  /** Whether the sequence has somebody disturb pods or Deployments at any time. */
  get podsDisturbed(): boolean {
    return this.scenario.happenings.some(({ what }) => disturbingPods.has(what.kind));
  }

  get serviceDisturbed(): boolean {
    return this.scenario.happenings.some(({ what }) => disturbingService.has(what.kind));
  }

  /** Whether somebody has changed the object by hand so far. */
  wasTouched(collection: string, name: string): boolean {
    return this.#touched.has(`${collection}/${name}`);
  }

  slotTouched(slot: Slot): boolean {
    return this.wasTouched(collections.deployments, slotName(this.model.app, slot));
  }

  /** Learns of a change. Called after the invariants were asked about it. */
  remember(effect: Effect): void {
    const { caller, collection, name, before, after } = effect;
    if (caller === 'somebody') this.#touched.add(`${collection}/${name}`);
    else this.changesByProduct += 1;
    if (slotOf(effect, this.model.app) !== null && activityOf(effect) === 'deploy' && this.gaveBackAt !== null)
      this.candidateCameLate = true;
    if (collection !== collections.services || name !== service) return;
    const [from, to] = [versionOf(before), versionOf(after)];
    if (from !== to) {
      const who = caller === 'somebody' ? 'somebody' : 'product';
      this.selectorChangedBy = { who, version: this.model.store.revision };
      if (caller === 'somebody') this.handEdits.push({ to, at: this.now, phase: this.phase });
    }
    if (caller === 'somebody') return;
    const activity = activityOf(effect);
    if (activity === 'rollback' && this.gaveBackAt === null) {
      this.gaveBackAt = this.now;
      this.gaveBackVersion = this.model.store.revision;
    }
    if (from === to) return;
    this.switches.push({ activity, attempt: caller.id, from, to, fence: fenceOf(after), at: this.now });
  }
}

export function activityOf({ caller }: Effect): string {
  return caller === 'somebody' ? 'somebody' : (caller.id.split('#')[0] ?? '');
}

export function versionOf(object: KubeObject | null): string | undefined {
  return object === null ? undefined : selectorOf(object)['version'];
}

/** NaN where somebody has written nonsense. */
export function fenceOf(object: KubeObject | null): number {
  if (object === null) return 0;
  return viewProduction(object as never).fence ?? Number.NaN;
}

export function ownerOfService(object: KubeObject | null): string | null {
  return object?.metadata.annotations?.['cutover.dev/owner'] ?? null;
}

/** The slot whose Deployment this is; null for anything else. */
export function slotOf({ collection, name }: Pick<Effect, 'collection' | 'name'>, app: string): Slot | null {
  if (collection !== collections.deployments) return null;
  return slots.find((slot) => slotName(app, slot) === name) ?? null;
}

export function asSlot(version: string | undefined): Slot | null {
  return isSlot(version) ? version : null;
}

export function replicasBefore({ before }: Effect): number {
  return before === null ? 0 : replicasOf(before);
}

export function replicasAfter({ after }: Effect): number {
  return after === null || after.metadata.deletionTimestamp !== undefined ? 0 : replicasOf(after);
}
