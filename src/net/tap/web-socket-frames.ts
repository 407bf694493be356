/**
 * A WebSocket that passes through the tap (RFC 6455): after the handshake its frames go on byte by byte as they came, with their
 * masks, fragments, pings and Close; beside them the MQTT bytes are read out of the data frames. In the handshake two
 * things change: `Host` names the Server, and no extension is offered, because compressed frames could not be read.
 */
import type { Frames, Unit } from './frames.ts';

/** A handshake that is longer passes unread. */
const longestHead = 65_536;
/** A frame that is longer passes in pieces. */
const longestWhole = 65_536;
const none = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');

/** Makes of a request, or of an answer, what goes on. Undefined when no WebSocket follows it. */
type HeadChange = (head: string) => { readonly head: string; readonly webSocket: boolean };

/** The request of the Client: `host` is the Server's, with its port. */
export const requestTo =
  (host: string): HeadChange =>
  (head) => {
    const [first = '', ...lines] = head.split('\r\n');
    const kept = lines.filter((line) => !/^(host|sec-websocket-extensions):/i.test(line));
    return {
      head: [first, `Host: ${host}`, ...kept].join('\r\n'),
      webSocket: /^upgrade:\s*websocket\s*$/im.test(head),
    };
  };

/** The answer of the Server, unchanged. */
export const answer: HeadChange = (head) => ({ head, webSocket: /^HTTP\/1\.1 101\b/.test(head) });

interface FrameHead {
  readonly fin: boolean;
  readonly opcode: number;
  readonly mask: Buffer | undefined;
  /** Of the payload, in bytes. */
  readonly length: number;
  readonly headLength: number;
}

export class WebSocketFrames implements Frames {
  readonly #change: HeadChange;
  #state: 'head' | 'frames' | 'other' = 'head';
  /** What has come of a handshake or a frame header, or of a frame that is wanted whole. */
  #kept: Buffer = none;
  /** The frame under way, when it passes in pieces, and how much of its payload is still to come. */
  #frame: FrameHead | undefined;
  #rest = 0;
  /** Whether the message under way is MQTT: text is not. */
  #binary = true;
  /** Whether a Close frame has begun that nobody was told of. */
  #closes = false;

  constructor(change: HeadChange) {
    this.#change = change;
  }

