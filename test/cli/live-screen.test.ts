import { expect, it } from 'vitest';
import { LiveScreen } from '../../src/cli/live-screen.ts';
import { fakeTerminal } from './fake-terminal.ts';

it('draws over what it drew, and leaves the last text and the cursor', () => {
  const terminal = fakeTerminal();
  const screen = new LiveScreen(terminal);
  screen.draw('one\ntwo');
  screen.draw('three');
  screen.end('last\nwords');
  expect(terminal.stdout().replaceAll('\u001B[', '^')).toBe(
    '^?25lone^K\ntwo^K\n^J^2Fthree^K\n^J^1F^Jlast\nwords\n^?25h',
  );
});

it('never draws more than the terminal is high', () => {
  const terminal = fakeTerminal({ size: () => ({ columns: 80, rows: 10 }) });
  new LiveScreen(terminal).draw(Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n'));
  expect(terminal.stdout()).toContain('line 7');
  expect(terminal.stdout()).not.toContain('line 8');
  expect(terminal.stdout().split('\n')).toHaveLength(9);
});
