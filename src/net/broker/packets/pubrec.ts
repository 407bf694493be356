import type { AckPacket } from '../../../mqtt/packet.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import { firstFailure, REASON } from '../reasons.ts';

/** PUBREC of a QoS 2 message that was sent to the Client (v5 4.3.3). */
export function handlePubrec(connection: Connection, { session }: Accepted, packet: AckPacket): void {
  const { packetId, reasonCode } = packet;
  const found = session.outgoing.receive(packetId, reasonCode);
  if (found === 'wrong-qos') {
    connection.disconnect(REASON.protocolError, `PUBREC answers the QoS 1 message ${packetId}.`);
    return;
  }
  if (reasonCode >= firstFailure) return;
  // v5 [MQTT-4.3.3-4]; for an identifier that is not known, v5 3.6.2.1: the exchange still comes to its end.
  connection.reply({
    type: 'pubrel',
    packetId,
    reasonCode: found === 'unknown' ? REASON.packetIdentifierNotFound : REASON.success,
    properties: [],
  });
}
