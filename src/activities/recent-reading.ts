/** Something that is read again only when the last reading is old; everybody who asks meanwhile shares one. */
export class RecentReading<T> {
  readonly #freshMs: number;
  readonly #read: () => Promise<T>;
  #last: { readonly at: number; readonly value: Promise<T> } | null = null;

  constructor(freshMs: number, read: () => Promise<T>) {
    this.#freshMs = freshMs;
    this.#read = read;
  }

  /** Rejects as the reading does, and then the next one who asks begins another. */
  async get(): Promise<T> {
    if (this.#last !== null && performance.now() - this.#last.at < this.#freshMs) return this.#last.value;
    const reading = { at: performance.now(), value: this.#read() };
    this.#last = reading;
    try {
      return await reading.value;
    } catch (error) {
      if (this.#last === reading) this.#last = null;
      throw error;
    }
  }
}
