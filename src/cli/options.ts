/** Options that several commands share. */
import type { Command } from 'commander';
import { toMilliseconds } from '../domain/duration.ts';
import { UsageError } from './errors.ts';

/** `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'answer with one JSON document');
}

/** `APP`, `--namespace` and `--file`: which deployment is meant. */
export function withApp(command: Command): Command {
  return command
    .argument('[app]', 'the app: `api`, or `shop/api` with its namespace')
    .option('-n, --namespace <name>', 'the namespace of the app (default: "default")')
    .option('-f, --file <file>', 'the spec file of the app, instead of its name');
}

/** `--by` and `--reason`. */
export function withDecision(command: Command, reason: 'required' | 'optional'): Command {
  const text = reason === 'required' ? 'why: it goes on record (required)' : 'why: it goes on record';
  command.option('--by <name>', "who decides (default: $CUTOVER_BY, the CI job's actor, or user@host)");
  return reason === 'required'
    ? command.requiredOption('--reason <text>', text)
    : command.option('--reason <text>', text);
}

export function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return toMilliseconds(text);
  } catch (error) {
    throw new UsageError(`--timeout: ${(error as Error).message}`, { cause: error });
  }
}
