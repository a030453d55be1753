import type { Slot } from '../domain/slot.ts';
import type { SlotView } from '../kubernetes/slot.ts';

/** The slots as they are at each look: everybody who asks within one look shares one reading. */
export class SlotViews {
  readonly #readSlot: (slot: Slot) => Promise<SlotView | null>;
  readonly #current = new Map<Slot, Promise<SlotView | null>>();
  readonly #last = new Map<Slot, SlotView>();

  constructor(readSlot: (slot: Slot) => Promise<SlotView | null>) {
    this.#readSlot = readSlot;
  }

  /** Begins a new look. */
  refresh(): void {
    this.#current.clear();
  }

  read(slot: Slot): Promise<SlotView | null> {
    const known = this.#current.get(slot);
    if (known !== undefined) return known;
    const reading = this.#keep(slot);
    this.#current.set(slot, reading);
    return reading;
  }

  /** As it was last seen; null before the first time. */
  last(slot: Slot): SlotView | null {
    return this.#last.get(slot) ?? null;
  }

  async #keep(slot: Slot): Promise<SlotView | null> {
    const view = await this.#readSlot(slot);
    if (view !== null) this.#last.set(slot, view);
    return view;
  }
}
