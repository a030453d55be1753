/**
 * `npm run bench:verdicts`: how often each way to judge fails a candidate that is no worse, and how soon one that is.
 *
 *   --json FILE   the figures as JSON, too
 *   --quick       one run of each case, to see that everything works
 *   --only TEXT   the cases with TEXT in their name: `soak: independent errors, 50 a second, tolerance 1.0`
 *   --runs N      so many runs of each, and the product's judge alone
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runAll } from './pool.ts';
import { reportOf } from './report.ts';
import { check } from './targets.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string' },
  },
});
const { quick, only } = values;
const runs = values.runs === undefined ? undefined : Number(values.runs);
if (runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0)) throw new Error('--runs takes a number above 0');

const started = performance.now();
let reported = started;
const figures = await runAll({ size: quick ? 'quick' : 'whole', only, runs }, (share) => {
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
