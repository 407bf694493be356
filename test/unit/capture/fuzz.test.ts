import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionRules } from '../../../src/session/rules.ts';
import { CaptureReader } from '../../../src/trace/capture/reader.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { stories } from '../session/support/stories.ts';
import { RecordedRules, save } from './support.ts';

const byteBudget = 1_048_576;

/** Reads whatever it is given, in pieces, with the rules behind it. */
function read(file: Uint8Array, pieceBytes: number): Trace {
  const trace = new Trace(byteBudget);
  const reader = new CaptureReader(new Recorder(trace, new SessionRules()));
  for (let at = 0; at < file.length; at += pieceBytes) reader.push(file.subarray(at, at + pieceBytes));
  const summary = reader.finish();
  expect(summary.frames).toBeLessThanOrEqual(file.length / 16 + 1);
  return trace;
}

/** Captures of several origins, the real ones in both formats, link layers and byte orders. */
const seeds: readonly Uint8Array[] = [
  ...Object.values(stories)
    .slice(0, 8)
    .map((play) => {
      const rules = new RecordedRules();
      const story = play();
      for (const event of story.events) event.tell(rules);
      return save(rules.recording.records(), story.nowMs);
    }),
  ...['loopback.pcap', 'websocket.pcapng', 'fragments.pcap', 'compressed.pcap']
    .map((name) => new URL(`../../fixtures/captures/${name}`, import.meta.url))

    .map((file) => readFileSync(file)),
];

const piece = fc.integer({ min: 1, max: 4000 });

describe('the reader of captures', () => {
  it('takes any bytes', () => {
    const heads = [
      [],
      [0xd4, 0xc3, 0xb2, 0xa1],
      [0xa1, 0xb2, 0x3c, 0x4d],
      [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.uint8Array({ maxLength: 3000 }),
        piece,
        (head, bytes, pieceBytes) => {
          const trace = read(Uint8Array.from([...head, ...bytes]), pieceBytes);
          expect(trace.stats().bytes).toBeLessThanOrEqual(2 * byteBudget);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes captures with any bytes changed, anywhere', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, piece, (seed, changed, pieceBytes) => {
        const file = Uint8Array.from(seed);
        for (const [at, value] of changed) file[at % file.length] = value;
        const trace = read(file, pieceBytes);
        expect(trace.stats().bytes).toBeLessThanOrEqual(2 * byteBudget);
      }),
      { numRuns: 500 },
    );
  });

  it('takes captures that are cut, doubled and put together anew', () => {
    const parts = fc.array(fc.tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat()), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(parts, piece, (cut, pieceBytes) => {
        const file = Buffer.concat(
          cut.map(([seed, from, length]) => seed.subarray(from % 200, length % seed.length)),
        );
        read(file, pieceBytes);
      }),
      { numRuns: 300 },
    );
  });

  it('reads the same whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), piece, (seed, pieceBytes) => {
        expect(read(seed, pieceBytes).stats()).toEqual(read(seed, seed.length).stats());
      }),
      { numRuns: 50 },
    );
  });

  it('holds no more for packets that never come than it may', () => {
    // One connection, of which every second segment is missing, with sequence numbers all over.
    const header = Uint8Array.of(
      0xd4,
      0xc3,
      0xb2,
      0xa1,
      2,
      0,
      4,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      4,
      0,
      101,
      0,
      0,
      0,
    );
    const frame = new Uint8Array(16 + 1440);
    const view = new DataView(frame.buffer);
    view.setUint32(8, 1440, true);
    view.setUint32(12, 1440, true);
    frame[16] = 0x45;
    view.setUint16(18, 1440);
    frame[25] = 6;
    frame.set([10, 0, 0, 1, 10, 0, 0, 2], 28);
    view.setUint16(36, 50_000);
    view.setUint16(38, 1883);
    frame[48] = 0x50;
    frame[49] = 0x18;
    const reader = new CaptureReader(new Recorder(new Trace(byteBudget), new SessionRules()));
    reader.push(header);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 40_000; index += 1) {
      view.setUint16(36, 50_000 + (index % 64));
      view.setUint32(40, Math.imul(index, 2 * 1400) >>> 0);
      reader.push(frame);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300_000_000);
    expect(reader.finish().frames).toBe(40_000);
  });
});
