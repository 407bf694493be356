/** One whole MQTT Control Packet at `bytes[start, end)`. A view: it is overwritten by the next `push`. */
export interface Frame {
  readonly kind: 'packet';
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why the bytes cannot be cut into packets. What follows cannot be read any more. */
export interface BrokenFrame {
  readonly kind: 'length-malformed' | 'too-large';
  /** Type and flags of the packet. */
  readonly firstByte: number;
  /** The largest packet that is taken, in bytes. */
  readonly maximum: number;
}

const smallestAllocation = 4_096;

/**
 * Cuts a stream of bytes into packets by their Remaining Length (v5 2.1.4). Holds at most one packet that has
 * not come whole, and grows with what has come, not with what a header announces.
 */
export class FrameBuffer {
  readonly #maximumPacketSize: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Whether `#bytes` is ours to write to, and not a chunk that is read in place. */
  #owned = false;

  constructor(maximumPacketSize: number) {
    this.#maximumPacketSize = maximumPacketSize;
  }

  /** Whether a packet has begun and not ended. */
  get partial(): boolean {
    return this.#end > this.#start;
  }

  /** Of the packet that has begun and not ended. */
  get firstByte(): number | undefined {
    return this.partial ? this.#bytes[this.#start] : undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.#start === this.#end) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const held = this.#end - this.#start;
    const needed = held + chunk.length;
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(smallestAllocation, needed * 2));
      bytes.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = bytes;
      this.#start = 0;
      this.#end = held;
      this.#owned = true;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole packet; undefined when more bytes are needed. */
  next(): Frame | BrokenFrame | undefined {
    const bytes = this.#bytes;
    const firstByte = bytes[this.#start];
    if (this.#start === this.#end || firstByte === undefined) return undefined;
    let remainingLength = 0;
    let lengthBytes = 0;
    for (;;) {
      const at = this.#start + 1 + lengthBytes;
      if (at >= this.#end) return undefined;
      const byte = bytes[at] ?? 0;
      remainingLength += (byte & 0x7f) * 128 ** lengthBytes;
      lengthBytes++;
      if (byte < 0x80) break;
      if (lengthBytes === 4) return { kind: 'length-malformed', firstByte, maximum: this.#maximumPacketSize };
    }
    const size = 1 + lengthBytes + remainingLength;
    if (size > this.#maximumPacketSize)
      return { kind: 'too-large', firstByte, maximum: this.#maximumPacketSize };
    const start = this.#start;
    if (start + size > this.#end) return undefined;
    this.#start += size;
    return { kind: 'packet', bytes, start, end: start + size };
  }

  /** Forgets everything. */
  clear(): void {
    this.#bytes = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
    this.#owned = false;
  }

  /**
   * Keeps a packet that has not come whole from holding the stream's own, larger, buffer. Call it after the
   * last `next`.
   */
  compact(): void {
    if (this.#start === this.#end) this.clear();
    else if (!this.#owned) {
      // Not `slice`: of a Buffer that is a view.
      this.#bytes = new Uint8Array(this.#bytes.subarray(this.#start, this.#end));
      this.#end -= this.#start;
      this.#start = 0;
      this.#owned = true;
    }
  }
}
