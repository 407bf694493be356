import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { propertyBytes, publishBytes, publishPacketIdAt } from '../../../src/mqtt/encode/publish-bytes.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Property, PublishPacket, QoS } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';

const property: fc.Arbitrary<Property> = fc.oneof(
  fc.nat(0xffff).map((value): Property => ({ id: PROPERTY.topicAlias, kind: 'number', value })),
  fc
    .nat(268_435_455)
    .map((value): Property => ({ id: PROPERTY.subscriptionIdentifier, kind: 'number', value })),
  fc.string().map((value): Property => ({ id: PROPERTY.contentType, kind: 'string', value })),
  fc
    .tuple(fc.string(), fc.string())
    .map(([name, value]): Property => ({ id: PROPERTY.userProperty, kind: 'pair', name, value })),
  fc
    .uint8Array({ maxLength: 200 })
    .map((value): Property => ({ id: PROPERTY.correlationData, kind: 'bytes', value })),
);

const packets = fc.record({
  type: fc.constant('publish' as const),
  dup: fc.boolean(),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  retain: fc.boolean(),
  topic: fc.string({ unit: 'grapheme', maxLength: 300 }),
  packetId: fc.integer({ min: 1, max: 0xffff }),
  properties: fc.array(property, { maxLength: 8 }),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(100, 127, 128, 16_383, 16_384, 2_097_152).map((length) => new Uint8Array(length).fill(7)),
  ),
});

function partsOf(packet: PublishPacket, version: 4 | 5): Uint8Array {
  return publishBytes({
    flags: (packet.dup ? 8 : 0) | (packet.qos << 1) | (packet.retain ? 1 : 0),
    topic: encodeUtf8(packet.topic),
    packetId: packet.qos === 0 ? undefined : packet.packetId,
    properties: version === 5 ? propertyBytes(packet.properties) : undefined,
    payload: packet.payload,
  });
}

describe('a PUBLISH from parts', () => {
  it('has the bytes that the writer writes, in 5.0 and before', () => {
    fc.assert(
      fc.property(packets, fc.constantFrom(4 as const, 5 as const), (packet, version) => {
        expect(Buffer.compare(partsOf(packet, version), encodePacket(packet, version))).toBe(0);
      }),
    );
  });

  it('has its Packet Identifier where it is said to be', () => {
    fc.assert(
      fc.property(packets, fc.constantFrom(1 as const, 2 as const), (packet, qos) => {
        const bytes = partsOf({ ...packet, qos }, 5);
        const at = publishPacketIdAt(bytes);
        expect(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toBe(packet.packetId);
      }),
    );
  });

  it('is refused when it is longer than the wire can tell', () => {
    const parts = { flags: 0, topic: new Uint8Array(0), packetId: undefined, properties: undefined };
    expect(() => publishBytes({ ...parts, payload: new Uint8Array(268_435_454) })).toThrow(RangeError);
  });
});
