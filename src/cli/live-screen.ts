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

  /** How many lines may be drawn: the cursor has to stay on the screen to come back to the first of them. */
  get rows(): number {
    return Math.max(5, this.#terminal.size().rows - 2);
  }

  /** Shows a text whose lines fit the width; what does not fit the height is left out at the end. */
  draw(text: string): void {
    const shown = text.split('\n').slice(0, this.rows);
    const up = this.#drawn === 0 ? '' : `${escape}${this.#drawn}F`;
    this.#terminal.out(`${up}${shown.map((line) => `${line}${escape}K\n`).join('')}${escape}J`);
    this.#drawn = shown.length;
  }

  /** Forgets what was drawn, of which a terminal of another width may have broken the lines. */
  clear(): void {
    this.#terminal.out(`${escape}H${escape}2J`);
    this.#drawn = 0;
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
