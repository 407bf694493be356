/** MQTT.js's own codec as a second opinion: its packets in the shape of ours, and what it makes of bytes. */
import { generate, parser } from 'mqtt-packet';
import type {
  Packet,
  Properties,
  Property,
  ProtocolVersion,
  QoS,
  Subscription,
} from '../../../../src/mqtt/packet.ts';
import { PROPERTY, propertyDefinition } from '../../../../src/mqtt/properties.ts';

type Loose = Record<string, unknown>;

/** Our packet as `mqtt-packet` would tell it. */
export function toTheirs(packet: Packet, version: ProtocolVersion): Loose {
  const cmd = packet.type;
  const properties = 'properties' in packet ? theirProperties(packet.properties, version) : {};
  switch (packet.type) {
    case 'connect': {
      const { will, userName, password } = packet;
      return {
        cmd,
        protocolId: packet.protocolName,
        protocolVersion: packet.version,
        ...(packet.bridge ? { bridgeMode: true } : {}),
        clean: packet.cleanStart,
        keepalive: packet.keepAliveSeconds,
        clientId: packet.clientId,
        ...properties,
        ...(will === undefined
          ? {}
          : {
              will: {
                topic: will.topic,
                payload: Buffer.from(will.payload),
                qos: will.qos,
                retain: will.retain,
                ...theirProperties(will.properties, version),
              },
            }),
        ...(userName === undefined ? {} : { username: userName }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      };
    }
    case 'connack': {
      const code = version === 5 ? { reasonCode: packet.reasonCode } : { returnCode: packet.reasonCode };
      return { cmd, sessionPresent: packet.sessionPresent, ...code, ...properties };
    }
    case 'publish':
      return {
        ...{ cmd, dup: packet.dup, qos: packet.qos, retain: packet.retain, topic: packet.topic },
        ...(packet.packetId === undefined ? {} : { messageId: packet.packetId }),
        ...properties,
        payload: Buffer.from(packet.payload),
      };
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp': {
      const code = version === 5 ? { reasonCode: packet.reasonCode } : {};
      return { cmd, messageId: packet.packetId, ...code, ...properties };
    }
    case 'subscribe': {
      const subscriptions = packet.subscriptions.map((each) => theirSubscription(each, version));
      return { cmd, messageId: packet.packetId, ...properties, subscriptions };
    }
    case 'suback':
      return { cmd, messageId: packet.packetId, ...properties, granted: packet.reasonCodes };
    case 'unsubscribe':
      return { cmd, messageId: packet.packetId, ...properties, unsubscriptions: packet.topicFilters };
    case 'unsuback': {
      const granted = version === 5 ? { granted: packet.reasonCodes } : {};
      return { cmd, messageId: packet.packetId, ...properties, ...granted };
    }
    case 'pingreq':
    case 'pingresp':
      return { cmd };
    case 'disconnect':
      return { cmd, ...(version === 5 ? { reasonCode: packet.reasonCode } : {}), ...properties };
    case 'auth':
      return { cmd, reasonCode: packet.reasonCode, ...properties };
  }
}

function theirSubscription(subscription: Subscription, version: ProtocolVersion): Loose {
  const { topicFilter, noLocal, retainAsPublished, retainHandling } = subscription;
  const options = version === 5 ? { nl: noLocal, rap: retainAsPublished, rh: retainHandling } : {};
  return { topic: topicFilter, qos: subscription.qos as QoS, ...options };
}

/** Booleans for what is 0 or 1, User Properties by name, a list for what repeats: the order between names is lost. */
function theirProperties(list: Properties, version: ProtocolVersion): Loose {
  if (version !== 5 || list.length === 0) return {};
  const properties: Record<string, unknown> = {};
  const users: Record<string, string | string[]> = Object.create(null);
  for (const property of list) {
    if (property.kind === 'pair') {
      const known = users[property.name];
      // It overwrites an empty value when the name comes again.
      users[property.name] = known ? [known, property.value].flat() : property.value;
      properties['userProperties'] = users;
    } else {
      const key = propertyDefinition(property.id)?.key ?? '';
      const known = properties[key];
      const value = theirValue(property);
      properties[key] = known === undefined ? value : [known, value].flat();
    }
  }
  return { properties };
}

function theirValue(property: Exclude<Property, { kind: 'pair' }>): unknown {
  if (property.kind === 'bytes') return Buffer.from(property.value);
  const definition = propertyDefinition(property.id);
  const yesOrNo = definition?.maximum === 1 && property.id !== PROPERTY.maximumQoS;
  return yesOrNo ? property.value === 1 : property.value;
}

/** What `mqtt-packet` makes of the bytes of one packet: exactly one packet, or the message of its error. */
export function theirReading(bytes: Uint8Array, version: ProtocolVersion): Loose | string {
  const reader = parser({ protocolVersion: version });
  const packets: Loose[] = [];
  const errors: string[] = [];
  reader.on('packet', (packet) => packets.push({ ...packet }));
  reader.on('error', (error: Error) => errors.push(error.message));
  try {
    const left = reader.parse(Buffer.from(bytes));
    if (errors.length === 0 && left > 0) return `waits with ${left} bytes`;
  } catch (error) {
    return String(error);
  }
  const [packet] = packets;
  if (errors[0] !== undefined) return errors[0];
  return packet === undefined || packets.length > 1 ? `${packets.length} packets` : packet;
}

/** The bytes that `mqtt-packet` writes. */
export function theirWriting(packet: Packet, version: ProtocolVersion): Uint8Array {
  const theirs = toTheirs(packet, version);
  const written = generate(theirs as unknown as Parameters<typeof generate>[0], { protocolVersion: version });
  return Uint8Array.from(written);
}
