import type { UnsubscribePacket } from '../../../mqtt/packet.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';

/** UNSUBSCRIBE (v5 3.10). Messages that are in flight or queued are still delivered (v5 [MQTT-3.10.4-3]). */
export function handleUnsubscribe(
  connection: Connection,
  { session }: Accepted,
  packet: UnsubscribePacket,
): void {
  const reasonCodes = packet.topicFilters.map((topicFilter) =>
    connection.context.subscriptions.remove(session, topicFilter)
      ? REASON.success
      : REASON.noSubscriptionExisted,
  );
  // v5 [MQTT-3.10.4-4] to [MQTT-3.10.4-6]; v3.1.1 [MQTT-3.10.4-4], [MQTT-3.10.4-5]: also where nothing was
  // removed.
  connection.reply({
    type: 'unsuback',
    packetId: packet.packetId,
    properties: [],
    reasonCodes: connection.version === 5 ? reasonCodes : [],
  });
}
