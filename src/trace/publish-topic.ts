/** Where the topic of a recorded PUBLISH stands, and the Topic Alias that may stand for it (v5 3.3.2.3.4). */
import { PROPERTY, propertyDefinition } from '../mqtt/properties.ts';

const twoBytes = (bytes: Uint8Array, pos: number): number => ((bytes[pos] ?? 0) << 8) | (bytes[pos + 1] ?? 0);

/** Where the Topic Name of the PUBLISH at `start` begins: behind the Remaining Length and its own length. */
export function topicStart(bytes: Uint8Array, start: number): number {
  let pos = start + 1;
  while ((bytes[pos] ?? 0) > 0x7f) pos += 1;
  return pos + 3;
}

/** Where the Topic Name ends that begins at `topic`. */
export function topicEnd(bytes: Uint8Array, topic: number): number {
  return topic + twoBytes(bytes, topic - 2);
}

/**
 * The Topic Alias of a 5.0 PUBLISH whose properties begin at `bytes[start]`, with their length; 0, which is
 * never one, when there is none. Steps over the other properties without reading them.
 */
export function topicAlias(bytes: Uint8Array, start: number, end: number): number {
  let pos = afterVariable(bytes, start);
  const limit = Math.min(end, pos + variable(bytes, start));
  while (pos < limit) {
    const id = bytes[pos] ?? 0;
    if (id === PROPERTY.topicAlias) return pos + 3 <= limit ? twoBytes(bytes, pos + 1) : 0;
    const next = afterValue(bytes, pos + 1, id);
    if (next === undefined) return 0;
    pos = next;
  }
  return 0;
}

/** Where the value of a property ends; undefined when its identifier is not known. */
function afterValue(bytes: Uint8Array, pos: number, id: number): number | undefined {
  switch (propertyDefinition(id)?.type) {
    case 'byte':
      return pos + 1;
    case 'two-byte-integer':
      return pos + 2;
    case 'four-byte-integer':
      return pos + 4;
    case 'variable-byte-integer':
      return afterVariable(bytes, pos);
    case 'utf8-string':
    case 'binary-data':
      return pos + 2 + twoBytes(bytes, pos);
    case 'utf8-string-pair': {
      const value = pos + 2 + twoBytes(bytes, pos);
      return value + 2 + twoBytes(bytes, value);
    }
    default:
      return undefined;
  }
}

function afterVariable(bytes: Uint8Array, start: number): number {
  let pos = start;
  while ((bytes[pos] ?? 0) > 0x7f && pos < start + 3) pos += 1;
  return pos + 1;
}

function variable(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let pos = afterVariable(bytes, start) - 1; pos >= start; pos -= 1) {
    value = (value << 7) | ((bytes[pos] ?? 0) & 0x7f);
  }
  return value;
}
