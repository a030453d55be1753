import type { V1LifecycleHandler } from '@kubernetes/client-node';
import type { PodTarget } from './pod-target.ts';
import { httpGet } from './probe-actions.ts';
import { sleep, timerMs } from './waiting.ts';

/** Runs a postStart or preStop hook; rejects with the reason when it fails. When the signal aborts, it ends early. */
export async function runHook(hook: V1LifecycleHandler, target: PodTarget, signal: AbortSignal): Promise<void> {
  if (hook.sleep) {
    await sleep(timerMs(hook.sleep.seconds), signal);
  } else if (hook.exec) {
    const { exitCode, output } = await target.execute(hook.exec.command ?? [], signal);
    if (exitCode !== 0 && !signal.aborted) throw new Error(`command exited with ${exitCode}: ${output.trim()}`);
  } else if (hook.httpGet) {
    const status = await httpGet(hook.httpGet, target, signal);
    if (status >= 400) throw new Error(`HTTP request answered with ${status}`);
  } else {
    throw new Error('the sandbox knows sleep, exec and httpGet hooks only');
  }
}
