/** The counters of one pod, from its page of metrics. Pure. */
import type { PodMetricsSpec } from '../domain/spec.ts';
import type { PodCounters } from './counters.ts';
import { addBuckets, isCount, type Buckets } from './histogram.ts';
import { countedRequests, type CountedRequests } from './counted-requests.ts';
import { labelMatcher, matching, type LabelMatcher } from './label-matcher.ts';
import { bucketsOfNative } from './native-histogram.ts';
import { parsePrometheusProtobuf } from './prometheus-protobuf.ts';
import { parsePrometheusText, samplesRead, type MetricSample } from './prometheus-text.ts';

export type NamedMetrics = PodMetricsSpec;

/** Requests that are no user's, but Kubernetes' own probes and looks at the metrics. */
export interface Background {
  /** A label with one of these paths tells them. */
  readonly paths: ReadonlySet<string>;
  /** About how many there have been at this pod whose path users ask for, too. */
  readonly ofRoot: number;
  /** About how many there have been in all: for a counter that has no label with a path. */
  readonly ofAll: number;
}

export const noBackground: Background = { paths: new Set(), ofRoot: 0, ofAll: 0 };

/** What the client libraries of most languages expose by this name. */
const processStart = 'process_start_time_seconds';

/** Histograms of more bounds would not fit into what one worker leaves for another. */
const mostBuckets = 200;
/** A bound beyond thousands of years is none of a latency, and might have no number of milliseconds. */
const longestSeconds = 1e12;

/**
 * Throws an Error that says what is missing where the page does not have the metrics that the spec names, or has more
 * than can be read: a part of them could say the opposite of the whole. Only requests that `counted` lets through count.
 */
export function readPage(
  page: string,
  metrics: NamedMetrics,
  matches: LabelMatcher = labelMatcher(metrics.errors.pattern),
  background: Background = noBackground,
  counted: CountedRequests = countedRequests(metrics.only),
): PodCounters {
  const names = new Set([...countersOf(metrics), bucketOf(metrics), processStart]);
  const samples = parsePrometheusText(page, names);
  if (samples.length >= samplesRead) throw new Error(`${samplesRead} samples of the metrics or more`);
  return readSamples({ samples, native: {} }, metrics, matches, { background, counted });
}

/** The same from a page in the protobuf format, whose histograms may be native ones. */
export function readProtobufPage(
  page: Uint8Array,
  metrics: NamedMetrics,
  matches: LabelMatcher = labelMatcher(metrics.errors.pattern),
  background: Background = noBackground,
  counted: CountedRequests = countedRequests(metrics.only),
): PodCounters {
  const names = new Set([...countersOf(metrics), metrics.latency, processStart]);
  const { samples, histograms } = parsePrometheusProtobuf(page, names);
  const named = histograms.filter(({ name }) => name === metrics.latency);
  const native = counted(named, metrics.latency)
    .filter(({ labels }) => !isBackground(labels, background))
    .map(({ histogram }) => histogram);
  return readSamples({ samples, native: bucketsOfNative(native) }, metrics, matches, { background, counted });
}

/** Whether a quantile can be told: a native histogram has no bucket in the text format but the one that holds all. */
export function hasBuckets({ latency }: PodCounters): boolean {
  return Object.keys(latency).some((bound) => Number.isFinite(Number(bound)));
}

/** OpenMetrics names a counter without the suffix that its samples have. */
function countersOf({ requests }: NamedMetrics): ReadonlySet<string> {
  return new Set([requests, `${requests}_total`]);
}

function bucketOf({ latency }: NamedMetrics): string {
  return `${latency}_bucket`;
}

