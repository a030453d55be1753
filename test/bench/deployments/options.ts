import { parseArgs } from 'node:util';
import type { ParsedCommand } from '../../../sandbox/command-line.ts';

export interface CampaignOptions {
  readonly clean: number;
  readonly faulty: number;
  readonly atOnce: number;
  /** Of all kinds only those that have this in their name. */
  readonly only: string;
  /** Where the results go as JSON. */
  readonly json: string | null;
}

export const usage = `Usage: npm run bench:deployments -- [--clean N] [--faulty N] [--at-once K]
         [--only TEXT] [--json FILE]

  --clean N    deployments that nothing is wrong with (default 21)
  --faulty N   deployments with a fault that only users meet (default 28)
  --at-once K  how many run at a time (default 4)
  --only TEXT  of all kinds only those that have TEXT in their name
  --json FILE  write the results as JSON, with the state documents of those that went wrong

Exit codes: 0 both sides of the claim hold, 1 one does not, 2 wrong usage`;

/** Reads the command line; a mistake names the option. */
export function parseOptions(argv: readonly string[]): ParsedCommand<CampaignOptions> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        clean: { type: 'string', default: '21' },
        faulty: { type: 'string', default: '28' },
        'at-once': { type: 'string', default: '4' },
        only: { type: 'string', default: '' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const options = {
      clean: count('--clean', values.clean, 0),
      faulty: count('--faulty', values.faulty, 0),
      atOnce: count('--at-once', values['at-once'], 1),
      only: values.only,
      json: values.json ?? null,
    };
    return { kind: 'run', options };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}

function count(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= 1_000) return value;
  throw new RangeError(`${option} is "${text}": it must be a whole number from ${least} to 1000`);
}
