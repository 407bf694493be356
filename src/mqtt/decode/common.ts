/** Fields that several packets share. */
import type { StatementIds } from '../malformed.ts';
import { TO_SERVER } from '../packet.ts';
import {
  type ReasonCodePacket,
  reasonCodeName,
  reasonCodeProblem,
  reasonCodeStatements,
} from '../reason-codes.ts';
import type { Cursor } from './cursor.ts';
import { hexByte } from './preview.ts';

/** The statements that make a Packet Identifier non-zero. */
export const packetIdStatements = {
  /** SUBSCRIBE, UNSUBSCRIBE, and PUBLISH from a Client. */
  fromClient: { 5: 'MQTT-2.2.1-3', 4: 'MQTT-2.3.1-1', 3: '2.4' },
  /** PUBLISH from a Server. */
  fromServer: { 5: 'MQTT-2.2.1-4', 4: 'MQTT-2.3.1-1', 3: '2.4' },
  /** PUBACK, PUBREC, PUBREL and PUBCOMP repeat the identifier of the PUBLISH. */
  publishAnswer: { 5: 'MQTT-2.2.1-5', 4: 'MQTT-2.3.1-6', 3: '2.4' },
  /** SUBACK and UNSUBACK repeat the identifier of the request. */
  subscribeAnswer: { 5: 'MQTT-2.2.1-6', 4: 'MQTT-2.3.1-7', 3: '2.4' },
} as const satisfies Readonly<Record<string, StatementIds>>;

/** A Packet Identifier: never 0. */
export function decodePacketId(cursor: Cursor, statement: StatementIds): number {
  const at = cursor.pos;
  const packetId = cursor.uint16('Packet Identifier');
  if (packetId === 0) cursor.complain('packet-identifier-zero', at, {}, statement);
  return packetId;
}

/** A Reason Code or return code that the packet's list has, from a side that may send it. */
export function decodeReasonCode(cursor: Cursor, type: ReasonCodePacket): number {
  const field = cursor.version === 5 ? 'Reason Code' : 'Return Code';
  const at = cursor.pos;
  const code = cursor.byte(field);
  const { version } = cursor;
  cursor.fields?.leaf(field, `0x${hexByte(code)} ${reasonCodeName(type, version, code)}`, at, at + 1);
  const problem = reasonCodeProblem(type, version, code, cursor.direction);
  if (problem === undefined) return code;
  const params = {
    code: hexByte(code),
    name: reasonCodeName(type, version, code),
    type: type.toUpperCase(),
    sender: cursor.direction === TO_SERVER ? 'Client' : 'Server',
  };
  const before5 = type === 'suback' ? { 4: 'MQTT-3.9.3-2', 3: '3.9' } : { 4: '3.2.2.3', 3: '3.2' };
  const statement = { 5: reasonCodeStatements[type], ...before5 };
  cursor.complain(
    problem === 'unknown' ? 'reason-code-unknown' : 'reason-code-wrong-sender',
    at,
    params,
    statement,
  );
  return code;
}
