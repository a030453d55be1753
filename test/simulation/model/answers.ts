/** What the API server answers, as it says it. */
import type { KubeObject } from './objects.ts';

export interface Answer {
  readonly status: number;
  /** An object, or text as it is. */
  readonly body: unknown;
}

export function ok(body: unknown, status = 200): Answer {
  return { status, body };
}

export function refusal(status: number, reason: string, message: string): Answer {
  return { status, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status } };
}

export function notFound(path: string): Answer {
  return refusal(404, 'NotFound', `${path} not found`);
}

export function conflict(path: string): Answer {
  return refusal(409, 'Conflict', `the object ${path} has been modified`);
}

export function listOf(items: readonly KubeObject[], version: number): Answer {
  return ok({ metadata: { resourceVersion: String(version) }, items });
}

/** `a=b,c=d` and `metadata.name=x` as the product writes them. */
export function parsePairs(text: unknown): Record<string, string> {
  if (typeof text !== 'string' || text === '') return {};
  return Object.fromEntries(text.split(',').map((pair) => pair.split('=', 2) as [string, string]));
}
