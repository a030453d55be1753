/**
 * When a request is sent again. An API server that is busy or restarts fails single requests; a step that has many of
 * them would otherwise begin anew at each.
 *
 * 1. What may have taken effect is never repeated here, unless it is idempotent: whoever sent it looks first what has
 *    become of it.
 * 2. What changes a slot, or the production Service, is sent again only as long as what was looked at before it is fresh.
 */
import type { IncomingMessage } from 'node:http';
import { ApiException } from '@kubernetes/client-node';
import type { ApiRequest } from './api-server.ts';
import { apiErrorKind, describeApiError, isTransient } from './errors.ts';

const mostTries = 5;
/** A server that has just started learns of the Roles within some seconds. */
const mostTriesForbidden = 8;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
const longestWantedMs = 5_000;
/** From then on a refusal is taken for what it says. */
export const forbiddenForGoodMs = 8_000;
const forgottenMs = 60_000;
/** For rule 2: less than a second after the look. */
export const freshMs = 800;

/** Milliseconds to wait before the next try after so many, or null where there is none. */
export function pauseBeforeRepeat(request: ApiRequest, error: unknown, tries: number): number | null {
  const kind = apiErrorKind(error);
  if (request.once === true || tries >= (kind === 'forbidden' ? mostTriesForbidden : mostTries)) return null;
  // With 429 and 403 the server has not even begun with it.
  const hadNoEffect = kind === 'too-many-requests' || kind === 'forbidden';
  const isHarmless = request.idempotent === true || changesNothing(request);
  if (!hadNoEffect && !(isTransient(error) && isHarmless)) return null;
  const wanted =
    error instanceof ApiException ? Number(error.headers['retry-after'] ?? Number.NaN) * 1_000 : Number.NaN;
  if (Number.isFinite(wanted) && wanted >= 0) return Math.min(longestWantedMs, wanted);
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)) * (0.75 + Math.random() / 2);
}

/** Reads, questions that are asked by a POST, and rehearsals. */
function changesNothing({ method = 'GET', path, query }: ApiRequest): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead || path.endsWith('/selfsubjectaccessreviews') || query?.['dryRun'] === 'All';
}

/** What an error keeps of the answer's headers. */
export function retryAfterOf({ headers }: IncomingMessage): Record<string, string> {
  const after = headers['retry-after'];
  return after === undefined ? {} : { 'retry-after': after };
}

/**
 * Which writes are refused with 403, and since when. A server that has just started refuses for some seconds what it
 * allows then; a write that may not wait for that is an error that passes, so that its step looks again.
 */
export class Refusals {
  readonly #seen = new Map<string, { readonly since: number; readonly last: number }>();

  /** The error to give where a request is not sent again because what it was decided on is old. */
  outdated(request: ApiRequest, error: unknown): unknown {
    if (apiErrorKind(error) !== 'forbidden') return error;
    const key = keyOf(request);
    const now = performance.now();
    const seen = this.#seen.get(key);
    // One of another day is of another start of the server.
    const since = seen === undefined || now - seen.last > forgottenMs ? now : seen.since;
    this.#seen.set(key, { since, last: now });
    if (now - since > forbiddenForGoodMs) return error;
    return new Error(
      `${describeApiError(error)} (it is looked at again, since a server that has just started may say so)`,
    );
  }

  taken(request: ApiRequest): void {
    this.#seen.delete(keyOf(request));
  }
}

function keyOf({ method = 'GET', path }: ApiRequest): string {
  return `${method} ${path}`;
}
