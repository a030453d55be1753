/** One screen that shows live what happens; where there is no terminal, the same as lines, as things happen. */

export interface ScreenOptions {
  readonly out: NodeJS.WriteStream;
  /** What the screen shows below the story, drawn anew each time. */
  readonly body: (width: number) => readonly string[];
}

const storyLines = 8;
const escape = '\u001B[';

export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #body: ScreenOptions['body'];
  readonly #story: string[] = [];
  #drawing: NodeJS.Timeout | undefined;

  constructor({ out, body }: ScreenOptions) {
    this.#out = out;
    this.#body = body;
  }

  get #live(): boolean {
    return this.#drawing !== undefined;
  }

  /** Takes over the terminal, where there is one. */
  start(): void {
    if (!this.#out.isTTY) return;
    this.#out.write(`${escape}?1049h${escape}?25l`);
    this.#drawing = setInterval(() => {
      this.#draw();
    }, 200);
  }

  /** Tells the next part of the story. */
  tell(line: string): void {
    const stamped = `${new Date().toISOString().slice(11, 19)}  ${line}`;
    this.#story.push(stamped);
    if (this.#live) this.#draw();
    else this.#out.write(`${stamped}\n`);
  }

  /** Gives the terminal back; the whole story remains in it. */
  stop(): void {
    if (!this.#live) return;
    clearInterval(this.#drawing);
    this.#drawing = undefined;
    this.#out.write(`${escape}?25h${escape}?1049l`);
    this.#out.write(`${this.#story.join('\n')}\n`);
  }

  #draw(): void {
    const width = this.#out.columns ?? 100;
    const height = (this.#out.rows ?? 40) - 1;
    const lines = [...this.#story.slice(-storyLines), '', ...this.#body(width)].slice(0, height);
    const frame = lines.map((line) => `${line}${escape}K`).join('\n');
    this.#out.write(`${escape}H${frame}${escape}J`);
  }
}
