import { parseArgs } from 'node:util';
import type { ParsedCommand } from '../sandbox/command-line.ts';

export interface DemoOptions {
  /** Where the table goes as JSON. */
  readonly json: string | null;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  readonly requestsPerSecond: number;
}

export const usage = `Usage: npm run demo -- [--json FILE] [--keep] [--rate REQUESTS_PER_SECOND]

  --json FILE  write what was measured as JSON
  --keep       leave everything running at the end, until Ctrl-C
  --rate N     requests a second on the Service, 200 to 1000 (default 250)

Exit codes: 0 all as it should be, 1 something was not, 2 wrong usage`;

/** Reads the command line; a mistake names the option. */
export function parseOptions(argv: readonly string[]): ParsedCommand<DemoOptions> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'string' },
        keep: { type: 'boolean', default: false },
        rate: { type: 'string', default: '250' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const rate = Number(values.rate);
    if (!(rate >= 200 && rate <= 1_000)) {
      return { kind: 'mistake', message: `--rate is "${values.rate}": it must be a number from 200 to 1000` };
    }
    return { kind: 'run', options: { json: values.json ?? null, keep: values.keep, requestsPerSecond: rate } };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}
