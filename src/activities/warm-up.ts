/** Warm-up: the spec's requests to every pod of the candidate, so that its caches are full before users come. */
import { DeploymentError } from '../domain/failure.ts';
import type { WarmUpEvidence } from '../domain/evidence.ts';
import type { HttpRequest } from '../domain/spec.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { excerpt } from '../evidence/expectation.ts';
import type { Way } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { readSlot } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './index.ts';

const atOnceToAPod = 4;
const timeoutMs = 10_000;
const errorsKept = 10;

export function createWarmUp({ cluster, access }: Dependencies): Step<'warmUp'> {
  return async (target, attempt) => {
    const { spec, candidateSlot: slot } = target;
    const view = await readSlot(cluster, { namespace: spec.namespace, app: spec.app, slot });
    const pods = view?.pods.filter((pod) => pod.ready) ?? [];
    const port = await podPort(cluster, spec, view);
    const tally = new Tally(pods.length * spec.warmUp.requests.reduce((sum, { count }) => sum + count, 0));
    const way = access.way(spec.access);
    const deadline = Date.now() + attempt.remaining(toMilliseconds(spec.timeouts.warmUp));
    await Promise.all(pods.map((pod) => warmPod({ way, target, pod, port, tally, attempt, deadline })));
    const evidence = tally.evidence(pods.length);
    if (spec.warmUp.required && (evidence.requestsFailed > 0 || pods.length === 0)) {
      const [first] = evidence.errors;
      throw new DeploymentError(
        'WarmUpFailed',
        `${evidence.requestsFailed} of ${tally.expected} warm-up requests failed (${first?.message ?? 'no pod is ready'}), and warmUp.required is true`,
      );
    }
    return evidence;
  };
}

interface Warming {
  readonly way: Way;
  readonly target: Target;
  readonly pod: PodView;
  readonly port: number;
  readonly tally: Tally;
  readonly attempt: Attempt;
  readonly deadline: number;
}

async function warmPod(warming: Warming): Promise<void> {
  const queue = warming.target.spec.warmUp.requests.flatMap((request) =>
    Array.from({ length: request.count }, () => request),
  );
  const send = async (): Promise<void> => {
    for (let request = queue.shift(); request !== undefined; request = queue.shift()) await sendOne(warming, request);
  };
  await Promise.all(Array.from({ length: atOnceToAPod }, send));
}

async function sendOne(
  { way, target, pod, port, tally, attempt, deadline }: Warming,
  request: HttpRequest,
): Promise<void> {
  attempt.signal.throwIfAborted();
  const left = deadline - Date.now();
  if (left <= 0) {
    tally.failed('not sent: timeouts.warmUp had passed');
    return;
  }
  const destination = {
    kind: 'pod',
    namespace: target.spec.namespace,
    name: pod.name,
    ip: pod.ip ?? '',
    port: request.port ?? port,
  } as const;
  try {
    const answer = await way.request(destination, request, {
      timeoutMs: Math.min(timeoutMs, left),
      signal: attempt.signal,
    });
    if (answer.status >= 400)
      tally.failed(`${request.method} ${request.path} answered ${answer.status}: ${excerpt(answer.body)}`);
    else tally.succeeded();
  } catch (error) {
    attempt.signal.throwIfAborted();
    tally.failed(`${request.method} ${request.path}: ${error instanceof Error ? error.name : 'error'} of a pod`);
  }
  if (tally.sent % 20 === 0) report(attempt, 'warmUp', { summary: `${tally.sent} of ${tally.expected} requests sent` });
}

class Tally {
  readonly expected: number;
  sent = 0;
  #failed = 0;
  readonly #errors = new Map<string, number>();

  constructor(expected: number) {
    this.expected = expected;
  }

  succeeded(): void {
    this.sent += 1;
  }

  failed(message: string): void {
    this.sent += 1;
    this.#failed += 1;
    if (this.#errors.has(message) || this.#errors.size < errorsKept)
      this.#errors.set(message, (this.#errors.get(message) ?? 0) + 1);
  }

  evidence(pods: number): WarmUpEvidence {
    const errors = [...this.#errors].map(([message, count]) => ({ message: message.slice(0, 300), count }));
    return { pods, requestsSent: this.sent, requestsFailed: this.#failed, errors };
  }
}
