/**
 * Queries for the metrics of common libraries. Each counts by pod; names and labels are those of the library's documentation:
 *
 * - `http`: http_requests_total{status}, http_request_duration_seconds; also what `metrics` takes from pods by default
 * - `express-prom-bundle`: https://www.npmjs.com/package/express-prom-bundle (its path, method and status_code)
 * - `promhttp`: https://github.com/rhobs/prometheus-example-app (the label `code` is promhttp's own)
 * - `spring-boot`: https://docs.spring.io/spring-boot/reference/actuator/metrics.html, with
 *   management.metrics.distribution.percentiles-histogram.http.server.requests=true
 * - `opentelemetry`: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 * - `istio`: https://istio.io/latest/docs/reference/config/metrics/ (as the pod's own proxy reports it)
 *
 * ingress-nginx is not among them: it counts by Service, and both slots are behind the same one.
 *
 * A sample that is older than `staleAfter` is left out by the query itself: not every server knows the parameter for it, which
 * Prometheus has had since 2.43.
 */
import { toMilliseconds } from '../../domain/duration.ts';
import type { PrometheusMetrics } from '../../domain/spec.ts';

export interface CounterQueries {
  readonly requests: string;
  readonly errors: string;
  /** null where there is no histogram. */
  readonly latency: string | null;
  readonly latencyUnit: 'seconds' | 'milliseconds';
}

type PresetName = NonNullable<PrometheusMetrics['preset']>;

interface Preset {
  readonly requests: string;
  readonly histogram: string;
  /** What only failed requests have. */
  readonly failed: string;
  /** What every series has that is to be counted. */
  readonly counted?: string;
  readonly latencyUnit?: CounterQueries['latencyUnit'];
}

const presets: Readonly<Record<PresetName, Preset>> = {
  http: { requests: 'http_requests_total', histogram: 'http_request_duration_seconds', failed: 'status=~"5.."' },
  'express-prom-bundle': {
    requests: 'http_request_duration_seconds_count',
    histogram: 'http_request_duration_seconds',
    failed: 'status_code=~"5.."',
  },
  promhttp: { requests: 'http_requests_total', histogram: 'http_request_duration_seconds', failed: 'code=~"5.."' },
  'spring-boot': {
    requests: 'http_server_requests_seconds_count',
    histogram: 'http_server_requests_seconds',
    failed: 'status=~"5.."',
  },
  opentelemetry: {
    requests: 'http_server_request_duration_seconds_count',
    histogram: 'http_server_request_duration_seconds',
    failed: 'http_response_status_code=~"5.."',
  },
  istio: {
    requests: 'istio_requests_total',
    histogram: 'istio_request_duration_milliseconds',
    failed: 'response_code=~"5.."',
    counted: 'reporter="destination"',
    latencyUnit: 'milliseconds',
  },
};

/** The queries of the spec, still with their placeholders. One of its own goes before that of the preset. */
export function counterQueries(metrics: PrometheusMetrics): CounterQueries {
  const preset = metrics.preset === undefined ? null : presetQueries(presets[metrics.preset], metrics);
  return {
    // The schema asks for both where there is no preset.
    requests: metrics.requests ?? preset?.requests ?? '',
    errors: metrics.errors ?? preset?.errors ?? '',
    latency: metrics.latency ?? preset?.latency ?? null,
    latencyUnit: metrics.latencyUnit ?? (metrics.latency === undefined ? preset?.latencyUnit : undefined) ?? 'seconds',
  };
}

/** What the errors of a preset are told by, and a query that gives nothing where no series has it; null for queries of one's own. */
export function errorLabel({
  preset,
  errors,
}: PrometheusMetrics): { metric: string; name: string; query: string } | null {
  if (preset === undefined || errors !== undefined) return null;
  const { requests: metric, failed } = presets[preset];
  const name = labelOf(failed);
  return { metric, name, query: `count(${metric}{${name}!=""})` };
}

/** The name in a matcher such as `status=~"5.."`. */
function labelOf(matcher: string): string {
  return matcher.split('=', 1)[0] ?? '';
}

function presetQueries(
  { requests, histogram, failed, counted, latencyUnit = 'seconds' }: Preset,
  { podLabel, namespaceLabel, staleAfter, only }: PrometheusMetrics,
): CounterQueries {
  const matchers = [
    `${namespaceLabel}="{{namespace}}"`,
    `${podLabel}=~"{{app}}-{{slot}}-.+"`,
    ...(counted === undefined ? [] : [counted]),
    // Strings of PromQL have the escapes of JSON.
    ...(only === undefined ? [] : [`${only.label}=~${JSON.stringify(only.pattern)}`]),
  ];
  const seconds = toMilliseconds(staleAfter) / 1_000;
  const of = (metric: string, more: readonly string[], by: string): string => {
    const series = `${metric}{${[...matchers, ...more].join(',')}}`;
    return `sum by (${by}) (${series} and (time() - timestamp(${series}) <= ${seconds}))`;
  };
  return {
    // Requests of which nothing tells whether they failed would pass for answered ones.
    requests: of(requests, [`${labelOf(failed)}!=""`], podLabel),
    errors: of(requests, [failed], podLabel),
    latency: of(`${histogram}_bucket`, [], `${podLabel}, le`),
    latencyUnit,
  };
}
