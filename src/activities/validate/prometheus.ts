/** Whether the Prometheus server is there, and has the requests of the live slot. */
import { toMilliseconds } from '../../domain/duration.ts';
import type { PrometheusMetrics } from '../../domain/spec.ts';
import { boundMistakes, latencyLimits } from '../../evidence/latency-limits.ts';
import type { QueryResult } from '../../evidence/prometheus/answer.ts';
import { PrometheusError, shownQuery, type InstantOptions, type PrometheusApi } from '../../evidence/prometheus/api.ts';
import { filledQueries } from '../../evidence/prometheus/counters.ts';
import { podCounters } from '../../evidence/prometheus/pod-counters.ts';
import { counterQueries, errorLabel, type CounterQueries } from '../../evidence/prometheus/presets.ts';
import { counterField } from '../refused-queries.ts';
import {
  mistake,
  note,
  nothingFound,
  orMistake,
  together,
  unchecked,
  type Found,
  type LiveSlot,
  type Validation,
} from './context.ts';
import { whyUnknown, withoutErrorLabel } from './unknown-pods.ts';

/** Whether it answers at all: everything else would fail for the same reason. */
export async function prometheusFound({
  spec,
  prometheus,
  signal,
}: Omit<Validation, 'isPrometheusThere'>): Promise<Found> {
  if (spec.prometheus === undefined) return nothingFound;
  const where = 'url' in spec.prometheus ? 'prometheus.url' : 'prometheus.service';
  return orMistake('prometheus', signal, async () => {
    try {
      await (await prometheus()).instant('vector(1)', { signal });
      return nothingFound;
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
      return mistake(error.kind === 'credentials' ? 'prometheus.headers' : where, error.message);
    }
  });
}

/** Whether the queries for the requests give what the live slot's pods count. */
export async function prometheusMetricsFound(validation: Validation): Promise<Found> {
  const { spec, live, notLive, signal } = validation;
  const { metrics } = spec;
  if (metrics === 'none' || !('prometheus' in metrics)) return nothingFound;
  if (!validation.isPrometheusThere) return unchecked('the queries of metrics.prometheus: Prometheus cannot be asked');
  const own = metrics.prometheus;
  return orMistake('metrics.prometheus', signal, async () => {
    const api = await validation.prometheus();
    const queries = filledQueries(counterQueries(own), { spec, slot: live?.slot ?? 'blue' });
    const asked = { signal, lookBack: toMilliseconds(own.staleAfter) / 1_000 };
    const answers = await Promise.all(countedBy.map((name) => ask(api, own, { name, query: queries[name] }, asked)));
    const refused = answers.flatMap((answer) => (answer !== null && 'mistakes' in answer ? [answer] : []));
    if (refused.length > 0) return together([...refused, unreadable(own, queries, answers)]);
    if (live === null) return unchecked(`what the queries of metrics.prometheus give: ${notLive}`);
    const [requests, errors, latency] = answers.map((answer) =>
      answer === null || 'mistakes' in answer ? null : answer,
    );
    if (requests == null || errors == null) return nothingFound;
    return await judge(validation, {
      api,
      own,
      queries,
      live,
      answers: { requests, errors, latency: latency ?? null },
    });
  });
}

interface Asked {
  readonly name: 'requests' | 'errors' | 'latency';
  readonly query: string | null;
}

/** The answer, or the mistake that the server tells; null without a query. */
async function ask(
  api: PrometheusApi,
  own: PrometheusMetrics,
  { name, query }: Asked,
  options: InstantOptions,
): Promise<QueryResult | Found | null> {
  if (query === null) return null;
  try {
    return await api.instant(query, options);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return mistake(counterField(own, name), error.message);
  }
}

interface Answered {
  readonly api: PrometheusApi;
  readonly own: PrometheusMetrics;
  readonly queries: CounterQueries;
  readonly live: LiveSlot;
  readonly answers: {
    readonly requests: QueryResult;
    readonly errors: QueryResult;
    readonly latency: QueryResult | null;
  };
}

async function judge(validation: Validation, answered: Answered): Promise<Found> {
  const { api, own, queries, live, answers } = answered;
  const wrong = unreadable(own, queries, [answers.requests, answers.errors, answers.latency]);
  if (wrong.mistakes.length > 0) return wrong;
  const counters = podCounters(answers, queries, own.podLabel);
  const pods = live.pods.filter((pod) => !counters.has(pod.name));
  const unknown = pods.length === 0 ? nothingFound : await whyUnknown(validation, { api, own, queries, live, pods });
  if (counters.size === 0) return unknown;
  return together([
    unknown,
    await errorsFound(answered, validation.signal),
    latencyFound(own, queries, counters, latencyLimits(validation.spec)),
  ]);
}

const countedBy = ['requests', 'errors', 'latency'] as const;

type Answers = readonly (QueryResult | Found | null)[];

/** What is wrong with the answers to the queries, in the order of `countedBy`, each by itself. */
function unreadable(own: PrometheusMetrics, queries: CounterQueries, answers: Answers): Found {
  const nothing: QueryResult = { kind: 'vector', series: [] };
  return together(
    countedBy.map((name, index) => {
      const answer = answers[index] ?? null;
      if (answer === null || 'mistakes' in answer) return nothingFound;
      try {
        podCounters({ requests: nothing, errors: nothing, latency: null, [name]: answer }, queries, own.podLabel);
        return nothingFound;
      } catch (error) {
        return mistake(counterField(own, name), (error as Error).message);
      }
    }),
  );
}

/** No series is what a query for errors gives that none can match for ever, and one before the first error. */
async function errorsFound({ api, own, answers: { errors } }: Answered, signal: AbortSignal): Promise<Found> {
  if (errors.kind !== 'vector' || errors.series.length > 0) return nothingFound;
  if (own.errors !== undefined)
    return note('metrics.prometheus.errors gives no series now: that is right only where no request has failed yet');
  const label = errorLabel(own);
  // The preset's own query for requests asks for the label itself.
  if (label === null || own.requests === undefined) return nothingFound;
  const found = await api.instant(label.query, { signal });
  return found.kind === 'vector' && found.series.length > 0
    ? nothingFound
    : mistake('metrics.prometheus.preset', withoutErrorLabel(label));
}

function latencyFound(
  own: PrometheusMetrics,
  { latency }: CounterQueries,
  counters: ReturnType<typeof podCounters>,
  limits: ReturnType<typeof latencyLimits>,
): Found {
  if (limits.length === 0) return nothingFound;
  const advice = 'without a histogram, set the thresholds p95 and p99 to null';
  if (latency === null) return mistake('metrics.prometheus', `it has no query for "latency": give one; ${advice}`);
  const bounds = new Set([...counters.values()].flatMap((one) => Object.keys(one.latency).map(Number)));
  if (bounds.size === 0)
    return mistake(counterField(own, 'latency'), `${shownQuery(latency)} gives no series; ${advice}`);
  return { ...nothingFound, mistakes: boundMistakes([...bounds], limits, 'the histogram of "latency"') };
}
