/** AUTH (v5 3.15). */
import type { AuthPacket } from '../packet.ts';
import { noProperties, PROPERTY } from '../properties.ts';
import { decodeReasonCode } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

/**
 * v5 3.15.2.1 lets an AUTH be empty, v5 3.15.2.2.2 calls it a Protocol Error to omit the Authentication Method. Read
 * together: an AUTH that is empty is Success without properties, any other names its method.
 */
export function decodeAuth(cursor: Cursor): AuthPacket {
  if (!cursor.more) return { type: 'auth', reasonCode: 0, properties: noProperties };
  const reasonCode = decodeReasonCode(cursor, 'auth');
  const at = cursor.pos;
  const properties = decodeProperties(cursor, 'auth');
  if (!properties.some(({ id }) => id === PROPERTY.authenticationMethod)) {
    cursor.complain('authentication-method-missing', at);
  }
  return { type: 'auth', reasonCode, properties };
}
