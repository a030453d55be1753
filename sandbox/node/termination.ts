import type { RunningContainer } from './container-runtime.ts';
import { settledBefore } from './waiting.ts';

/** The time that a process has left, at least, after a hook that used up the grace period: the kubelet's. */
const MINIMUM_AFTER_HOOK_MS = 2_000;

/**
 * Ends a container: its preStop hook, SIGTERM, and SIGKILL to what is left when `deadline` aborts. Resolves when it has
 * exited.
 */
export async function terminateContainer(
  running: RunningContainer,
  preStop: ((signal: AbortSignal) => Promise<void>) | undefined,
  deadline: AbortSignal,
): Promise<void> {
  let limit = deadline;
  if (preStop) {
    const over = new AbortController();
    void running.exited.then(() => over.abort());
    await settledBefore(preStop(AbortSignal.any([deadline, over.signal])), deadline);
    if (deadline.aborted) limit = AbortSignal.timeout(MINIMUM_AFTER_HOOK_MS);
  }
  running.terminate();
  if (!(await settledBefore(running.exited, limit))) running.kill();
  await running.exited;
}
