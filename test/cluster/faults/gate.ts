/** Where a request waits on its way until a test lets it go on. */
export class Gate {
  /** Resolves once a request waits here. */
  readonly reached: Promise<void>;
  /** Resolves with the status of its answer. */
  readonly answered: Promise<number>;
  readonly #released: Promise<void>;
  #reach: () => void = () => undefined;
  #answer: (status: number) => void = () => undefined;
  #release: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => (this.#reach = resolve));
    this.answered = new Promise((resolve) => (this.#answer = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  open(): void {
    this.#release();
  }

  /** Sends when the gate is open. */
  async pass<T extends { readonly statusCode?: number | undefined }>(send: () => Promise<T>): Promise<T> {
    this.#reach();
    await this.#released;
    const answer = await send();
    this.#answer(answer.statusCode ?? 0);
    return answer;
  }
}
