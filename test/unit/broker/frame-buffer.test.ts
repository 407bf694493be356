import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameBuffer } from '../../../src/net/broker/frame-buffer.ts';

/** A packet of a type, with so many bytes after the fixed header. */
function packetOf(firstByte: number, remaining: number): Buffer {
  const length: number[] = [];
  let rest = remaining;
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), Buffer.alloc(remaining, firstByte)]);
}

function drain(frames: FrameBuffer): string[] {
  const found: string[] = [];
  for (;;) {
    const frame = frames.next();
    if (frame === undefined) return found;
    if (frame.kind !== 'packet') return [...found, frame.kind];
    found.push(Buffer.from(frame.bytes.subarray(frame.start, frame.end)).toString('hex'));
  }
}

describe('the frame buffer', () => {
  it('finds the same packets whatever the chunks', () => {
    const packets = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 255 }), fc.oneof(fc.nat(5), fc.nat(300), fc.nat(20_000))),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        packets,
        fc.array(fc.integer({ min: 1, max: 6_000 }), { minLength: 1, maxLength: 20 }),
        (sizes, cuts) => {
          const expected = sizes.map(([firstByte, remaining]) => packetOf(firstByte, remaining));
          const bytes = Buffer.concat(expected);
          const frames = new FrameBuffer(1 << 20);
          const found: string[] = [];
          let at = 0;
          for (let turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            // A chunk's memory belongs to the stream, which may use it again.
            const chunk = Buffer.from(bytes.subarray(at, at + size));
            frames.push(chunk);
            found.push(...drain(frames));
            frames.compact();
            chunk.fill(0);
            at += size;
          }
          expect(found).toEqual(expected.map((packet) => packet.toString('hex')));
          expect(frames.partial).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tells a packet that is too large by its header alone', () => {
    const frames = new FrameBuffer(100);
    frames.push(packetOf(0x30, 98));
    expect(drain(frames)).toHaveLength(1);
    frames.push(packetOf(0x30, 99).subarray(0, 2));
    expect(drain(frames)).toEqual(['too-large']);
  });

  it('tells a Remaining Length that goes on after its fourth byte', () => {
    const frames = new FrameBuffer(2 ** 28 + 5);
    frames.push(Buffer.from([0x30, 0xff, 0xff, 0xff]));
    expect(drain(frames)).toEqual([]);
    frames.push(Buffer.from([0x7f]));
    expect(drain(frames)).toEqual([]);
    const broken = new FrameBuffer(2 ** 28 + 5);
    broken.push(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]));
    expect(drain(broken)).toEqual(['length-malformed']);
  });
});
