/**
 * `npm run mutants`: whether the simulation notices each of the mistakes in mutants.ts. Exits 1 where it misses one.
 * `-- TEXT` takes only those whose name has the text.
 */
import { fileURLToPath } from 'node:url';
import { mutants as all, type Mutant } from './mutants.ts';
import { Scratch, type Judgement } from './scratch.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
/** What a machine of two cores builds and simulates side by side. */
const atOnce = 2;
const runs = 2_000;

const [, , wanted = ''] = process.argv;
const mutants = all.filter(({ name }) => name.includes(wanted));
const left = [...mutants];
const judged = new Map<Mutant, Judgement>();
const started = Date.now();

async function work(): Promise<void> {
  const scratch = new Scratch(root);
  try {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      judged.set(mutant, await scratch.judge(mutant, runs));
      const secondsLeft = Math.ceil((((Date.now() - started) / judged.size) * (mutants.length - judged.size)) / 1_000);
      process.stderr.write(`${judged.size} of ${mutants.length} mutants, ${secondsLeft} s to go\n`);
    }
  } finally {
    scratch.remove();
  }
}

function row(mutant: Mutant): string {
  const judgement = judged.get(mutant);
  const what = `| ${mutant.invariant} | ${mutant.name} |`;
  if (judgement?.caught !== true) return `${what} not caught in ${runs} sequences | |`;
  return `${what} ${judgement.after} | ${judgement.message.replaceAll('|', '/')} |`;
}

await Promise.all(Array.from({ length: atOnce }, work));
const caught = [...judged.values()].filter((judgement) => judgement.caught).length;
console.log('| invariant | mutant | caught after | by |\n|---|---|---|---|');
for (const mutant of mutants) console.log(row(mutant));
console.log(`mutants caught: ${caught} of ${mutants.length}`);
if (caught < mutants.length || mutants.length === 0) process.exitCode = 1;
