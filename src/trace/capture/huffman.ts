/** Prefix codes of DEFLATE (RFC 1951, 3.2.2): from the lengths of their codes to the symbols that bits stand for. */

/** No code is longer. In bits. */
export const CODE_LIMIT = 15;
/** Codes up to this length are looked up at once. */
const FAST_BITS = 9;
const FAST_MASK = (1 << FAST_BITS) - 1;

/** What `decode` answers: the symbol, and below it in four bits how long its code is. */
export const lengthIn = (found: number): number => found & 15;
export const symbolIn = (found: number): number => found >>> 4;

export class PrefixCode {
  readonly #fast = new Uint16Array(1 << FAST_BITS);
  /** How many codes there are of each length, and the symbols in the order of their codes. */
  readonly #counts = new Uint16Array(CODE_LIMIT + 1);
  readonly #symbols: Uint16Array;
  /** Whether there are no more codes than their lengths have room for. */
  readonly isSound: boolean;

  /** `lengths` by symbol; 0 for what does not occur. */
  constructor(lengths: Uint8Array) {
    const counts = this.#counts;
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    counts[0] = 0;
    const starts = new Uint16Array(CODE_LIMIT + 2);
    const codes = new Uint16Array(CODE_LIMIT + 2);
    let room = 1;
    for (let length = 1; length <= CODE_LIMIT; length += 1) {
      const count = counts[length] ?? 0;
      room = room * 2 - count;
      starts[length + 1] = (starts[length] ?? 0) + count;
      codes[length + 1] = ((codes[length] ?? 0) + count) << 1;
      if (room < 0) break;
    }
    this.isSound = room >= 0;
    this.#symbols = new Uint16Array(lengths.length);
    if (!this.isSound) return;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      const length = lengths[symbol] ?? 0;
      if (length === 0) continue;
      const place = starts[length] ?? 0;
      starts[length] = place + 1;
      this.#symbols[place] = symbol;
      const code = codes[length] ?? 0;
      codes[length] = code + 1;
      if (length <= FAST_BITS) this.#fill(symbol, length, code);
    }
  }

  /** The symbol that begins `bits`, of which the lowest comes first; 0 when none does. No symbol has a code of length 0. */
  decode(bits: number): number {
    const fast = this.#fast[bits & FAST_MASK] ?? 0;
    if (fast !== 0) return fast;
    let code = 0;
    let first = 0;
    let place = 0;
    for (let length = 1; length <= CODE_LIMIT; length += 1) {
      code |= (bits >>> (length - 1)) & 1;
      const count = this.#counts[length] ?? 0;
      if (code - first < count) return ((this.#symbols[place + code - first] ?? 0) << 4) | length;
      place += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }

  /** Codes stand with their highest bit first in data whose lowest bit comes first. */
  #fill(symbol: number, length: number, code: number): void {
    let reversed = 0;
    for (let bit = 0; bit < length; bit += 1) reversed |= ((code >>> bit) & 1) << (length - 1 - bit);
    for (let at = reversed; at <= FAST_MASK; at += 1 << length) this.#fast[at] = (symbol << 4) | length;
  }
}
