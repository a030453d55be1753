/** How pods of an image behave, and what users and probes have asked of them. */
import type { KubeObject } from './objects.ts';
import { healthy, type Lifecycle } from './pods/lifecycle.ts';

export type BehaviourKind =
  | 'healthy'
  | 'never-ready'
  | 'crash-loop'
  | 'pull-error'
  /** Answers a part of all requests with 500. */
  | 'errors'
  /** The same, but only once users' traffic is there. */
  | 'errors-under-traffic'
  | 'slow'
  | 'smoke-fails'
  | 'no-metrics';

export interface Behaviour {
  readonly kind: BehaviourKind;
  readonly startMs: number;
  readonly readyMs: number;
}

/** What one pod has answered since it started. */
export interface Tally {
  ok: number;
  failed: number;
}

const errorShare = 0.3;

export class Workload {
  /** By image. */
  readonly behaviours = new Map<string, Behaviour>();
  /** By image; what is not here lives as its behaviour says. */
  readonly lifecycles = new Map<string, Lifecycle>();
  readonly #tallies = new Map<string, Tally>();
  readonly #share = new Map<string, number>();

  of(pod: KubeObject): Behaviour {
    return this.behaviours.get(imageOf(pod)) ?? { kind: 'healthy', startMs: 300, readyMs: 300 };
  }

  lifecycleOf(pod: KubeObject): Lifecycle {
    return this.lifecycles.get(imageOf(pod)) ?? lifecycleOf(this.of(pod));
  }

  tally(pod: KubeObject): Tally {
    const known = this.#tallies.get(pod.metadata.uid);
    if (known !== undefined) return known;
    const tally = { ok: 0, failed: 0 };
    this.#tallies.set(pod.metadata.uid, tally);
    return tally;
  }

  /** So many requests of users reached the pod. */
  users(pod: KubeObject, requests: number): void {
    const { kind } = this.of(pod);
    this.#count(pod, requests, kind === 'errors' || kind === 'errors-under-traffic');
  }

  /** One request of a probe; gives the status of the answer. */
  probe(pod: KubeObject, path: string): number {
    const { kind } = this.of(pod);
    if (kind === 'smoke-fails' && path.startsWith('/smoke')) {
      this.tally(pod).failed += 1;
      return 500;
    }
    const before = this.tally(pod).failed;
    this.#count(pod, 1, kind === 'errors');
    return this.tally(pod).failed > before ? 500 : 200;
  }

  latencyMs(pod: KubeObject): number {
    return this.of(pod).kind === 'slow' ? 800 : 20;
  }

  /** The page of metrics; null where the pod has none. */
  page(pod: KubeObject): string | null {
    if (this.of(pod).kind === 'no-metrics') return null;
    const { ok, failed } = this.tally(pod);
    const requests = Math.floor(ok) + Math.floor(failed);
    const fast = this.latencyMs(pod) <= 100 ? requests : 0;
    const name = 'http_request_duration_seconds_bucket';
    return [
      `http_requests_total{status="200"} ${Math.floor(ok)}`,
      `http_requests_total{status="500"} ${Math.floor(failed)}`,
      `${name}{le="0.1"} ${fast}`,
      `${name}{le="0.5"} ${fast}`,
      `${name}{le="1"} ${requests}`,
      `${name}{le="+Inf"} ${requests}`,
      '',
    ].join('\n');
  }

  /** Errors come evenly over all pods of an image, so that a few requests show them and a sequence repeats itself. */
  #count(pod: KubeObject, requests: number, failing: boolean): void {
    const tally = this.tally(pod);
    if (!failing) {
      tally.ok += requests;
      return;
    }
    const image = imageOf(pod);
    const owed = (this.#share.get(image) ?? 0) + requests * errorShare;
    const failed = Math.floor(owed);
    this.#share.set(image, owed - failed);
    tally.failed += failed;
    tally.ok += requests - failed;
  }
}

function lifecycleOf({ kind, startMs, readyMs }: Behaviour): Lifecycle {
  const lives = { ...healthy, startMs, readyMs };
  switch (kind) {
    case 'never-ready':
      return { ...lives, readyMs: null };
    case 'crash-loop':
      return { ...lives, readyMs: null, crashAfterMs: readyMs };
    case 'pull-error':
      return { ...lives, isThere: false };
    case 'healthy':
    case 'errors':
    case 'errors-under-traffic':
    case 'slow':
    case 'smoke-fails':
    case 'no-metrics':
      return lives;
  }
}

export function imageOf(pod: KubeObject): string {
  const { containers } = (pod.spec ?? {}) as { containers?: readonly { readonly image?: string }[] };
  return containers?.[0]?.image ?? '';
}
