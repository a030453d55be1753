import type { HttpRequest } from '../../domain/spec.ts';

export interface PodTarget {
  readonly kind: 'pod';
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

export interface ServiceTarget {
  readonly kind: 'service';
  readonly namespace: string;
  readonly name: string;
  readonly clusterIP: string;
  /** The Service's own port. */
  readonly port: number;
}

export type Target = PodTarget | ServiceTarget;

export interface HttpCall {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A connection of its own, as a client has that comes for the first time. */
  readonly freshConnection?: boolean;
  /** More of the body than this is not read; 64 KiB by default. */
  readonly maximumBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the body was longer than what was read of it. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** One way to pods and Services. Both calls reject with an AccessError, or when the signal aborts. */
export interface Way {
  request(target: Target, request: HttpRequest, call: HttpCall): Promise<HttpAnswer>;
  /** Opens a TCP connection and closes it again; milliseconds. */
  connect(target: Target, call: Pick<HttpCall, 'timeoutMs' | 'signal'>): Promise<number>;
}

export type AccessErrorKind = 'timeout' | 'refused' | 'reset' | 'unreachable' | 'unsupported';

/** Why there was no answer. The message names the target, and never a credential. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly kind: AccessErrorKind;

  constructor(kind: AccessErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function describeTarget(target: Target): string {
  return `${target.kind} ${target.namespace}/${target.name} port ${target.port}`;
}

/** An error of Node's sockets, as an AccessError. */
export function asAccessError(error: unknown, target: Target, timeoutMs: number): AccessError {
  if (error instanceof AccessError) return error;
  const {
    name = '',
    code = '',
    message = String(error),
  } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const where = describeTarget(target);
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return new AccessError('timeout', `${where} did not answer within ${timeoutMs} ms`, { cause: error });
  }
  if (code === 'ECONNREFUSED') return new AccessError('refused', `${where} refused the connection`, { cause: error });
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) {
    return new AccessError('reset', `${where} broke the connection off`, { cause: error });
  }
  return new AccessError('unreachable', `${where} could not be reached: ${message}`, { cause: error });
}
