import type { AckPacket } from '../../../mqtt/packet.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';

/**
 * PUBACK of a QoS 1 message that was sent to the Client (v5 4.3.2). Whatever its Reason Code: it is not sent
 * again.
 */
export function handlePuback(connection: Connection, { session }: Accepted, packet: AckPacket): void {
  if (session.outgoing.acknowledge(packet.packetId) === 'wrong-qos') {
    connection.disconnect(REASON.protocolError, `PUBACK answers the QoS 2 message ${packet.packetId}.`);
  }
}
