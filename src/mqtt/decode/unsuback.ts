/** UNSUBACK (v5 3.11, v3.1.1 3.11, v3.1 3.11). */
import type { UnsubackPacket } from '../packet.ts';
import { decodePacketId, decodeReasonCode, packetIdStatements } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

export function decodeUnsuback(cursor: Cursor): UnsubackPacket {
  const packetId = decodePacketId(cursor, packetIdStatements.subscribeAnswer);
  const properties = decodeProperties(cursor, 'unsuback');
  const reasonCodes: number[] = [];
  if (cursor.version === 5) {
    if (!cursor.more) cursor.complain('no-reason-codes', cursor.pos, { type: 'UNSUBACK' }, { 5: '3.11.3' });
    while (cursor.more) reasonCodes.push(decodeReasonCode(cursor, 'unsuback'));
  }
  return { type: 'unsuback', packetId, properties, reasonCodes };
}
