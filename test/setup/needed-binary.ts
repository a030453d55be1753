/** Programs that some tests need and that only the machine can provide: a package of its distribution. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

interface NeededBinary {
  readonly name: string;
  /** Which variable names another path. */
  readonly variable: string;
  /** What to install, on Debian. */
  readonly debianPackage: string;
}

/**
 * The path of the program, or null where this machine has none: skip the tests then (`describe.skipIf(binary === null)`), and
 * the reason is on the terminal. Throws instead where CUTOVER_NEEDED_BINARIES is `required`, as in CI: no test is left out there.
 */
export function neededBinary({ name, variable, debianPackage }: NeededBinary): string | null {
  const given = process.env[variable];
  if (given !== undefined && given !== '') return given;
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (found !== undefined) return found;
  const words = `there is no ${name} on this machine: install it (apt-get install ${debianPackage}), or name its path in ${variable}`;
  if (process.env['CUTOVER_NEEDED_BINARIES'] === 'required') throw new Error(words);
  process.stderr.write(`tests are skipped: ${words}\n`);
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
