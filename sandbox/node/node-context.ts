import type { NetworkPlan, PodAddressPool } from './addresses.ts';
import type { BackOffPolicy } from './back-off.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import type { EventRecorder } from './events.ts';
import type { ImageTable } from './images.ts';

/** How pods run: as processes that are probed, or simulated, ready after a delay. */
export type NodeMode = { readonly kind: 'process' } | { readonly kind: 'simulated'; readonly readyAfterMs: number };

/** What every pod of the node shares. */
export interface NodeContext {
  readonly nodeName: string;
  readonly network: NetworkPlan;
  readonly addresses: PodAddressPool;
  readonly api: ClusterApi;
  readonly events: EventRecorder;
  readonly images: ImageTable;
  readonly runtime: ContainerRuntime;
  readonly mode: NodeMode;
  readonly backOff: BackOffPolicy;
  /** Where pods have their directories and logs. */
  readonly workDirectory: string;
  /** Aborts when the node stops. */
  readonly stopped: AbortSignal;
  readonly log: (line: string) => void;
}
