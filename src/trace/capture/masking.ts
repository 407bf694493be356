/**
 * The bytes of a record as they go into a file that may be passed on: secrets replaced, lengths kept, and read again as
 * the same packets with the same faults.
 */
import { decodePacket } from '../../mqtt/decode.ts';
import { TO_SERVER } from '../../mqtt/packet.ts';
import { packetTypeOf } from '../../mqtt/packet-types.ts';
import { StreamReader } from '../../mqtt/reader.ts';
import { RECORD } from '../model.ts';
import { maskedPacketBytes } from '../packet-details.ts';
import type { OpaqueRecord, PacketRecord } from '../record.ts';
import { maskRange, shownAfterConnect } from '../secrets.ts';

/** Tried one after the other where a fault is to stay the fault that it was. */
const FILLERS = [0x2a, 0x00, 0xff] as const;
/** More bytes than this are not needed to see what is not MQTT. */
const HEAD_LIMIT = 16;

/** The bytes that may be shown of what is kept of a record. `begun`: whether packets came before in this direction. */
export function maskedBytes(record: PacketRecord | OpaqueRecord, begun: boolean): Uint8Array {
  if (record.kind === RECORD.packet) return maskedPacket(record);
  return record.secret ? maskedOpaque(record, begun) : record.bytes;
}

function maskedPacket(record: PacketRecord): Uint8Array {
  const { bytes, firstByte } = record;
  if (record.secret) return withoutBody(bytes);
  const type = packetTypeOf(firstByte >> 4)?.type;
  if (type !== 'connect' && type !== 'connack' && type !== 'auth') return bytes;
  const masked = FILLERS.map((filler) => maskedPacketBytes(record, filler));
  return masked.find((each) => readsAlike(record, each)) ?? masked[0] ?? withoutBody(bytes);
}

/** The header stays: it holds a type and a length. Zeros are a length that every packet can bear. */
function withoutBody(bytes: Uint8Array): Uint8Array {
  let body = 1;
  while (body < bytes.length && (bytes[body] ?? 0) > 0x7f) body += 1;
  const masked = bytes.slice();
  masked.fill(0, Math.min(body + 1, bytes.length));
  return masked;
}

function readsAlike({ bytes, direction, version }: PacketRecord, masked: Uint8Array): boolean {
  const before = decodePacket(bytes, 0, bytes.length, version ?? 5, direction);
  const after = decodePacket(masked, 0, masked.length, version ?? 5, direction);
  if (before.ok !== after.ok) return false;
  if (!before.ok && !after.ok && before.malformed.reason !== after.malformed.reason) return false;
  if (direction !== TO_SERVER) return true;
  return shownAfterConnect(bytes, 0, bytes.length) === shownAfterConnect(masked, 0, masked.length);
}

/** Of bytes that are no packet as few are kept as show the same fault, or that a packet begins there. */
function maskedOpaque(record: OpaqueRecord, begun: boolean): Uint8Array {
  const { bytes, fault, firstByte } = record;
  if (fault !== undefined || firstByte !== 0) {
    const expected = fault?.malformed.reason;
    for (let kept = 0; kept <= Math.min(HEAD_LIMIT, bytes.length); kept += 1) {
      const masked = bytes.slice();
      masked.fill(0, kept);
      if (faultIn(masked, record, begun) === expected) return masked;
    }
  }
  const masked = bytes.slice();
  maskRange(masked);
  return masked;
}

/** Why these bytes cannot be read; undefined when they are a packet that has not ended; `''` when they are read. */
function faultIn(bytes: Uint8Array, record: OpaqueRecord, begun: boolean): string | undefined {
  let found: string | undefined;
  const sink = {
    packet: () => {
      found = '';
    },
    opaque: (..._: readonly unknown[]) => {
      const fault = _[4] as OpaqueRecord['fault'];
      found ??= fault?.malformed.reason;
    },
  };
  const state = { version: record.version };
  const reader = new StreamReader(record.direction, state, sink, undefined, begun);
  reader.push(bytes);
  return found;
}
