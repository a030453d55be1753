import { parseTarget } from './target.ts';
import type { Target } from './target.ts';

export interface LoadOptions {
  /** http URLs on this machine, requested in turn. */
  readonly urls: readonly string[];
  readonly requestsPerSecond: number;
  /** The share of requests, 0 to 1, over connections that stay open; the others open one each. Default 0.5. */
  readonly keepAliveShare?: number;
  /** How many connections stay open, each like a client of its own. Default 20. */
  readonly connections?: number;
  /** Counted from when the request was due. Default 5000. */
  readonly timeoutMs?: number;
  /** The load ends by itself after that. Default ten minutes. */
  readonly durationMs?: number;
  /** The load ends by itself after that many requests. Default one million. */
  readonly maxRequests?: number;
}

export type CompleteOptions = Required<Omit<LoadOptions, 'urls'>> & { readonly targets: readonly Target[] };

/** The options with their defaults, checked. Throws an Error that names the option. */
export function completeOptions(options: LoadOptions): CompleteOptions {
  const { urls, requestsPerSecond } = options;
  if (urls.length === 0) throw new Error('no URL to send requests to');
  return {
    targets: urls.map(parseTarget),
    requestsPerSecond: within('requestsPerSecond', requestsPerSecond, 0.1, 10_000),
    keepAliveShare: within('keepAliveShare', options.keepAliveShare ?? 0.5, 0, 1),
    connections: within('connections', options.connections ?? 20, 1, 1_000),
    timeoutMs: within('timeoutMs', options.timeoutMs ?? 5_000, 1, 60_000),
    durationMs: within('durationMs', options.durationMs ?? 600_000, 1, 86_400_000),
    maxRequests: within('maxRequests', options.maxRequests ?? 1_000_000, 1, 1_000_000_000),
  };
}

function within(name: string, value: number, minimum: number, maximum: number): number {
  if (value >= minimum && value <= maximum) return value;
  throw new Error(`${name} is ${value}: it must be a number from ${minimum} to ${maximum}`);
}
