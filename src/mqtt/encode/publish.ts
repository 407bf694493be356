/** PUBLISH (v5 3.3). */
import type { ProtocolVersion, PublishPacket } from '../packet.ts';
import { encodeProperties } from './properties.ts';
import type { Writer } from './writer.ts';

/** DUP, QoS and RETAIN for the first byte. */
export function publishFlags(packet: PublishPacket): number {
  return (packet.dup ? 0x08 : 0) | (packet.qos << 1) | (packet.retain ? 0x01 : 0);
}

export function encodePublish(writer: Writer, packet: PublishPacket, version: ProtocolVersion): void {
  writer.text('Topic Name', packet.topic);
  if (packet.qos > 0) writer.uint16(packet.packetId ?? 0);
  if (version === 5) encodeProperties(writer, packet.properties);
  writer.raw(packet.payload);
}
