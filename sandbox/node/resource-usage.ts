import { readdir, readFile } from 'node:fs/promises';

/** What the processes of one group use. */
export interface ResourceUsage {
  /** CPU time since the start, in seconds. */
  readonly cpuSeconds: number;
  /** Resident memory, in bytes. */
  readonly memoryBytes: number;
}

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Sums up the usage of every process group of this machine; empty where there is no /proc. */
export async function readResourceUsage(): Promise<ReadonlyMap<number, ResourceUsage>> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  // A process may end between the listing and the reading.
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)));
  const usage = new Map<number, ResourceUsage>();
  for (const stat of stats) {
    const parsed = stat === undefined ? undefined : parseProcessStat(stat);
    if (!parsed) continue;
    const sum = usage.get(parsed.group);
    usage.set(parsed.group, {
      cpuSeconds: (sum?.cpuSeconds ?? 0) + parsed.cpuSeconds,
      memoryBytes: (sum?.memoryBytes ?? 0) + parsed.memoryBytes,
    });
  }
  return usage;
}

/** Reads a line of /proc/<pid>/stat; the command's name in it may hold spaces and brackets. */
export function parseProcessStat(line: string): ({ group: number } & ResourceUsage) | undefined {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const at = (index: number) => Number(fields[index]);
  const [group, rss] = [at(2), at(21)];
  // User and system time, its own and that of children it has waited for.
  const ticks = at(11) + at(12) + at(13) + at(14);
  if (![group, rss, ticks].every(Number.isFinite)) return undefined;
  return { group, cpuSeconds: ticks / TICKS_PER_SECOND, memoryBytes: rss * PAGE_BYTES };
}
