import { describe, expect, test } from 'vitest';
import { decodePacket } from '../../../src/mqtt/decode.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Packet, PublishPacket } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';

const publish: PublishPacket = {
  type: 'publish',
  dup: false,
  qos: 0,
  retain: false,
  topic: 'a',
  properties: [],
  payload: new Uint8Array(),
};

describe('what has no place on the wire', () => {
  test.each<[string, Packet]>([
    ['a Topic Name of more than 65,535 bytes', { ...publish, topic: 'é'.repeat(32_768) }],
    ['a property that does not exist', { ...publish, properties: [{ id: 4, kind: 'number', value: 1 }] }],
    [
      'a property of another type',
      { ...publish, properties: [{ id: PROPERTY.contentType, kind: 'number', value: 1 }] },
    ],
    [
      'a Subscription Identifier beyond the largest Variable Byte Integer',
      {
        ...publish,
        properties: [{ id: PROPERTY.subscriptionIdentifier, kind: 'number', value: 268_435_456 }],
      },
    ],
  ])('is refused: %s', (_, packet) => {
    expect(() => encodePacket(packet, 5)).toThrow(RangeError);
  });
});

test.each([0, 1, 100, 127, 128, 16_383, 16_384, 100_000])('a payload of %i bytes comes back', (length) => {
  const payload = new Uint8Array(length).fill(0x61);
  const bytes = encodePacket({ ...publish, payload }, 4);
  const decoded = decodePacket(bytes, 0, bytes.length, 4, 0);
  expect(decoded.ok && decoded.packet.type === 'publish' && decoded.packet.payload.length).toBe(length);
});

test('rules of the protocol are not checked, so that a fault can break them', () => {
  expect(encodePacket({ ...publish, topic: '#', qos: 1, packetId: 0 }, 4)).toEqual(
    Uint8Array.of(0x32, 5, 0, 1, 0x23, 0, 0),
  );
});
