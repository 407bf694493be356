/** Chance that can be repeated: the same seed throws the same. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `below` - 1. */
  upTo(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True in so many of a hundred. */
  chance(percent: number): boolean {
    return this.upTo(100) < percent;
  }

  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.upTo(items.length)] ?? items[0];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.upTo(256));
  }
}
