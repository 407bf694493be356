/**
 * UTF-8 as MQTT wants it (v5 1.5.4): well-formed, without surrogates and without U+0000, a byte order mark kept.
 * Written here because this room sees neither Node nor the DOM, and because the place of the fault is needed.
 */

/** Where a UTF-8 Encoded String breaks the rules. `offset` is an index into the bytes. */
export interface Utf8Problem {
  readonly kind: 'ill-formed' | 'null';
  readonly offset: number;
}

const CHUNK = 4096;

/** The text of `bytes[start, end)`, or undefined when it is ill-formed or contains U+0000. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  return (end - start <= CHUNK ? decodeAscii(bytes, start, end) : undefined) ?? decodeAny(bytes, start, end);
}

/** Most strings on the wire are short and ASCII; an array of the right size makes them half as expensive. */
function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  const units = new Array<number>(end - start);
  for (let pos = start; pos < end; pos += 1) {
    const unit = bytes[pos] ?? 0;
    if (unit === 0 || unit >= 0x80) return undefined;
    units[pos - start] = unit;
  }
  return String.fromCharCode.apply(null, units);
}

function decodeAny(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  let pos = start;
  while (pos < end) {
    const units: number[] = [];
    while (pos < end && units.length < CHUNK) {
      const lead = bytes[pos] ?? 0;
      const length = sequenceLength(bytes, pos, end);
      if (length === 0 || lead === 0) return undefined;
      if (length === 1) {
        units.push(lead);
      } else {
        const point = codePoint(bytes, pos, length);
        if (point > 0xffff) units.push(0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff));
        else units.push(point);
      }
      pos += length;
    }
    text += String.fromCharCode.apply(null, units);
  }
  return text;
}

/** The first rule that `bytes[start, end)` breaks, or undefined when it is a valid UTF-8 Encoded String. */
export function utf8Problem(bytes: Uint8Array, start: number, end: number): Utf8Problem | undefined {
  let pos = start;
  while (pos < end) {
    const length = sequenceLength(bytes, pos, end);
    if (length === 0) return { kind: 'ill-formed', offset: pos };
    if (bytes[pos] === 0) return { kind: 'null', offset: pos };
    pos += length;
  }
  return undefined;
}

/** The bytes of `text`. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encodeAscii(text) ?? encodeAny(text);
}

/** Most strings are ASCII, and then take as many bytes as characters. */
function encodeAscii(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return undefined;
    bytes[index] = unit;
  }
  return bytes;
}

function encodeAny(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let pos = 0;
  for (let index = 0; index < text.length; index += 1) {
    const point = text.codePointAt(index) ?? 0;
    if (point < 0x80) {
      bytes[pos++] = point;
    } else if (point < 0x800) {
      bytes[pos++] = 0xc0 | (point >> 6);
      bytes[pos++] = 0x80 | (point & 0x3f);
    } else if (point < 0x10000) {
      const unit = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
      bytes[pos++] = 0xe0 | (unit >> 12);
      bytes[pos++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[pos++] = 0x80 | (unit & 0x3f);
    } else {
      bytes[pos++] = 0xf0 | (point >> 18);
      bytes[pos++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[pos++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[pos++] = 0x80 | (point & 0x3f);
      index += 1;
    }
  }
  return bytes.subarray(0, pos);
}

/** How many bytes the well-formed sequence at `pos` takes, 0 when it is ill-formed (Unicode table 3-7). */
function sequenceLength(bytes: Uint8Array, pos: number, end: number): number {
  const lead = bytes[pos] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (pos + length > end) return 0;
  const second = bytes[pos + 1] ?? 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = pos + 2; index < pos + length; index += 1) {
    if (((bytes[index] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function codePoint(bytes: Uint8Array, pos: number, length: number): number {
  let point = (bytes[pos] ?? 0) & (0xff >> (length + 1));
  for (let index = pos + 1; index < pos + length; index += 1) {
    point = (point << 6) | ((bytes[index] ?? 0) & 0x3f);
  }
  return point;
}
