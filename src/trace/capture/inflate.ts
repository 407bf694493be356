/**
 * Inflates DEFLATE data (RFC 1951) as it comes: of a WebSocket whose messages are compressed (RFC 7692). What it holds is the window, and
 * a few hundred bytes that are no whole symbol yet. This room sees no Node, which could do it.
 */
import { CODE_LIMIT, lengthIn, PrefixCode, symbolIn } from './huffman.ts';

type State = 'block' | 'stored' | 'codes';

const NO_BYTES = new Uint8Array(0);
const END_OF_BLOCK = 256;
/** For symbols from 257 on: the least length of what is repeated, and how many bits add to it (RFC 1951, 3.2.5). */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
] as const;
const LENGTH_BITS = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
] as const;
/** How many bits add to the distance of a symbol; the least distances follow from that. */
const DISTANCE_BITS = Array.from({ length: 30 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1));
const DISTANCE_BASE = DISTANCE_BITS.map(
  (_, symbol) => 1 + DISTANCE_BITS.slice(0, symbol).reduce((sum, bits) => sum + 2 ** bits, 0),
);
/** In which order the lengths of the codes for code lengths stand (RFC 1951, 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;
/** Of the symbols that repeat a code length: how many bits say how often, and what adds to them. */
const REPEATS: Readonly<Record<number, readonly [bits: number, least: number]>> = {
  16: [2, 3],
  17: [3, 3],
  18: [7, 11],
};

const fixedLengths = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
const fixedLiterals = new PrefixCode(fixedLengths);
const fixedDistances = new PrefixCode(new Uint8Array(30).fill(5));

/** What an inflater holds. zlib takes 9 bits where 8 were agreed on. */
export function windowBytes(windowBits: number): number {
  return 1 << Math.max(9, windowBits);
}

export class Inflater {
  readonly #give: (bytes: Uint8Array) => void;
  /** A ring: what was told last, which repetitions refer to. */
  readonly #window: Uint8Array;
  #at = 0;
  #told = 0;
  /** How far back a repetition may reach. */
  #history = 0;
  #input: Uint8Array = NO_BYTES;
  /** In bits: how far `#input` was read. */
  #bit = 0;
  #state: State = 'block';
  #isLast = false;
  #storedLeft = 0;
  #literals = fixedLiterals;
  #distances = fixedDistances;
  #bad = false;

  /** `give` is told what comes out, in bytes that are only valid during the call. `windowBits`: 8 to 15. */
  constructor(give: (bytes: Uint8Array) => void, windowBits: number) {
    this.#give = give;
    this.#window = new Uint8Array(windowBytes(windowBits));
  }

  /** Whether all that came was whole blocks, as it is at the end of a message. */
  get isBetweenBlocks(): boolean {
    return !this.#bad && this.#state === 'block' && this.#input.length === 0;
  }

  /** Nothing that comes refers to what has been. */
  forget(): void {
    this.#history = 0;
  }

