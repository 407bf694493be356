/** Bytes that are being written, one after the other. Grows as needed. */
export class ByteSink {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written since the last call, as a copy. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.length) as Uint8Array<ArrayBuffer>;
    this.length = 0;
    return taken;
  }

  /** What was written so far; valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Little-endian. */
  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  /** Little-endian. */
  u16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Zeros up to a multiple of four bytes. */
  pad(): void {
    while (this.length % 4 !== 0) this.#bytes[this.#room(1)] = 0;
  }

  /** Overwrites four bytes that were written before. Little-endian. */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #room(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.length = needed;
    return at;
  }
}
