/** How pods and Services are reached: the words that every way there shares. */
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
  /** The Service's port; by default its first one that speaks TCP. */
  readonly port?: number;
}

export type AccessTarget = PodTarget | ServiceTarget;

/** A request of a spec. Its body is sent as it is when it is text, and as JSON otherwise. */
export interface ProbeRequest {
  readonly method?: HttpRequest['method'];
  /** With its query, from `/` on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RequestOptions {
  /** For the whole exchange, the body included. */
  readonly timeoutMs: number;
  /** What is told of a timeout, where a setting allows less than `timeoutMs`; by default `timeoutMs` itself. */
  readonly allowed?: string;
  /**
   * On a connection of its own. Through the API server each request finds its endpoint anew, on connections that the API
   * server keeps.
   */
  readonly freshConnection?: boolean;
  readonly signal?: AbortSignal;
  /** Of the body no more than this is read; 64 KiB by default. */
  readonly maxBodyBytes?: number;
  /** Gives the body as bytes, too. */
  readonly asBytes?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as it came, where the options ask for it. */
  readonly bytes?: Uint8Array;
  /** The body was longer than what was read of it. */
  readonly truncated: boolean;
  /** From the request until the end of what was read. */
  readonly durationMs: number;
}

/** One way to pods and Services. */
export interface Transport {
  /**
   * Sends one request; whatever the application answers is a result. Rejects with an AccessError when there is no answer,
   * with DeploymentError('Forbidden') when the worker's role does not allow it, with the signal's reason when stopped.
   */
  request(target: AccessTarget, request: ProbeRequest, options: RequestOptions): Promise<HttpAnswer>;
  /** Opens a TCP connection and closes it. Rejects as `request` does. */
  connect(
    target: AccessTarget,
    options: Pick<RequestOptions, 'timeoutMs' | 'signal'>,
  ): Promise<{ readonly durationMs: number }>;
}

/** Both ways, by their names in the spec: `access[spec.access].request(…)`. */
export interface Access {
  readonly proxy: Transport;
  readonly direct: Transport;
  /** Closes idle connections. */
  close(): void;
}

export type AccessErrorKind =
  | 'timeout'
  | 'refused'
  | 'reset'
  /** No such address, pod or Service, or no route to it. */
  | 'unreachable'
  /** The Service has no ready endpoint. */
  | 'no-endpoints'
  /** What came back is not HTTP. */
  | 'protocol'
  /** The API server, or the proxy on the way, answered instead of the application. */
  | 'proxy'
  /** The request cannot be sent in this way. */
  | 'invalid'
  | 'other';

/** Why there is no answer. The message names the request without its query and headers, so that no secret is in it. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly kind: AccessErrorKind;
  /** What happened alone, without the name of the pod: the same for every pod with the same trouble. */
  readonly reason: string;

  constructor(kind: AccessErrorKind, what: string, reason: string, options?: ErrorOptions) {
    super(`${what}: ${reason}`, options);
    this.kind = kind;
    this.reason = reason;
  }
}

/** Why there was no answer, without the name of the pod: many pods have the same trouble. */
export function reasonOf(error: unknown): string {
  if (error instanceof AccessError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

/** `GET /healthz of pod api-green-1`, for messages. */
export function describeTarget(target: AccessTarget): string {
  const port = target.port === undefined ? '' : `:${target.port}`;
  return `${target.kind} ${target.name}${port}`;
}

export function describeRequest(target: AccessTarget, request: ProbeRequest): string {
  return `${request.method ?? 'GET'} ${request.path.split('?', 1)[0] ?? ''} of ${describeTarget(target)}`.slice(0, 300);
}
