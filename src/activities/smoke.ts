/** Smoke: every check of the spec against the candidate. All run and report, not only up to the first failure. */
import { boundedSmoke } from '../domain/bounds.ts';
import type { CheckResult } from '../domain/evidence.ts';
import { deadlines, describeOverdue } from '../domain/deadline.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { clipToBytes } from '../domain/json-size.ts';
import { slotName } from '../domain/slot.ts';
import type { SmokeCheck } from '../domain/spec.ts';
import { concurrently } from '../evidence/concurrently.ts';
import { disappointment } from '../evidence/expectation.ts';
import { traced, withTrace, type PodTarget, type ServiceTarget, type Transport } from '../kubernetes/access/index.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { serviceTarget } from '../kubernetes/service-target.ts';
import { readSlot, type SlotView } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { onceListening } from './once-listening.ts';
import { secretHeaders, type SecretHeaders } from './secret-headers.ts';
import { removeJobs, runJob } from './smoke-job.ts';
import { readResults, type CheckOutcome } from './smoke-results.ts';

interface Smoke extends Dependencies {
  readonly target: Target;
  readonly attempt: Attempt;
  readonly way: Transport;
  readonly resolve: SecretHeaders['resolve'];
  readonly preview: ServiceTarget;
  readonly view: SlotView | null;
  /** Where the pods listen. */
  readonly port: number;
}

const atOnce = 5;
const detailKept = 500;
/** So much longer than allowed an answer is waited for, so that a slow one is told from none. */
const graceMs = 250;

export function createSmoke(dependencies: Dependencies): Step<'smoke'> {
  return async (target, attempt) => {
    const { cluster, access } = dependencies;
    const { spec, candidateSlot: slot } = target;
    const { namespace, app } = spec;
    const view = await readSlot(cluster, { namespace, app, slot });
    const preview = await serviceTarget(cluster, { namespace, service: slotName(app, slot) });
    const port = await podPort(cluster, spec, view);
    const requests = spec.smoke.checks.flatMap((check) => ('http' in check ? [check.http] : []));
    const secrets = await secretHeaders(cluster, namespace, requests, access[spec.access]);
    const smoke = { ...dependencies, ...secrets, target, attempt, view, preview, port };
    try {
      const checks = await runAll(smoke, spec.smoke.checks);
      return boundedSmoke({ verdict: checks.every(({ passed }) => passed) ? 'pass' : 'fail', checks });
    } finally {
      const jobs = spec.smoke.checks.flatMap((check, index) => ('job' in check ? [index] : []));
      await removeJobs({ cluster, target, attempt, step: 'smoke' }, jobs);
    }
  };
}

/** The results in the order of the spec. A repeated attempt keeps the results that the one before it had. */
async function runAll(smoke: Smoke, checks: readonly SmokeCheck[]): Promise<CheckResult[]> {
  const { attempt } = smoke;
  const results = readResults(attempt.resume());
  return concurrently(checks, atOnce, async (check, index) => {
    const known = results.find(({ name }) => name === check.name);
    if (known !== undefined) return known;
    const result = await runCheck(smoke, check, index);
    results.push(result);
    const failed = results.filter(({ passed }) => !passed).length;
    const summary = `${results.length} of ${checks.length} checks done, ${failed} failed`;
    report(attempt, 'smoke', { summary }, results);
    return result;
  });
}

async function runCheck(smoke: Smoke, check: SmokeCheck, index: number): Promise<CheckResult> {
  const startedAt = performance.now();
  const outcome = await outcomeOf(smoke, check, index);
  const { log } = outcome;
  return {
    name: check.name,
    kind: kindOf(check),
    passed: outcome.problem === null,
    detail: describeOutcome(outcome),
    durationMs: Math.round(performance.now() - startedAt),
    ...(log === undefined || log === '' ? {} : { log }),
  };
}

/** The trace of what failed is named however long the rest is. */
function describeOutcome({ problem, detail, traceId = null }: CheckOutcome): string {
  if (problem === null) return clipToBytes(detail, detailKept);
  const room = detailKept - withTrace('', traceId).length;
  return withTrace(clipToBytes(problem, room), traceId);
}

