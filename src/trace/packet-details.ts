/** The details of a packet: what the whole depth reads in it, within limits, without secrets. */
import { decodePacket, dissectPacket } from '../mqtt/decode.ts';
import type { Field, Malformed, ProtocolVersion } from '../mqtt/packet.ts';
import { packetTypeOf } from '../mqtt/packet-types.ts';
import { mendCutPacket } from './cut-packet.ts';
import type { ToldDetails } from './details.ts';
import { detailsByteLimit } from './model.ts';
import type { PacketRecord } from './record.ts';
import { hiddenField, hideSecrets, maskRange } from './secrets.ts';

/** A packet can be made of very many fields (a SUBSCRIBE of the shortest filters); so many are shown. */
const FIELD_LIMIT = 2_000;

export function packetDetails(record: PacketRecord): ToldDetails {
  const row = packetTypeOf(record.firstByte >> 4);
  const title = row?.name ?? 'packet';
  const bytes = record.bytes.slice(0, detailsByteLimit);
  if (record.secret) {
    maskRange(bytes, 1);
    const type = { name: 'Packet Type', value: title, start: 0, end: 1 };
    return { title, bytes, fields: [type, hiddenField(1, bytes.length)] };
  }
  const version = readAs(record);
  const { fields, malformed } =
    bytes.length < record.length ? dissectCut(record, bytes, version) : dissectWhole(record, bytes, version);
  const clear = hideSecrets(bytes, fields);
  return { title, bytes, fields: limited(clear, { left: FIELD_LIMIT }), malformed };
}

/** The kept bytes of a packet whose place of secrets is known, with `filler` where a secret is. */
export function maskedPacketBytes(record: PacketRecord, filler: number): Uint8Array {
  const bytes = record.bytes.slice();
  const version = readAs(record);
  const { fields } =
    bytes.length < record.length ? dissectCut(record, bytes, version) : dissectWhole(record, bytes, version);
  hideSecrets(bytes, fields, filler);
  return bytes;
}

/**
 * A Server that speaks before the Client's version is known refuses it, as a rule in the form that has no
 * properties.
 */
function readAs({ version, firstByte, length }: PacketRecord): ProtocolVersion {
  if (version !== undefined) return version;
  return packetTypeOf(firstByte >> 4)?.type === 'connack' && length === 4 ? 4 : 5;
}

interface Dissected {
  readonly fields: readonly Field[];
  readonly malformed: Malformed | undefined;
}

function dissectWhole(record: PacketRecord, bytes: Uint8Array, version: ProtocolVersion): Dissected {
  const { decoded, fields } = dissectPacket(bytes, 0, bytes.length, version, record.direction);
  return { fields, malformed: decoded.ok ? undefined : decoded.malformed };
}

/** Of a long packet only the beginning is dissected. A fault is told if all of the packet has been kept. */
function dissectCut(record: PacketRecord, bytes: Uint8Array, version: ProtocolVersion): Dissected {
  const { direction, length } = record;
  const mended = mendCutPacket(bytes, 0, bytes.length);
  const { fields } = dissectPacket(mended.bytes, 0, mended.bytes.length, version, direction);
  const headerEnd = mended.bytes.length - (bytes.length - mended.bodyStart);
  const remaining = String(length - mended.bodyStart);
  const moved = fields.map((field) => move(field, headerEnd, mended.bodyStart, remaining));
  const rest = `${length - bytes.length} bytes`;
  moved.push({ name: 'Not shown', value: rest, start: bytes.length, end: bytes.length });
  if (record.bytes.length < length) return { fields: moved, malformed: undefined };
  const decoded = decodePacket(record.bytes, 0, length, version, direction);
  return { fields: moved, malformed: decoded.ok ? undefined : decoded.malformed };
}

/**
 * Puts a field of the mended packet where it stands on the wire, and tells the Remaining Length of the wire.
 */
function move(field: Field, headerEnd: number, bodyStart: number, remaining: string): Field {
  if (field.start === 1 && field.end === headerEnd) return { ...field, value: remaining, end: bodyStart };
  if (field.start < headerEnd) return field;
  const by = bodyStart - headerEnd;
  const moved = { ...field, start: field.start + by, end: field.end + by };
  if (field.fields === undefined) return moved;
  return { ...moved, fields: field.fields.map((each) => move(each, headerEnd, bodyStart, remaining)) };
}

function limited(fields: readonly Field[], room: { left: number }): readonly Field[] {
  const kept: Field[] = [];
  for (const field of fields) {
    if (room.left <= 0) {
      const { start } = field;
      kept.push({ name: 'More fields', value: 'not shown', start, end: fields.at(-1)?.end ?? start });
      break;
    }
    room.left -= 1;
    kept.push(field.fields === undefined ? field : { ...field, fields: limited(field.fields, room) });
  }
  return kept;
}
