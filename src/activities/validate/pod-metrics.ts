/** Whether the pods' own metrics have what the spec names, as a pod of the live slot has them now. */
import { boundMistakes, latencyLimits } from '../../evidence/latency-limits.ts';
import { pageMistakes } from '../../evidence/page-mistakes.ts';
import { podReader } from '../../evidence/pod-reader.ts';
import type { PodMetricsSpec } from '../../domain/spec.ts';
import type { PodView } from '../../kubernetes/pod.ts';
import { mistake, nothingFound, orMistake, unchecked, type Found, type Validation } from './context.ts';

const pageBytes = 5 * 1024 * 1024;
const timeoutMs = 5_000;

export async function podMetricsFound(validation: Validation): Promise<Found> {
  const { metrics } = validation.spec;
  if (metrics === 'none' || 'prometheus' in metrics) return nothingFound;
  return orMistake('metrics', validation.signal, () => askPod(validation, metrics));
}

async function askPod(validation: Validation, metrics: PodMetricsSpec): Promise<Found> {
  const { dependencies, spec, live, notLive, signal } = validation;
  const pod = live?.pods.find(({ ip }) => ip !== null);
  if (live === null || pod?.ip == null) return unchecked(`the pods' metrics: ${notLive}`);
  const target = {
    kind: 'pod',
    namespace: spec.namespace,
    name: pod.name,
    ip: pod.ip,
    port: metrics.port ?? live.port,
  } as const;
  const options = { timeoutMs, signal, maxBodyBytes: pageBytes };
  const answer = await dependencies.access[spec.access].request(target, { path: metrics.path }, options);
  const what = `${pod.name}, which is live, answers GET ${metrics.path} on port ${target.port}`;
  if (answer.status !== 200) return mistake('metrics.path', `${what} with ${answer.status}`);
  if (answer.truncated) return mistake('metrics.path', `${what} with more than ${pageBytes / 1024 / 1024} MiB`);
  const limits = latencyLimits(spec);
  const mistakes = pageMistakes(answer.body, metrics, limits);
  if (!mistakes.some(({ path }) => path === 'metrics.latency')) return { ...nothingFound, mistakes };
  const bounds = await nativeBounds(validation, metrics, pod, target.port);
  if (bounds.length === 0) return { ...nothingFound, mistakes };
  const others = mistakes.filter(({ path }) => path !== 'metrics.latency');
  return { ...nothingFound, mistakes: [...others, ...boundMistakes(bounds, limits, metrics.latency)] };
}

/** The bounds that a watch reads from a native histogram, which the text does not have; none where there is none. */
async function nativeBounds(
  { dependencies, spec, live, signal }: Validation,
  metrics: PodMetricsSpec,
  pod: PodView,
  port: number,
): Promise<number[]> {
  const read = podReader({ way: dependencies.access[spec.access], metrics, port });
  const counters = await read({ spec, slot: live?.slot ?? 'blue' }, pod, signal).catch(() => null);
  signal.throwIfAborted();
  return Object.keys(counters?.latency ?? {}).map(Number);
}
