/** Runs the deployments of a plan, several at a time. */
import { deployOnce, type Stage } from './one.ts';
import type { Result } from './result.ts';
import type { Scenario } from './scenarios.ts';

/** The results in the order of the plan; `onResult` is told of each as it comes. */
export async function runCampaign(
  stage: Stage,
  plan: readonly Scenario[],
  atOnce: number,
  onResult: (result: Result) => void = () => undefined,
): Promise<Result[]> {
  const run = Date.now().toString(36);
  const results: Result[] = [];
  const waiting = [...plan.entries()];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, scenario] = next;
        const result = await deployOnce(stage, scenario, `bench-${run}-${index + 1}`);
        results[index] = result;
        onResult(result);
      }
    }),
  );
  return results;
}
