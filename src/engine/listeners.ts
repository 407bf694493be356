import type { RecordListener } from '../trace/listener.ts';

/** Tells several listeners of each record, in the order in which they came. Who comes later hears of what comes later. */
export class Listeners implements RecordListener {
  readonly #first: RecordListener;
  #others: readonly RecordListener[] = [];

  constructor(first: RecordListener) {
    this.#first = first;
  }

  /** Returns how to end it. */
  add(listener: RecordListener): () => void {
    this.#others = [...this.#others, listener];
    return () => {
      this.#others = this.#others.filter((each) => each !== listener);
    };
  }

  opened(...args: Parameters<RecordListener['opened']>): void {
    this.#first.opened(...args);
    for (const each of this.#others) each.opened(...args);
  }

  // The one that is called for every packet makes no list.
  packet(
    ...[seq, atMs, connection, direction, bytes, start, end]: Parameters<RecordListener['packet']>
  ): void {
    this.#first.packet(seq, atMs, connection, direction, bytes, start, end);
    for (const each of this.#others) each.packet(seq, atMs, connection, direction, bytes, start, end);
  }

  unreadable(...args: Parameters<RecordListener['unreadable']>): void {
    this.#first.unreadable(...args);
    for (const each of this.#others) each.unreadable(...args);
  }

  closed(...args: Parameters<RecordListener['closed']>): void {
    this.#first.closed(...args);
    for (const each of this.#others) each.closed(...args);
  }

  action(...args: Parameters<RecordListener['action']>): void {
    this.#first.action(...args);
    for (const each of this.#others) each.action(...args);
  }
}
