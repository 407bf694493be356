import type { Duplex } from 'node:stream';

/** From here on what is gathered is written without waiting for the turn to end; in bytes. */
const writeFrom = 65_536;
/** Parts of this size are written as they are: copying them would cost more than a write; in bytes. */
const largePart = 16_384;

/** Writes what connections have gathered, all of them in one go when the turn ends. */
export class Flusher {
  readonly #waiting: Output[] = [];

  add(output: Output): void {
    if (this.#waiting.push(output) === 1) process.nextTick(() => this.#run());
  }

  #run(): void {
    // What is added meanwhile is written, too.
    for (const output of this.#waiting) output.flush();
    this.#waiting.length = 0;
  }
}

/** The bytes of one connection on their way out. Packets that are sent in one turn leave in one write. */
export class Output {
  readonly #stream: Duplex;
  readonly #flusher: Flusher;
  #parts: Uint8Array[] = [];
  #size = 0;
  #waiting = false;

  constructor(stream: Duplex, flusher: Flusher) {
    this.#stream = stream;
    this.#flusher = flusher;
  }

  /** Whether at least `bytes` wait in the stream, which will say `drain` when they have left. */
  congested(bytes: number): boolean {
    return this.#stream.writableNeedDrain && this.#stream.writableLength >= bytes;
  }

  /** `bytes` must not change any more. */
  write(bytes: Uint8Array): void {
    if (bytes.length >= largePart) {
      this.flush();
      this.#stream.write(bytes);
      return;
    }
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= writeFrom) this.flush();
    else if (!this.#waiting) {
      this.#waiting = true;
      this.#flusher.add(this);
    }
  }

  flush(): void {
    this.#waiting = false;
    const parts = this.#parts;
    const first = parts[0];
    if (first === undefined) return;
    const bytes = parts.length === 1 ? first : Buffer.concat(parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    this.#stream.write(bytes);
  }

  /** Forgets what has not been written. */
  clear(): void {
    this.#parts = [];
    this.#size = 0;
  }
}
