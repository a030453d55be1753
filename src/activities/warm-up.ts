/** Warm-up: the spec's requests, sent to every ready pod of the candidate, so that its caches are full before users come. */
import { boundedWarmUp } from '../domain/bounds.ts';
import type { WarmUpEvidence } from '../domain/evidence.ts';
import { deadlines, isOver, type Deadline } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { concurrently } from '../evidence/concurrently.ts';
import { excerpt } from '../evidence/expectation.ts';
import { reasonOf, traced, withTrace, type Transport } from '../kubernetes/access/index.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { readSlot } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { Dependencies } from './dependencies.ts';
import { onceListening } from './once-listening.ts';
import { secretHeaders, type SecretHeaders } from './secret-headers.ts';

type WarmUpRequest = Spec['warmUp']['requests'][number];

const atOnceToAPod = 4;
const podsAtOnce = 50;
/** Of one request: the first ones are slow, that is what they are for. */
const timeoutMs = 10_000;
const errorsKept = 10;
const reportEveryMs = 1_000;

export function createWarmUp({ cluster, access }: Dependencies): Step<'warmUp'> {
  return async ({ spec, candidateSlot: slot }, attempt) => {
    const { namespace, app, warmUp } = spec;
    const limit = deadlines.warmUp(spec);
    const view = await readSlot(cluster, { namespace, app, slot });
    const pods = view?.pods.filter((pod) => pod.ready) ?? [];
    const port = await podPort(cluster, spec, view);
    const tally = new Tally(attempt, pods.length * warmUp.requests.reduce((sum, { count }) => sum + count, 0));
    const endsAt = Date.now() + attempt.remaining(limit.ms);
    const { resolve, way } = await secretHeaders(cluster, namespace, warmUp.requests, access[spec.access]);
    const warming = { way, resolve, namespace, port, tally, attempt, limit, endsAt };
    await concurrently(pods, podsAtOnce, (pod) =>
      concurrently(repeated(warmUp.requests), atOnceToAPod, (request) => sendOne(warming, pod, request)),
    );
    const evidence = tally.evidence(pods.length);
    if (warmUp.required && (evidence.requestsFailed > 0 || pods.length === 0)) {
      const why = pods.length === 0 ? 'no pod is ready' : (evidence.errors[0]?.message ?? 'no reason was given');
      const raise = Date.now() < endsAt ? '' : `, or raise ${limit.setting}`;
      throw new DeploymentError(
        'WarmUpFailed',
        `${evidence.requestsFailed} of ${tally.expected} warm-up requests to ${slotName(app, slot)} failed (${why}), and warmUp.required is true: correct the candidate or the requests${raise}, then deploy again`,
      );
    }
    return evidence;
  };
}

function* repeated(requests: readonly WarmUpRequest[]): Generator<WarmUpRequest> {
  for (const request of requests) for (let sent = 0; sent < request.count; sent += 1) yield request;
}

interface Warming {
  readonly way: Transport;
  readonly resolve: SecretHeaders['resolve'];
  readonly namespace: string;
  readonly port: number;
  readonly tally: Tally;
  readonly attempt: Attempt;
  readonly limit: Deadline;
  /** The limit, in milliseconds since the epoch. */
  readonly endsAt: number;
}

async function sendOne(warming: Warming, pod: PodView, request: WarmUpRequest): Promise<void> {
  const { way, resolve, namespace, port, tally, attempt, limit, endsAt } = warming;
  attempt.signal.throwIfAborted();
  const left = endsAt - Date.now();
  if (left <= 0) {
    tally.notSent(isOver(limit));
    return;
  }
  const target = { kind: 'pod', namespace, name: pod.name, ip: pod.ip ?? '', port: request.port ?? port } as const;
  const probe = traced(resolve(request));
  const { traceId } = probe;
  try {
    const { status, body } = await onceListening(attempt, Math.min(timeoutMs, left), (leftMs) =>
      way.request(target, probe.request, { timeoutMs: leftMs, signal: attempt.signal }),
    );
    tally.sent(request, status < 400 ? null : { reason: `answered ${status}`, traceId, example: excerpt(body) });
  } catch (error) {
    attempt.signal.throwIfAborted();
    const reason = reasonOf(error);
    tally.sent(request, { reason: Date.now() >= endsAt ? `no answer, and ${isOver(limit)}` : reason, traceId });
  }
}

interface Problem {
  /** The same words for the same trouble. */
  readonly reason: string;
  /** What differs from request to request, as the next: that of the first is kept. */
  readonly traceId: string | null;
  readonly example?: string;
}

/** Counts what was sent, by the errors that came back; reports now and then. */
class Tally {
  readonly expected: number;
  readonly #attempt: Attempt;
  readonly #errors = new Map<string, { readonly message: string; count: number }>();
  #sent = 0;
  #failed = 0;
  #reportedAt = 0;

  constructor(attempt: Attempt, expected: number) {
    this.#attempt = attempt;
    this.expected = expected;
  }

  sent({ method, path }: WarmUpRequest, problem: Problem | null): void {
    this.#sent += 1;
    if (problem !== null) {
      const reason = `${method} ${path.split('?', 1)[0] ?? ''}: ${problem.reason}`;
      this.#fail(reason, withTrace(reason, problem.traceId), problem.example);
    }
    if (Date.now() - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = Date.now();
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    report(this.#attempt, 'warmUp', { summary: `${this.#sent} of ${this.expected} requests sent${failed}` });
  }

  notSent(why: string): void {
    const reason = `not sent: ${why}`;
    this.#fail(reason, reason);
  }

  evidence(pods: number): WarmUpEvidence {
    const errors = [...this.#errors.values()].sort((a, b) => b.count - a.count);
    return boundedWarmUp({ pods, requestsSent: this.#sent, requestsFailed: this.#failed, errors });
  }

  #fail(reason: string, first: string, example = ''): void {
    this.#failed += 1;
    const known = this.#errors.get(reason);
    if (known !== undefined) known.count += 1;
    else if (this.#errors.size < errorsKept) {
      const message = example === '' ? first : `${first}: ${example}`;
      this.#errors.set(reason, { message: message.slice(0, 300), count: 1 });
    }
  }
}
