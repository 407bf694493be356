/**
 * Where the next packet begins: judges a fixed header, and as much behind it as shows whether to trust its
 * length.
 */
import { firstByteFault, leastRemainingLength } from './fixed-header.ts';
import { foreignProtocol } from './foreign-protocols.ts';
import type { FramingFault } from './framing-faults.ts';
import { type Direction, type ProtocolVersion, TO_SERVER } from './packet.ts';
import { packetTypeNumber } from './packet-types.ts';

const CONNECT = packetTypeNumber('connect');
const PUBLISH = packetTypeNumber('publish');
const NO_BYTES = new Uint8Array(0);

/** Answers of `totalLength` beside a length. */
export const INCOMPLETE = 0;
export const FAULT = -1;

/**
 * By version (0 while unknown) and first byte: the least Remaining Length, or `NO_PACKET` for a faulty first
 * byte.
 */
const NO_PACKET = 255;
const firstBytes: readonly Uint8Array[] = [undefined, undefined, undefined, 3, 4, 5].map((known) => {
  const version = known as ProtocolVersion | undefined;
  return Uint8Array.from({ length: 256 }, (_, first) =>
    firstByteFault(first, version) === undefined ? leastRemainingLength(first, version) : NO_PACKET,
  );
});

interface ProtocolName {
  readonly letters: readonly number[];
  readonly versions: readonly ProtocolVersion[];
}
/** `MQTT`, and `MQIsdp` of 3.1. */
const PROTOCOL_NAMES: readonly ProtocolName[] = [
  { letters: [0x4d, 0x51, 0x54, 0x54], versions: [4, 5] },
  { letters: [0x4d, 0x51, 0x49, 0x73, 0x64, 0x70], versions: [3] },
];
/** Mosquitto's bridges set this bit of the Protocol Version to tell what they are. */
const BRIDGE_BIT = 0x80;

/** For places that are known to lie inside. */
export const at = (bytes: Uint8Array, index: number): number => bytes[index] as number;
export const twoBytesAt = (bytes: Uint8Array, index: number): number =>
  (at(bytes, index) << 8) | at(bytes, index + 1);

/** What the two readers of a connection share. The version is learned from the Client's CONNECT. */
export interface ConnectionState {
  version: ProtocolVersion | undefined;
}

export class PacketBorder {
  /** Whether a packet has been read in this direction. */
  begun = false;
  /** Of the packet that `totalLength` has refused. */
  faultReason: FramingFault = 'reserved-packet-type';
  /** In bytes from the start of that packet. */
  faultOffset = 0;

  private readonly direction: Direction;
  private readonly state: ConnectionState;

  constructor(direction: Direction, state: ConnectionState) {
    this.direction = direction;
    this.state = state;
  }

  /**
   * The length of the packet at `start`, header included; `INCOMPLETE` when `bytes[start, end)` is too short
   * to judge it; or `FAULT`. What it answers does not depend on how many bytes beyond those needed are there,
   * so that faults do not depend on the chunks.
   */
  totalLength(bytes: Uint8Array, start: number, end: number): number {
    const { version } = this.state;
    const first = at(bytes, start);
    if (!this.begun) {
      const foreign = foreignProtocol(bytes, start, end, this.direction);
      if (foreign === 'undecided') return INCOMPLETE;
      if (foreign !== undefined) return this.refuse(foreign.reason, 0);
    }
    const least = at(firstBytes[version ?? 0] ?? NO_BYTES, first);
    if (least === NO_PACKET) return this.refuse(firstByteFault(first, version) ?? 'reserved-packet-type', 0);
    const type = first >> 4;
    if (!this.begun && this.direction === TO_SERVER && type !== CONNECT) {
      return this.refuse('connect-expected', 0);
    }

    if (end - start < 2) return INCOMPLETE;
    let remaining = at(bytes, start + 1);
    let body = start + 2;
    if (remaining > 0x7f) {
      remaining &= 0x7f;
      for (let shift = 7; ; shift += 7) {
        if (shift > 21) return this.refuse('variable-byte-integer-too-long', 1);
        if (body === end) return INCOMPLETE;
        const digit = at(bytes, body);
        body += 1;
        remaining |= (digit & 0x7f) << shift;
        if (digit < 0x80) break;
      }
    }
    if (remaining < least) return this.refuse('packet-too-short', 1);

    if (type === PUBLISH) {
      if (end - body < 2) return INCOMPLETE;
      const topicPart = 2 + twoBytesAt(bytes, body);
      if (topicPart > remaining) return this.refuse('topic-too-long', body - start);
      const idPart = (first & 0x06) === 0 ? 0 : 2;
      if (topicPart + idPart + (version === 5 ? 1 : 0) > remaining) return this.refuse('packet-too-short', 1);
    } else if (type === CONNECT) {
      const judged = this.judgeConnect(bytes, start, body, end, remaining);
      if (judged <= 0) return judged;
    }
    return body - start + remaining;
  }

  /** Whether a CONNECT begins as one: `INCOMPLETE`, `FAULT` or its version. */
  private judgeConnect(
    bytes: Uint8Array,
    start: number,
    body: number,
    end: number,
    remaining: number,
  ): number {
    if (end - body < 2) return INCOMPLETE;
    const length = twoBytesAt(bytes, body);
    const name = PROTOCOL_NAMES.find(({ letters }) => letters.length === length);
    if (name === undefined) return this.refuse('not-mqtt-connect', body - start);
    const nameEnd = body + 2 + length;
    if (nameEnd - body >= remaining) return this.refuse('packet-too-short', 1);
    if (end <= nameEnd) return INCOMPLETE;
    if (!name.letters.every((letter, index) => bytes[body + 2 + index] === letter)) {
      return this.refuse('not-mqtt-connect', body - start);
    }
    const version = connectVersion(at(bytes, nameEnd));
    if (version === undefined || !name.versions.includes(version)) {
      return this.refuse('unsupported-protocol-version', nameEnd - start);
    }
    // Protocol Version, Connect Flags, Keep Alive, the length of the properties (5.0), and that of the Client
    // Identifier.
    const parts = 1 + 1 + 2 + (version === 5 ? 1 : 0) + 2;
    if (nameEnd - body + parts > remaining) return this.refuse('packet-too-short', 1);
    return version;
  }

  private refuse(reason: FramingFault, offset: number): typeof FAULT {
    this.faultReason = reason;
    this.faultOffset = offset;
    return FAULT;
  }
}

/** The version that the Protocol Version of a CONNECT names. */
export function connectVersion(byte: number): ProtocolVersion | undefined {
  const version = byte & ~BRIDGE_BIT;
  return version === 3 || version === 4 || version === 5 ? version : undefined;
}
