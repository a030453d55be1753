/** Instant and range queries. What is wrong is said with the query, and in Prometheus' own words. */
import { AccessError, type HttpAnswer } from '../../kubernetes/access/index.ts';
import { maskedBeginning } from '../../domain/mask.ts';
import { parseAnswer, type QueryResult } from './answer.ts';
import type { AskPrometheus } from './server.ts';

export type PrometheusErrorKind =
  /** No answer, or one of somebody else. */
  | 'unreachable'
  | 'credentials'
  /** It does not parse. */
  | 'query'
  /** It parses, and what it asks for cannot be told from the data. */
  | 'execution'
  /** It took too long, or was too much. */
  | 'overload'
  /** There is an answer, with only a part of the data. */
  | 'partial';

/** Why a query has no result that can be relied on; one sentence. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  readonly kind: PrometheusErrorKind;

  constructor(kind: PrometheusErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface InstantOptions {
  readonly signal?: AbortSignal;
  /** Seconds since the epoch; by default now, by the clock of the server. */
  readonly at?: number;
  /** Series without a newer sample than this are left out, in seconds; by default 5 minutes, and so before Prometheus 2.43. */
  readonly lookBack?: number;
}

export interface RangeOptions {
  readonly signal?: AbortSignal;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface PrometheusApi {
  instant(query: string, options?: InstantOptions): Promise<QueryResult>;
  range(query: string, options: RangeOptions): Promise<QueryResult>;
}

/** Every query within `timeoutMs`. Rejects with a PrometheusError, or with the signal's reason. */
export function prometheusApi(ask: AskPrometheus, timeoutMs: number): PrometheusApi {
  const send = async (
    path: string,
    query: string,
    parameters: Record<string, number | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<QueryResult> => {
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
    // So that the server stops too, when nobody waits any more.
    const form = {
      query,
      timeout: `${timeoutMs}ms`,
      ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    };
    try {
      return resultOf(query, await ask(path, form, { timeoutMs, ...(signal === undefined ? {} : { signal }) }));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof AccessError)) throw error;
      throw new PrometheusError('unreachable', `Prometheus cannot be asked: ${error.reason}`, { cause: error });
    }
  };
  return {
    instant: (query, { signal, at, lookBack } = {}) =>
      send('/api/v1/query', query, { time: at, lookback_delta: lookBack }, signal),
    range: (query, { signal, start, end, step }) => send('/api/v1/query_range', query, { start, end, step }, signal),
  };
}

/** The query as it is shown. */
export function shownQuery(query: string): string {
  const flat = query.replaceAll(/\s+/g, ' ').trim();
  return `"${flat.length > 160 ? `${flat.slice(0, 159)}…` : flat}"`;
}

function resultOf(query: string, answer: HttpAnswer): QueryResult {
  const shown = shownQuery(query);
  if (answer.truncated)
    throw new PrometheusError('overload', `Prometheus answers ${shown} with too much: ask for less`);
  if (answer.status === 401 || answer.status === 403) {
    throw new PrometheusError(
      'credentials',
      `Prometheus refuses the credentials (HTTP ${answer.status}): correct prometheus.headers`,
    );
  }
  const parsed = parseAnswer(answer.body);
  switch (parsed.kind) {
    case 'result': {
      const [warning] = parsed.warnings;
      if (warning === undefined) return parsed.result;
      throw new PrometheusError('partial', `Prometheus warns of its answer to ${shown}: ${said(warning)}`);
    }
    case 'error':
      throw refusalOf(shown, parsed.type, said(parsed.message));
    case 'unknown': {
      const words = `what answers (HTTP ${answer.status}) is not the API of Prometheus: correct prometheus.url, or the path of prometheus.service`;
      throw new PrometheusError('unreachable', words);
    }
  }
}

function refusalOf(query: string, type: string, message: string): PrometheusError {
  switch (type) {
    case 'bad_data':
      return new PrometheusError('query', `Prometheus refuses the query ${query}: ${message}`);
    case 'execution':
      return new PrometheusError('execution', `Prometheus cannot execute the query ${query}: ${message}`);
    default:
      return new PrometheusError('overload', `Prometheus gave up on the query ${query} (${type}): ${message}`);
  }
}

function said(text: string): string {
  return maskedBeginning(text.replaceAll(/\s+/g, ' ').trim(), 300);
}
