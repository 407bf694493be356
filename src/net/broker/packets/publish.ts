import type { Properties, PublishPacket, QoS } from '../../../mqtt/packet.ts';
import { noProperties, PROPERTY, propertyNumber } from '../../../mqtt/properties.ts';
import { utf8Problem } from '../../../mqtt/utf8.ts';
import type { DenyThen } from '../../../profile/model.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import type { BrokerLimits } from '../limits.ts';
import { Message } from '../message.ts';
import { firstFailure, REASON, reasonString } from '../reasons.ts';
import { isSysTopic } from '../sys-topics.ts';

/** PUBLISH from the Client (v5 3.3.4, 4.3). */
export function handlePublish(connection: Connection, accepted: Accepted, packet: PublishPacket): void {
  const { context } = connection;
  context.stats.publishReceived += 1;
  const topic = topicOf(connection, accepted, packet);
  if (topic === undefined || !isWithinTerms(connection, accepted.terms, packet)) return;
  const { qos, packetId } = packet;
  if (qos === 2 && packetId !== undefined) {
    if (!accepted.incoming.begin(packetId)) {
      connection.disconnect(
        REASON.receiveMaximumExceeded,
        `More than ${accepted.terms.receiveMaximum} QoS 2 messages were sent before PUBREL.`,
      );
      return;
    }
    // v5 [MQTT-4.3.3-10], v3.1.1 [MQTT-4.3.3-2]: until PUBREL the same Packet Identifier is the same message.
    if (accepted.session.receivedQos2.has(packetId)) {
      acknowledge(connection, accepted, packet, REASON.success);
      return;
    }
  }
  const denied: DenyThen | undefined = isSysTopic(topic)
    ? 'notAuthorized'
    : context.authorization.mayPublish(accepted.who, topic);
  if (denied === 'disconnect') {
    // v5 3.3.5 and v3.1.1 [MQTT-3.3.5-2] allow to close instead of an acknowledgement.
    connection.disconnect(REASON.notAuthorized, `Publishing to "${topic}" is denied.`);
  } else if (denied === 'notAuthorized') {
    acknowledge(connection, accepted, packet, REASON.notAuthorized, `Publishing to "${topic}" is denied.`);
  } else if (denied === 'unspecifiedError') {
    acknowledge(connection, accepted, packet, REASON.unspecifiedError);
  } else if (denied === 'ignore') acknowledge(connection, accepted, packet, REASON.success);
  else {
    const reasonCode = publish(connection, accepted, packet, topic);
    if (reasonCode === REASON.quotaExceeded && connection.version !== 5) {
      // v3.1.1 [MQTT-4.8.0-2]: an acknowledgement would say that the message is taken.
      connection.disconnect(reasonCode, 'There is no room to retain the message.');
    } else acknowledge(connection, accepted, packet, reasonCode);
  }
}

/** The Topic Name, by its alias if need be. Undefined when that was an error and the connection has ended. */
function topicOf(
  connection: Connection,
  { aliases, terms }: Accepted,
  packet: PublishPacket,
): string | undefined {
  const { topic, properties } = packet;
  if (aliases === undefined || properties.length === 0) return topic;
  const alias = propertyNumber(properties, PROPERTY.topicAlias);
  if (alias === undefined) return topic;
  if (!aliases.allowed(alias)) {
    connection.disconnect(
      REASON.topicAliasInvalid,
      `Topic Alias ${alias} is not within 1 and ${terms.topicAliasMaximum}.`,
    );
    return undefined;
  }
  const named = aliases.topicOf(alias, topic);
  if (named === undefined) {
    // v5 3.3.2.3.4.
    connection.disconnect(REASON.protocolError, `Topic Alias ${alias} was not set on this connection.`);
  }
  return named;
}

/**
 * Whether the Client keeps to what CONNACK told it; if not, the connection has ended. Before 5.0 it was told nothing:
 * see `grantedQoS`.
 */
function isWithinTerms(
  connection: Connection,
  { maximumQoS, retainAvailable }: BrokerLimits,
  { qos, retain }: PublishPacket,
): boolean {
  if (connection.version !== 5) return true;
  if (qos > maximumQoS) {
    // v5 [MQTT-3.2.2-11].
    connection.disconnect(REASON.qosNotSupported, `The highest QoS here is ${maximumQoS}.`);
    return false;
  }
  if (retain && !retainAvailable) {
    // v5 [MQTT-3.2.2-14].
    connection.disconnect(REASON.retainNotSupported, 'No message is retained here.');
    return false;
  }
  return true;
}

/** Answers the Reason Code of the acknowledgement. */
function publish(
  { context }: Connection,
  { session, terms }: Accepted,
  packet: PublishPacket,
  topic: string,
): number {
  if (
    packet.properties.length > 0 &&
    terms.payloadFormatCheck &&
    propertyNumber(packet.properties, PROPERTY.payloadFormatIndicator) === 1 &&
    utf8Problem(packet.payload, 0, packet.payload.length)?.kind === 'ill-formed'
  ) {
    // v5 3.3.2.3.2: a Server may check. QoS 0 has no acknowledgement to say it in.
    return REASON.payloadFormatInvalid;
  }
  const granted = grantedTo(packet, terms);
  const message = new Message(granted, topic, session.clientId, context.clock.now());
  if (message.retain && message.payload.length > 0 && !context.retained.hasRoomFor(topic, message.bytes)) {
    return REASON.quotaExceeded;
  }
  const matched = context.router.publish(message);
  return matched === 0 ? REASON.noMatchingSubscribers : REASON.success;
}

/** What goes on of a message by the terms, which a Client before 5.0 could not be told. */
function grantedTo(packet: PublishPacket, { maximumQoS, retainAvailable }: BrokerLimits): PublishPacket {
  if (packet.qos <= maximumQoS && (retainAvailable || !packet.retain)) return packet;
  const qos: QoS = packet.qos < maximumQoS ? packet.qos : maximumQoS;
  return { ...packet, qos, retain: packet.retain && retainAvailable };
}

/**
 * PUBACK or PUBREC (v5 [MQTT-4.3.2-4], [MQTT-4.3.3-8]). Before 5.0 a refusal cannot be said: v3.1.1
 * [MQTT-3.3.5-2].
 */
function acknowledge(
  connection: Connection,
  { session, problemInformation, incoming }: Accepted,
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
  if (connection.version === 5 && reasonCode >= firstFailure) incoming.finish(packetId);
  else session.receivedQos2.add(packetId);
  connection.reply({ type: 'pubrec', packetId, reasonCode, properties });
}
