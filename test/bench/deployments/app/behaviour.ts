/** How one version of the bench's app behaves: what is the same for every version of it, and what only users meet. */

export interface Behaviour {
  /** The share of all requests, 0 to 1, that fail at any time: what an operator of the app is used to. */
  readonly errorRate: number;
  /** Errors that come together, in all pods at once, as where something that the app depends on is away for a moment. */
  readonly bursts: Bursts | null;
  /** The first requests of a process take longer; each is so much slower. */
  readonly cold: { readonly requests: number; readonly ms: number } | null;
  /** What goes wrong once users come. */
  readonly fault: Fault | null;
}

export interface Bursts {
  readonly everyMs: number;
  readonly lengthMs: number;
  readonly errorRate: number;
}

/** `share` is that of the users' requests to one pod, and `after` counts them. */
export type Fault =
  | { readonly kind: 'errors'; readonly share: number; readonly afterMs: number }
  | { readonly kind: 'slow'; readonly share: number; readonly ms: number }
  | { readonly kind: 'hang'; readonly share: number }
  | { readonly kind: 'crash'; readonly after: number }
  | { readonly kind: 'unready'; readonly after: number }
  | { readonly kind: 'leak'; readonly kilobytes: number };

export const steady: Behaviour = { errorRate: 0, bursts: null, cold: null, fault: null };

/** What tells a user's request from a probe: the probes know of no session. */
export const usersQuery = 'session=7';
/** What a user asks for. */
export const usersPath = `/api/items?${usersQuery}`;
