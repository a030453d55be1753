import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { countProbe, startProbeCount, type ProbeCount } from './probe-counter.ts';
import type { ProbeOutcome } from './probe-actions.ts';
import { sleep, timerMs } from './waiting.ts';

type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** What the probes of one running container report. */
export interface ProbeListener {
  /** The startup probe has passed, or there is none. */
  started(): void;
  ready(value: boolean): void;
  /** One probe failed; the verdict may still hold. */
  failed(kind: ProbeKind, message: string): void;
  /** Startup or liveness has failed for good: the container has to end. */
  unhealthy(kind: 'startup' | 'liveness'): void;
}

export interface ProbeSignals {
  /** Aborts when the container has ended. */
  readonly ended: AbortSignal;
  /** Aborts when the pod is being terminated: readiness goes on being probed, health no more. */
  readonly terminating: AbortSignal;
}

/** Runs a container's probes from its start until it ends: startup first, then readiness and liveness side by side. */
export async function superviseProbes(
  container: V1Container,
  act: (probe: V1Probe) => Promise<ProbeOutcome>,
  listener: ProbeListener,
  { ended, terminating }: ProbeSignals,
): Promise<void> {
  const healthSignal = AbortSignal.any([ended, terminating]);
  const { startupProbe, readinessProbe, livenessProbe } = container;
  if (startupProbe) {
    const passed = await untilVerdict('startup', startupProbe, act, listener, healthSignal);
    if (passed === undefined) return;
    if (!passed) return listener.unhealthy('startup');
  }
  listener.started();
  const readiness = readinessProbe ? followReadiness(readinessProbe, act, listener, ended) : listener.ready(true);
  if (livenessProbe) {
    const alive = await untilVerdict('liveness', livenessProbe, act, listener, healthSignal);
    if (alive === false) listener.unhealthy('liveness');
  }
  await readiness;
}

type Act = (probe: V1Probe) => Promise<ProbeOutcome>;

/** Follows startup to its first verdict and liveness to its first failure; undefined when aborted before. */
async function untilVerdict(
  kind: 'startup' | 'liveness',
  probe: V1Probe,
  act: Act,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  for await (const { verdict, last, run } of probeResults(kind, probe, act, listener, signal)) {
    if (kind === 'startup' && verdict) return true;
    if (!verdict && last === false && run >= (probe.failureThreshold ?? 3)) return false;
  }
  return undefined;
}

async function followReadiness(probe: V1Probe, act: Act, listener: ProbeListener, signal: AbortSignal): Promise<void> {
  let ready = false;
  for await (const { verdict } of probeResults('readiness', probe, act, listener, signal)) {
    if (verdict !== ready) listener.ready(verdict);
    ready = verdict;
  }
}

const FIRST_EARLY_DELAY_MS = 50;

/**
 * Yields the count after each probe. While a container has not come up, it is probed between the periods as well, so that
 * it is not found ready a whole period late (a kubelet does so for readiness); such early failures do not count.
 */
async function* probeResults(
  kind: ProbeKind,
  probe: V1Probe,
  act: Act,
  listener: ProbeListener,
  signal: AbortSignal,
): AsyncGenerator<ProbeCount> {
  const periodMs = timerMs(probe.periodSeconds ?? 10);
  const thresholds = { successThreshold: probe.successThreshold ?? 1, failureThreshold: probe.failureThreshold ?? 3 };
  let count = startProbeCount(kind === 'liveness');
  let comingUp = kind !== 'liveness';
  let earlyDelayMs = FIRST_EARLY_DELAY_MS;
  if (!(await sleep(timerMs(probe.initialDelaySeconds ?? 0), signal))) return;
  let next = Date.now() + periodMs;
  for (let early = comingUp; ;) {
    const outcome = await act(probe);
    if (signal.aborted) return;
    if (outcome.success) comingUp = false;
    if (outcome.success || !early) {
      if (!outcome.success) listener.failed(kind, outcome.message);
      count = countProbe(count, outcome.success, thresholds);
      yield count;
    }
    const untilNext = Math.max(next - Date.now(), 0);
    early = comingUp && earlyDelayMs < untilNext;
    if (!early) next = Math.max(next + periodMs, Date.now());
    if (!(await sleep(early ? earlyDelayMs : untilNext, signal))) return;
    earlyDelayMs *= 2;
  }
}
