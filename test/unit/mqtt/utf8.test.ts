import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8, utf8Problem } from '../../../src/mqtt/utf8.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the platform's decoder says, with the rule of MQTT that U+0000 is not allowed. */
function expected(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that are near to well-formed UTF-8, where the edges of the ranges lie. */
const edges = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1].concat([
  0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff, 0xbb, 0x00,
]);
const nearUtf8 = fc
  .array(fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 0, max: 255 })), { maxLength: 8 })
  .map((bytes) => Uint8Array.from(bytes));

describe('UTF-8', () => {
  test('is decoded as by the platform, except that U+0000 is refused', () => {
    fc.assert(
      fc.property(nearUtf8, (bytes) => {
        expect(decodeUtf8(bytes, 0, bytes.length)).toBe(expected(bytes));
      }),
      { numRuns: 20_000 },
    );
  });

  test('has a problem exactly when it cannot be decoded, and what stands before it is sound', () => {
    fc.assert(
      fc.property(nearUtf8, (bytes) => {
        const problem = utf8Problem(bytes, 0, bytes.length);
        expect(problem === undefined).toBe(expected(bytes) !== undefined);
        if (problem === undefined) return;
        expect(expected(bytes.subarray(0, problem.offset))).toBeDefined();
        expect(problem.kind === 'null').toBe(bytes[problem.offset] === 0);
      }),
      { numRuns: 20_000 },
    );
  });

  test('is encoded as by the platform, lone surrogates as U+FFFD', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('of any length is decoded whole', () => {
    for (const text of ['a'.repeat(70_000), 'é'.repeat(30_000), `${'a'.repeat(4095)}🌊${'b'.repeat(5000)}`]) {
      const bytes = new TextEncoder().encode(text);
      expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
    }
  });
});
