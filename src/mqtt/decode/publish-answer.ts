/** PUBACK, PUBREC, PUBREL and PUBCOMP (v5 3.4 to 3.7). */
import type { AckPacket } from '../packet.ts';
import { noProperties } from '../properties.ts';
import { decodePacketId, decodeReasonCode, packetIdStatements } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

/** The Reason Code may be left out, and then the Property Length; or that alone (v5 3.4.2.1, 3.4.2.2.1). */
export function decodePublishAnswer(cursor: Cursor, type: AckPacket['type']): AckPacket {
  const packetId = decodePacketId(cursor, packetIdStatements.publishAnswer);
  const short = cursor.version !== 5 || !cursor.more;
  const reasonCode = short ? 0 : decodeReasonCode(cursor, type);
  const properties = cursor.more ? decodeProperties(cursor, type) : noProperties;
  return { type, packetId, reasonCode, properties };
}
