import type { ProgressListener } from './progress.ts';

export interface MakeContext {
  readonly onProgress: ProgressListener;
  /** Ends the work. */
  readonly signal: AbortSignal | undefined;
  /** An empty directory that is removed afterwards. */
  readonly scratch: string;
}

/** One way to make a binary where there is none. */
export interface Way {
  readonly name: string;
  /** Writes the binary to `target`. Rejects, within seconds where the way cannot work at all. */
  make(target: string, context: MakeContext): Promise<void>;
}

/** A binary that the sandbox needs. */
export interface Tool {
  /** The environment variable that names one to use instead of all else. */
  readonly variable: string;
  /** Under which it is cached: names the version, the platform, and what it is made from. */
  key(): Promise<string>;
  /** A fitting one that is installed on this machine, or null. `directory` is for what has to be written to use it. */
  installed(directory: string): Promise<string | null>;
  /** In the order in which they are tried. */
  readonly ways: readonly Way[];
  /** What a user can do where it can neither be found nor made. */
  readonly advice: string;
}
