import { InvalidArgumentError, type Command } from 'commander';
import { namespaceOf } from '../app-id.ts';
import type { CommonOptions, Execute } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { withJson } from '../options.ts';
import { renderList } from '../render/list.ts';

interface ListCommandOptions extends CommonOptions {
  readonly past: number;
  readonly namespace?: string;
}

export function registerList(program: Command, execute: Execute): void {
  const command = program
    .command('list')
    .description('list deployments, running ones first')
    .option('-n, --namespace <name>', 'those of the apps in this namespace (default: all)')
    .option('--past <count>', 'how many past ones at most', parseCount, 20);
  withJson(command).action((options: ListCommandOptions) =>
    execute(options, async (context) => {
      const { past, namespace } = options;
      const wanted = { past, ...(namespace === undefined ? {} : { namespace: namespaceOf(namespace) }) };
      const client = await context.client();
      const deployments = await client.list(wanted);
      context.answer({ deployments }, renderList(deployments, context.layout));
      return exitCodes.done;
    }),
  );
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 10_000)
    throw new InvalidArgumentError('give a number up to 10000');
  return count;
}
