/** The few fields of a PUBLISH that decide whether it matters here, read without making an object for each. */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import { PROPERTY, propertyDefinition } from '../mqtt/properties.ts';

/** Offsets into the bytes. Reused for every packet. */
export class PublishBytes {
  dup = false;
  qos = 0;
  retain = false;
  topicStart = 0;
  topicEnd = 0;
  /** Behind the Packet Identifier: properties in 5.0, then the payload. */
  restStart = 0;

  /** Returns whether the packet could be read so far. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const first = bytes[start] ?? 0;
    this.dup = (first & 0x08) !== 0;
    this.qos = (first >> 1) & 3;
    this.retain = (first & 0x01) !== 0;
    let at = start + 1;
    while (at < end && (bytes[at] ?? 0) >= 0x80) at += 1;
    this.topicStart = at + 3;
    this.topicEnd = this.topicStart + (((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
    this.restStart = this.qos === 0 ? this.topicEnd : this.topicEnd + 2;
    return this.qos !== 3 && this.restStart <= end;
  }
}

/** Where the payload begins, or -1 when the properties cannot be read. */
export function payloadStart(
  bytes: Uint8Array,
  restStart: number,
  end: number,
  version: ProtocolVersion | 0,
): number {
  if (version !== 5) return restStart;
  const length = variableByteInteger(bytes, restStart, end);
  if (length < 0) return -1;
  const at = restStart + integerBytes(bytes, restStart) + length;
  return at <= end ? at : -1;
}

/** The Topic Alias of a PUBLISH of 5.0; 0 when it has none or its properties cannot be read. */
export function topicAliasOf(bytes: Uint8Array, restStart: number, end: number): number {
  const length = variableByteInteger(bytes, restStart, end);
  if (length <= 0) return 0;
  let at = restStart + integerBytes(bytes, restStart);
  const limit = Math.min(end, at + length);
  while (at < limit) {
    const id = bytes[at] ?? 0;
    at += 1;
    if (id === PROPERTY.topicAlias) return at + 2 <= limit ? uint16(bytes, at) : 0;
    const size = valueSize(bytes, at, limit, id);
    if (size < 0) return 0;
    at += size;
  }
  return 0;
}

function valueSize(bytes: Uint8Array, at: number, limit: number, id: number): number {
  switch (propertyDefinition(id)?.type) {
    case 'byte':
      return 1;
    case 'two-byte-integer':
      return 2;
    case 'four-byte-integer':
      return 4;
    case 'variable-byte-integer':
      return variableByteInteger(bytes, at, limit) < 0 ? -1 : integerBytes(bytes, at);
    case 'utf8-string':
    case 'binary-data':
      return 2 + uint16(bytes, at);
    case 'utf8-string-pair': {
      const first = 2 + uint16(bytes, at);
      return first + 2 + uint16(bytes, at + first);
    }
    default:
      return -1;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function variableByteInteger(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let at = from; at < from + 4 && at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
  return -1;
}

function integerBytes(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) >= 0x80 && at < from + 3) at += 1;
  return at - from + 1;
}
