import type { AckPacket } from '../../../mqtt/packet.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';

/** PUBCOMP of a QoS 2 message that was sent to the Client (v5 4.3.3): its Packet Identifier is free again. */
export function handlePubcomp(_connection: Connection, { session }: Accepted, packet: AckPacket): void {
  session.outgoing.complete(packet.packetId);
}
