/** Takes the bytes of one direction of a WebSocket out of its frames (RFC 6455, 5). */
import { type Compression, Inflation, type InflationBudget } from './web-socket-inflation.ts';

export interface WebSocketSink {
  /** Part of a message, unmasked. */
  payload(bytes: Uint8Array): void;
  /** This side ends the WebSocket. */
  close(): void;
  /** The bytes are no frames, or frames with an extension that cannot be read here. */
  unreadable(): void;
}

const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const HEADER_LIMIT = 14;
/** What says that a message is compressed, on its first frame; and what other extensions claim. */
const COMPRESSED_BIT = 0x40;
const RESERVED_BITS = 0x30;
const LAST_BIT = 0x80;

export class WebSocketReader {
  readonly #sink: WebSocketSink;
  readonly #header = new Uint8Array(HEADER_LIMIT);
  #headerLength = 0;
  #opcode = 0;
  /** Of the frame at hand: bytes that are still to come, and those that have come. */
  #left = 0;
  #done = 0;
  #maskAt = -1;
  #isLast = false;
  /** Whether the message at hand is. */
  #compressed = false;
  #over = false;
  readonly #inflation: Inflation | undefined;

  /** `compression` is what was agreed on for this direction, if anything was. */
  constructor(
    sink: WebSocketSink,
    compression?: { readonly agreed: Compression; readonly budget: InflationBudget },
  ) {
    this.#sink = sink;
    if (compression === undefined) return;
    const { agreed, budget } = compression;
    this.#inflation = new Inflation((bytes) => sink.payload(bytes), agreed, budget);
  }

  /** What comes from here on is not looked at. */
  stop(): void {
    this.#over = true;
    this.release();
  }

  /** The connection has ended: what is held for it is not needed any more. */
  release(): void {
    this.#inflation?.end();
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    let pos = start;
    while (pos < end && !this.#over) {
      if (this.#left > 0) pos = this.#body(bytes, pos, end);
      else {
        this.#header[this.#headerLength] = bytes[pos] ?? 0;
        this.#headerLength += 1;
        pos += 1;
        this.#readHeader();
      }
    }
  }

  #readHeader(): void {
    const header = this.#header;
    const first = header[0] ?? 0;
    const opcode = first & 0x0f;
    const begins = opcode === OPCODE.text || opcode === OPCODE.binary;
    const compressed = (first & COMPRESSED_BIT) !== 0;
    if ((first & RESERVED_BITS) !== 0 || (compressed && (!begins || this.#inflation === undefined))) {
      this.#fail();
      return;
    }
    if (this.#headerLength < 2) return;
    const second = header[1] ?? 0;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const masked = (second & 0x80) !== 0;
    if (this.#headerLength < 2 + lengthBytes + (masked ? 4 : 0)) return;
    this.#left = short;
    if (lengthBytes > 0) {
      this.#left = 0;
      for (let at = 2; at < 2 + lengthBytes; at += 1) this.#left = this.#left * 256 + (header[at] ?? 0);
    }
    this.#maskAt = masked ? 2 + lengthBytes : -1;
    this.#opcode = opcode;
    this.#isLast = (first & LAST_BIT) !== 0;
    if (begins) this.#compressed = compressed;
    this.#done = 0;
    this.#headerLength = 0;
    const known =
      this.#opcode <= OPCODE.binary || (this.#opcode >= OPCODE.close && this.#opcode <= OPCODE.pong);
    if (!known || this.#left > Number.MAX_SAFE_INTEGER) this.#fail();
    else if (this.#opcode === OPCODE.close) {
      this.#over = true;
      this.#sink.close();
    } else if (this.#left === 0) this.#endFrame();
  }

  #body(bytes: Uint8Array, start: number, end: number): number {
    const next = Math.min(end, start + this.#left);
    if (this.#opcode <= OPCODE.binary) {
      const payload = bytes.slice(start, next);
      if (this.#maskAt >= 0) {
        for (let at = 0; at < payload.length; at += 1) {
          payload[at] = (payload[at] ?? 0) ^ (this.#header[this.#maskAt + ((this.#done + at) & 3)] ?? 0);
        }
      }
      if (!this.#compressed) this.#sink.payload(payload);
      else if (this.#inflation?.push(payload) !== true) this.#fail();
    }
    this.#done += next - start;
    this.#left -= next - start;
    if (this.#left === 0 && !this.#over) this.#endFrame();
    return next;
  }

  #endFrame(): void {
    const endsMessage = this.#isLast && this.#opcode <= OPCODE.binary;
    if (endsMessage && this.#compressed && this.#inflation?.endMessage() !== true) this.#fail();
  }

  #fail(): void {
    this.stop();
    this.#sink.unreadable();
  }
}