/** A check that cannot be run has failed, with the reason; only a stop goes through. */
async function outcomeOf(smoke: Smoke, check: SmokeCheck, index: number): Promise<CheckOutcome> {
  const { attempt, target } = smoke;
  const deadline = deadlines.smoke(target.spec);
  const leftMs = attempt.remaining(deadline.ms);
  const name = slotName(target.spec.app, target.candidateSlot);
  const next = `See what ${name} does so long, then deploy again`;
  if (leftMs <= 0) {
    const undone = `${name} was not checked`;
    return failure(describeOverdue(deadline, { undone, why: 'the checks before took all of it', next }));
  }
  const { problem, ...outcome } = await outcomeWithin(smoke, check, { index, leftMs });
  if (problem === null || attempt.remaining(deadline.ms) > 0) return { problem, ...outcome };
  const undone = `${name} has not passed the check`;
  return { ...outcome, problem: describeOverdue(deadline, { undone, why: problem, next }) };
}

async function outcomeWithin(
  smoke: Smoke,
  check: SmokeCheck,
  { index, leftMs }: { readonly index: number; readonly leftMs: number },
): Promise<CheckOutcome> {
  try {
    if ('http' in check) return await httpCheck(smoke, check, leftMs);
    if ('tcp' in check) return await tcpCheck(smoke, check, leftMs);
    return await runJob({ ...smoke, step: 'smoke' }, check.job, { index, leftMs });
  } catch (error) {
    smoke.attempt.signal.throwIfAborted();
    return failure(messageOf(error));
  }
}

async function httpCheck(
  { way, resolve, preview, view, target, attempt }: Smoke,
  { http }: Extract<SmokeCheck, { http: unknown }>,
  leftMs: number,
): Promise<CheckOutcome> {
  const destination = http.port === undefined ? preview : readyPod(view, target, http.port);
  const { within } = http.expect;
  const patienceMs = toMilliseconds(within) + graceMs;
  const longestMs = Math.min(patienceMs, leftMs);
  const told = patienceMs < leftMs ? { allowed: within } : {};
  const { request, traceId } = traced(resolve(http));
  try {
    const answer = await onceListening(attempt, longestMs, (timeoutMs) =>
      way.request(destination, request, { timeoutMs, ...told, signal: attempt.signal }),
    );
    const detail = `${answer.status} in ${Math.round(answer.durationMs)} ms`;
    return { problem: disappointment(http.expect, answer), detail, traceId };
  } catch (error) {
    attempt.signal.throwIfAborted();
    return { ...failure(messageOf(error)), traceId };
  }
}

async function tcpCheck(
  { way, view, target, attempt, port }: Smoke,
  { tcp }: Extract<SmokeCheck, { tcp: unknown }>,
  leftMs: number,
): Promise<CheckOutcome> {
  const destination = readyPod(view, target, tcp.port ?? port);
  const longestMs = Math.min(toMilliseconds(tcp.within), leftMs);
  const { durationMs } = await onceListening(attempt, longestMs, (timeoutMs) =>
    way.connect(destination, { timeoutMs, signal: attempt.signal }),
  );
  const detail = `${destination.name} took a connection on port ${destination.port} in ${Math.round(durationMs)} ms`;
  return { problem: null, detail };
}

/** A ready pod of the candidate, for a port that its Service may not lead to. */
function readyPod(view: SlotView | null, { spec, candidateSlot }: Target, port: number): PodTarget {
  const pod = view?.pods.find(({ ready, ip }) => ready && ip !== null);
  if (pod?.ip == null) throw new Error(`no pod of ${slotName(spec.app, candidateSlot)} is ready`);
  return { kind: 'pod', namespace: spec.namespace, name: pod.name, ip: pod.ip, port };
}

function failure(problem: string): CheckOutcome {
  return { problem, detail: problem };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function kindOf(check: SmokeCheck): CheckResult['kind'] {
  if ('http' in check) return 'http';
  return 'tcp' in check ? 'tcp' : 'job';
}
