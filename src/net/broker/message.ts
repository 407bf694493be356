import type {
  Properties,
  Property,
  ProtocolVersion,
  PublishPacket,
  QoS,
  WillMessage,
} from '../../mqtt/packet.ts';
import { noProperties, PROPERTY, propertyDefinition, propertyNumber } from '../../mqtt/properties.ts';

/** An Application Message on its way through the broker. Owns its bytes. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  /** As published: asks for it to be kept (v5 3.3.1.3). */
  readonly retain: boolean;
  /**
   * Those that go on to subscribers, in the order of the wire (v5 [MQTT-3.3.2-17], [MQTT-3.3.2-18],
   * [MQTT-3.1.3-10]).
   */
  readonly properties: Properties;
  /** The Client Identifier that published it, for No Local. */
  readonly publisher: string;
  readonly publishedAtMs: number;
  /** In seconds from `publishedAtMs`. */
  readonly messageExpiryInterval: number | undefined;
  /** About what it takes in memory. */
  readonly bytes: number;
}

/** A Message for one subscriber. */
export interface Delivery {
  readonly message: Message;
  /** The lower of what was published and what was granted (v5 [MQTT-3.8.4-8]). */
  readonly qos: QoS;
  readonly retain: boolean;
  /** All that belong to matching subscriptions (v5 [MQTT-3.3.4-3], [MQTT-3.3.4-4]). */
  readonly subscriptionIdentifiers: readonly number[];
}

/** What an empty message takes: its object and its places in queues. */
const messageOverhead = 200;

/** Makes a Message of a PUBLISH whose topic is known, or of a will at the moment when it is published. */
export function newMessage(
  source: PublishPacket | WillMessage,
  topic: string,
  publisher: string,
  nowMs: number,
): Message {
  const properties = forwardedProperties(source.properties);
  return {
    topic,
    payload: copyOf(source.payload),
    qos: source.qos,
    retain: source.retain,
    properties,
    publisher,
    publishedAtMs: nowMs,
    // A will's lifetime starts when it is published, not when it is armed (v5 3.1.3.2.4).
    messageExpiryInterval: propertyNumber(properties, PROPERTY.messageExpiryInterval),
    bytes: messageOverhead + topic.length + source.payload.length + propertyBytesHeld(properties),
  };
}

/** Not `slice`: of a Buffer that is a view, which would hold the socket's whole read buffer. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/**
 * Without those that end at the Server: Topic Alias (v5 3.3.2.3.4) and Will Delay Interval, which only
 * CONNECT knows.
 */
function forwardedProperties(properties: Properties): Properties {
  if (properties.length === 0) return noProperties;
  const forwarded: Property[] = [];
  for (const property of properties) {
    if (property.id === PROPERTY.topicAlias || property.id === PROPERTY.subscriptionIdentifier) continue;
    if (propertyDefinition(property.id)?.contexts.publish === undefined) continue;
    forwarded.push(property.kind === 'bytes' ? { ...property, value: copyOf(property.value) } : property);
  }
  return forwarded;
}

function propertyBytesHeld(properties: Properties): number {
  let bytes = 0;
  for (const property of properties) {
    bytes += 64;
    if (property.kind === 'pair') bytes += property.name.length + property.value.length;
    else if (property.kind !== 'number') bytes += property.value.length;
  }
  return bytes;
}

/** Whether the Message Expiry Interval has passed (v5 [MQTT-3.3.2-5]). */
export function isExpired(message: Message, nowMs: number): boolean {
  return (
    message.messageExpiryInterval !== undefined &&
    nowMs - message.publishedAtMs >= message.messageExpiryInterval * 1_000
  );
}

/** The PUBLISH that carries a Delivery to its subscriber. */
export function publishPacketOf(
  delivery: Delivery,
  version: ProtocolVersion,
  nowMs: number,
  packetId: number | undefined,
  dup: boolean,
): PublishPacket {
  const { message, qos, retain } = delivery;
  const properties = version === 5 ? outgoingProperties(delivery, nowMs) : noProperties;
  return {
    type: 'publish',
    dup,
    qos,
    retain,
    topic: message.topic,
    packetId,
    properties,
    payload: message.payload,
  };
}

function outgoingProperties(delivery: Delivery, nowMs: number): Properties {
  const { message, subscriptionIdentifiers } = delivery;
  const expires = message.messageExpiryInterval;
  if (expires === undefined && subscriptionIdentifiers.length === 0) return message.properties;
  const properties: Property[] = message.properties.map((property) =>
    property.id === PROPERTY.messageExpiryInterval && expires !== undefined
      ? // v5 [MQTT-3.3.2-6]: what was received less the time spent waiting here.
        { id: property.id, kind: 'number', value: remainingSeconds(message.publishedAtMs, expires, nowMs) }
      : property,
  );
  for (const value of subscriptionIdentifiers) {
    properties.push({ id: PROPERTY.subscriptionIdentifier, kind: 'number', value });
  }
  return properties;
}

function remainingSeconds(publishedAtMs: number, interval: number, nowMs: number): number {
  return Math.max(0, interval - Math.floor((nowMs - publishedAtMs) / 1_000));
}
