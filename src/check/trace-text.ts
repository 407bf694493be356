/** What passed in a probe, packet by packet, in a few words each. */
import { decodePacket } from '../mqtt/decode.ts';
import type { Direction, Packet, Properties, ProtocolVersion } from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../mqtt/properties.ts';
import { reasonCodeName } from '../mqtt/reason-codes.ts';

const hex = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
const versionNames: Readonly<Record<ProtocolVersion, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };
/** So much of a payload is shown. */
const payloadCharacters = 40;

/** One packet, in a few words. Never tells what a Client proves itself with. */
export function packetText(bytes: Uint8Array, version: ProtocolVersion, direction: Direction): string {
  const decoded = decodePacket(bytes, 0, bytes.length, version, direction);
  if (!decoded.ok) {
    const start = [...bytes.subarray(0, 16)].map((each) => each.toString(16).padStart(2, '0')).join(' ');
    return `not a valid packet (${decoded.malformed.message}): ${start}${bytes.length > 16 ? ' …' : ''}`;
  }
  return wordsOf(decoded.packet, version).join(', ');
}

function wordsOf(packet: Packet, version: ProtocolVersion): readonly string[] {
  switch (packet.type) {
    case 'connect': {
      const clean = `${packet.version === 5 ? 'Clean Start' : 'CleanSession'} ${packet.cleanStart ? 1 : 0}`;
      const words = [`CONNECT ${versionNames[packet.version]}`, clean];
      const { will } = packet;
      words.push(...seconds('Session Expiry Interval', packet.properties, PROPERTY.sessionExpiryInterval));
      if (packet.keepAliveSeconds > 0) words.push(`Keep Alive ${packet.keepAliveSeconds} s`);
      if (will !== undefined) {
        words.push(`will ${shown(will.payload)} on ${will.topic}`);
        words.push(...seconds('Will Delay Interval', will.properties, PROPERTY.willDelayInterval));
      }
      return words;
    }
    case 'connack':
      return [
        `CONNACK ${code('connack', version, packet.reasonCode)}`,
        `Session Present ${packet.sessionPresent ? 1 : 0}`,
        ...seconds('Session Expiry Interval', packet.properties, PROPERTY.sessionExpiryInterval),
        ...seconds('Server Keep Alive', packet.properties, PROPERTY.serverKeepAlive),
      ];
    case 'publish':
      return [
        `PUBLISH ${shown(packet.payload)} on ${packet.topic}`,
        `QoS ${packet.qos}`,
        ...(packet.retain ? ['RETAIN 1'] : []),
        ...seconds('Message Expiry Interval', packet.properties, PROPERTY.messageExpiryInterval),
        ...seconds('Will Delay Interval', packet.properties, PROPERTY.willDelayInterval),
      ];
    case 'subscribe':
      return [
        'SUBSCRIBE',
        ...packet.subscriptions.map(({ topicFilter, qos }) => `${topicFilter} QoS ${qos}`),
      ];
    case 'suback':
      return [`SUBACK ${packet.reasonCodes.map(hex).join(' ')}`];
    case 'disconnect':
      return version === 5
        ? [
            `DISCONNECT ${code('disconnect', version, packet.reasonCode)}`,
            ...seconds('Session Expiry Interval', packet.properties, PROPERTY.sessionExpiryInterval),
          ]
        : ['DISCONNECT'];
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return [`${packet.type.toUpperCase()} ${packet.packetId}`];
    case 'unsubscribe':
    case 'unsuback':
    case 'pingreq':
    case 'pingresp':
    case 'auth':
      return [packet.type.toUpperCase()];
  }
}

function seconds(name: string, properties: Properties, id: number): string[] {
  const value = propertyNumber(properties, id);
  return value === undefined ? [] : [`${name} ${value === 0xffff_ffff ? '0xFFFFFFFF' : `${value} s`}`];
}

function code(type: 'connack' | 'disconnect', version: ProtocolVersion, reasonCode: number): string {
  return `${hex(reasonCode)} (${reasonCodeName(type, version, reasonCode)})`;
}

function shown(payload: Uint8Array): string {
  const text = new TextDecoder().decode(payload.subarray(0, payloadCharacters * 4));
  const plain = text.replaceAll(/[\p{Cc}\uFFFD]/gu, '·');
  return plain.length > payloadCharacters ? `${plain.slice(0, payloadCharacters)}…` : plain;
}
