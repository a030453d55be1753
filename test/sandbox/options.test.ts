import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultOptions, parseCommandLine, toArguments } from '../../sandbox/options.ts';

it('keeps the database beside the user, not in the directory that goes with the sandbox', () => {
  const path = join(process.cwd(), 'temporal.db');
  expect(parseCommandLine(['--keep-db', 'temporal.db'])).toMatchObject({ options: { temporalDatabase: path } });
});

describe('the command line of the sandbox', () => {
  it('has a default for everything', () => {
    expect(parseCommandLine([])).toEqual({ kind: 'run', options: { ...defaultOptions, json: false, verbose: false } });
  });

  it('survives being written and read again', () => {
    const options = { temporalPort: 7233, uiPort: 8233, temporalDatabase: '/tmp/db', simulatedPods: true };
    expect(parseCommandLine(toArguments(options))).toMatchObject({ kind: 'run', options });
  });

  it.each([
    [['--temporal-port', 'seven'], '--temporal-port is "seven"'],
    [['--keep-db', ''], '--keep-db is empty'],
    [['--ui-port', '70000'], '--ui-port is "70000"'],
    [['--unknown'], '--unknown'],
  ])('names the option that is wrong in %j', (argv, message) => {
    const parsed = parseCommandLine(argv);
    expect(parsed).toMatchObject({ kind: 'mistake' });
    expect(parsed.kind === 'mistake' && parsed.message).toContain(message);
  });
});
