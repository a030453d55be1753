/** A text that is redrawn in place on a terminal; the last one stays. */
import type { Terminal } from './terminal.ts';

const escape = '\u001B[';

export class LiveScreen {
  readonly #terminal: Terminal;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.out(`${escape}?25l`);
  }

  /** Shows a text whose lines fit the width; what does not fit the height is left out at the end. */
  draw(text: string): void {
    const most = Math.max(5, this.#terminal.size().rows - 2);
    const lines = text.split('\n');
    const shown =
      lines.length <= most ? lines : [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more lines`];
    const up = this.#drawn === 0 ? '' : `${escape}${this.#drawn}F`;
    this.#terminal.out(`${up}${shown.map((line) => `${line}${escape}K\n`).join('')}${escape}J`);
    this.#drawn = shown.length;
  }

  /** Gives the cursor back; with a text, that one is the last, and whole. */
  end(text: string | null): void {
    if (text !== null) {
      const up = this.#drawn === 0 ? '' : `${escape}${this.#drawn}F`;
      this.#terminal.out(`${up}${escape}J${text}\n`);
    }
    this.#terminal.out(`${escape}?25h`);
  }
}
