/** CONNACK (v5 3.2, v3.1.1 3.2, v3.1 3.2). */
import type { ConnackPacket } from '../packet.ts';
import { decodeReasonCode } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

export function decodeConnack(cursor: Cursor): ConnackPacket {
  return {
    type: 'connack',
    sessionPresent: decodeAcknowledgeFlags(cursor),
    reasonCode: decodeReasonCode(cursor, 'connack'),
    properties: decodeProperties(cursor, 'connack'),
  };
}

function decodeAcknowledgeFlags(cursor: Cursor): boolean {
  const at = cursor.pos;
  // v3.1 3.2: a reserved byte, not used.
  if (cursor.version === 3) {
    cursor.uint8('Reserved');
    return false;
  }
  const bits = cursor.byte('Connect Acknowledge Flags');
  cursor.fields?.open('Connect Acknowledge Flags', at);
  cursor.fields?.leaf('Reserved', String(bits >> 1), at, at + 1);
  cursor.fields?.leaf('Session Present', String(bits & 1), at, at + 1);
  cursor.fields?.close();
  if (bits > 1) {
    const params = { field: 'the Connect Acknowledge Flags' };
    cursor.complain('reserved-bits', at, params, { 5: 'MQTT-3.2.2-1', 4: '3.2.2.1' });
  }
  return (bits & 1) === 1;
}
