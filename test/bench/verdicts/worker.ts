/** A process that runs the cells it is told to, until it is let go. */
import { cellsOf } from './cells.ts';
import type { Job } from './pool.ts';
import { runCell } from './run.ts';

process.on('message', (job) => {
  const { size, index } = job as Job;
  const cell = cellsOf(size)[index];
  if (cell === undefined) throw new Error(`there is no cell ${index} in a ${size} run`);
  process.send?.(runCell(cell));
});
