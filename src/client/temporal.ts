/** The connection to Temporal: bounded calls, whose errors name the address. */
import { Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { defaultPayloadConverter, NamespaceNotFoundError, type Payload } from '@temporalio/common';
import { ConnectionFailed, TemporalCallFailed } from './errors.ts';
import type { Settings } from './settings.ts';
import { whyUnreachable } from './why-unreachable.ts';

/** The gRPC status codes that are told apart. */
export const grpc = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const connectTimeoutMs = 5_000;
const callTimeoutMs = 10_000;

export class Temporal {
  readonly settings: Settings;
  readonly client: Client;
  readonly connection: Connection;

  private constructor(settings: Settings, connection: Connection) {
    this.settings = settings;
    this.connection = connection;
    const { namespace, payloadCodec } = settings;
    // A client takes failures as they come; only who makes them needs the converter that puts them into payloads.
    this.client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [payloadCodec] } });
  }

  /** Connects within a few seconds, or throws ConnectionFailed naming the address and where it came from. */
  static async connect(settings: Settings): Promise<Temporal> {
    const lazy = lazyConnection(settings);
    try {
      await lazy.ensureConnected();
      return new Temporal(settings, lazy);
    } catch (error) {
      const reason = codeOf(error) === undefined ? await whyUnreachable(settings.connection) : reasonOf(error);
      await lazy.close();
      throw new ConnectionFailed(`cannot reach Temporal at ${settings.address} (${settings.source}): ${reason}`, {
        cause: error,
      });
    }
  }

  /** Runs calls to Temporal under a deadline. Throws TemporalCallFailed for what is not about one deployment. */
  async call<T>(work: () => Promise<T>, timeoutMs = callTimeoutMs): Promise<T> {
    try {
      return await this.connection.withDeadline(Date.now() + timeoutMs, work);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Runs one call that waits at the server until `signal` aborts. */
  async longCall<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await this.connection.withAbortSignal(signal, work);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** The value of a payload as the server keeps it. Rejects with PayloadUnreadable. */
  async valueOf(payload: Payload): Promise<unknown> {
    const [decoded = payload] = await this.settings.payloadCodec.decode([payload]);
    return defaultPayloadConverter.fromPayload(decoded);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  #translate(error: unknown): unknown {
    const { address, namespace } = this.settings;
    if (error instanceof NamespaceNotFoundError) {
      return new TemporalCallFailed(
        `Temporal at ${address} has no namespace "${error.namespace}": set TEMPORAL_NAMESPACE, or create it`,
        false,
        { cause: error },
      );
    }
    if (!(error instanceof ServiceError)) return error;
    switch (codeOf(error)) {
      // Also where the server is too busy, or something on the way has cut the call off.
      case grpc.unavailable:
      case grpc.deadlineExceeded:
      case grpc.resourceExhausted:
      case grpc.aborted:
      case grpc.internal:
        return new TemporalCallFailed(`Temporal at ${address} does not answer: ${reasonOf(error)}`, true, {
          cause: error,
        });
      case grpc.permissionDenied:
      case grpc.unauthenticated: {
        const message = `Temporal at ${address} denies access to the namespace "${namespace}": ${reasonOf(error)}`;
        return new TemporalCallFailed(message, false, { cause: error });
      }
      default:
        return new TemporalCallFailed(`Temporal at ${address}: ${error.message}: ${reasonOf(error)}`, false, {
          cause: error,
        });
    }
  }
}

function lazyConnection(settings: Settings): Connection {
  try {
    return Connection.lazy({ ...settings.connection, connectTimeout: connectTimeoutMs });
  } catch (error) {
    const message = `the settings for Temporal at ${settings.address} do not work: ${(error as Error).message}`;
    throw new ConnectionFailed(message, { cause: error });
  }
}

/** The gRPC status code behind an error, if any. */
export function codeOf(error: unknown): number | undefined {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof ServiceError ? (error.cause ?? error) : error;
  if (isGrpcServiceError(cause)) return cause.details;
  return cause instanceof Error ? cause.message : String(cause);
}
