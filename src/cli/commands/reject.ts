import type { Command } from 'commander';
import type { Execute } from '../context.ts';
import { decide, type DecisionOptions } from '../decide.ts';
import { exitCodes } from '../exit-code.ts';
import { withApp, withDecision, withJson } from '../options.ts';

export function registerReject(program: Command, execute: Execute): void {
  const command = program
    .command('reject')
    .description('refuse approval: the candidate is removed, production stays where it is');
  withJson(withDecision(withApp(command), 'required')).action((app: string | undefined, options: DecisionOptions) =>
    execute(options, async (context) => {
      const { state } = await decide(context, 'reject', app, options);
      context.answer({ state }, `rejected: the candidate of ${state.id} is removed, production stays where it is`);
      return exitCodes.done;
    }),
  );
}
