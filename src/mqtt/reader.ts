/**
 * The cheap depth of reading: cuts the bytes of one direction of a Network Connection into MQTT Control
 * Packets, whatever the chunks they come in, and tells a few facts of each as numbers. No object and no copy
 * is made for a packet that lies whole in a chunk.
 */
import { framingFault } from './framing-faults.ts';
import { type Direction, type Malformed, TO_SERVER } from './packet.ts';
import {
  at,
  type ConnectionState,
  connectVersion,
  FAULT,
  INCOMPLETE,
  PacketBorder,
  twoBytesAt,
} from './packet-border.ts';
import { packetTypeNumber } from './packet-types.ts';

export type { ConnectionState };

/** Why, and from where on, a direction cannot be read. */
export interface StreamFault {
  readonly malformed: Malformed;
  /** Of the packet that could not be read: in bytes from the start of this direction. */
  readonly streamOffset: number;
  /** Bytes that are missing within a packet, which is told all the same. */
  readonly within?: boolean;
}

/** Takes what a reader finds. `bytes` belong to the caller and are only valid during the call. */
export interface PacketSink {
  /**
   * A packet at `bytes[start, end)`, header included. `length` is what it has on the wire, in bytes; it
   * exceeds `end - start` when the packet was longer than the reader keeps. The topic is that of a PUBLISH,
   * at `bytes[topicStart, topicEnd)`, else an empty range. `packetId` and `reasonCode` are 0 where there is
   * none.
   */
  packet(
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    topicStart: number,
    topicEnd: number,
    packetId: number,
    reasonCode: number,
  ): void;
  /**
   * Bytes that are no packet. The first ones come with the fault; all that follow in this direction come
   * without. Also, without a fault: the beginning of a packet whose end never came (`length` counts what was
   * not kept of it).
   */
  opaque(bytes: Uint8Array, start: number, end: number, length: number, fault: StreamFault | undefined): void;
}

export interface ReaderOptions {
  /** Of a longer packet only so many bytes are kept, the rest is skipped and counted. In bytes. */
  readonly maxPacketBytes: number;
}

export const defaultReaderOptions: ReaderOptions = { maxPacketBytes: 1_048_576 };

const CONNECT = packetTypeNumber('connect');
const CONNACK = packetTypeNumber('connack');
const PUBLISH = packetTypeNumber('publish');
const SUBACK = packetTypeNumber('suback');
const UNSUBACK = packetTypeNumber('unsuback');
const DISCONNECT = packetTypeNumber('disconnect');
const AUTH = packetTypeNumber('auth');
/** PUBACK, PUBREC, PUBREL, SUBSCRIBE, ...: from here to UNSUBACK all begin with a Packet Identifier. */
const FIRST_WITH_ID = packetTypeNumber('puback');
const PUBCOMP = packetTypeNumber('pubcomp');

const NO_BYTES = new Uint8Array(0);
/** A buffer up to this size stays for the next packet that comes in pieces. */
const KEPT_BUFFER_BYTES = 1024;
/** At least so much of a packet is kept: what is judged before its end has come. */
const LEAST_KEPT_BYTES = 16;

export class StreamReader {
  private readonly direction: Direction;
  private readonly state: ConnectionState;
  private readonly sink: PacketSink;
  private readonly maxPacketBytes: number;
  private readonly border: PacketBorder;

  /** In bytes from the start of this direction: where the packet begins that is being read. */
  private offset = 0;
  private failed = false;

  /** The packet that has come in part: its first bytes, as many as are kept. */
  private held = NO_BYTES;
  private heldLength = 0;
  /** What has come of it. */
  private received = 0;
  /** What it has in all; 0 while its header is incomplete. */
  private total = 0;
  /** A part of it is missing, so that nothing behind that may be kept. */
  private holed = false;

  /** `begun`: packets have come before in this direction, so that the first one need not be a CONNECT. */
  constructor(
    direction: Direction,
    state: ConnectionState,
    sink: PacketSink,
    options: ReaderOptions = defaultReaderOptions,
    begun = false,
  ) {
    this.direction = direction;
    this.state = state;
    this.sink = sink;
    this.border = new PacketBorder(direction, state);
    this.border.begun = begun;
    this.maxPacketBytes = Math.max(options.maxPacketBytes, LEAST_KEPT_BYTES);
  }

  /** In bytes from the start of this direction, as far as it was read: where the packet begins that comes next or has come in part. */
  get streamOffset(): number {
    return this.offset;
  }

  /** Whether this direction has turned out not to be MQTT: all that comes is opaque. */
  get unreadable(): boolean {
    return this.failed;
  }

  /** Reads `bytes[start, end)`, which follow what was read before. */
  push(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.scan(bytes, this.resume(bytes, start, end), end);
  }

  /**
   * The first half of `push`, for a caller that moves the bytes between the two: completes the packet that
   * has come in part, if there is one. Returns where the bytes begin that it did not use.
   */
  resume(bytes: Uint8Array, start: number, end: number): number {
    let pos = start;
    while (pos < end && this.received > 0) pos = this.hold(bytes, pos, end);
    return pos;
  }

