/** What a command sees of the process around it. */

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Whether a person watches: the screen may be redrawn. */
  readonly isInteractive: boolean;
  readonly colours: boolean;
  /** Aborts once nobody reads the output any more. */
  readonly closed: AbortSignal;
  readonly now: () => Date;
  /** Calls `listener` whenever the size has changed; gives how to stop that. */
  readonly onResize: (listener: () => void) => () => void;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** An AbortSignal that Ctrl-C and SIGTERM abort, and how to stop listening; a second Ctrl-C ends the process. */
  readonly interruptible: () => { readonly signal: AbortSignal; readonly release: () => void };
}

/** The terminal that this process runs in. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const isInteractive = stdout.isTTY && env['TERM'] !== 'dumb';
  const closed = new AbortController();
  for (const stream of [stdout, stderr]) {
    // A reader that has seen enough (`| head`) is no error of ours; anything else cannot be told to anybody.
    stream.on('error', () => {
      closed.abort();
    });
  }
  return {
    env,
    stdin: process.stdin,
    isInteractive,
    colours: isInteractive && (env['NO_COLOR'] ?? '') === '',
    closed: closed.signal,
    now: () => new Date(),
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
    out: (text) => {
      if (!closed.signal.aborted) stdout.write(text);
    },
    err: (text) => {
      if (!closed.signal.aborted) stderr.write(text);
    },
    interruptible,
  };
}

function interruptible(): ReturnType<Terminal['interruptible']> {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
    release();
  };
  const release = (): void => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return { signal: controller.signal, release };
}
