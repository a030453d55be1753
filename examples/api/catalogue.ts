import { setTimeout as delay } from 'node:timers/promises';

export interface Item {
  readonly id: number;
  readonly name: string;
  readonly price: number;
}

const itemCount = 200;
const storeLatencyMs = 6;
const colours = ['amber', 'teal', 'coral', 'ivory', 'slate'];
const things = ['lamp', 'chair', 'kettle', 'clock', 'shelf', 'vase', 'rug'];

/** The items for sale, read from a slow store once and from memory afterwards: so a warm-up makes a difference. */
export class Catalogue {
  readonly #cache = new Map<string, Promise<unknown>>();

  /** The items of the first page. */
  async list(): Promise<readonly Item[]> {
    return await this.#cached('list', () => Array.from({ length: 20 }, (_, index) => itemOf(index + 1)));
  }

  /** The item of that id, a whole number written plainly; undefined when there is none. */
  async find(id: string): Promise<Item | undefined> {
    const number = Number(id);
    // Checked before the cache, which so never holds more than the items there are.
    if (!/^[1-9]\d{0,5}$/.test(id) || number > itemCount) return undefined;
    return await this.#cached(id, () => itemOf(number));
  }

  async #cached<Value>(key: string, read: () => Value): Promise<Value> {
    let value = this.#cache.get(key) as Promise<Value> | undefined;
    if (!value) {
      value = delay(storeLatencyMs).then(read);
      this.#cache.set(key, value);
    }
    return await value;
  }
}

function itemOf(id: number): Item {
  const name = `${colours[id % colours.length]} ${things[id % things.length]}`;
  return { id, name, price: 5 + ((id * 37) % 200) };
}
