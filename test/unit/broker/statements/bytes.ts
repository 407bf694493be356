/** Packets as bytes, for those that the writer would not write. */
import { encodePacket } from '../../../../src/mqtt/encode.ts';
import { connectPacket, utf8 } from '../test-client.ts';
import type { TestedVersion } from './scene.ts';

/** A byte, some bytes, or a text behind its length. */
export type Part = number | Uint8Array | string;

/** A text behind its length, as a UTF-8 Encoded String. */
export function text(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return new Uint8Array([bytes.length >> 8, bytes.length & 0xff, ...bytes]);
}

/** A packet: its first byte, Remaining Length, and the parts. */
export function packet(firstByte: number, ...parts: readonly Part[]): Uint8Array {
  const body = parts.flatMap((part) => {
    if (typeof part === 'number') return [part];
    return [...(typeof part === 'string' ? text(part) : part)];
  });
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return new Uint8Array([firstByte, ...length, ...body]);
}

/** What stands for no properties: nothing before 5.0. */
export function noProperties(version: TestedVersion): Uint8Array {
  return new Uint8Array(version === 5 ? [0] : []);
}

export interface RawConnect {
  readonly protocolName?: string | Uint8Array;
  readonly level?: number;
  readonly flags?: number;
  /** Behind the variable header; by default the Client Identifier `demo`. */
  readonly payload?: readonly Part[];
  /** The fixed header's first byte. */
  readonly firstByte?: number;
}

/** A CONNECT that may break any rule. */
export function connectBytes(version: TestedVersion, raw: RawConnect = {}): Uint8Array {
  return packet(
    raw.firstByte ?? 0x10,
    text(raw.protocolName ?? 'MQTT'),
    raw.level ?? version,
    raw.flags ?? 0x02,
    0,
    0,
    noProperties(version),
    ...(raw.payload ?? ['demo']),
  );
}

/** The smallest CONNECT of a version. */
export function plainConnect(version: TestedVersion, clientId = 'demo'): Uint8Array {
  return encodePacket(connectPacket({ version, clientId }), version);
}

/** Bytes that are not UTF-8, one way each. */
export const illFormedTexts: readonly Uint8Array[] = [
  // A continuation byte without a beginning, a surrogate, an overlong form, a code point too high.
  new Uint8Array([0x80]),
  new Uint8Array([0xed, 0xa0, 0x80]),
  new Uint8Array([0xc0, 0xaf]),
  new Uint8Array([0xf4, 0x90, 0x80, 0x80]),
];

/** U+0000. */
export const nullText = new Uint8Array([0]);
