/** The project's own command, run as a user runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { builtFile } from './paths.ts';

const cli = 'src/cli/main.js';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `cutover ARGS` to its end. */
export async function cutover(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
  const child = spawn(process.execPath, [builtFile(cli), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { code, ...output };
}

export interface RunningCommand {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts `cutover worker`; it ends with `stop`, or with this process. */
export function startWorker(env: NodeJS.ProcessEnv, onLine: (line: string) => void): RunningCommand {
  return startCommand(['worker'], env, onLine);
}

/** Starts a command that serves until it is stopped; it ends with `stop`, or with this process. */
export function startCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): RunningCommand {
  const child = spawn(process.execPath, [builtFile(cli), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim() !== '') onLine(line);
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  return {
    process: child,
    async stop() {
      process.off('exit', kill);
      child.kill('SIGTERM');
      await ended;
    },
  };
}
