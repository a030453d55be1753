import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';

/** What the activities work with; the worker hands it in. */
export interface Dependencies {
  readonly cluster: Cluster;
  /** The way to pods and Services: through the API server's proxy, or directly. */
  readonly access: Access;
}
