/**
 * `npm run bench:verdicts`: how often each way to judge fails a candidate that is no worse, and how soon one that is.
 *
 *   --json FILE   the figures as JSON, too
 *   --quick       one run of each case, to see that everything works
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runAll } from './pool.ts';
import { reportOf } from './report.ts';
import { check } from './targets.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } } });

const started = performance.now();
let reported = started;
const figures = await runAll(values.quick ? 'quick' : 'whole', (share) => {
  const now = performance.now();
  if (now - reported < 2_000) return;
  reported = now;
  const left = ((now - started) / share) * (1 - share);
  console.error(`${Math.round(share * 100)} %, ${Math.ceil(left / 1_000)} s to go`);
});
console.log(reportOf(figures));
console.error(`${Math.round((performance.now() - started) / 1_000)} s`);
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ figures, targets: check(figures) }, null, 2)}\n`);
}
