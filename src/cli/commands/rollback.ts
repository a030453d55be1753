import type { Command } from 'commander';
import type { DeploymentState, WaitEnd } from '../../client/index.ts';
import type { CommandContext, Execute } from '../context.ts';
import { decide, type DecisionOptions } from '../decide.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { concludeWait } from '../follow.ts';
import { parseTimeout, withApp, withDecision, withJson } from '../options.ts';
import { hasGoneBack, wordRollbackFailed, wordRolledBack } from '../render/rolled-back.ts';

interface RollbackOptions extends DecisionOptions {
  readonly wait: boolean;
  readonly timeout?: string;
}

export function registerRollback(program: Command, execute: Execute): void {
  const command = program
    .command('rollback')
    .description('switch production back at once, or remove the candidate before the cutover')
    .option('--no-wait', 'do not wait until production is switched back')
    .option('--timeout <duration>', 'the longest time to wait, such as 5m (default: as long as it takes)');
  withJson(withDecision(withApp(command), 'required')).action((app: string | undefined, options: RollbackOptions) =>
    execute(options, (context) => rollback(context, app, options)),
  );
}

async function rollback(context: CommandContext, app: string | undefined, options: RollbackOptions): Promise<ExitCode> {
  const timeoutMs = parseTimeout(options.timeout);
  const askedAt = performance.now();
  const { client, state } = await decide(context, 'rollback', app, options);
  const { id, runId } = state;
  if (!options.wait) {
    context.answer({ state }, `rolling back ${id}; follow it with \`cutover status ${id} --watch\``);
    return exitCodes.done;
  }
  const { signal, release } = context.terminal.interruptible();
  const end = await client
    .waitUntil({ id, runId }, isSwitchedBack, {
      signal,
      pollEveryMs: 200,
      onTrouble: (message) => context.warn(`${message}: trying again`),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    .finally(release);
  return conclude(context, id, end, performance.now() - askedAt);
}

/** The rollback step is over: production is back, or could not be brought back. */
function isSwitchedBack({ steps, outcome }: DeploymentState): boolean {
  const step = steps.find(({ name }) => name === 'rollback');
  return outcome !== 'running' || step?.status === 'done' || step?.status === 'failed';
}

function conclude(context: CommandContext, id: string, end: WaitEnd, tookMs: number): ExitCode {
  if (end.kind !== 'reached') return concludeWait(context, id, end);
  const { state } = end.status;
  const isBack = hasGoneBack(state);
  context.answer(
    { tookMs: Math.round(tookMs), ...end.status },
    isBack ? wordRolledBack(state, tookMs) : wordRollbackFailed(state),
  );
  return isBack ? exitCodes.done : exitCodes.rollbackFailed;
}
