import type { Command } from 'commander';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { withJson } from '../options.ts';

export function registerWorker(program: Command, execute: Execute): void {
  const command = program.command('worker').description('run deployments: take their steps from Temporal and do them');
  withJson(command).action((options: CommonOptions) => execute(options, worker));
}

async function worker(context: CommandContext): Promise<ExitCode> {
  const client = await context.client();
  const { address, namespace, taskQueue, connection, payloadCodec } = client.settings;
  await context.close();
  // Loaded only here: the worker's native core would slow every other command down.
  const { runWorker } = await import('../../worker/run.ts');
  const { signal, release } = context.terminal.interruptible();
  try {
    await runWorker({
      connection,
      namespace,
      taskQueue,
      payloadCodec,
      signal,
      onReady: () => {
        context.answer(
          { ready: true, address, taskQueue },
          `polling task queue ${taskQueue} of Temporal at ${address}`,
        );
      },
    });
  } finally {
    release();
  }
  return exitCodes.done;
}
