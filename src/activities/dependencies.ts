import type { RawSeries } from '../evidence/raw-series.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';

/** What the activities work with; the worker hands it in. */
export interface Dependencies {
  readonly cluster: Cluster;
  /** The way to pods and Services: through the API server's proxy, or directly. */
  readonly access: Access;
  /** Where each look of each watch is kept; absent where it is not. */
  readonly rawSeries?: RawSeries;
}
