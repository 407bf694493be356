/** Puts the segments of one record together again, in a capture of ours: each of its records ends with a push. */

/** More than the trace keeps of a record in one piece; what is longer goes on in pieces. */
const PIECE_LIMIT = 65_536;
const NO_BYTES = new Uint8Array(0);

export class Gather {
  readonly #give: (bytes: Uint8Array) => void;
  #held: Uint8Array = NO_BYTES;
  #length = 0;

  constructor(give: (bytes: Uint8Array) => void) {
    this.#give = give;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.#append(bytes.subarray(start, end));
  }

  /** The record is whole. */
  flush(): void {
    if (this.#length === 0) return;
    const bytes = this.#held.subarray(0, this.#length);
    this.#length = 0;
    this.#give(bytes);
  }

  #append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > PIECE_LIMIT) this.flush();
    if (this.#length === 0 && bytes.length >= PIECE_LIMIT) {
      this.#give(bytes);
      return;
    }
    if (this.#length + bytes.length > this.#held.length) {
      const grown = new Uint8Array(Math.max(this.#length + bytes.length, this.#held.length * 2));
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}
