/** Many sequences, and what to say of one that breaks an invariant. */
import fc from 'fast-check';
import { anyScenario } from './arbitrary.ts';
import type { Scenario } from './scenario.ts';
import { runSequence } from './sequence.ts';
import type { WorkflowCode } from './temporal/workflow-code.ts';

export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  /** Where to begin, as an earlier failure has said. */
  readonly path?: string;
  /** How many smaller sequences are tried for a failure; 0 takes the first as it is. */
  readonly shrinks?: number;
  /** Tried before the others. */
  readonly examples?: readonly Scenario[];
}

export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly scenario: Scenario;
  readonly error: Error;
  /** How many sequences there were until it. */
  readonly after: number;
}

/** Gives the first failure, made as small as can be, or null. */
export async function check(
  code: WorkflowCode,
  { runs, seed, path, shrinks = 300, examples = [] }: CheckOptions,
): Promise<Failure | null> {
  let tried = 0;
  const property = fc.asyncProperty(anyScenario, async (scenario) => {
    // Once it has been tried to make it smaller often enough, everything smaller is said to be well.
    if (failed && (tried += 1) > shrinks) return;
    const { violation } = await runSequence(code, scenario);
    if (violation === null) return;
    failed = true;
    throw violation;
  });
  let failed = false;
  const details = await fc.check(property, {
    numRuns: runs + examples.length,
    seed,
    examples: examples.map((scenario) => [scenario]),
    ...(path === undefined ? {} : { path }),
  });
  if (!details.failed) return null;
  const [scenario] = details.counterexample ?? [];
  if (scenario === undefined) throw new Error('the check was interrupted');
  const error =
    details.errorInstance instanceof Error ? details.errorInstance : new Error(String(details.errorInstance));
  return { seed: details.seed, path: details.counterexamplePath ?? '', scenario, error, after: details.numRuns };
}

/** What was found, and how to see it again. */
export function describeFailure({ seed, path, scenario, error }: Failure): string {
  return [
    error.message,
    `npm run simulate -- --seed ${seed} --path ${path}`,
    JSON.stringify(scenario, null, 1).replaceAll(/\n\s+/g, ' '),
  ].join('\n');
}
