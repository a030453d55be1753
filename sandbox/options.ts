import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ParsedCommand } from './command-line.ts';

export interface SandboxOptions {
  /** Fixed ports of Temporal and its UI; free ones where null. */
  readonly temporalPort: number | null;
  readonly uiPort: number | null;
  /** Where Temporal keeps its database beyond this run; null: it goes with the sandbox. */
  readonly temporalDatabase: string | null;
  /** Pods become ready without processes. */
  readonly simulatedPods: boolean;
}

export interface CommandLine extends SandboxOptions {
  /** One line of JSON instead of text; the sandbox then also stops when its standard input closes. */
  readonly json: boolean;
  readonly verbose: boolean;
}

export const defaultOptions: SandboxOptions = {
  temporalPort: null,
  uiPort: null,
  temporalDatabase: null,
  simulatedPods: false,
};

export const usage = `Usage: npm run sandbox -- [options]

  --temporal-port PORT  the port of Temporal (default: a free one)
  --ui-port PORT        the port of Temporal's UI (default: a free one)
  --keep-db FILE        keep Temporal's database in FILE, for the next sandbox
  --simulated-pods      make pods ready without processes
  --json                print one line of JSON when ready; stop when standard input closes
  --verbose             print what the node agent does
  -h, --help            this text`;

/** Reads the command line; a mistake names the option. */
export function parseCommandLine(argv: readonly string[]): ParsedCommand<CommandLine> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'temporal-port': { type: 'string' },
        'ui-port': { type: 'string' },
        'keep-db': { type: 'string' },
        'simulated-pods': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    return {
      kind: 'run',
      options: {
        temporalPort: port('--temporal-port', values['temporal-port']),
        uiPort: port('--ui-port', values['ui-port']),
        temporalDatabase: databaseFile(values['keep-db']),
        simulatedPods: values['simulated-pods'],
        json: values.json,
        verbose: values.verbose,
      },
    };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The same options as a command line. */
export function toArguments(options: SandboxOptions): string[] {
  return [
    ...(options.temporalPort === null ? [] : ['--temporal-port', String(options.temporalPort)]),
    ...(options.uiPort === null ? [] : ['--ui-port', String(options.uiPort)]),
    ...(options.temporalDatabase === null ? [] : ['--keep-db', options.temporalDatabase]),
    ...(options.simulatedPods ? ['--simulated-pods'] : []),
  ];
}

/** Absolute: the server runs in a directory that goes with the sandbox. */
function databaseFile(path: string | undefined): string | null {
  if (path === undefined) return null;
  if (path === '') throw new RangeError('--keep-db is empty: it must be the path of a file');
  return resolve(path);
}

function port(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new RangeError(`${option} is "${text}": it must be a port from 1 to 65535`);
}
