/** SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK (v5 3.8 to 3.11). */
import type {
  ProtocolVersion,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
} from '../packet.ts';
import { encodeProperties } from './properties.ts';
import type { Writer } from './writer.ts';

export function encodeSubscribe(writer: Writer, packet: SubscribePacket, version: ProtocolVersion): void {
  writer.uint16(packet.packetId);
  if (version === 5) encodeProperties(writer, packet.properties);
  for (const subscription of packet.subscriptions) {
    writer.text('Topic Filter', subscription.topicFilter);
    writer.uint8(version === 5 ? subscriptionOptions(subscription) : subscription.qos);
  }
}

/** v5 3.8.3.1. */
function subscriptionOptions({ qos, noLocal, retainAsPublished, retainHandling }: Subscription): number {
  return qos | (noLocal ? 0x04 : 0) | (retainAsPublished ? 0x08 : 0) | (retainHandling << 4);
}

export function encodeUnsubscribe(writer: Writer, packet: UnsubscribePacket, version: ProtocolVersion): void {
  writer.uint16(packet.packetId);
  if (version === 5) encodeProperties(writer, packet.properties);
  for (const topicFilter of packet.topicFilters) writer.text('Topic Filter', topicFilter);
}

/** The UNSUBACK of 3.1 and 3.1.1 has no payload. */
export function encodeSubscribeAnswer(
  writer: Writer,
  packet: SubackPacket | UnsubackPacket,
  version: ProtocolVersion,
): void {
  writer.uint16(packet.packetId);
  if (version === 5) encodeProperties(writer, packet.properties);
  if (version !== 5 && packet.type === 'unsuback') return;
  for (const reasonCode of packet.reasonCodes) writer.uint8(reasonCode);
}
