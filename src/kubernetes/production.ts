/** The production Service, and what this project writes on it. */
import type { V1Service } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { deploymentId, isSlot, slotLabels, type Slot } from '../domain/slot.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { orNull } from './errors.ts';
import type { Source } from './follow.ts';

export const annotations = {
  /** The sequence number that every switch tests and raises. */
  fence: 'cutover.dev/fence',
  /** `<namespace>/<app>/<run id>` of the deployment that holds the fence. */
  owner: 'cutover.dev/owner',
  /** The run id of the deployment that has given the fence up by its rollback: it never claims again. */
  released: 'cutover.dev/released',
  switchedAt: 'cutover.dev/switched-at',
  switchedBy: 'cutover.dev/switched-by',
  switchedTo: 'cutover.dev/switched-to',
  /** `<fence> <time>` of the cutover that the last rollback has taken back. */
  undone: 'cutover.dev/undone',
  /** A slot, or `none` where production selected no slot, or no ready pod. */
  switchedFrom: 'cutover.dev/switched-from',
} as const;

/** What `version` selects on a Service that shall select no slot. */
export const noSlot = 'none';

export interface ServiceReference {
  readonly namespace: string;
  readonly service: string;
}

export interface ProductionService {
  readonly name: string;
  readonly resourceVersion: string;
  /** Empty for a Service without a selector. */
  readonly selector: Readonly<Record<string, string>>;
  /** The slot that it selects; null for none, or for something that is no slot. */
  readonly slot: Slot | null;
  /** 0 before the first claim; null where the annotation is no sequence number, because somebody has edited it. */
  readonly fence: number | null;
  readonly owner: string | null;
  readonly released: string | null;
  readonly switched: { readonly at: string; readonly by: string; readonly to: string } | null;
  readonly undone: UndoneCutover | null;
  readonly object: Json<V1Service>;
}

/** A cutover as its rollback found it on the Service. */
export interface UndoneCutover {
  readonly fence: number;
  /** ISO 8601. */
  readonly at: string;
}

export function servicePath({ namespace, service }: ServiceReference): string {
  return `/api/v1/namespaces/${namespace}/services/${service}`;
}

/** What a deployment writes as the owner of the fence. */
export function ownerOf({ namespace, app }: { namespace: string; app: string }, runId: string): string {
  return `${deploymentId(namespace, app)}/${runId}`;
}

/** The Service as it is now, or null. */
export async function findProduction(cluster: Cluster, reference: ServiceReference): Promise<ProductionService | null> {
  const service = await orNull(cluster.api.json<Json<V1Service>>({ path: servicePath(reference) }));
  return service === null ? null : viewProduction(service);
}

/** The Service as it comes to be. */
export function productionSource({ namespace, service }: ServiceReference): Source<ProductionService> {
  return {
    path: `/api/v1/namespaces/${namespace}/services`,
    fieldSelector: `metadata.name=${service}`,
    read: (object: Json<V1Service>) => viewProduction(object),
  };
}

/** The Service as it is now; DeploymentError('ObjectMissing') where it does not exist. */
export async function readProduction(cluster: Cluster, reference: ServiceReference): Promise<ProductionService> {
  const production = await findProduction(cluster, reference);
  if (production !== null) return production;
  throw new DeploymentError(
    'ObjectMissing',
    `the Service "${reference.service}" does not exist in namespace "${reference.namespace}": somebody has deleted it; create it again, then deploy again`,
  );
}

export function viewProduction(service: Json<V1Service>): ProductionService {
  const selector = service.spec?.selector ?? {};
  const written = service.metadata?.annotations ?? {};
  const { [annotations.switchedAt]: at, [annotations.switchedBy]: by, [annotations.switchedTo]: to } = written;
  return {
    name: service.metadata?.name ?? '',
    resourceVersion: service.metadata?.resourceVersion ?? '',
    selector,
    slot: isSlot(selector['version']) ? selector['version'] : null,
    fence: fenceOf(written[annotations.fence]),
    owner: written[annotations.owner] ?? null,
    released: written[annotations.released] ?? null,
    switched: at === undefined || by === undefined || to === undefined ? null : { at, by, to },
    undone: undoneOf(written[annotations.undone]),
    object: service,
  };
}

function undoneOf(text: string | undefined): UndoneCutover | null {
  const [, fence, at] = /^(\d+) (\S+)$/.exec(text ?? '') ?? [];
  return fence === undefined || at === undefined ? null : { fence: Number(fence), at };
}

function fenceOf(text: string | undefined): number | null {
  if (text === undefined) return 0;
  // Not by Number alone, which takes an empty text for 0, and reads 1e3 and 0x10.
  const fence = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(fence) ? fence : null;
}

/** What the annotation of the fence says, for people. */
export function writtenFence({ object }: ProductionService): string {
  return `"${(object.metadata?.annotations?.[annotations.fence] ?? '').slice(0, 50)}"`;
}

/** Why nothing can be deployed on a Service whose fence is null. */
export function unreadableFence(live: ProductionService): string {
  return `the annotation ${annotations.fence} of the Service "${live.name}" is ${writtenFence(live)}, which is no sequence number: remove the annotation, then deploy again`;
}

/** Whether the rollback of this deployment has been there: it never selects anything again, whoever does. */
export function isGivenBack({ released }: ProductionService, { runId }: { readonly runId: string }): boolean {
  return released === runId;
}

/** Whether the selector asks for the labels of this slot's pods; it may ask for others, too. */
export function namesSlot(selector: Readonly<Record<string, string>>, app: string, slot: Slot): boolean {
  return Object.entries(slotLabels(app, slot)).every(([name, value]) => selector[name] === value);
}

/** What a selector asks for beside the labels of a slot: labels of the user's own. */
export function otherLabels({
  app: _app,
  version: _version,
  ...others
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return others;
}

/** The selector as people write it: `app=api, version=blue`. */
export function describeSelector(selector: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? 'nothing' : pairs.join(', ').slice(0, 500);
}
