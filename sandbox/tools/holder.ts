/** The process that holds something in the cache, told from a later process of the same id. */
import { identify, isAlive, startTimeOf, type ProcessIdentity } from '../supervision/process-group.ts';

export function ownHolder(): ProcessIdentity {
  return identify(process.pid);
}

/** As text that may stand in a file's name. */
export function formatHolder({ pid, started }: ProcessIdentity): string {
  return `${pid}_${started}`;
}

/** Reads what `formatHolder` wrote, whatever follows it; null where it is something else. */
export function parseHolder(text: string): ProcessIdentity | null {
  const [, pid, started] = /^(\d+)_(\d*)/.exec(text) ?? [];
  return pid === undefined || started === undefined ? null : { pid: Number(pid), started };
}

export function isHolderAlive(holder: ProcessIdentity): boolean {
  if (startTimeOf(process.pid) !== null) return isAlive(holder);
  // Without /proc the id alone has to do.
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
