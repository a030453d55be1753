/**
 * One pod's counters: from its page in the text format of Prometheus, or in that of protobuf where only this one has the
 * buckets of the histogram. Text is asked for first: every application has it.
 */
import type { Slot } from '../domain/slot.ts';
import type { HttpAnswer, Transport } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { PodCounters } from './counters.ts';
import { countedRequests, type CountedRequests } from './counted-requests.ts';
import { labelMatcher } from './label-matcher.ts';
import { latencyLimits } from './latency-limits.ts';
import {
  hasBuckets,
  noBackground,
  readPage,
  readProtobufPage,
  type Background,
  type NamedMetrics,
} from './pod-page.ts';
import { isProtobuf, protobufAccepted } from './prometheus-protobuf.ts';
import type { Subject } from './source.ts';

export type PodReader = (subject: Subject, pod: PodView, signal: AbortSignal) => Promise<PodCounters>;

export interface PodReaderOptions {
  readonly way: Transport;
  readonly metrics: NamedMetrics;
  /** Where the pods listen, unless the metrics have a port of their own. */
  readonly port: number;
  /** The requests that are no user's. */
  readonly background?: (subject: Subject, pod: PodView) => Background;
}

type Format = 'text' | 'protobuf';

const pageBytes = 5 * 1024 * 1024;
const timeoutMs = 3_000;

/** Reads one pod at a time, and remembers which format the pods of a slot have to be asked for. Rejects where it cannot. */
export function podReader({ way, metrics, port, background: given }: PodReaderOptions): PodReader {
  // Where the spec says which requests count, it has said whose they are, also of a path that Kubernetes asks for, too.
  const background = given === undefined || metrics.only !== undefined ? () => noBackground : given;
  const matches = labelMatcher(metrics.errors.pattern);
  const counted = countedRequests(metrics.only);
  const errorsAlone = countedRequests(metrics.only, metrics.latency);
  const countedOf = ({ spec }: Subject): CountedRequests => (latencyLimits(spec).length > 0 ? counted : errorsAlone);
  const formats = new Map<Slot, Format>();

  const ask = async (format: Format, { spec }: Subject, pod: PodView, signal: AbortSignal): Promise<HttpAnswer> => {
    const { name, ip } = pod;
    if (ip === null) throw new Error('the pod has no address');
    const target = { kind: 'pod', namespace: spec.namespace, name, ip, port: metrics.port ?? port } as const;
    const asBytes = format === 'protobuf';
    const request = { path: metrics.path, ...(asBytes ? { headers: { accept: protobufAccepted } } : {}) };
    const answer = await way.request(target, request, { timeoutMs, signal, maxBodyBytes: pageBytes, asBytes });
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    if (answer.truncated) throw new Error(`longer than ${pageBytes / 1024 / 1024} MiB`);
    return answer;
  };

  const readEither = (subject: Subject, pod: PodView, { body, bytes, headers }: HttpAnswer): PodCounters =>
    bytes !== undefined && isProtobuf(headers['content-type'])
      ? readProtobufPage(bytes, metrics, matches, background(subject, pod), countedOf(subject))
      : readPage(body, metrics, matches, background(subject, pod), countedOf(subject));

  /** What the text lacks; null where the pod has no more to tell. */
  const readMore: (...pod: Parameters<PodReader>) => Promise<PodCounters | null> = async (subject, pod, signal) => {
    try {
      const answer = await ask('protobuf', subject, pod, signal);
      const counters = readEither(subject, pod, answer);
      if (hasBuckets(counters)) formats.set(subject.slot, 'protobuf');
      else if (!isProtobuf(answer.headers['content-type'])) formats.set(subject.slot, 'text');
      return counters;
    } catch {
      signal.throwIfAborted();
      return null;
    }
  };

  return async (subject, pod, signal) => {
    const known = formats.get(subject.slot);
    if (known === 'protobuf') return readEither(subject, pod, await ask('protobuf', subject, pod, signal));
    const counters = readEither(subject, pod, await ask('text', subject, pod, signal));
    if (known === 'text' || hasBuckets(counters)) return counters;
    return (await readMore(subject, pod, signal)) ?? counters;
  };
}
