/**
 * `npm run simulate`: runs sequences until a number or a time is reached, or one failure again.
 *
 *   --runs N       so many sequences (2,000 by default)
 *   --minutes M    as many as there is time for
 *   --seed S       of the first batch; by default another each time
 *   --path P       with --seed: the one sequence that an earlier failure has named
 */
import { parseArgs } from 'node:util';
import { check, describeFailure } from './check.ts';
import { realNow } from './clock.ts';
import { WorkflowCode } from './temporal/workflow-code.ts';

const batch = 100;
const betweenReportsMs = 5_000;

interface Options {
  readonly runs: number;
  readonly untilMs: number;
  readonly seed: number;
}

async function simulate(
  code: WorkflowCode,
  { runs, untilMs, seed }: Options,
): Promise<{ done: number; found: number }> {
  const started = realNow();
  let [done, found, reported] = [0, 0, started];
  while (done < runs && realNow() - started < untilMs) {
    const size = Math.min(batch, runs - done);
    const failure = await check(code, { runs: size, seed: seed + done });
    done += failure === null ? size : failure.after;
    if (failure !== null) {
      found += 1;
      console.log(`\n${describeFailure(failure)}\n`);
    }
    if (realNow() - reported < betweenReportsMs) continue;
    reported = realNow();
    const left = Math.min(untilMs - (reported - started), ((reported - started) / done) * (runs - done));
    console.log(`${done} sequences, ${found} violations, ${Math.ceil(Math.max(0, left) / 1_000)} s to go`);
  }
  return { done, found };
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
});
const code = WorkflowCode.load();
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
if (values.path === undefined) {
  const untilMs = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes) * 60_000;
  const runs = values.minutes === undefined ? Number(values.runs ?? 2_000) : Number.MAX_SAFE_INTEGER;
  console.log(`seed ${seed}`);
  const { done, found } = await simulate(code, { runs, untilMs, seed });
  console.log(`simulated ${done} sequences, ${found} violations`);
  if (found > 0) process.exitCode = 1;
} else {
  const failure = await check(code, { runs: 1, seed, path: values.path, shrinks: 0 });
  console.log(failure === null ? 'it holds now' : describeFailure(failure));
  console.log(`simulated 1 sequences, ${failure === null ? 0 : 1} violations`);
  if (failure !== null) process.exitCode = 1;
}
