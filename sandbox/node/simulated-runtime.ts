import { randomBytes } from 'node:crypto';
import type { ContainerExit, ContainerRuntime } from './container-runtime.ts';

const SIGTERM_EXIT_CODE = 143;
const SIGKILL_EXIT_CODE = 137;

/**
 * Containers without processes, for scale tests. They write nothing and pass every command; one that is meant to end by
 * itself succeeds at once, the others run until they are told to end.
 */
export function createSimulatedRuntime(): ContainerRuntime {
  return {
    start(launch, log) {
      void log.end();
      const over = new AbortController();
      const exited = new Promise<ContainerExit>((resolve) => {
        over.signal.addEventListener('abort', () => resolve({ exitCode: Number(over.signal.reason) }));
      });
      if (launch.runsToCompletion) over.abort(0);
      return {
        id: randomBytes(32).toString('hex'),
        exited,
        terminate: () => over.abort(SIGTERM_EXIT_CODE),
        kill: () => over.abort(SIGKILL_EXIT_CODE),
      };
    },
    execute: async () => ({ exitCode: 0, output: '' }),
    attach: () => ({ startError: 'a simulated container has no processes' }),
  };
}
