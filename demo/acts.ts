/** The three deployments of the demo, told as a person would do them: with the commands of the CLI. */
import type { DeploymentState } from '../src/domain/state.ts';
import { deploySpec } from './deploy-spec.ts';
import type { Act } from './measured.ts';
import type { CommandResult } from './processes.ts';
import type { Stage } from './stage.ts';

export interface Director {
  readonly stage: Stage;
  readonly tell: (line: string) => void;
  /** The deployment as it is; null before there is one. */
  readonly state: () => DeploymentState | null;
  /** The deployment as soon as `reached` holds. */
  readonly when: (reached: (state: DeploymentState) => boolean) => Promise<DeploymentState>;
  /** Events in the history of the deployment of that run. */
  readonly historyEvents: (runId: string) => Promise<number>;
}

const soakRate = 20;

/** v1 → v2 with approval, and back by hand. */
export async function backByHand(director: Director): Promise<Act> {
  await deploy(director, 'myapp:v2.0');
  await approve(director, 'the soak was quiet');
  await director.when(({ phase }) => phase === 'retention');
  director.tell('v2 has all the traffic; now something is thought to be wrong');
  await command(director, 0, 'rollback', 'api', '--reason', 'checkout is slow');
  const state = await over(director);
  director.tell(`rolled back in ${lastSwitch(state)}; the candidate is gone`);
  return act(director, 'v2, rolled back by hand', state);
}

/** Forward again, all the way to the teardown of v1. */
export async function forwardAgain(director: Director): Promise<Act> {
  await deploy(director, 'myapp:v2.0');
  await approve(director, 'it was the network');
  await director.when(({ phase }) => phase === 'retention');
  director.tell('v2 has all the traffic; the retention is ended by hand');
  await command(director, 0, 'finish', 'api', '--reason', 'end of the demo');
  const state = await over(director);
  director.tell('v1 is torn down');
  return act(director, 'v2, promoted', state);
}

/** v3, whose errors appear only under production traffic: the monitor sees them and switches back. */
export async function backByItself(director: Director): Promise<Act> {
  await deploy(director, 'myapp:v3.0');
  await approve(director, 'smoke and soak saw nothing');
  const state = await over(director);
  director.tell(`${state.failure?.message ?? ''}: rolled back by itself in ${lastSwitch(state)}`);
  return act(director, 'v3, rolled back by the monitor', state);
}

async function deploy(director: Director, image: string): Promise<void> {
  const { stage } = director;
  stage.writeSpec(deploySpec(soakRate));
  const before = director.state()?.runId;
  await command(director, 0, 'deploy', '-f', stage.specFile, '--image', image, '--reason', `demo of ${image}`);
  await director.when(({ runId }) => runId !== before);
}

async function approve(director: Director, reason: string): Promise<void> {
  const waiting = await director.when(({ phase, outcome }) => phase === 'approval' || outcome !== 'running');
  if (waiting.outcome !== 'running')
    throw new Error(`the deployment ended as ${waiting.outcome}: ${waiting.failure?.message ?? ''}`);
  await command(director, 0, 'approve', 'api', '--reason', reason);
}

async function over({ when }: Director): Promise<DeploymentState> {
  return when(({ outcome }) => outcome !== 'running');
}

async function command({ stage, tell }: Director, expected: number, ...args: string[]): Promise<CommandResult> {
  const shown = args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg.replace(/^.*\/(deploy\.yaml)$/, '$1')));
  tell(`$ cutover ${shown.join(' ')}`);
  const result = await stage.cutover(...args);
  if (result.code !== expected) {
    throw new Error(`cutover ${args[0] ?? ''} ended with ${result.code}: ${result.stderr}${result.stdout}`);
  }
  return result;
}

async function act({ historyEvents }: Director, name: string, state: DeploymentState): Promise<Act> {
  return { name, state, historyEvents: await historyEvents(state.runId) };
}

function lastSwitch({ switches }: DeploymentState): string {
  const last = switches.at(-1);
  return last === undefined ? '?' : `${Math.round(last.requestToPatchMs + (last.patchToVerifiedMs ?? 0))} ms`;
}
