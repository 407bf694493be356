/** CONNACK (v5 3.2). */
import type { ConnackPacket, ProtocolVersion } from '../packet.ts';
import { encodeProperties } from './properties.ts';
import type { Writer } from './writer.ts';

export function encodeConnack(writer: Writer, packet: ConnackPacket, version: ProtocolVersion): void {
  writer.uint8(packet.sessionPresent && version !== 3 ? 1 : 0);
  writer.uint8(packet.reasonCode);
  if (version === 5) encodeProperties(writer, packet.properties);
}