  /**
   * The second half of `push`, when no packet has come in part: reads the packets that lie whole in
   * `bytes[start, end)`. Returns where the rest begins, which is copied here and told to the sink when it is
   * complete.
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    let pos = start;
    while (pos < end) {
      if (this.failed) {
        this.sink.opaque(bytes, pos, end, end - pos, undefined);
        return end;
      }
      const total = this.border.totalLength(bytes, pos, end);
      if (total === FAULT) {
        this.fail(bytes, pos, end);
        return end;
      }
      if (total === INCOMPLETE || total > end - pos) {
        this.total = total;
        for (let rest = pos; rest < end; ) rest = this.hold(bytes, rest, end);
        return pos;
      }
      this.tell(bytes, pos, pos + Math.min(total, this.maxPacketBytes), total);
      pos += total;
    }
    return pos;
  }

  /**
   * Whether the rest could be read if so many bytes had passed that nobody has: when they end within the packet that has come in
   * part, or with it, and enough of it was there to tell what it is.
   */
  canSkip(count: number): boolean {
    return this.total > 0 && this.heldLength >= LEAST_KEPT_BYTES && this.received + count <= this.total;
  }

  /** So many bytes have passed that nobody has. Returns whether the rest can be read; if not, nothing has changed. */
  skip(count: number): boolean {
    if (!this.canSkip(count)) return false;
    this.received += count;
    this.holed = true;
    if (this.received === this.total) this.tellHeld();
    return true;
  }

  /** The connection has ended: tells the beginning of a packet whose end did not come. */
  finish(): void {
    if (this.received === 0) return;
    const { held, heldLength, received } = this;
    this.letGo();
    this.sink.opaque(held, 0, heldLength, received, undefined);
  }

  /**
   * Adds to the packet that has come in part, and tells it when that completes it. Returns where the unused
   * bytes begin.
   */
  private hold(bytes: Uint8Array, start: number, end: number): number {
    const headerKnown = this.total > 0;
    const next = headerKnown ? Math.min(end, start + this.total - this.received) : start + 1;
    this.keep(bytes, start, next);
    this.received += next - start;
    if (!headerKnown) {
      const total = this.border.totalLength(this.held, 0, this.heldLength);
      if (total === FAULT) {
        const { held, heldLength } = this;
        this.letGo();
        this.fail(held, 0, heldLength);
        return next;
      }
      this.total = total;
    }
    if (this.received === this.total) this.tellHeld();
    return next;
  }

  private tellHeld(): void {
    const { held, heldLength, total } = this;
    this.letGo();
    this.tell(held, 0, heldLength, total);
  }

  /** The buffer grows with what has come, never with what a header announces. */
  private keep(bytes: Uint8Array, start: number, end: number): void {
    if (this.holed) return;
    const count = Math.min(end - start, this.maxPacketBytes - this.heldLength);
    const needed = this.heldLength + count;
    if (needed > this.held.length) {
      const grown = new Uint8Array(Math.min(Math.max(needed, this.held.length * 2, 64), this.maxPacketBytes));
      grown.set(this.held.subarray(0, this.heldLength));
      this.held = grown;
    }
    if (count === 1) this.held[this.heldLength] = at(bytes, start);
    else if (count > 0) this.held.set(bytes.subarray(start, start + count), this.heldLength);
    this.heldLength = needed;
  }

  private letGo(): void {
    if (this.held.length > KEPT_BUFFER_BYTES) this.held = NO_BYTES;
    this.heldLength = 0;
    this.received = 0;
    this.total = 0;
    this.holed = false;
  }

  private fail(bytes: Uint8Array, start: number, end: number): void {
    this.failed = true;
    const { faultReason, faultOffset } = this.border;
    const malformed = framingFault(faultReason, bytes, start, faultOffset, this.state.version);
    this.sink.opaque(bytes, start, end, end - start, { malformed, streamOffset: this.offset });
  }

  private tell(bytes: Uint8Array, start: number, end: number, total: number): void {
    const { version } = this.state;
    const first = at(bytes, start);
    const type = first >> 4;
    let body = start + 1;
    while (at(bytes, body) > 0x7f) body += 1;
    body += 1;
    let topicStart = body;
    let topicEnd = body;
    let packetId = 0;
    let reasonCode = 0;
    if (type === PUBLISH) {
      topicStart = body + 2;
      topicEnd = topicStart + twoBytesAt(bytes, body);
      if ((first & 0x06) !== 0 && topicEnd + 2 <= end) packetId = twoBytesAt(bytes, topicEnd);
      if (topicEnd > end) topicEnd = end;
    } else if (type >= FIRST_WITH_ID && type <= UNSUBACK) {
      packetId = twoBytesAt(bytes, body);
      if (type <= PUBCOMP) reasonCode = body + 2 < end ? at(bytes, body + 2) : 0;
      else if (type === SUBACK || type === UNSUBACK) {
        const codes = version === 5 ? propertiesEnd(bytes, body + 2, end) : body + 2;
        reasonCode = codes < end ? at(bytes, codes) : 0;
      }
    } else if (type === CONNACK) {
      reasonCode = at(bytes, body + 1);
    } else if (type === DISCONNECT || type === AUTH) {
      reasonCode = body < end ? at(bytes, body) : 0;
    } else if (type === CONNECT && this.direction === TO_SERVER && version === undefined) {
      this.state.version = connectVersion(at(bytes, body + 2 + twoBytesAt(bytes, body)));
    }
    this.border.begun = true;
    this.offset += total;
    this.sink.packet(bytes, start, end, total, topicStart, topicEnd, packetId, reasonCode);
  }
}

/** Where the properties end whose length stands at `pos`; not before `end` when that cannot be read. */
function propertiesEnd(bytes: Uint8Array, pos: number, end: number): number {
  let length = 0;
  for (let index = 0; index < 4 && pos + index < end; index += 1) {
    const digit = at(bytes, pos + index);
    length |= (digit & 0x7f) << (index * 7);
    if (digit < 0x80) return pos + index + 1 + length;
  }
  return end;
}
