/**
 * A PUBLISH from parts that are bytes already, for a Server that sends one message to many: the parts are made once,
 * and each packet is one allocation.
 */
import type { Properties } from '../packet.ts';
import { encodeProperty } from './properties.ts';
import { maxVariableByteInteger, notEncodable, Writer } from './writer.ts';

export interface PublishParts {
  /** DUP, QoS and RETAIN. */
  readonly flags: number;
  /** UTF-8; may be empty with a Topic Alias. */
  readonly topic: Uint8Array;
  /** Present when the QoS is above 0. */
  readonly packetId: number | undefined;
  /** Without Property Length; undefined before 5.0. */
  readonly properties: Uint8Array | undefined;
  readonly payload: Uint8Array;
}

const publishType = 0x30;

/** How many bytes a Variable Byte Integer takes (v5 1.5.5). */
function sizeOfInteger(value: number): 1 | 2 | 3 | 4 {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}

/** The whole packet. Throws a RangeError when it is larger than the wire allows. */
export function publishBytes({ flags, topic, packetId, properties, payload }: PublishParts): Uint8Array {
  const propertiesSize = properties === undefined ? 0 : sizeOfInteger(properties.length) + properties.length;
  const remaining = 2 + topic.length + (packetId === undefined ? 0 : 2) + propertiesSize + payload.length;
  if (remaining > maxVariableByteInteger)
    throw notEncodable('Remaining Length', `${remaining} is out of range`);
  const bytes = new Uint8Array(1 + sizeOfInteger(remaining) + remaining);
  bytes[0] = publishType | flags;
  let at = writeInteger(bytes, 1, remaining);
  bytes[at] = topic.length >> 8;
  bytes[at + 1] = topic.length;
  bytes.set(topic, at + 2);
  at += 2 + topic.length;
  if (packetId !== undefined) {
    bytes[at] = packetId >> 8;
    bytes[at + 1] = packetId;
    at += 2;
  }
  if (properties !== undefined) {
    at = writeInteger(bytes, at, properties.length);
    bytes.set(properties, at);
    at += properties.length;
  }
  bytes.set(payload, at);
  return bytes;
}

/** Where the Packet Identifier stands in a whole PUBLISH with a QoS above 0. */
export function publishPacketIdAt(bytes: Uint8Array): number {
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80) at += 1;
  const topicLength = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  return at + 3 + topicLength;
}

/** Properties behind each other, without Property Length. */
export function propertyBytes(properties: Properties): Uint8Array {
  if (properties.length === 0) return none;
  writer.clear();
  for (const property of properties) encodeProperty(writer, property);
  return writer.written().slice();
}

const none = new Uint8Array(0);
/** Used for one block after the other. */
const writer = new Writer();

function writeInteger(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let left = value;
  while (left >= 0x80) {
    bytes[at++] = (left & 0x7f) | 0x80;
    left >>= 7;
  }
  bytes[at++] = left;
  return at;
}
