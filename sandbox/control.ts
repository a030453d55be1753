/** Commands to a running sandbox, one a line on its standard input, for programs that started it with `--json`. */
import type { Sandbox } from './sandbox.ts';

export type ControlCommand = { readonly kind: 'kill' | 'restart'; readonly program: string };

/** One line of JSON on standard output for each command, in the order of the commands. */
export interface ControlAnswer {
  /** null where it was done. */
  readonly error: string | null;
}

export function writeCommand({ kind, program }: ControlCommand): string {
  return `${kind} ${program}\n`;
}

/** Does what a line asks for; a line that is no command is answered with an error. */
export async function obey(sandbox: Pick<Sandbox, 'kill' | 'restart'>, line: string): Promise<ControlAnswer> {
  const [kind, program = ''] = line.trim().split(' ');
  try {
    switch (kind) {
      case 'kill':
        await sandbox.kill(program);
        return { error: null };
      case 'restart':
        await sandbox.restart(program);
        return { error: null };
      default:
        return { error: `"${line}" is no command: write "kill PROGRAM" or "restart PROGRAM"` };
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
