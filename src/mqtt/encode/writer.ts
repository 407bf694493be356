/** Writes the fields of one packet behind each other. Grows as needed. */
import { encodeUtf8 } from '../utf8.ts';

/** The largest Remaining Length, and the largest Variable Byte Integer (v5 1.5.5). */
export const maxVariableByteInteger = 268_435_455;

/** A value that has no place on the wire, for example a string of more than 65,535 bytes. */
export function notEncodable(field: string, problem: string): RangeError {
  return new RangeError(`Cannot encode ${field}: ${problem}.`);
}

const firstSize = 64;
/** What a Writer that is used again keeps at most, in bytes. */
const keptSize = 65_536;

export class Writer {
  #bytes = new Uint8Array(firstSize);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  uint8(value: number): void {
    const at = this.#take(1);
    this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.#take(2);
    this.#bytes[at] = value >> 8;
    this.#bytes[at + 1] = value;
  }

  uint32(value: number): void {
    const at = this.#take(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  variableByteInteger(field: string, value: number): void {
    if (value < 0 || value > maxVariableByteInteger) throw notEncodable(field, `${value} is out of range`);
    let left = value;
    do {
      const low = left % 0x80;
      left = Math.floor(left / 0x80);
      this.uint8(left > 0 ? low | 0x80 : low);
    } while (left > 0);
  }

  text(field: string, text: string): void {
    this.binary(field, encodeUtf8(text));
  }

  binary(field: string, bytes: Uint8Array): void {
    if (bytes.length > 0xffff) throw notEncodable(field, 'it is longer than 65,535 bytes');
    this.uint16(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Forgets what was written, to write another. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptSize) this.#bytes = new Uint8Array(firstSize);
  }

  /** What was written. A view, valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    return at;
  }
}