  /** Takes what comes next. Returns whether it makes sense; nothing is taken after what does not. */
  push(bytes: Uint8Array): boolean {
    if (this.#bad) return false;
    this.#input = this.#input.length === 0 ? bytes : joined(this.#input, bytes);
    while (!this.#bad && this.#step());
    this.#tell();
    const used = this.#bit >>> 3;
    // What is left is held on to, and `bytes` is not ours.
    this.#input = used >= this.#input.length ? NO_BYTES : this.#input.slice(used);
    this.#bit = this.#input.length === 0 ? 0 : this.#bit & 7;
    return !this.#bad;
  }

  /** Whether something was read, so that there may be more. */
  #step(): boolean {
    switch (this.#state) {
      case 'block':
        return this.#beginBlock();
      case 'stored':
        return this.#copyStored();
      case 'codes':
        return this.#readSymbols();
    }
  }

  #beginBlock(): boolean {
    if (!this.#has(3)) return false;
    const head = this.#peek(3);
    this.#isLast = (head & 1) === 1;
    switch (head >> 1) {
      case 0:
        return this.#beginStored();
      case 1:
        this.#bit += 3;
        this.#literals = fixedLiterals;
        this.#distances = fixedDistances;
        this.#state = 'codes';
        return true;
      case 2:
        return this.#beginDynamic();
      default:
        return this.#fail();
    }
  }

  #beginStored(): boolean {
    const at = (this.#bit + 3 + 7) >>> 3;
    const { [at]: a, [at + 1]: b, [at + 2]: c, [at + 3]: d } = this.#input;
    if (a === undefined || b === undefined || c === undefined || d === undefined) return false;
    const length = a | (b << 8);
    if (length !== (~(c | (d << 8)) & 0xffff)) return this.#fail();
    this.#bit = (at + 4) * 8;
    this.#storedLeft = length;
    this.#state = 'stored';
    return true;
  }

  #copyStored(): boolean {
    const from = this.#bit >>> 3;
    const count = Math.min(this.#storedLeft, this.#input.length - from);
    for (let at = from; at < from + count; at += 1) this.#put(this.#input[at] ?? 0);
    this.#bit += count * 8;
    this.#storedLeft -= count;
    if (this.#storedLeft > 0) return false;
    this.#endBlock();
    return true;
  }

  /** Reads the codes that a block brings along; begins anew when not all of them have come. */
  #beginDynamic(): boolean {
    const start = this.#bit;
    const notYet = (): false => {
      this.#bit = start;
      return false;
    };
    if (!this.#has(17)) return false;
    this.#bit += 3;
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const count = this.#take(4) + 4;
    if (!this.#has(count * 3)) return notYet();
    const orderLengths = new Uint8Array(ORDER.length);
    for (const symbol of ORDER.slice(0, count)) orderLengths[symbol] = this.#take(3);
    const order = new PrefixCode(orderLengths);
    if (!order.isSound) return this.#fail();
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length; ) {
      const found = order.decode(this.#peek(CODE_LIMIT));
      if (found === 0 && this.#has(CODE_LIMIT)) return this.#fail();
      const symbol = symbolIn(found);
      const [bits, least] = REPEATS[symbol] ?? [0, 1];
      if (found === 0 || !this.#has(lengthIn(found) + bits)) return notYet();
      this.#bit += lengthIn(found);
      const times = this.#take(bits) + least;
      if (at + times > lengths.length || (symbol === 16 && at === 0)) return this.#fail();
      const length = symbol < 16 ? symbol : symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
      lengths.fill(length, at, at + times);
      at += times;
    }
    this.#literals = new PrefixCode(lengths.subarray(0, literals));
    this.#distances = new PrefixCode(lengths.subarray(literals));
    if (!this.#literals.isSound || !this.#distances.isSound) return this.#fail();
    this.#state = 'codes';
    return true;
  }

  /** Reads symbols to the end of the block, or as many as have come whole. */
  #readSymbols(): boolean {
    for (;;) {
      const found = this.#literals.decode(this.#peek(CODE_LIMIT));
      if (found === 0) return this.#has(CODE_LIMIT) ? this.#fail() : false;
      if (!this.#has(lengthIn(found))) return false;
      const symbol = symbolIn(found);
      if (symbol < END_OF_BLOCK) {
        this.#bit += lengthIn(found);
        this.#put(symbol);
      } else if (symbol === END_OF_BLOCK) {
        this.#bit += lengthIn(found);
        this.#endBlock();
        return true;
      } else {
        const start = this.#bit;
        this.#bit += lengthIn(found);
        if (this.#repeat(symbol - END_OF_BLOCK - 1)) continue;
        if (!this.#bad) this.#bit = start;
        return false;
      }
    }
  }

  /** Repeats what is in the window. Returns whether all that says so has come, and makes sense. */
  #repeat(lengthSymbol: number): boolean {
    const base = LENGTH_BASE[lengthSymbol];
    const lengthBits = LENGTH_BITS[lengthSymbol] ?? 0;
    if (base === undefined) return this.#fail();
    if (!this.#has(lengthBits)) return false;
    const length = base + this.#take(lengthBits);
    const found = this.#distances.decode(this.#peek(CODE_LIMIT));
    if (found === 0) return this.#has(CODE_LIMIT) ? this.#fail() : false;
    const least = DISTANCE_BASE[symbolIn(found)];
    const bits = DISTANCE_BITS[symbolIn(found)] ?? 0;
    if (!this.#has(lengthIn(found) + bits)) return false;
    this.#bit += lengthIn(found);
    const distance = (least ?? 0) + this.#take(bits);
    if (least === undefined || distance > this.#history) return this.#fail();
    const mask = this.#window.length - 1;
    let from = (this.#at - distance) & mask;
    for (let times = 0; times < length; times += 1) {
      this.#put(this.#window[from] ?? 0);
      from = (from + 1) & mask;
    }
    return true;
  }

  #endBlock(): void {
    this.#state = 'block';
    // A last block ends with its byte; with what comes then begins another one.
    if (this.#isLast) this.#bit = (this.#bit + 7) & ~7;
  }

  #put(byte: number): void {
    this.#window[this.#at] = byte;
    this.#at += 1;
    if (this.#history < this.#window.length) this.#history += 1;
    if (this.#at < this.#window.length) return;
    this.#tell();
    this.#at = 0;
    this.#told = 0;
  }

  #tell(): void {
    if (this.#at > this.#told) this.#give(this.#window.subarray(this.#told, this.#at));
    this.#told = this.#at;
  }

  #has(bits: number): boolean {
    return this.#bit + bits <= this.#input.length * 8;
  }

  /** So many bits, at most 15, without reading on; behind the end are zeros. */
  #peek(bits: number): number {
    const at = this.#bit >>> 3;
    const input = this.#input;
    const three = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16);
    return (three >>> (this.#bit & 7)) & ((1 << bits) - 1);
  }

  #take(bits: number): number {
    const value = this.#peek(bits);
    this.#bit += bits;
    return value;
  }

  #fail(): false {
    this.#bad = true;
    return false;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
