import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millisecondsOf, NANOSECONDS, nanosecondsOf } from '../../../src/trace/capture/timestamps.ts';

/** As clocks give them: since 1970, in steps as fine as a number of this size has them. */
const time = fc
  .tuple(fc.integer({ min: 2 ** 40, max: 2 ** 41 - 1 }), fc.integer({ min: 0, max: 4095 }))
  .map(([whole, fraction]) => whole + fraction / 4096);

describe('times of captures', () => {
  it('are exact in nanoseconds and back', () => {
    fc.assert(
      fc.property(time, (atMs) => {
        expect(millisecondsOf(nanosecondsOf(atMs), NANOSECONDS)).toBe(atMs);
      }),
    );
  });

  it('are the nanoseconds since 1970', () => {
    fc.assert(
      fc.property(time, (atMs) => {
        const { high, low } = nanosecondsOf(atMs);
        const expected = BigInt(Math.floor(atMs)) * 1_000_000n + BigInt(Math.round((atMs % 1) * 1e6));
        expect((BigInt(high) << 32n) | BigInt(low)).toBe(expected);
      }),
    );
  });

  it('take what is no time as 1970', () => {
    for (const atMs of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(nanosecondsOf(atMs)).toEqual({ high: 0, low: 0 });
    }
  });
});
