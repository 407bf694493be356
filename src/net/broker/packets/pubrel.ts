import type { AckPacket } from '../../../mqtt/packet.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';

/** PUBREL of a QoS 2 message that the Client published (v5 4.3.3). */
export function handlePubrel(
  connection: Connection,
  { session, incoming }: Accepted,
  packet: AckPacket,
): void {
  const { packetId } = packet;
  const known = session.receivedQos2.delete(packetId);
  incoming.finish(packetId);
  // v5 [MQTT-4.3.3-11], v3.1.1 [MQTT-4.3.3-2]; for an identifier that is not known, v5 3.7.2.1.
  connection.reply({
    type: 'pubcomp',
    packetId,
    reasonCode: known ? REASON.success : REASON.packetIdentifierNotFound,
    properties: [],
  });
}
