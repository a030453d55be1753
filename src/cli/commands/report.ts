import type { Command } from 'commander';
import { resolveId, type AppOptions } from '../app-id.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { withApp, withJson } from '../options.ts';
import { renderReport } from '../render/status.ts';
import { page } from '../report/page.ts';
import { version } from '../version.ts';
import { writeWhole } from '../whole-file.ts';

interface ReportOptions extends CommonOptions, AppOptions {
  readonly html?: string;
  readonly run?: string;
}

export function registerReport(program: Command, execute: Execute): void {
  const command = program
    .command('report')
    .description('tell all of one deployment, running or over: as text, or as a page to keep')
    .option('--html <file>', 'write one self-contained page there, replacing what is there; - for standard output')
    .option('--run <id>', 'an earlier deployment of the app, by its run id (default: the latest)');
  withJson(withApp(command)).action((app: string | undefined, options: ReportOptions) =>
    execute(options, (context) => report(context, app, options)),
  );
}

/** Ends with 0 whatever became of the deployment: that a report was written says nothing of it. */
async function report(context: CommandContext, app: string | undefined, options: ReportOptions): Promise<ExitCode> {
  const { html: file, run } = options;
  const id = await resolveId(app, options, context.terminal);
  const client = await context.client();
  const status = await client.status({ id, ...(run === undefined ? {} : { runId: run }) });
  const { now } = context.layout;
  if (file === undefined) {
    context.answer(status, renderReport(status, context.layout));
    return exitCodes.done;
  }
  const text = page(status, { now, version: version() });
  if (file === '-') {
    context.terminal.out(text);
    return exitCodes.done;
  }
  await writeWhole(file, text);
  const { runId, outcome } = status.state;
  const bytes = Buffer.byteLength(text);
  context.answer({ file, bytes, id, runId, outcome }, `wrote ${file}: ${id}, ${outcome}`);
  return exitCodes.done;
}
