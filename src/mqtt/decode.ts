/** The whole depth of the reader: one MQTT Control Packet, every field. */

import { assertNever } from './assert-never.ts';
import { decodeAuth } from './decode/auth.ts';
import { decodeConnack } from './decode/connack.ts';
import { decodeConnect } from './decode/connect.ts';
import { Cursor } from './decode/cursor.ts';
import { decodeDisconnect } from './decode/disconnect.ts';
import { FieldRecorder } from './decode/fields.ts';
import { hexPreview, secretMask } from './decode/preview.ts';
import { decodePublish } from './decode/publish.ts';
import { decodePublishAnswer } from './decode/publish-answer.ts';
import { decodeSuback } from './decode/suback.ts';
import { decodeSubscribe } from './decode/subscribe.ts';
import { decodeUnsuback } from './decode/unsuback.ts';
import { decodeUnsubscribe } from './decode/unsubscribe.ts';
import {
  type Decoded,
  type Direction,
  type Field,
  type Packet,
  type PacketType,
  type ProtocolVersion,
  TO_CLIENT,
  TO_SERVER,
} from './packet.ts';
import { type PacketTypeRow, packetTypeOf } from './packet-types.ts';

/**
 * Decodes the packet at `bytes[start, end)`, fixed header included. A CONNECT is read by the version that it carries,
 * everything else by `version`. Never throws; takes time linear in the packet. Strings are copied, payloads and
 * Binary Data are views into `bytes`.
 */
export function decodePacket(
  bytes: Uint8Array,
  start: number,
  end: number,
  version: ProtocolVersion,
  direction: Direction,
): Decoded {
  const cursor = new Cursor(bytes, Math.max(0, start), Math.min(end, bytes.length), version, direction);
  return decodeWith(cursor);
}

/**
 * Decodes like `decodePacket`, and tells every field beside its bytes. Fields that hold no other fields cover every
 * byte of the packet; bits of one byte share its range. One last field covers what was not read because of a fault, or is
 * not shown because there are more than `maxFields`.
 */
export function dissectPacket(
  bytes: Uint8Array,
  start: number,
  end: number,
  version: ProtocolVersion,
  direction: Direction,
): { readonly decoded: Decoded; readonly fields: Field[] } {
  const from = Math.max(0, start);
  const recorder = new FieldRecorder(from);
  const cursor = new Cursor(bytes, from, Math.min(end, bytes.length), version, direction, recorder);
  const decoded = decodeWith(cursor);
  const fields = recorder.finish();
  if (recorder.covered < cursor.end) fields.push(remainder(cursor, recorder.covered));
  return { decoded, fields };
}

function decodeWith(cursor: Cursor): Decoded {
  const packet = decodeWhole(cursor);
  const { malformed } = cursor;
  return malformed === undefined ? { ok: true, packet } : { ok: false, malformed };
}

/** What stands for a packet whose fixed header has a fault. Never seen outside, because the fault is told instead. */
const nothing: Packet = { type: 'pingreq' };

function decodeWhole(cursor: Cursor): Packet {
  const at = cursor.pos;
  const first = cursor.byte('Fixed Header');
  if (cursor.malformed !== undefined) return nothing;
  const row = packetTypeOf(first >> 4);
  const flags = first & 0x0f;
  if (cursor.fields !== undefined) noteFirstByte(cursor, at, first, row);
  if (row === undefined || row.since > cursor.version) {
    cursor.stop('reserved-packet-type', at, { number: first >> 4 });
    return nothing;
  }
  cursor.guarded = row.type === 'connect' || row.type === 'connack' || row.type === 'auth';
  checkHeader(cursor, at, flags, row);
  const lengthAt = cursor.pos;
  const announced = cursor.variableByteInteger('Remaining Length');
  const present = cursor.left;
  if (announced > present) cursor.stop('remaining-length-mismatch', lengthAt, { announced, present });
  if (announced < present) cursor.limit = cursor.pos + announced;
  const packet = decodeBody(cursor, row.type, flags);
  // What a packet too many bytes long still says is read up to its Remaining Length.
  if (cursor.more) cursor.stop('trailing-bytes', cursor.pos, { count: cursor.left });
  else if (announced < present)
    cursor.complain('remaining-length-mismatch', lengthAt, { announced, present });
  return packet;
}

/** Flags and direction. In 3.1 the flags of all but PUBLISH are not used, or may be DUP (v3.1 2.1). */
function checkHeader(cursor: Cursor, at: number, flags: number, row: PacketTypeRow): void {
  const { version } = cursor;
  if (row.flags !== undefined && flags !== row.flags && version !== 3) {
    const params = { type: row.name, flags: binary(flags), expected: binary(row.flags) };
    cursor.complain('reserved-flags', at, params, row.flagsStatement);
  }
  const onlyToServer = row.type === 'disconnect' && version !== 5;
  const direction = onlyToServer ? TO_SERVER : row.direction;
  if (direction !== undefined && direction !== cursor.direction) {
    const sender = direction === TO_CLIENT ? 'Client' : 'Server';
    cursor.complain('wrong-direction', at, { type: row.name, sender });
  }
}

function decodeBody(cursor: Cursor, type: PacketType, flags: number): Packet {
  switch (type) {
    case 'connect':
      return decodeConnect(cursor);
    case 'connack':
      return decodeConnack(cursor);
    case 'publish':
      return decodePublish(cursor, flags);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return decodePublishAnswer(cursor, type);
    case 'subscribe':
      return decodeSubscribe(cursor);
    case 'suback':
      return decodeSuback(cursor);
    case 'unsubscribe':
      return decodeUnsubscribe(cursor);
    case 'unsuback':
      return decodeUnsuback(cursor);
    case 'pingreq':
    case 'pingresp':
      return { type };
    case 'disconnect':
      return decodeDisconnect(cursor);
    case 'auth':
      return decodeAuth(cursor);
    default:
      return assertNever(type);
  }
}

function noteFirstByte(cursor: Cursor, at: number, first: number, row: PacketTypeRow | undefined): void {
  const { fields } = cursor;
  const note = (name: string, value: string) => fields?.leaf(name, value, at, at + 1);
  note('Packet Type', row === undefined ? `${first >> 4}` : `${row.name} (${row.number})`);
  if (row?.type === 'publish') {
    note('DUP', String((first >> 3) & 1));
    note('QoS', String((first >> 1) & 3));
    note('RETAIN', String(first & 1));
  } else note('Flags', binary(first & 0x0f));
}

/** What has no field of its own, hidden where a Password or Authentication Data may be in it. */
function remainder(cursor: Cursor, from: number): Field {
  const secret = cursor.guarded;
  const value = secret ? secretMask : hexPreview(cursor.bytes, from, cursor.end);
  const name = cursor.malformed === undefined ? 'Not shown' : 'Not read';
  const field = { name, value, start: from - cursor.start, end: cursor.end - cursor.start };
  return secret ? { ...field, secret } : field;
}

function binary(flags: number): string {
  return flags.toString(2).padStart(4, '0');
}
