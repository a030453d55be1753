/**
 * Probe traffic of the soak: the same requests to both slots, at the same time, evenly over their pods.
 *
 * 1. The answers are counted here, as nobody else can tell them from what users of stable asked at the same time.
 * 2. What got no answer is in no pod's metrics, so it is told as counters of its own, too.
 * 3. Half of stable's pods get none: what they count is users' traffic alone, which the monitor compares with.
 */
import type { Slot } from '../domain/slot.ts';
import type { HttpRequest } from '../domain/spec.ts';
import type { FailedProbe } from '../domain/evidence.ts';
import {
  AccessError,
  reasonOf,
  traced,
  type AccessErrorKind,
  type ProbeRequest,
  type Transport,
} from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { failedProbe, newestFailed } from './failed-probes.ts';
import { isFailure, ProbeCounts } from './probe-counts.ts';
import { turnOf } from './probe-turns.ts';
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
  /** Whose users' traffic has to be told from the probes: half of its pods get none. */
  readonly sparing: Slot | null;
  /** The pods of a slot at this moment. */
  readonly pods: (slot: Slot) => readonly PodView[];
  /** The same as the look finds them that goes on; rejects where it cannot. */
  readonly podsNow: (slot: Slot) => Promise<readonly PodView[]>;
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
  /** Whether this is a pod, and gets none of it. */
  spares(slot: Slot, uid: string): boolean;
  /** How many requests to the slot were answered. */
  answered(slot: Slot): number;
  /** Tells how many got no answer. */
  readonly source: Source;
}

interface Lane {
  readonly counts: ProbeCounts;
  answered: number;
  inFlight: number;
  unanswered: number;
  /** What got no answer since the look before: the next one tells whether the pod is to blame. */
  readonly held: Held[];
  /** What went wrong on the way there, which says nothing about the pods. */
  readonly troubles: Set<string>;
  /** Since the look before. */
  failed: readonly FailedProbe[];
}

interface Held {
  readonly uid: string;
  readonly count: () => void;
}

/**
 * Sends until the signal aborts; what is due is told by the clock, so that slow answers do not slow it.
 */
export function sendTraffic(options: TrafficOptions): Traffic {
  const { requestsPerSecond, requests, slots, signal } = options;
  const lanes = new Map<Slot, Lane>(slots.map((slot) => [slot, newLane()]));
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
    spares: (slot, uid) => {
      if (!options.pods(slot).some((pod) => pod.uid === uid)) return false;
      return requestsPerSecond <= 0 || !probedPods(options, slot).some((pod) => pod.uid === uid);
    },
    answered: (slot) => lanes.get(slot)?.answered ?? 0,
    source: {
      name: 'probe traffic',
      sample: async ({ slot }) => {
        const lane = lanes.get(slot);
        if (lane !== undefined) await settle(lane, () => options.podsNow(slot));
        return readingOf(lane, options.run);
      },
    },
  };
}

function newLane(): Lane {
  const none = { answered: 0, inFlight: 0, unanswered: 0 };
  return { counts: new ProbeCounts(), ...none, held: [], troubles: new Set<string>(), failed: [] };
}

/** Counts what got no answer, but not that of pods which a drain or an operator takes away: these are no fault of the slot. */
async function settle(lane: Lane, podsNow: () => Promise<readonly PodView[]>): Promise<void> {
  // What fails from now on may be of a pod that is taken away after this reading of them.
  const due = lane.held.length;
  if (due === 0) return;
  const pods = await podsNow().catch(() => null);
  for (const { uid, count } of lane.held.splice(0, due)) {
    if (pods === null || pods.some((pod) => pod.uid === uid && !pod.terminating && !pod.disrupted)) count();
    else lane.troubles.add('probes to pods that were taken away got no answer, and do not count');
  }
}

async function sendOne(options: TrafficOptions, slot: Slot, lane: Lane, index: number): Promise<void> {
  const { requests, way, namespace, signal } = options;
  const pods = probedPods(options, slot);
  const turn = turnOf(index, { pods: Math.max(1, pods.length), requests: requests.length });
  const [pod, request] = [pods[turn.pod], requests[turn.request]];
  if (pod?.ip == null || request === undefined || lane.inFlight >= mostInFlight) return;
  const target = { kind: 'pod', namespace, name: pod.name, ip: pod.ip, port: request.port ?? options.port } as const;
  lane.inFlight += 1;
  const sentAt = performance.now();
  const probe = traced(request);
  const failed = (outcome: string): void => {
    lane.failed = newestFailed(lane.failed, failedProbe(slot, probe, outcome, sentAt));
  };
  try {
    const { status, durationMs } = await way.request(target, probe.request, { timeoutMs, signal });
    lane.answered += 1;
    lane.counts.add({ failed: isFailure(status), seconds: durationMs / 1_000 });
    if (isFailure(status)) failed(`answered ${status}`);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof AccessError && isOfPod[error.kind]) {
      const seconds = (performance.now() - sentAt) / 1_000;
      const count = (): void => {
        lane.unanswered += 1;
        failed(error.reason);
        lane.counts.add({ failed: true, seconds });
      };
      lane.held.push({ uid: pod.uid, count });
    } else if (lane.troubles.size < 5) lane.troubles.add(reasonOf(error).slice(0, 300));
  } finally {
    lane.inFlight -= 1;
  }
}

/** The pods that get the probes: where there are two or more, those of the lower half of the uids, if some are to be spared. */
function probedPods({ pods, sparing }: TrafficOptions, slot: Slot): readonly PodView[] {
  const ready = pods(slot).filter((pod) => pod.ready);
  if (slot !== sparing || ready.length < 2) return ready;
  return ready.sort((a, b) => (a.uid < b.uid ? -1 : 1)).slice(0, Math.ceil(ready.length / 2));
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
  const failedProbes = lane?.failed ?? [];
  if (lane !== undefined) {
    lane.troubles.clear();
    lane.failed = [];
  }
  const key = `probe traffic ${run}`;
  const counters = { [key]: { requests: unanswered, errors: unanswered, latency: {} } };
  const sample = { counters, failedProbes, ...(lane === undefined ? {} : { probes: { [key]: lane.counts.totals } }) };
  return { kind: 'sample', sample, missed };
}
