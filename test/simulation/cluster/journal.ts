/** What was asked to change, by whom and when, and what came of it: what invariants are checked on. */
import type { ApiObject } from './api/kinds.ts';
import type { Verb } from './api/request.ts';

export interface JournalEntry {
  /** 1 for the first. */
  readonly seq: number;
  /** When it took effect, in milliseconds since the epoch. */
  readonly at: number;
  /** The caller as `connect` was told, or `byHand`. */
  readonly caller: string;
  readonly verb: Verb;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string;
  /** null for a collection. */
  readonly name: string | null;
  readonly dryRun: boolean;
  readonly status: number;
  /** The object right before and right after; null where there was none. */
  readonly before: ApiObject | null;
  readonly after: ApiObject | null;
  /** As it was sent; null for what was done by hand. */
  readonly body: string | null;
}

/** The caller of what people do beside the product. */
export const byHand = 'by hand';
