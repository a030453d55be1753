/** Smoke: every check of the spec against the candidate. All run and report, not only up to the first failure. */
import type { CheckResult, SmokeEvidence } from '../domain/evidence.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { slotName } from '../domain/slot.ts';
import type { SmokeCheck } from '../domain/spec.ts';
import { disappointment } from '../evidence/expectation.ts';
import type { ServiceTarget, Target as AccessTarget, Way } from '../kubernetes/access/index.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { serviceTarget } from '../kubernetes/service-target.ts';
import { readSlot, type SlotView } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './index.ts';
import { runJobCheck } from './smoke-job.ts';

const atOnce = 5;
const detailKept = 500;

interface Smoke extends Dependencies {
  readonly target: Target;
  readonly attempt: Attempt;
  readonly way: Way;
  readonly preview: ServiceTarget;
  readonly view: SlotView | null;
  readonly port: number;
}

export function createSmoke(dependencies: Dependencies): Step<'smoke'> {
  return async (target, attempt) => {
    const { cluster, access } = dependencies;
    const { spec, candidateSlot: slot } = target;
    const key = { namespace: spec.namespace, app: spec.app, slot };
    const view = await readSlot(cluster, key);
    const smoke: Smoke = {
      ...dependencies,
      target,
      attempt,
      view,
      way: access.way(spec.access),
      preview: await serviceTarget(cluster, { namespace: spec.namespace, service: slotName(spec.app, slot) }),
      port: await podPort(cluster, spec, view),
    };
    const checks = await runAll(smoke, spec.smoke.checks);
    return { verdict: checks.every(({ passed }) => passed) ? 'pass' : 'fail', checks } satisfies SmokeEvidence;
  };
}

/** Runs the checks, some at once, and gives their results in the order of the spec. */
async function runAll(smoke: Smoke, checks: readonly SmokeCheck[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const queue = [...checks.entries()];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, check] = next;
      results[index] = await runCheck(smoke, check, index);
      done += 1;
      report(smoke.attempt, 'smoke', { summary: `${done} of ${checks.length} checks done` });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

async function runCheck(smoke: Smoke, check: SmokeCheck, index: number): Promise<CheckResult> {
  const startedAt = performance.now();
  const { outcome, kind } = kindOf(smoke, check, index);
  try {
    const { problem, detail, log } = await outcome;
    const durationMs = Math.round(performance.now() - startedAt);
    const words = (problem ?? detail).slice(0, detailKept);
    return {
      name: check.name,
      kind,
      passed: problem === null,
      detail: words,
      durationMs,
      ...(log === undefined ? {} : { log }),
    };
  } catch (error) {
    smoke.attempt.signal.throwIfAborted();
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, detailKept);
    return { name: check.name, kind, passed: false, detail, durationMs: Math.round(performance.now() - startedAt) };
  }
}

export interface CheckOutcome {
  /** What is wrong; null when the check passed. */
  readonly problem: string | null;
  readonly detail: string;
  readonly log?: string;
}

function kindOf(
  smoke: Smoke,
  check: SmokeCheck,
  index: number,
): { kind: CheckResult['kind']; outcome: Promise<CheckOutcome> } {
  if ('http' in check) return { kind: 'http', outcome: httpCheck(smoke, check) };
  if ('tcp' in check) return { kind: 'tcp', outcome: tcpCheck(smoke, check) };
  const { cluster, target, attempt, preview } = smoke;
  return { kind: 'job', outcome: runJobCheck({ cluster, target, attempt, preview }, check, index) };
}

async function httpCheck(smoke: Smoke, { http }: Extract<SmokeCheck, { http: unknown }>): Promise<CheckOutcome> {
  const timeoutMs = toMilliseconds(http.expect.within);
  const destination = http.port === undefined ? smoke.preview : aPod(smoke, http.port);
  // A little longer than allowed, so that a slow answer is told from none.
  const answer = await smoke.way.request(destination, http, {
    timeoutMs: timeoutMs + 250,
    signal: smoke.attempt.signal,
  });
  return {
    problem: disappointment(http.expect, answer),
    detail: `${answer.status} in ${Math.round(answer.durationMs)} ms`,
  };
}

async function tcpCheck(smoke: Smoke, { tcp }: Extract<SmokeCheck, { tcp: unknown }>): Promise<CheckOutcome> {
  const destination = aPod(smoke, tcp.port ?? smoke.port);
  const durationMs = await smoke.way.connect(destination, {
    timeoutMs: toMilliseconds(tcp.within),
    signal: smoke.attempt.signal,
  });
  return { problem: null, detail: `connected to port ${destination.port} in ${Math.round(durationMs)} ms` };
}

/** One ready pod of the candidate, for a port that its Service does not lead to. */
function aPod({ view, target }: Smoke, port: number): AccessTarget {
  const pod = view?.pods.find(({ ready }) => ready);
  if (pod === undefined) throw new Error('no pod of the candidate is ready');
  return { kind: 'pod', namespace: target.spec.namespace, name: pod.name, ip: pod.ip ?? '', port };
}
