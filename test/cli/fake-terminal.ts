import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal that keeps what was written to it. */
export interface FakeTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export function fakeTerminal(changes: Partial<Terminal> & { readonly input?: string } = {}): FakeTerminal {
  const written = { out: '', err: '' };
  async function* input(): AsyncGenerator<string> {
    yield await Promise.resolve(changes.input ?? '');
  }
  return {
    env: {},
    stdin: input(),
    isInteractive: false,
    colours: false,
    closed: new AbortController().signal,
    now: () => new Date('2026-11-23T14:05:00Z'),
    onResize: () => () => undefined,
    size: () => ({ columns: 80, rows: 24 }),
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    interruptible: () => ({ signal: new AbortController().signal, release: () => undefined }),
    ...changes,
    stdout: () => written.out,
    stderr: () => written.err,
  };
}
