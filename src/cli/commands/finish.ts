import type { Command } from 'commander';
import type { Execute } from '../context.ts';
import { decide, type DecisionOptions } from '../decide.ts';
import { exitCodes } from '../exit-code.ts';
import { withApp, withDecision, withJson } from '../options.ts';

export function registerFinish(program: Command, execute: Execute): void {
  const command = program.command('finish').description('end the retention now: the old slot is drained and torn down');
  withJson(withDecision(withApp(command), 'optional')).action((app: string | undefined, options: DecisionOptions) =>
    execute(options, async (context) => {
      const { state } = await decide(context, 'finish', app, options);
      context.answer({ state }, `finishing: the old slot of ${state.id} is drained and torn down`);
      return exitCodes.done;
    }),
  );
}
