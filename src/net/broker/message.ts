import { propertyBytes } from '../../mqtt/encode/publish-bytes.ts';
import type { Properties, Property, PublishPacket, QoS, WillMessage } from '../../mqtt/packet.ts';
import { noProperties, PROPERTY, propertyDefinition, propertyNumber } from '../../mqtt/properties.ts';
import { encodeUtf8 } from '../../mqtt/utf8.ts';

/** What an empty message takes: its object and its places in queues. */
const messageOverhead = 200;

/** What a message is made of. */
type MessageSource = Pick<PublishPacket | WillMessage, 'payload' | 'qos' | 'retain' | 'properties'>;

/** An Application Message on its way through the broker. Owns its bytes. */
export class Message {
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
  /** The Client Identifier that published it, for No Local; undefined for the Server itself. */
  readonly publisher: string | undefined;
  readonly publishedAtMs: number;
  /** In seconds from `publishedAtMs`. */
  readonly messageExpiryInterval: number | undefined;
  /** About what it takes in memory. */
  readonly bytes: number;
  /** Packets made of it that others can share, while it goes to many; undefined again after. See `publish-forms.ts`. */
  forms: Map<number, Uint8Array> | undefined;
  /** In how many queues it is: see QueueMemory. */
  places = 0;
  #topicBytes: Uint8Array | undefined;
  #propertyBytes: Uint8Array | undefined;

  /** `properties` are those that go on, and owned by the message. */
  constructor(
    source: MessageSource,
    topic: string,
    publisher: string | undefined,
    nowMs: number,
    properties: Properties = publishProperties(source.properties),
  ) {
    this.topic = topic;
    this.payload = copyOf(source.payload);
    this.qos = source.qos;
    this.retain = source.retain;
    this.properties = properties;
    this.publisher = publisher;
    this.publishedAtMs = nowMs;
    // A will's lifetime starts when it is published, not when it is armed (v5 3.1.3.2.4).
    this.messageExpiryInterval =
      source.properties.length === 0
        ? undefined
        : propertyNumber(source.properties, PROPERTY.messageExpiryInterval);
    this.bytes = messageOverhead + topic.length + source.payload.length + propertyBytesHeld(this.properties);
  }

  /** The topic in UTF-8. */
  get topicBytes(): Uint8Array {
    this.#topicBytes ??= encodeUtf8(this.topic);
    return this.#topicBytes;
  }

  /** `properties` as they stand on the wire, with the lifetime that is left (v5 [MQTT-3.3.2-6]). */
  propertyBytes(nowMs: number): Uint8Array {
    const expiry = this.#remainingExpiry(nowMs);
    if (expiry !== undefined) {
      const { messageExpiryInterval: id } = PROPERTY;
      return propertyBytes(
        this.properties.map((each) => (each.id === id ? { id, kind: 'number', value: expiry } : each)),
      );
    }
    this.#propertyBytes ??= propertyBytes(this.properties);
    return this.#propertyBytes;
  }

  /** The same, as if it had been published at this moment. */
  publishedAnew(nowMs: number): Message {
    return new Message(this, this.topic, this.publisher, nowMs, this.properties);
  }

  /** Whether the Message Expiry Interval has passed (v5 [MQTT-3.3.2-5]). */
  isExpired(nowMs: number): boolean {
    return (
      this.messageExpiryInterval !== undefined &&
      nowMs - this.publishedAtMs >= this.messageExpiryInterval * 1_000
    );
  }

  /** In seconds: what was received less the time spent waiting here. */
  #remainingExpiry(nowMs: number): number | undefined {
    if (this.messageExpiryInterval === undefined) return undefined;
    return Math.max(0, this.messageExpiryInterval - Math.floor((nowMs - this.publishedAtMs) / 1_000));
  }
}

/** A Message for one subscriber. */
export interface Delivery {
  readonly message: Message;
  /** The lower of what was published and what was granted (v5 [MQTT-3.8.4-8]). */
  readonly qos: QoS;
  readonly retain: boolean;
  /** All that belong to matching subscriptions (v5 [MQTT-3.3.4-3], [MQTT-3.3.4-4]). */
  readonly subscriptionIdentifiers: readonly number[];
  /** Of a Shared Subscription: who else could get it while it has not been sent (v5 4.8.2). */
  readonly shared: Sharing | undefined;
}

/** Those who share a subscription, as a message for one of them sees them. */
export interface Sharing {
  /** Gives the message to a member that is not this Session; false when there is none. */
  passOn(message: Message, from: object): boolean;
}

/** Not `slice`: of a Buffer that is a view, which would hold the socket's whole read buffer. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/**
 * Without those that end at the Server: Topic Alias (v5 3.3.2.3.4) and Will Delay Interval, which only
 * CONNECT knows. Owns its bytes.
 */
export function publishProperties(properties: Properties): Properties {
  if (properties.length === 0) return noProperties;
  const forwarded: Property[] = [];
  for (const property of properties) {
    const { id } = property;
    if (id === PROPERTY.topicAlias || id === PROPERTY.subscriptionIdentifier) continue;
    if (propertyDefinition(id)?.contexts.publish === undefined) continue;
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
