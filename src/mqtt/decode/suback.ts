/** SUBACK (v5 3.9, v3.1.1 3.9, v3.1 3.9). */
import type { SubackPacket } from '../packet.ts';
import { decodePacketId, decodeReasonCode, packetIdStatements } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

export function decodeSuback(cursor: Cursor): SubackPacket {
  const packetId = decodePacketId(cursor, packetIdStatements.subscribeAnswer);
  const properties = decodeProperties(cursor, 'suback');
  if (!cursor.more) cursor.complain('no-reason-codes', cursor.pos, { type: 'SUBACK' });
  const reasonCodes: number[] = [];
  while (cursor.more) reasonCodes.push(decodeReasonCode(cursor, 'suback'));
  return { type: 'suback', packetId, properties, reasonCodes };
}
