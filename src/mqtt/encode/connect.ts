/** CONNECT (v5 3.1). */
import type { ConnectPacket } from '../packet.ts';
import { encodeProperties } from './properties.ts';
import type { Writer } from './writer.ts';

/** By the version that the packet carries. */
export function encodeConnect(writer: Writer, packet: ConnectPacket): void {
  const { version, will, userName, password } = packet;
  writer.text('Protocol Name', packet.protocolName);
  writer.uint8(packet.bridge ? version | 0x80 : version);
  let flags = packet.cleanStart ? 0x02 : 0;
  if (will !== undefined) flags |= 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  if (password !== undefined) flags |= 0x40;
  if (userName !== undefined) flags |= 0x80;
  writer.uint8(flags);
  writer.uint16(packet.keepAliveSeconds);
  if (version === 5) encodeProperties(writer, packet.properties);
  writer.text('Client Identifier', packet.clientId);
  if (will !== undefined) {
    if (version === 5) encodeProperties(writer, will.properties);
    writer.text('Will Topic', will.topic);
    writer.binary('Will Payload', will.payload);
  }
  if (userName !== undefined) writer.text('User Name', userName);
  if (password !== undefined) writer.binary('Password', password);
}
