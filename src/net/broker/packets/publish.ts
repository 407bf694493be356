import type { Properties, PublishPacket } from '../../../mqtt/packet.ts';
import { noProperties, PROPERTY, propertyNumber } from '../../../mqtt/properties.ts';
import { utf8Problem } from '../../../mqtt/utf8.ts';
import type { Accepted, Connection } from '../connection.ts';
import { newMessage } from '../message.ts';
import { firstFailure, REASON, reasonString } from '../reasons.ts';

/** PUBLISH from the Client (v5 3.3.4, 4.3). */
export function handlePublish(connection: Connection, accepted: Accepted, packet: PublishPacket): void {
  const topic = topicOf(connection, packet);
  if (topic === undefined) return;
  const { session } = accepted;
  const { qos, packetId } = packet;
  if (qos === 2 && packetId !== undefined) {
    if (!connection.incoming.begin(packetId)) {
      connection.disconnect(
        REASON.receiveMaximumExceeded,
        `More than ${connection.context.limits.receiveMaximum} QoS 2 messages were sent before PUBREL.`,
      );
      return;
    }
    // v5 [MQTT-4.3.3-10], v3.1.1 [MQTT-4.3.3-2]: until PUBREL the same Packet Identifier is the same message.
    if (session.receivedQos2.has(packetId)) {
      acknowledge(connection, accepted, packet, REASON.success);
      return;
    }
  }
  const denied = connection.context.authorization.mayPublish(
    { clientId: session.clientId, username: undefined },
    topic,
  );
  if (denied === 'disconnect') {
    // v5 3.3.5 and v3.1.1 [MQTT-3.3.5-2] allow to close instead of an acknowledgement.
    connection.disconnect(REASON.notAuthorized, `Publishing to "${topic}" is denied.`);
    return;
  }
  if (denied === 'notAuthorized') {
    acknowledge(connection, accepted, packet, REASON.notAuthorized, `Publishing to "${topic}" is denied.`);
    return;
  }
  acknowledge(connection, accepted, packet, publish(connection, accepted, packet, topic));
}

/** The Topic Name, by its alias if need be. Undefined when that was an error and the connection has ended. */
function topicOf(connection: Connection, packet: PublishPacket): string | undefined {
  const alias = propertyNumber(packet.properties, PROPERTY.topicAlias);
  if (alias === undefined) return packet.topic;
  if (!connection.incoming.aliasAllowed(alias)) {
    const { topicAliasMaximum } = connection.context.limits;
    connection.disconnect(
      REASON.topicAliasInvalid,
      `Topic Alias ${alias} is not within 1 and ${topicAliasMaximum}.`,
    );
    return undefined;
  }
  const topic = connection.incoming.topicOf(alias, packet.topic);
  if (topic === undefined) {
    // v5 3.3.2.3.4.
    connection.disconnect(REASON.protocolError, `Topic Alias ${alias} was not set on this connection.`);
  }
  return topic;
}

/** Answers the Reason Code of the acknowledgement. */
function publish(
  { context }: Connection,
  { session }: Accepted,
  packet: PublishPacket,
  topic: string,
): number {
  if (
    propertyNumber(packet.properties, PROPERTY.payloadFormatIndicator) === 1 &&
    utf8Problem(packet.payload, 0, packet.payload.length)?.kind === 'ill-formed'
  ) {
    // v5 3.3.2.3.2: a Server may check. QoS 0 has no acknowledgement to say it in.
    return REASON.payloadFormatInvalid;
  }
  const message = newMessage(packet, topic, session.clientId, context.clock.now());
  if (packet.retain && packet.payload.length > 0 && !context.retained.hasRoomFor(topic, message.bytes)) {
    return REASON.quotaExceeded;
  }
  const matched = context.router.publish(message);
  return matched === 0 ? REASON.noMatchingSubscribers : REASON.success;
}

/**
 * PUBACK or PUBREC (v5 [MQTT-4.3.2-4], [MQTT-4.3.3-8]). Before 5.0 a refusal cannot be said: v3.1.1
 * [MQTT-3.3.5-2].
 */
function acknowledge(
  connection: Connection,
  { session, problemInformation }: Accepted,
  packet: PublishPacket,
  reasonCode: number,
  message?: string,
): void {
  const { qos, packetId } = packet;
  if (qos === 0 || packetId === undefined) return;
  // v5 [MQTT-3.1.2-29]: no Reason String here for a Client that wants none.
  const properties: Properties =
    message === undefined || connection.version !== 5 || !problemInformation
      ? noProperties
      : [reasonString(message)];
  if (qos === 1) {
    connection.reply({ type: 'puback', packetId, reasonCode, properties });
    return;
  }
  // v5 4.3.3: after a failure the exchange is over, and the Packet Identifier is free.
  if (connection.version === 5 && reasonCode >= firstFailure) connection.incoming.finish(packetId);
  else session.receivedQos2.add(packetId);
  connection.reply({ type: 'pubrec', packetId, reasonCode, properties });
}
