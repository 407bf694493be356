import { describe, expect, it } from 'vitest';
import { captureNotes } from '../../../src/cli/explain-words.ts';
import { reopen } from './support.ts';

/** A block of pcapng, little-endian. */
function block(type: number, ...words: readonly number[]): Buffer {
  const length = 12 + words.length * 4;
  const bytes = Buffer.alloc(length);
  for (const [at, word] of [type, length, ...words, length].entries())
    bytes.writeUInt32LE(word >>> 0, at * 4);
  return bytes;
}

describe('packets of which a capture does not tell when they were', () => {
  it('are counted, and told as left out', () => {
    const head = block(0x0a0d0d0a, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff);
    const from = block(1, 101, 0);
    const packet = block(3, 4, 0x45000000);
    const { summary } = reopen(Buffer.concat([head, from, packet, packet]));
    expect(summary).toMatchObject({ frames: 2, untimed: 2, mqtt: 0, problem: undefined });
    expect(captureNotes(summary)).toContain('2 packets came without a time; they were left out.');
  });
});
