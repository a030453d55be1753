import { expect, it } from 'vitest';
import { CommandContext } from '../../src/cli/context.ts';
import { follow } from '../../src/cli/follow.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { recordAt, status } from './render/sample.ts';

it('redraws what fits when the terminal has another size, and leaves the whole at the end', async () => {
  let rows = 10;
  const listeners = new Set<() => void>();
  const resize = (to: number): void => {
    rows = to;
    for (const listener of listeners) listener();
  };
  const terminal = fakeTerminal({
    isInteractive: true,
    size: () => ({ columns: 80, rows }),
    onResize: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const drawn = (): string => terminal.stdout().split('\u001B[H\u001B[2J').at(-1) ?? '';
  const shown = status(recordAt('retention').state);
  await follow(new CommandContext(terminal, {}), ({ onStatus }) => {
    onStatus?.(shown);
    expect(drawn()).toMatch(/… \d+ more lines: cutover status default\/api/);
    expect(drawn()).toContain('▸  retention');
    expect(drawn()).not.toContain('✓  preflight');
    resize(60);
    expect(drawn()).toContain('✓  preflight');
    expect(drawn()).not.toContain('more lines');
    resize(10);
    expect(drawn()).not.toContain('✓  preflight');
    return Promise.resolve({ kind: 'aborted', status: shown });
  });
  expect(drawn()).toContain('✓  preflight');
  expect(listeners.size).toBe(0);
});
