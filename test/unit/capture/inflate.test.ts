import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Inflater } from '../../../src/trace/capture/inflate.ts';

interface Result {
  readonly bytes: Buffer;
  readonly sound: boolean;
  readonly whole: boolean;
}

function inflate(input: Uint8Array, pieceBytes: number, windowBits = 15): Result {
  const parts: Uint8Array[] = [];
  const inflater = new Inflater((bytes) => parts.push(bytes.slice()), windowBits);
  let sound = true;
  for (let at = 0; at < input.length && sound; at += pieceBytes) {
    sound = inflater.push(input.subarray(at, at + pieceBytes));
  }
  return { bytes: Buffer.concat(parts), sound, whole: inflater.isBetweenBlocks };
}

/** Bytes of which some repeat, near and far. */
const data = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.constant(Buffer.from('{"temperature": 21.5, "humidity": 40}')),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.concat(parts));
const piece = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5000 }));
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

describe('what zlib has deflated', () => {
  it('comes out as it was, whatever the pieces, with a window no larger than agreed on', () => {
    fc.assert(
      fc.property(data, settings, piece, (bytes, options, pieceBytes) => {
        const deflated = deflateRawSync(bytes, options);
        const result = inflate(deflated, pieceBytes, options.windowBits);
        expect(result.bytes.equals(bytes)).toBe(true);
        expect(result).toMatchObject({ sound: true, whole: true });
      }),
      { numRuns: 300 },
    );
  });

  it('comes out of a stream that was flushed, with what came before as its window', () => {
    fc.assert(
      fc.property(data, fc.integer({ min: 0, max: 9 }), piece, (bytes, level, pieceBytes) => {
        const half = bytes.subarray(0, bytes.length >> 1);
        const flushed = { level, finishFlush: constants.Z_SYNC_FLUSH } as const;
        const first = deflateRawSync(half, flushed);
        const rest = bytes.subarray(half.length);
        const second = deflateRawSync(rest, half.length > 0 ? { ...flushed, dictionary: half } : flushed);
        const result = inflate(Buffer.concat([first, second]), pieceBytes);
        expect(result.bytes.equals(bytes)).toBe(true);
        expect(result.whole).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('goes on after a block that says it is the last', () => {
    const [one, other] = [Buffer.from('hello '.repeat(20)), Buffer.from('world'.repeat(30))];
    const result = inflate(Buffer.concat([deflateRawSync(one), deflateRawSync(other)]), 3);
    expect(result.bytes.toString()).toBe(`${one}${other}`);
  });
});

describe('any bytes', () => {
  const changed = fc.tuple(data, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }));

  it('come to what zlib makes of them, as far as it goes', () => {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    fc.assert(
      fc.property(
        fc.oneof(changed, fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.constant([]))),
        (input) => {
          const [bytes, changes] = input;
          const deflated = changes.length === 0 ? Buffer.from(bytes) : deflateRawSync(bytes);
          for (const [at, value] of changes) deflated[at % deflated.length] = value;
          const result = inflate(deflated, deflated.length || 1);
          let expected: Buffer | undefined;
          try {
            expected = inflateRawSync(deflated, options);
          } catch {
            // zlib also refuses codes that leave room, before it is known whether that matters.
          }
          if (expected === undefined) return;
          // zlib ends with a block that says it is the last; here that is not the end.
          expect(result.bytes.subarray(0, expected.length).equals(expected)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never reach further back than what was told', () => {
    // A fixed block that begins with a repetition.
    expect(inflate(Uint8Array.of(0x03, 0x02, 0x00, 0x00), 1)).toMatchObject({ sound: false });
  });
});
