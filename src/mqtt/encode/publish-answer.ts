/** PUBACK, PUBREC, PUBREL and PUBCOMP (v5 3.4 to 3.7). */
import type { AckPacket, Packet, ProtocolVersion } from '../packet.ts';
import { packetTypeFlags, packetTypeNumber } from '../packet-types.ts';
import { encodeReason } from './reason.ts';
import type { Writer } from './writer.ts';

export function encodePublishAnswer(writer: Writer, packet: AckPacket, version: ProtocolVersion): void {
  writer.uint16(packet.packetId);
  if (version === 5) encodeReason(writer, packet);
}

/** The whole packet where it is an answer without properties, of which a Server sends one a message. */
export function encodeShortAnswer(packet: Packet, version: ProtocolVersion): Uint8Array | undefined {
  switch (packet.type) {
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      break;
    default:
      return undefined;
  }
  if (version === 5 && packet.properties.length > 0) return undefined;
  const { type, packetId, reasonCode } = packet;
  const coded = version === 5 && reasonCode !== 0;
  const bytes = new Uint8Array(coded ? 5 : 4);
  bytes[0] = (packetTypeNumber(type) << 4) | packetTypeFlags(type);
  bytes[1] = coded ? 3 : 2;
  bytes[2] = packetId >> 8;
  bytes[3] = packetId;
  if (coded) bytes[4] = reasonCode;
  return bytes;
}
