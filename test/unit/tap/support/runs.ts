import type fc from 'fast-check';

/**
 * How often a property is tried: `FUZZ_TIMES` times as often as is usual, and with the seed `FUZZ_SEED`, for longer runs by hand.
 */
export function runs(numRuns: number): fc.Parameters<unknown> {
  const { FUZZ_TIMES: times = '1', FUZZ_SEED: seed } = process.env;
  return { numRuns: numRuns * Number(times), ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
