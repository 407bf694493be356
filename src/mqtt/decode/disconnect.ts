/** DISCONNECT (v5 3.14, v3.1.1 3.14, v3.1 3.14). */
import type { DisconnectPacket } from '../packet.ts';
import { noProperties } from '../properties.ts';
import { decodeReasonCode } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

/** The Reason Code may be left out, and then the Property Length; or that alone (v5 3.14.2.1, 3.14.2.2.1). */
export function decodeDisconnect(cursor: Cursor): DisconnectPacket {
  const short = cursor.version !== 5 || !cursor.more;
  const reasonCode = short ? 0 : decodeReasonCode(cursor, 'disconnect');
  const properties =
    cursor.version === 5 && cursor.more ? decodeProperties(cursor, 'disconnect') : noProperties;
  return { type: 'disconnect', reasonCode, properties };
}
