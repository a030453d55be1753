import type { Command } from 'commander';
import type { Execute } from '../context.ts';
import { decide, type DecisionOptions } from '../decide.ts';
import { exitCodes } from '../exit-code.ts';
import { withApp, withDecision, withJson } from '../options.ts';

export function registerApprove(program: Command, execute: Execute): void {
  const command = program.command('approve').description('let a deployment that waits for approval switch production');
  withJson(withDecision(withApp(command), 'optional')).action((app: string | undefined, options: DecisionOptions) =>
    execute(options, async (context) => {
      const { state } = await decide(context, 'approve', app, options);
      context.answer(
        { state },
        `approved: ${state.id} goes on to the cutover; follow it with \`cutover status ${state.id} --watch\``,
      );
      return exitCodes.done;
    }),
  );
}
