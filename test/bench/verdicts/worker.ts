/** A process that runs the cells it is told to, until it is let go. */
import { cellsOf } from './cells.ts';
import type { Job } from './pool.ts';
import { runCell } from './run.ts';

process.on('message', (job) => {
  const { extent, index } = job as Job;
  const cell = cellsOf(extent)[index];
  if (cell === undefined) throw new Error(`there is no cell ${index} in this run`);
  process.send?.(runCell(cell));
});
