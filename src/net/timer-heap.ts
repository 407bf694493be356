/** Takes a scheduled call back. Calling it twice, or after the call was made, does nothing. */
export type Cancel = () => void;

interface Entry {
  readonly atMs: number;
  /** Equal times run in the order of their scheduling. */
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Cancelled entries stay in the heap until they outnumber the live ones: one sweep then costs less than each
 * search.
 */
const sweepFrom = 64;

/**
 * Calls to make at given times: a binary heap, so that a hundred thousand of them cost one armed timer. Owns
 * no clock.
 */
export class TimerHeap {
  #entries: Entry[] = [];
  #order = 0;
  #cancelled = 0;

  schedule(atMs: number, run: () => void): Cancel {
    const entry: Entry = { atMs, order: this.#order++, run };
    this.#entries.push(entry);
    this.#up(this.#entries.length - 1);
    return () => {
      if (entry.run === undefined) return;
      entry.run = undefined;
      this.#cancelled++;
      if (this.#cancelled > sweepFrom && this.#cancelled * 2 > this.#entries.length) this.#sweep();
    };
  }

  /** When the next call is due; undefined when there is none. */
  nextAtMs(): number | undefined {
    let top = this.#entries[0];
    while (top !== undefined && top.run === undefined) {
      this.#pop();
      this.#cancelled--;
      top = this.#entries[0];
    }
    return top?.atMs;
  }

  /** Makes the next call if it is due at `nowMs`. Answers whether it made one. */
  runNext(nowMs: number): boolean {
    const atMs = this.nextAtMs();
    if (atMs === undefined || atMs > nowMs) return false;
    const entry = this.#pop();
    const run = entry?.run;
    if (entry === undefined || run === undefined) return false;
    entry.run = undefined;
    run();
    return true;
  }

  #sweep(): void {
    this.#entries = this.#entries.filter((entry) => entry.run !== undefined).sort(compare);
    this.#cancelled = 0;
  }

  #pop(): Entry | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (top === undefined || last === undefined || entries.length === 0) return top;
    entries[0] = last;
    this.#down(0);
    return top;
  }

  #up(from: number): void {
    const entries = this.#entries;
    const entry = entries[from];
    if (entry === undefined) return;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = entries[parentIndex];
      if (parent === undefined || compare(parent, entry) <= 0) break;
      entries[index] = parent;
      index = parentIndex;
    }
    entries[index] = entry;
  }

  #down(from: number): void {
    const entries = this.#entries;
    const entry = entries[from];
    if (entry === undefined) return;
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = entries[childIndex];
      if (child === undefined) break;
      const right = entries[childIndex + 1];
      if (right !== undefined && compare(right, child) < 0) {
        childIndex++;
        child = right;
      }
      if (compare(entry, child) <= 0) break;
      entries[index] = child;
      index = childIndex;
    }
    entries[index] = entry;
  }
}

function compare(a: Entry, b: Entry): number {
  return a.atMs - b.atMs || a.order - b.order;
}
