/** Probe traffic of the soak: the same requests to both slots, at the same time, evenly over their pods. */
import type { HttpRequest } from '../domain/spec.ts';
import type { Way } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';

export interface TrafficOptions {
  readonly way: Way;
  readonly namespace: string;
  readonly port: number;
  readonly requests: readonly HttpRequest[];
  /** To each slot. */
  readonly requestsPerSecond: number;
  /** The pods of each slot at this moment. */
  readonly slots: readonly (() => readonly PodView[])[];
  readonly signal: AbortSignal;
}

const timeoutMs = 10_000;
const mostInFlight = 100;
const tickMs = 20;

/**
 * Sends until the signal aborts; what is due is told by the clock, so slow answers do not slow it. What the requests find
 * out is in the pods' own metrics.
 */
export function sendTraffic(options: TrafficOptions): void {
  const { requestsPerSecond, slots, signal } = options;
  if (requestsPerSecond <= 0 || options.requests.length === 0) return;
  const startedAt = performance.now();
  const flights = { count: 0 };
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * requestsPerSecond);
    for (; sent < due; sent += 1) for (const pods of slots) sendOne(options, pods(), sent, flights);
  }, tickMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function sendOne(options: TrafficOptions, pods: readonly PodView[], index: number, flights: { count: number }): void {
  const ready = pods.filter((pod) => pod.ready);
  const pod = ready[index % Math.max(1, ready.length)];
  const request = options.requests[index % options.requests.length];
  if (pod === undefined || request === undefined || flights.count >= mostInFlight) return;
  const { way, namespace, signal } = options;
  const port = request.port ?? options.port;
  const target = { kind: 'pod', namespace, name: pod.name, ip: pod.ip ?? '', port } as const;
  flights.count += 1;
  way
    .request(target, request, { timeoutMs, signal, maximumBytes: 64 * 1024 })
    // An error is the pod's, and its metrics and status tell of it.
    .catch(() => undefined)
    .finally(() => {
      flights.count -= 1;
    });
}
