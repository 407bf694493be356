/** Timers of a room without a clock: a binary heap that hands them out in the order of their times. */

/** Can be set again and cleared; it holds one time. `run` is given that time. */
export class Timer {
  readonly run: (atMs: number) => void;
  atMs = 0;
  /** Of timers for the same time, the one that was set first runs first. */
  order = 0;
  /** Its place in the heap; -1 while it is not set. */
  index = -1;

  constructor(run: (atMs: number) => void) {
    this.run = run;
  }
}

export class TimerQueue {
  readonly #heap: Timer[] = [];
  #order = 0;

  /** The time of the earliest timer; Infinity when there is none. */
  nextAtMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#heap.length;
  }

  /** Sets or moves a timer. A time that is not finite clears it. */
  set(timer: Timer, atMs: number): void {
    this.clear(timer);
    if (!Number.isFinite(atMs)) return;
    timer.atMs = atMs;
    this.#order += 1;
    timer.order = this.#order;
    timer.index = this.#heap.length;
    this.#heap.push(timer);
    this.#rise(timer);
    this.#look();
  }

  clear(timer: Timer): void {
    const { index } = timer;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      last.index = index;
      this.#heap[index] = last;
      this.#rise(last);
      this.#sink(last);
    }
    this.#look();
  }

  /** Takes out the earliest timer if its time has come. */
  takeDue(nowMs: number): Timer | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.clear(first);
    return first;
  }

  #look(): void {
    this.nextAtMs = this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #rise(timer: Timer): void {
    const heap = this.#heap;
    let { index } = timer;
    while (index > 0) {
      const above = heap[(index - 1) >> 1];
      if (above === undefined || !comesBefore(timer, above)) break;
      heap[index] = above;
      const free = above.index;
      above.index = index;
      index = free;
    }
    heap[index] = timer;
    timer.index = index;
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let { index } = timer;
    for (;;) {
      const left = heap[2 * index + 1];
      if (left === undefined) break;
      const right = heap[2 * index + 2];
      const below = right !== undefined && comesBefore(right, left) ? right : left;
      if (!comesBefore(below, timer)) break;
      heap[index] = below;
      const free = below.index;
      below.index = index;
      index = free;
    }
    heap[index] = timer;
    timer.index = index;
  }
}

function comesBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
