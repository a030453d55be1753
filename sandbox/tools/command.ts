import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined;
  /** Told each line that the command prints on stderr. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command to its end and gives its stdout. Rejects with the last lines of its stderr when it fails. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { cwd, env = process.env, signal, onLine } = options;
  const child = spawn(command, [...args], { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let rest = '';
  const last: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      last.push(line);
      if (last.length > 5) last.shift();
      onLine?.(line);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      reject(isMissing ? new Error(`there is no ${command}`, { cause: error }) : error);
    });
    child.once('close', (code, endSignal) => {
      if (code === 0) resolve(stdout);
      else {
        const why = [...last, rest].filter((line) => line.trim() !== '').join(' ');
        reject(new Error(`${command} ended with ${endSignal ?? code}: ${why}`));
      }
    });
  });
}

/** The path of a program on PATH, or null. */
export async function onPath(program: string): Promise<string | null> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    if (directory === '') continue;
    const path = join(directory, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
}
