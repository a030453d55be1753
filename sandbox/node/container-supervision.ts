import type { V1Container } from '@kubernetes/client-node';
import { runHook } from './hooks.ts';
import type { NodeMode } from './node-context.ts';
import type { PodTarget } from './pod-target.ts';
import { runProbe } from './probe-actions.ts';
import { superviseProbes } from './probes.ts';
import { messageOf, sleep } from './waiting.ts';

/** The watch over one run of a container. */
export interface Supervision {
  readonly target: PodTarget;
  /** The pod is being terminated: its health is watched no more, its readiness still is. */
  terminating(): void;
  /** The container has ended. */
  ended(): void;
}

export interface SupervisionOptions {
  readonly container: V1Container;
  readonly target: PodTarget;
  readonly mode: NodeMode;
  started(): void;
  ready(value: boolean): void;
  /** A warning about the container. */
  event(reason: string, message: string): void;
  /** The container has to end, for this reason and within this time (undefined: the pod's). */
  end(why: string, graceSeconds: number | undefined): void;
}

/** Watches over a container that has just started: its postStart hook, then its probes. */
export function superviseContainer(options: SupervisionOptions): Supervision {
  const over = new AbortController();
  const terminating = new AbortController();
  void supervise(options, { ended: over.signal, terminating: terminating.signal });
  return {
    target: options.target,
    terminating: () => terminating.abort(),
    ended: () => over.abort(),
  };
}

async function supervise(
  options: SupervisionOptions,
  signals: { ended: AbortSignal; terminating: AbortSignal },
): Promise<void> {
  const { container, target, mode } = options;
  if (mode.kind === 'simulated') {
    if (!(await sleep(mode.readyAfterMs, signals.ended))) return;
    options.started();
    options.ready(true);
    return;
  }
  if (!(await postStart(options, signals.ended))) return;
  const guarded = (report: () => void) => {
    // What comes after the end belongs to no run any more.
    if (!signals.ended.aborted) report();
  };
  await superviseProbes(
    container,
    (probe) => runProbe(probe, target, signals.ended),
    {
      started: () => guarded(() => options.started()),
      ready: (value) => guarded(() => options.ready(value)),
      failed: (kind, message) => {
        const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
        guarded(() => options.event('Unhealthy', `${title} probe failed: ${message}`));
      },
      unhealthy: (kind) => {
        const probe = kind === 'startup' ? container.startupProbe : container.livenessProbe;
        guarded(() => options.end(`failed ${kind} probe`, probe?.terminationGracePeriodSeconds));
      },
    },
    signals,
  );
}

async function postStart(options: SupervisionOptions, signal: AbortSignal): Promise<boolean> {
  const hook = options.container.lifecycle?.postStart;
  if (!hook) return true;
  try {
    await runHook(hook, options.target, signal);
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) return false;
    options.event('FailedPostStartHook', `PostStartHook failed: ${messageOf(error)}`);
    options.end('failed its postStart hook', undefined);
    return false;
  }
}
