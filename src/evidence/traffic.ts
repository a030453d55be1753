/**
 * Probe traffic of the soak: the same requests to both slots, at the same time, evenly over their pods.
 *
 * What an answer says of a pod is in that pod's own metrics. What got no answer is in nobody's, so it is counted here, as a
 * source of its own.
 */
import type { Slot } from '../domain/slot.ts';
import type { HttpRequest } from '../domain/spec.ts';
import { AccessError, type AccessErrorKind, type ProbeRequest, type Transport } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { Reading, Source } from './source.ts';

/** A request of the spec as it is sent, on the port that it names. */
export type SentRequest = ProbeRequest & Pick<HttpRequest, 'port'>;

export interface TrafficOptions {
  readonly way: Transport;
  readonly namespace: string;
  readonly port: number;
  readonly requests: readonly SentRequest[];
  /** To each slot. */
  readonly requestsPerSecond: number;
  readonly slots: readonly Slot[];
  /** The pods of a slot at this moment. */
  readonly pods: (slot: Slot) => readonly PodView[];
  /** Tells this run's counts from those of an earlier attempt: each begins at 0. */
  readonly run: string;
  readonly signal: AbortSignal;
}

/** Long enough for any sane answer, short enough that a pod that hangs is noticed. */
const timeoutMs = 5_000;
/** Of one slot, so that one that hangs takes nothing from the other. */
const mostInFlight = 200;
const tickMs = 20;

export interface Traffic {
  /** How many requests to the slot were answered. */
  answered(slot: Slot): number;
  /** Tells how many got no answer. */
  readonly source: Source;
}

interface Lane {
  answered: number;
  inFlight: number;
  unanswered: number;
  /** What went wrong on the way there, which says nothing about the pods. */
  readonly troubles: Set<string>;
}

/**
 * Sends until the signal aborts; what is due is told by the clock, so that slow answers do not slow it.
 */
export function sendTraffic(options: TrafficOptions): Traffic {
  const { requestsPerSecond, requests, slots, signal } = options;
  const lanes = new Map<Slot, Lane>(
    slots.map((slot) => [slot, { answered: 0, inFlight: 0, unanswered: 0, troubles: new Set<string>() }]),
  );
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * requestsPerSecond);
    for (; sent < due; sent += 1) for (const [slot, lane] of lanes) void sendOne(options, slot, lane, sent);
  }, tickMs);
  // A signal that has aborted already tells nobody any more.
  if (requestsPerSecond <= 0 || requests.length === 0 || signal.aborted) clearInterval(timer);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    answered: (slot) => lanes.get(slot)?.answered ?? 0,
    source: {
      name: 'probe traffic',
      sample: ({ slot }) => Promise.resolve(readingOf(lanes.get(slot), options.run)),
    },
  };
}

async function sendOne(options: TrafficOptions, slot: Slot, lane: Lane, index: number): Promise<void> {
  const { requests, way, namespace, signal } = options;
  const ready = options.pods(slot).filter((pod) => pod.ready);
  const pod = ready[index % Math.max(1, ready.length)];
  // Shifted by one each time round, or with as many pods as requests each pod would only ever get its own.
  const request = requests[(index + Math.floor(index / Math.max(1, ready.length))) % requests.length];
  if (pod?.ip == null || request === undefined || lane.inFlight >= mostInFlight) return;
  const target = { kind: 'pod', namespace, name: pod.name, ip: pod.ip, port: request.port ?? options.port } as const;
  lane.inFlight += 1;
  try {
    await way.request(target, request, { timeoutMs, signal });
    lane.answered += 1;
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof AccessError && isOfPod[error.kind]) lane.unanswered += 1;
    else if (lane.troubles.size < 5) lane.troubles.add(reasonOf(error));
  } finally {
    lane.inFlight -= 1;
  }
}

/** Whether the pod is what gave no answer. */
const isOfPod: Readonly<Record<AccessErrorKind, boolean>> = {
  timeout: true,
  refused: true,
  reset: true,
  protocol: true,
  'no-endpoints': true,
  unreachable: false,
  proxy: false,
  invalid: false,
  other: false,
};

function readingOf(lane: Lane | undefined, run: string): Reading {
  const unanswered = lane?.unanswered ?? 0;
  const missed = [...(lane?.troubles ?? [])];
  lane?.troubles.clear();
  const counters = { [`probe traffic ${run}`]: { requests: unanswered, errors: unanswered, latency: {} } };
  return { kind: 'sample', sample: { counters }, missed };
}

function reasonOf(error: unknown): string {
  if (error instanceof AccessError) return error.reason;
  return error instanceof Error ? error.message.slice(0, 300) : String(error);
}
