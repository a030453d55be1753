import { readFileSync } from 'node:fs';

/** A process that can be told from a later one of the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot, as text; empty where the process was gone when it was looked at. */
  readonly started: string;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, started: startTimeOf(pid) ?? '' };
}

export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return startTimeOf(pid) === started;
}

/** Kills a process group; that it is gone already, or is somebody else's by now, is fine. */
export function killGroup(group: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

/** Kills what is left of a group whose leader was seen once: not a later group of the same id. */
export function killIdentifiedGroup(leader: ProcessIdentity): void {
  const now = startTimeOf(leader.pid);
  // Without its leader a group keeps its id until its last process ends.
  if (now === null || now === leader.started) killGroup(leader.pid);
}

/** When a process started, in clock ticks since boot; null when it is gone, or where there is no /proc. */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command, in parentheses, may hold spaces. After it come the state, as the 18th field the number of threads,
    // and as the 20th the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // One that nobody has waited for yet is gone, but not before its last thread: that still holds its ports.
    return fields[0] === 'Z' && Number(fields[17]) <= 1 ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
