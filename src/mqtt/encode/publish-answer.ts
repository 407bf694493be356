/** PUBACK, PUBREC, PUBREL and PUBCOMP (v5 3.4 to 3.7). */
import type { AckPacket, ProtocolVersion } from '../packet.ts';
import { encodeReason } from './reason.ts';
import type { Writer } from './writer.ts';

export function encodePublishAnswer(writer: Writer, packet: AckPacket, version: ProtocolVersion): void {
  writer.uint16(packet.packetId);
  if (version === 5) encodeReason(writer, packet);
}
