/**
 * The queries of a spec that its Prometheus server cannot parse: asked once, before anything is changed, since a watch
 * would learn it at its end. A server that does not answer refuses nothing, for it may answer by then.
 */
import { toMilliseconds } from '../domain/duration.ts';
import { fillTemplate } from '../domain/query-template.ts';
import { renderPath } from '../domain/spec-path.ts';
import type { PrometheusMetrics, Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import { PrometheusError, type PrometheusApi } from '../evidence/prometheus/api.ts';
import { counterQueries } from '../evidence/prometheus/presets.ts';
import { concurrently } from '../evidence/concurrently.ts';
import { timeLimit } from '../kubernetes/time-limit.ts';
import type { Dependencies } from './dependencies.ts';
import { connectPrometheus } from './prometheus-server.ts';

/** So long at most, and so much of preflight's own time. */
const patience = { ms: 5_000, share: 0.25 } as const;
const atOnce = 5;

interface Query {
  readonly path: string;
  readonly query: string;
}

export async function refusedQueries(
  dependencies: Dependencies,
  spec: Spec,
  signal: AbortSignal,
): Promise<SpecMistake[]> {
  const queries = queriesOf(spec);
  if (queries.length === 0) return [];
  const ms = Math.min(patience.ms, toMilliseconds(spec.timeouts.preflight) * patience.share);
  const limit = timeLimit(ms, signal);
  try {
    const api = await connectPrometheus(dependencies, spec);
    const refusals = await concurrently(queries, atOnce, (query) => refusalOf(api, query, limit.signal));
    signal.throwIfAborted();
    return refusals.filter((refusal) => refusal !== null);
  } catch {
    signal.throwIfAborted();
    return [];
  } finally {
    limit.release();
  }
}

async function refusalOf(api: PrometheusApi, { path, query }: Query, signal: AbortSignal): Promise<SpecMistake | null> {
  try {
    await api.instant(query, { signal });
    return null;
  } catch (error) {
    return error instanceof PrometheusError && error.kind === 'query' ? { path, message: error.message } : null;
  }
}

/** Those of the watches that there will be. Whatever the slot is, the query parses or does not. */
function queriesOf(spec: Spec): Query[] {
  const { metrics, namespace, app } = spec;
  const watches = (['soak', 'monitor'] as const).filter((step) => toMilliseconds(spec[step].duration) > 0);
  const ofChecks = watches.flatMap((step) =>
    (spec[step].checks ?? []).flatMap((check, index) =>
      'prometheus' in check
        ? [{ path: renderPath([step, 'checks', index, 'prometheus', 'query']), query: check.prometheus.query }]
        : [],
    ),
  );
  const counted =
    watches.length === 0 || metrics === 'none' || !('prometheus' in metrics) ? [] : ofCounters(metrics.prometheus);
  return [...counted, ...ofChecks].map(({ path, query }) => ({
    path,
    query: fillTemplate(query, { namespace, app, slot: 'blue' }),
  }));
}

function ofCounters(metrics: PrometheusMetrics): Query[] {
  const { requests, errors, latency } = counterQueries(metrics);
  return (
    [
      ['requests', requests],
      ['errors', errors],
      ['latency', latency],
    ] as const
  ).flatMap(([name, query]) => (query === null ? [] : [{ path: counterField(metrics, name), query }]));
}

/** The field that a query for the requests comes from. */
export function counterField(metrics: PrometheusMetrics, name: 'requests' | 'errors' | 'latency'): string {
  return `metrics.prometheus.${metrics[name] === undefined ? 'preset' : name}`;
}