function readSamples(
  { samples, native }: { readonly samples: readonly MetricSample[]; readonly native: Buckets },
  metrics: NamedMetrics,
  matches: LabelMatcher,
  { background, counted }: { readonly background: Background; readonly counted: CountedRequests },
): PodCounters {
  const counter = countersOf(metrics);
  const bucket = bucketOf(metrics);
  const all = eachOnce(samples.filter(({ name, value }) => counter.has(name) && isCount(value)));
  if (all.length === 0) throw new Error(`no counter ${metrics.requests}`);
  const requests = counted(all, metrics.requests);
  const buckets = counted(
    samples.filter(({ name }) => name === bucket),
    metrics.latency,
  ).filter(({ labels }) => !isBackground(labels, background));
  const failing = failed(requests, metrics, matches);
  const startedAt = samples.find(({ name, value }) => name === processStart && Number.isFinite(value))?.value;
  return {
    requests: sum(requests),
    errors: sum(failing),
    latency: addBuckets(bucketsOf(buckets), native),
    ...notOfUsers(requests, failing, background),
    ...explainedOf(requests, metrics, background),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** What a label tells. */
function notOfUsers(
  requests: readonly MetricSample[],
  failing: readonly MetricSample[],
  background: Background,
): Pick<PodCounters, 'background'> {
  const theirs = ({ labels }: MetricSample): boolean => isBackground(labels, background);
  if (!requests.some(theirs)) return {};
  return { background: { requests: sum(requests.filter(theirs)), errors: sum(failing.filter(theirs)) } };
}

/** What no label tells. Where the spec says which requests count, it has said whose they are. */
function explainedOf(
  requests: readonly MetricSample[],
  { only }: NamedMetrics,
  { ofRoot, ofAll }: Background,
): Pick<PodCounters, 'explained'> {
  const hasPaths = requests.some(({ labels }) => Object.values(labels).some((text) => text.startsWith('/')));
  const explained = hasPaths ? ofRoot : ofAll;
  return only === undefined && explained > 0 ? { explained } : {};
}

function isBackground(labels: Readonly<Record<string, string>>, { paths }: Background): boolean {
  return paths.size > 0 && Object.values(labels).some((text) => paths.has(text));
}

/** A series that is there twice counts once, as it stands last. */
function eachOnce(samples: readonly MetricSample[]): MetricSample[] {
  const series = new Map(samples.map((sample) => [keyOf(sample.name, sample.labels), sample]));
  return [...series.values()];
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/**
 * The whole value of the label has to match, as in Prometheus. Where no series has it, as after an upgrade that names it otherwise,
 * nothing tells whether a request has failed.
 */
function failed(
  samples: readonly MetricSample[],
  { requests: metric, errors: { label } }: NamedMetrics,
  matches: LabelMatcher,
): readonly MetricSample[] {
  const hasLabel = ({ labels }: MetricSample): boolean => Object.hasOwn(labels, label);
  if (!samples.some(hasLabel) && samples.some(({ value }) => value > 0)) {
    const words = `${metric} has no label ${label}, so that no failed request could be told: correct metrics.errors.label`;
    throw new Error(words);
  }
  return matching(samples, label, matches);
}

/** The histogram of all series together. */
function bucketsOf(samples: readonly MetricSample[]): Buckets {
  const series = new Map<string, Record<string, number>>();
  for (const { labels, value } of samples) {
    const { le, ...others } = labels;
    if (le === undefined || !isCount(value)) continue;
    const bound = /^\+?inf$/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
    if (Number.isNaN(bound) || (Number.isFinite(bound) && Math.abs(bound) > longestSeconds)) continue;
    const key = keyOf('', others);
    const buckets = series.get(key) ?? {};
    buckets[String(bound)] = value;
    series.set(key, buckets);
  }
  const most = [...series.values()].reduce((longest, buckets) => Math.max(longest, Object.keys(buckets).length), 0);
  if (most > mostBuckets) throw new Error(`a histogram of ${most} buckets: ${mostBuckets} can be read`);
  return [...series.values()].reduce<Buckets>(addBuckets, {});
}

function sum(samples: readonly MetricSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
