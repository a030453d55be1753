import type { Readable, Writable } from 'node:stream';
import type { LogFile } from './log-file.ts';

export interface ContainerExit {
  readonly exitCode: number;
  /** Set when the process could not be started at all. */
  readonly startError?: string;
}

/** What to start: the argument vector, the whole environment and the working directory. */
export interface Launch {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Whether it is meant to end by itself: an init container, or one of a Job. */
  readonly runsToCompletion: boolean;
}

export interface RunningContainer {
  /** 64 hexadecimal digits, as container runtimes have them. */
  readonly id: string;
  /** The process group, where there is one. */
  readonly processGroup?: number;
  /** Resolves when the main process has ended and its group is gone. Never rejects. */
  readonly exited: Promise<ContainerExit>;
  /** SIGTERM to the main process. */
  terminate(): void;
  /** SIGKILL to the whole group. */
  kill(): void;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A command that someone talks to while it runs, as `kubectl exec` does. */
export interface AttachedCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command has ended and its output has been read. */
  readonly ended: Promise<ContainerExit>;
  kill(): void;
}

/** Runs containers: as processes of this machine, or simulated. */
export interface ContainerRuntime {
  start(launch: Launch, log: LogFile): RunningContainer;
  /** Runs a command beside a container's process, as exec probes and hooks do; killed when the signal aborts. */
  execute(launch: Launch, signal: AbortSignal): Promise<CommandResult>;
  /** Runs a command with its streams open; says why when it cannot be started. */
  attach(launch: Launch): AttachedCommand | { readonly startError: string };
}
