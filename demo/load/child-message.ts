import type { LoadOptions } from './options.ts';
import type { LoadReport, LoadStats } from './report.ts';

/** What is said to a load that runs in a process of its own. */
export type ToChild =
  | { readonly kind: 'start'; readonly options: LoadOptions; readonly statsEveryMs: number }
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'stop' };

/** What it says. `refused` answers a start or a mark that cannot be. */
export type FromChild =
  | { readonly kind: 'stats'; readonly stats: LoadStats }
  | { readonly kind: 'report'; readonly report: LoadReport }
  | { readonly kind: 'refused'; readonly message: string };
