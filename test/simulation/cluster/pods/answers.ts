/** What a pod answers over HTTP. Pure, but for what it counts. */
import type { Process } from './node.ts';

export interface PodAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long the answer takes. */
  readonly latencyMs: number;
}

/** Longer than this an answer really takes; what is shorter is only told in the metrics, and costs no timer. */
const noticeableMs = 50;

/** Which of a pod's requests of probes has failed is told by counting, so that there is no chance in it. */
const served = new WeakMap<Process, number>();

/** The answer to one request of a probe, or null when nobody listens. */
export function answerOf(process: Process, path: string): PodAnswer | null {
  if (process.phase.kind !== 'running') return null;
  const { behaviour, image, name, counters } = process;
  const version = image.split(':').at(-1) ?? '';
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-version': version };
  const [route = '/'] = path.split('?', 1);
  if (route === '/metrics') {
    if (!behaviour.hasMetrics) return { status: 404, headers, body: '{"error":"not found"}', latencyMs: 0 };
    return { status: 200, headers: { ...headers, 'content-type': 'text/plain' }, body: counters.page(), latencyMs: 0 };
  }
  const { probes: latency } = behaviour.latencyMs;
  const status = behaviour.failingPaths.includes(route) || fails(process) ? 500 : 200;
  if (route !== '/healthz') counters.add(1, status === 500 ? 1 : 0, latency);
  const body = JSON.stringify({ version, pod: name, status: status === 200 ? 'ok' : 'failing' });
  return { status, headers, body, latencyMs: latency >= noticeableMs ? latency : 0 };
}

/** Evenly spread: of every ten, so many as the rate says. */
function fails(process: Process): boolean {
  const { probes: rate } = process.behaviour.errorRate;
  if (rate === 0) return false;
  const count = (served.get(process) ?? 0) + 1;
  served.set(process, count);
  return Math.floor(count * rate) > Math.floor((count - 1) * rate);
}
