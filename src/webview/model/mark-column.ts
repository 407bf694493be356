/**
 * The packets of one connection in one direction, in the order of time, as the timeline needs them: when, which, and of
 * which types. A summary of every 64 rows makes the types of a long run cheap to know.
 */
import { growableFloats, growableShorts, growableUints, lowerBound } from './growable.ts';

const blockRows = 64;

export class MarkColumn {
  readonly #times = growableFloats();
  readonly #seqs = growableUints();
  readonly #bits = growableShorts();
  readonly #blocks = growableShorts();

  get length(): number {
    return this.#times.length;
  }

  /** Ascending; longer than `length`. */
  get times(): Float64Array {
    return this.#times.values;
  }

  seq(index: number): number {
    return this.#seqs.get(index);
  }

  time(index: number): number {
    return this.#times.get(index);
  }

  push(seq: number, atMs: number, type: number): void {
    const index = this.#times.length;
    const last = index === 0 ? atMs : this.#times.get(index - 1);
    this.#times.push(Math.max(atMs, last));
    this.#seqs.push(seq);
    this.#bits.push(1 << type);
    const block = Math.floor(index / blockRows);
    if (block === this.#blocks.length) this.#blocks.push(1 << type);
    else this.#blocks.set(block, this.#blocks.get(block) | (1 << type));
  }

  /** The types in `[from, to)`: bit n is set when record type n is among them. */
  bitsBetween(from: number, to: number): number {
    const bits = this.#bits.values;
    const blocks = this.#blocks.values;
    let found = 0;
    let index = from;
    while (index < to) {
      if (index % blockRows === 0 && index + blockRows <= to) {
        found |= blocks[index / blockRows] ?? 0;
        index += blockRows;
      } else {
        found |= bits[index] ?? 0;
        index += 1;
      }
    }
    return found;
  }

  indexOfSeq(seq: number): number {
    return lowerBound(this.#seqs.values, seq, 0, this.length);
  }

  indexAtTime(atMs: number): number {
    return lowerBound(this.#times.values, atMs, 0, this.length);
  }

  dropBefore(seq: number): void {
    const count = this.indexOfSeq(seq);
    if (count === 0) return;
    this.#times.dropFront(count);
    this.#seqs.dropFront(count);
    this.#bits.dropFront(count);
    this.#blocks.clear();
    const bits = this.#bits.values;
    for (let index = 0; index < this.#bits.length; index += 1) {
      if (index % blockRows === 0) this.#blocks.push(bits[index] ?? 0);
      else {
        const block = this.#blocks.length - 1;
        this.#blocks.set(block, this.#blocks.get(block) | (bits[index] ?? 0));
      }
    }
  }
}
