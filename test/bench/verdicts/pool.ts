/** Runs cells in processes of their own, one a core. */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { cellsOf, costOf, type Extent } from './cells.ts';
import type { Figures } from './run.ts';

/** What a process is told: which of the cells to run. */
export interface Job {
  readonly extent: Extent;
  readonly index: number;
}

/** The figures of all cells, in order; `onDone` is told after each which part of all the work is done. */
export async function runAll(extent: Extent, onDone: (share: number) => void): Promise<Figures[]> {
  const cells = cellsOf(extent);
  const costs = cells.map(costOf);
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  const figures = new Map<number, Figures>();
  // The longest first, so that no core waits at the end.
  const waiting = cells.map((_, index) => index).sort((a, b) => (costs[b] ?? 0) - (costs[a] ?? 0));
  let done = 0;
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const child = fork(new URL('worker.js', import.meta.url));
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        figures.set(index, await ask(child, { extent, index }));
        done += costs[index] ?? 0;
        onDone(done / whole);
      }
      child.disconnect();
    }),
  );
  return cells.flatMap((_, index) => figures.get(index) ?? []);
}

function ask(child: ChildProcess, job: Job): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void =>
      reject(new Error(`the process of cell ${job.index} ended with ${code}`));
    child.once('exit', died);
    child.once('message', (figures) => {
      child.off('exit', died);
      resolve(figures as Figures);
    });
    child.send(job);
  });
}
