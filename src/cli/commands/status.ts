import type { Command } from 'commander';
import { hasChangedNothing } from '../../domain/ended-deployment.ts';
import { resolveId, type AppOptions } from '../app-id.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { concludeWait, follow } from '../follow.ts';
import { withApp, withJson } from '../options.ts';
import { renderStatus } from '../render/status.ts';

interface StatusOptions extends CommonOptions, AppOptions {
  readonly watch?: boolean;
  readonly run?: string;
}

export function registerStatus(program: Command, execute: Execute): void {
  const command = program
    .command('status')
    .description('show the latest deployment of an app, or an earlier one')
    .option('--run <id>', 'an earlier deployment of the app, by its run id (default: the latest)')
    .option('-w, --watch', 'follow it to its end; ends with the exit code of its outcome');
  withJson(withApp(command)).action((app: string | undefined, options: StatusOptions) =>
    execute(options, (context) => status(context, app, options)),
  );
}

async function status(context: CommandContext, app: string | undefined, options: StatusOptions): Promise<ExitCode> {
  const id = await resolveId(app, options, context.terminal);
  const key = { id, ...(options.run === undefined ? {} : { runId: options.run }) };
  const client = await context.client();
  if (options.watch !== true) {
    const found = await client.status(key);
    const previous = hasChangedNothing(found.state) ? await client.previous(found.state) : null;
    context.answer(
      { ...found, ...(previous === null ? {} : { previous }) },
      renderStatus(found, { ...context.layout, previous }),
    );
    return exitCodes.done;
  }
  const end = await follow(context, (waiting) => client.waitUntil(key, () => false, waiting));
  if (context.json && end.status !== null) context.answer(end.status, '');
  return concludeWait(context, id, end);
}
