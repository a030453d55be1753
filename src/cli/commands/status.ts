import type { Command } from 'commander';
import { resolveId, type AppOptions } from '../app-id.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { concludeWait, follow } from '../follow.ts';
import { withApp, withJson } from '../options.ts';
import { renderStatus } from '../render/status.ts';

interface StatusOptions extends CommonOptions, AppOptions {
  readonly watch?: boolean;
}

export function registerStatus(program: Command, execute: Execute): void {
  const command = program
    .command('status')
    .description('show the latest deployment of an app')
    .option('-w, --watch', 'follow it to its end; ends with the exit code of its outcome');
  withJson(withApp(command)).action((app: string | undefined, options: StatusOptions) =>
    execute(options, (context) => status(context, app, options)),
  );
}

async function status(context: CommandContext, app: string | undefined, options: StatusOptions): Promise<ExitCode> {
  const id = await resolveId(app, options, context.terminal);
  const client = await context.client();
  if (options.watch !== true) {
    const found = await client.status({ id });
    context.answer(found, renderStatus(found, context.layout));
    return exitCodes.done;
  }
  const end = await follow(context, (waiting) => client.waitUntil({ id }, () => false, waiting));
  if (context.json && end.status !== null) context.answer(end.status, '');
  return concludeWait(context, id, end);
}
