import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import type { ContainerExit, ContainerRuntime, Launch, RunningContainer } from './container-runtime.ts';
import { messageOf, settledBefore } from './waiting.ts';

/** Told of every process group, so that someone can end them should this process die. */
export interface ProcessRegistry {
  register(processGroup: number): void;
  unregister(processGroup: number): void;
}

/** As a kubelet has it for a container whose command cannot be started. */
const START_ERROR_EXIT_CODE = 128;
const OUTPUT_LIMIT = 10 * 1024;
/** How long output is waited for after the end: a process that left the group may hold the pipe open. */
const OUTPUT_GRACE_MS = 1_000;

/** Runs each container as a process of this machine, in a process group of its own. */
export function createProcessRuntime(registry: ProcessRegistry): ContainerRuntime {
  return {
    start(launch, log) {
      const id = randomBytes(32).toString('hex');
      const child = spawnGroup(launch, ['ignore', 'pipe', 'pipe'], registry);
      if (!(child instanceof GroupProcess)) {
        void log.end();
        return notStarted(id, child.error);
      }
      const { stdout, stderr } = child.process;
      if (stdout) log.attach(stdout, 'stdout');
      if (stderr) log.attach(stderr, 'stderr');
      return {
        id,
        ...(child.group !== undefined && { processGroup: child.group }),
        exited: child.exited,
        terminate: () => void child.process.kill('SIGTERM'),
        kill: () => child.kill(),
      };
    },
    async execute(launch, signal) {
      const child = spawnGroup(launch, ['ignore', 'pipe', 'pipe'], registry);
      if (!(child instanceof GroupProcess)) return { exitCode: START_ERROR_EXIT_CODE, output: child.error };
      let output = '';
      for (const stream of [child.process.stdout, child.process.stderr]) {
        stream?.setEncoding('utf8').on('data', (chunk: string) => {
          if (output.length < OUTPUT_LIMIT) output += chunk;
        });
      }
      const kill = () => child.kill();
      signal.addEventListener('abort', kill, { once: true });
      if (signal.aborted) kill();
      const { exitCode, startError } = await child.exited;
      await settledBefore(child.closed, AbortSignal.timeout(OUTPUT_GRACE_MS));
      signal.removeEventListener('abort', kill);
      return { exitCode, output: startError ?? output };
    },
    attach(launch) {
      const child = spawnGroup(launch, ['pipe', 'pipe', 'pipe'], registry);
      if (!(child instanceof GroupProcess)) return { startError: child.error };
      const { stdin, stdout, stderr } = child.process;
      if (!stdin || !stdout || !stderr) return { startError: `exec: "${launch.argv[0]}": no streams` };
      const ended = child.exited.then(async (exit) => {
        await settledBefore(child.closed, AbortSignal.timeout(OUTPUT_GRACE_MS));
        return exit;
      });
      return { stdin, stdout, stderr, ended, kill: () => child.kill() };
    },
  };
}

class GroupProcess {
  readonly process: ChildProcess;
  readonly group: number | undefined;
  readonly exited: Promise<ContainerExit>;
  /** Resolves when all output has been read. */
  readonly closed: Promise<void>;

  constructor(process: ChildProcess, registry: ProcessRegistry, command: string) {
    this.process = process;
    this.group = process.pid;
    if (this.group !== undefined) registry.register(this.group);
    this.closed = new Promise((resolve) => process.once('close', () => resolve()));
    this.exited = new Promise((resolve) => {
      process.once('error', (error) => {
        // Only a process that was never started has no pid; other errors are failed signals, and 'exit' still comes.
        if (process.pid === undefined) {
          resolve({ exitCode: START_ERROR_EXIT_CODE, startError: startMessage(command, error) });
        }
      });
      process.once('exit', (code, signal) => {
        this.kill();
        if (this.group !== undefined) registry.unregister(this.group);
        resolve({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0) });
      });
    });
  }

  /** A container's processes all end with its first one, or when the container is killed. */
  kill(): void {
    if (this.group === undefined) return;
    try {
      process.kill(-this.group, 'SIGKILL');
    } catch {
      // ESRCH: the group is empty already.
    }
  }
}

function spawnGroup(
  launch: Launch,
  stdio: StdioOptions,
  registry: ProcessRegistry,
): GroupProcess | { readonly error: string } {
  const [command = '', ...args] = launch.argv;
  if (command === '') return { error: 'no command specified: neither the image nor the container names one' };
  try {
    const options = { cwd: launch.directory, env: launch.environment, detached: true, stdio };
    return new GroupProcess(spawn(command, args, options), registry, command);
  } catch (error) {
    return { error: startMessage(command, error) };
  }
}

function startMessage(command: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT'
    ? `exec: "${command}": executable file or working directory not found`
    : `exec: "${command}": ${messageOf(error)}`;
}

function notStarted(id: string, startError: string): RunningContainer {
  return {
    id,
    exited: Promise.resolve({ exitCode: START_ERROR_EXIT_CODE, startError }),
    terminate: () => undefined,
    kill: () => undefined,
  };
}
