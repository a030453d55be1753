/** What the API server answers when it does not do what it was asked. */
import { qualified, type Resource } from './kinds.ts';

type Reason =
  | 'BadRequest'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Expired'
  | 'Forbidden'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'ServiceUnavailable'
  | 'TooManyRequests'
  | 'InternalError'
  | 'Timeout'
  | 'UnsupportedMediaType'
  | 'Unknown';

const codes: Readonly<Record<Reason, number>> = {
  BadRequest: 400,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  Forbidden: 403,
  Invalid: 422,
  MethodNotAllowed: 405,
  ServiceUnavailable: 503,
  TooManyRequests: 429,
  InternalError: 500,
  Timeout: 504,
  UnsupportedMediaType: 415,
  Unknown: 500,
};

export interface StatusDocument {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: object;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly code: number;
}

export class Refusal extends Error {
  readonly reason: Reason;
  readonly code: number;

  constructor(reason: Reason, message: string, code = codes[reason]) {
    super(message);
    this.reason = reason;
    this.code = code;
  }

  get document(): StatusDocument {
    const { message, reason, code } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  }
}

export function notFound(resource: Resource, name: string): Refusal {
  return new Refusal('NotFound', `${qualified(resource)} "${name}" not found`);
}

export function conflict(resource: Resource, name: string, why: string): Refusal {
  return new Refusal('Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`);
}

export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

export function invalid(kind: string, name: string, why: string): Refusal {
  return new Refusal('Invalid', `${kind} "${name}" is invalid: ${why}`);
}
