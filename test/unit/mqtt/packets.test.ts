import { describe, expect, test } from 'vitest';
import { decodePacket, dissectPacket } from '../../../src/mqtt/decode.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { packetTypes } from '../../../src/mqtt/packet-types.ts';
import { properties, propertyDefinition } from '../../../src/mqtt/properties.ts';
import { connectRows } from './support/connect-rows.ts';
import { rangesOf } from './support/leaves.ts';
import { publishRows } from './support/publish-rows.ts';
import { subscribeRows } from './support/subscribe-rows.ts';

const rows = [...connectRows, ...publishRows, ...subscribeRows];

describe.each(rows)('$name', ({ version, direction, bytes, packet, shorter }) => {
  test('is read', () => {
    expect(decodePacket(bytes, 0, bytes.length, version, direction)).toEqual({ ok: true, packet });
  });

  test('is written', () => {
    expect(encodePacket(packet, version)).toEqual(shorter ?? bytes);
  });

  test('is read again as it was written', () => {
    const written = encodePacket(packet, version);
    expect(decodePacket(written, 0, written.length, version, direction)).toEqual({ ok: true, packet });
  });

  test('is read in the middle of other bytes', () => {
    const around = Uint8Array.of(0xff, 0xff, ...bytes, 0xff);
    expect(decodePacket(around, 2, 2 + bytes.length, version, direction)).toEqual({ ok: true, packet });
    const { fields } = dissectPacket(around, 2, 2 + bytes.length, version, direction);
    expect(fields).toEqual(dissectPacket(bytes, 0, bytes.length, version, direction).fields);
  });

  test('has fields that cover every byte once, and the same packet', () => {
    const { decoded, fields } = dissectPacket(bytes, 0, bytes.length, version, direction);
    expect(decoded).toEqual({ ok: true, packet });
    let end = 0;
    for (const range of rangesOf(fields)) {
      expect(range.start).toBe(end);
      end = range.end;
    }
    expect(end).toBe(bytes.length);
  });

  test('is malformed wherever it is cut off, and its fields still cover every byte', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      const { decoded, fields } = dissectPacket(bytes, 0, length, version, direction);
      expect(decoded.ok).toBe(false);
      expect(rangesOf(fields).at(-1)?.end ?? 0).toBe(length);
    }
  });
});

test('the rows have every packet type', () => {
  const types = new Set(rows.map((row) => row.packet.type));
  expect(packetTypes.filter((row) => !types.has(row.type))).toEqual([]);
});

test('the rows have every property', () => {
  const ids = rows.flatMap(({ packet }) => [
    ...('properties' in packet ? packet.properties : []),
    ...(packet.type === 'connect' ? (packet.will?.properties ?? []) : []),
  ]);
  const seen = new Set(ids.map(({ id }) => propertyDefinition(id)));
  expect(properties.filter((definition) => !seen.has(definition))).toEqual([]);
});
