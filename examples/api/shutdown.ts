import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api.ts';

export interface ShutdownTimes {
  /** How long to go on answering: traffic is still on its way while the endpoint is being removed. */
  readonly delayMs: number;
  /** How long requests in flight may take after that. */
  readonly graceMs: number;
}

/**
 * Goes on answering for `delayMs`, each answer closing its connection; then takes no more connections, closes the idle and
 * unused ones and waits for the requests in flight. Returns `cut` when some were still there after `graceMs`.
 */
export async function shutDown(api: Api, times: ShutdownTimes): Promise<'clean' | 'cut'> {
  api.announceShutdown();
  await delay(times.delayMs);
  return await close(api, times.graceMs);
}

async function close(api: Api, graceMs: number): Promise<'clean' | 'cut'> {
  let result: 'clean' | 'cut' = 'clean';
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => {
      result = 'cut';
      api.server.closeAllConnections();
    }, graceMs);
    api.server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    api.closeSpareConnections();
  });
  return result;
}
