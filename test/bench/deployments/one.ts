/** One deployment of the campaign, from an empty namespace to its end. */
import type { SandboxInfo } from '../../../sandbox/sandbox.ts';
import type { CutoverClient, DeploymentState, Spec } from '../../../src/client/index.ts';
import type { Times } from './manifests.ts';
import { preparePlace } from './place.ts';
import { brokenResult, resultOf, type Result } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { Users } from './users.ts';

export interface Stage {
  readonly sandbox: SandboxInfo;
  readonly client: CutoverClient;
  readonly times: Times;
}

/** Longer than any deployment of the campaign takes. */
const patienceMs = 300_000;

/** Never rejects: the others go on. */
export async function deployOnce(stage: Stage, scenario: Scenario, namespace: string): Promise<Result> {
  try {
    const place = await preparePlace(stage.sandbox, namespace, scenario, stage.times);
    try {
      const users = await Users.come(place.url, scenario.perSecond);
      const state = await walk(stage.client, place.spec, users, scenario).catch(async (error: unknown) => {
        await users.leave();
        throw error;
      });
      return resultOf(scenario, state, await users.leave());
    } finally {
      await place.remove();
    }
  } catch (error) {
    return brokenResult(scenario, namespace, wordsOf(error));
  }
}

/** With what it came from. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${wordsOf(error.cause)}`;
}

async function walk(client: CutoverClient, spec: Spec, users: Users, scenario: Scenario): Promise<DeploymentState> {
  const started = await client.deploy({ spec, by: 'bench', reason: scenario.name });
  if (started.kind !== 'started') throw new Error(`the deployment was not started: ${JSON.stringify(started)}`);
  const until = async (reached: (state: DeploymentState) => boolean): Promise<DeploymentState> => {
    const end = await client.waitUntil(started, reached, { timeoutMs: patienceMs, pollEveryMs: 500 });
    if (end.kind === 'reached') return end.status.state;
    throw new Error(`not over after ${patienceMs / 1_000} s, at ${end.status?.state.phase ?? 'no step that is known'}`);
  };
  await until(({ switches }) => switches.length > 0);
  await users.grow(scenario.perSecond * (scenario.stepAtCutover - 1));
  return until(({ outcome }) => outcome !== 'running');
}
