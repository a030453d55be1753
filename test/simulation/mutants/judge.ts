/** Simulates until the first violation, and says in JSON what it was. The same sequences each time. */
import { check } from '../check.ts';
import { foundScenarios } from '../found.ts';
import { WorkflowCode } from '../temporal/workflow-code.ts';
import { Violation } from '../violation.ts';
import type { Judgement } from './scratch.ts';

const failure = await check(WorkflowCode.load(), {
  runs: Number(process.argv[2]),
  seed: 1,
  shrinks: 0,
  examples: foundScenarios(),
});
let judgement: Judgement = { caught: false };
if (failure !== null) {
  const { error, after } = failure;
  const by = error instanceof Violation ? error.invariant : error.name;
  judgement = { caught: true, by, after, message: error.message.slice(0, 200) };
}
process.stdout.write(JSON.stringify(judgement));
