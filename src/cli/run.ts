import { CommanderError } from 'commander';
import { CommandContext, type Execute } from './context.ts';
import { tell } from './errors.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { buildProgram } from './program.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs the command line and gives its exit code; never throws. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const execute: Execute = async (options, work) => {
    const context = new CommandContext(terminal, options);
    try {
      exitCode = await work(context);
    } catch (error) {
      const told = tell(error);
      context.warn(told.text);
      if (context.json) context.answer({ error: told.document }, '');
      ({ exitCode } = told);
    } finally {
      await context.close();
    }
  };
  try {
    await buildProgram(terminal, execute, version()).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said what it is by now; help and version end here too.
    return error.exitCode === 0 ? exitCodes.done : usageError(argv, terminal, error);
  }
}

function usageError(argv: readonly string[], terminal: Terminal, { message }: CommanderError): ExitCode {
  if (argv.includes('--json')) {
    terminal.out(`${JSON.stringify({ error: { name: 'UsageError', message } }, null, 2)}\n`);
  }
  return exitCodes.usage;
}