  feed(chunk: Buffer, whole: boolean, take: (unit: Unit) => void): void {
    let bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = none;
    if (this.#state === 'head') {
      const end = bytes.indexOf(headEnd);
      if (end < 0) {
        if (bytes.length <= longestHead) {
          this.#kept = bytes;
          return;
        }
        this.#state = 'other';
      } else {
        const { head, webSocket } = this.#change(bytes.toString('latin1', 0, end));
        this.#state = webSocket ? 'frames' : 'other';
        take(this.#unit(Buffer.concat([Buffer.from(head, 'latin1'), headEnd]), none));
        bytes = bytes.subarray(end + headEnd.length);
      }
    }
    if (bytes.length === 0) return;
    if (this.#state === 'other') take(this.#unit(bytes, none));
    else if (whole) this.#wholeFrames(bytes, take);
    else this.#pieces(bytes, take);
  }

  finish(): Buffer | undefined {
    const kept = this.#kept;
    this.#kept = none;
    return kept.length === 0 ? undefined : kept;
  }

  /** All that has come as one piece, up to a frame header that is not whole yet. */
  #pieces(bytes: Buffer, take: (unit: Unit) => void): void {
    const payloads: Buffer[] = [];
    let pos = 0;
    while (pos < bytes.length) {
      if (this.#frame === undefined) {
        const frame = readHead(bytes, pos);
        if (frame === undefined) break;
        this.#begin(frame);
        pos += frame.headLength;
      }
      pos += this.#payload(bytes, pos, payloads);
    }
    if (pos > 0) take(this.#unit(pos === bytes.length ? bytes : bytes.subarray(0, pos), joined(payloads)));
    if (pos < bytes.length) this.#kept = Buffer.from(bytes.subarray(pos));
  }

  #wholeFrames(bytes: Buffer, take: (unit: Unit) => void): void {
    let pos = 0;
    while (pos < bytes.length) {
      if (this.#frame !== undefined) {
        // It began before frames were wanted whole, or is too long for that.
        const payloads: Buffer[] = [];
        const used = this.#payload(bytes, pos, payloads);
        take(this.#unit(bytes.subarray(pos, pos + used), joined(payloads)));
        pos += used;
        continue;
      }
      const frame = readHead(bytes, pos);
      if (frame === undefined) break;
      const end = pos + frame.headLength + frame.length;
      if (frame.length > longestWhole) {
        this.#begin(frame);
        take(this.#unit(bytes.subarray(pos, pos + frame.headLength), none));
        pos += frame.headLength;
        continue;
      }
      if (end > bytes.length) break;
      this.#begin(frame);
      const payloads: Buffer[] = [];
      this.#payload(bytes, pos + frame.headLength, payloads);
      const mqtt = joined(payloads);
      const rebuilt = (changed: Buffer): Buffer => writeFrame(frame, changed);
      take(this.#unit(bytes.subarray(pos, end), mqtt, mqtt.length > 0 ? rebuilt : undefined));
      pos = end;
    }
    if (pos < bytes.length) this.#kept = Buffer.from(bytes.subarray(pos));
  }

  #unit(raw: Buffer, mqtt: Buffer, rebuilt?: Unit['rebuilt']): Unit {
    const closes = this.#closes;
    this.#closes = false;
    return { raw, mqtt, rebuilt, closes };
  }

  #begin(frame: FrameHead): void {
    if (frame.opcode === 8) this.#closes = true;
    this.#rest = frame.length;
    if (frame.opcode === 1 || frame.opcode === 2) this.#binary = frame.opcode === 2;
    this.#frame = frame.length === 0 ? undefined : frame;
  }

  /** Takes what is there of the payload under way. Returns how much. */
  #payload(bytes: Buffer, pos: number, payloads: Buffer[]): number {
    const frame = this.#frame;
    if (frame === undefined) return 0;
    const count = Math.min(this.#rest, bytes.length - pos);
    if (count > 0 && frame.opcode < 8 && this.#binary) {
      payloads.push(unmasked(bytes, pos, count, frame.mask, frame.length - this.#rest));
    }
    this.#rest -= count;
    if (this.#rest === 0) this.#frame = undefined;
    return count;
  }
}

/** RFC 6455 5.2. Undefined when it is not whole. */
function readHead(bytes: Buffer, pos: number): FrameHead | undefined {
  if (bytes.length - pos < 2) return undefined;
  const [first = 0, second = 0] = bytes.subarray(pos, pos + 2);
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskAt = pos + 2 + lengthBytes;
  const headLength = 2 + lengthBytes + (second >= 0x80 ? 4 : 0);
  if (bytes.length - pos < headLength) return undefined;
  const length =
    lengthBytes === 0
      ? short
      : lengthBytes === 2
        ? bytes.readUInt16BE(pos + 2)
        : Number(bytes.readBigUInt64BE(pos + 2));
  return {
    fin: first >= 0x80,
    opcode: first & 0x0f,
    mask: second >= 0x80 ? Buffer.from(bytes.subarray(maskAt, maskAt + 4)) : undefined,
    length,
    headLength,
  };
}

/** The frame with another payload; nothing at all when nothing is left of a message. */
function writeFrame({ fin, opcode, mask }: FrameHead, payload: Buffer): Buffer {
  if (payload.length === 0 && fin && opcode !== 0) return none;
  const short = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
  const length = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) length.writeUInt16BE(payload.length);
  if (short === 127) length.writeBigUInt64BE(BigInt(payload.length));
  const head = Buffer.from([(fin ? 0x80 : 0) | opcode, (mask === undefined ? 0 : 0x80) | short]);
  const masked = unmasked(payload, 0, payload.length, mask, 0);
  return Buffer.concat([head, length, mask ?? none, masked]);
}

/** Masking is its own inverse. `offset` is where in the payload the bytes begin. */
function unmasked(
  bytes: Buffer,
  pos: number,
  count: number,
  mask: Buffer | undefined,
  offset: number,
): Buffer {
  if (mask === undefined) return bytes.subarray(pos, pos + count);
  const result = Buffer.allocUnsafe(count);
  for (let index = 0; index < count; index += 1) {
    result[index] = (bytes[pos + index] ?? 0) ^ (mask[(offset + index) & 3] ?? 0);
  }
  return result;
}

function joined(payloads: readonly Buffer[]): Buffer {
  const [only] = payloads;
  return payloads.length === 1 && only !== undefined ? only : Buffer.concat(payloads);
}
