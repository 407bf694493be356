import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePacket, dissectPacket } from '../../../src/mqtt/decode.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { anyPacket } from './support/arbitrary-packets.ts';
import {
  isKnownRefusal,
  itDoesNotCheck,
  itDoesNotWrite,
  itReadsOtherwise,
} from './support/known-differences.ts';
import { rangesOf } from './support/leaves.ts';
import { mutatedPacket } from './support/mutations.ts';
import { theirReading, theirWriting, toTheirs } from './support/second-opinion.ts';

describe('any valid packet, beside mqtt-packet', () => {
  test('is read by it as we wrote it', () => {
    fc.assert(
      fc.property(anyPacket, ({ version, packet }) => {
        const theirs = theirReading(encodePacket(packet, version), version);
        const known = typeof theirs === 'string' && isKnownRefusal(packet, version, theirs);
        if (!known) expect(theirs).toMatchObject(toTheirs(packet, version));
      }),
      { numRuns: 1000 },
    );
  });

  test('is read by us as it wrote it', () => {
    fc.assert(
      fc.property(anyPacket, ({ version, direction, packet }) => {
        fc.pre(!itDoesNotWrite.some((row) => row.applies(packet)));
        const bytes = theirWriting(packet, version);
        const decoded = decodePacket(bytes, 0, bytes.length, version, direction);
        const ours = decoded.ok ? toTheirs(decoded.packet, version) : decoded.malformed;
        expect(ours).toEqual(toTheirs(packet, version));
      }),
      { numRuns: 1000 },
    );
  });
});

test('any valid packet is read as we wrote it, order and repeats kept', () => {
  fc.assert(
    fc.property(anyPacket, ({ version, direction, packet }) => {
      const bytes = encodePacket(packet, version);
      expect(decodePacket(bytes, 0, bytes.length, version, direction)).toEqual({ ok: true, packet });
    }),
    { numRuns: 1000 },
  );
});

const unchecked: readonly string[] = itDoesNotCheck.flatMap((row) => row.reasons);

describe('any packet with a few bytes changed', () => {
  test('is judged as mqtt-packet does, but for the known differences', () => {
    fc.assert(
      fc.property(mutatedPacket, ({ version, direction, bytes }) => {
        const decoded = decodePacket(bytes, 0, bytes.length, version, direction);
        const theirs = theirReading(bytes, version);
        if (!decoded.ok) {
          if (typeof theirs !== 'string') expect(unchecked).toContain(decoded.malformed.reason);
          return;
        }
        const { packet } = decoded;
        const readBy = packet.type === 'connect' ? packet.version : version;
        if (typeof theirs === 'string') {
          expect(isKnownRefusal(packet, readBy, theirs) || theirs).toBe(true);
          return;
        }
        const ours = toTheirs(packet, readBy);
        const otherwise = itReadsOtherwise.filter(
          (row) => row.version === readBy && row.type === packet.type,
        );
        for (const { field } of otherwise) delete ours[field];
        expect(theirs).toMatchObject(ours);
      }),
      { numRuns: 5000 },
    );
  });

  test('gives the same packet again when what we accepted is written and read', () => {
    fc.assert(
      fc.property(mutatedPacket, ({ version, direction, bytes }) => {
        const decoded = decodePacket(bytes, 0, bytes.length, version, direction);
        if (!decoded.ok) return;
        const again = encodePacket(decoded.packet, version);
        expect(decodePacket(again, 0, again.length, version, direction)).toEqual(decoded);
      }),
      { numRuns: 5000 },
    );
  });

  test('has fields that cover every byte once', () => {
    fc.assert(
      fc.property(mutatedPacket, ({ version, direction, bytes }) => {
        const { decoded, fields } = dissectPacket(bytes, 0, bytes.length, version, direction);
        expect(decoded).toEqual(decodePacket(bytes, 0, bytes.length, version, direction));
        let end = 0;
        for (const range of rangesOf(fields)) {
          expect(range.start).toBe(end);
          end = range.end;
        }
        expect(end).toBe(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
});

test('any bytes at all are judged without an exception', () => {
  const version = fc.constantFrom(3, 4, 5);
  const direction = fc.constantFrom(0, 1);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), version, direction, (bytes, level, way) => {
      const { decoded } = dissectPacket(bytes, 0, bytes.length, level, way);
      if (!decoded.ok) {
        expect(decoded.malformed.offset).toBeGreaterThanOrEqual(0);
        expect(decoded.malformed.offset).toBeLessThanOrEqual(bytes.length);
      }
    }),
    { numRuns: 5000 },
  );
});
