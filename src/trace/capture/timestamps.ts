/**
 * Times of captures. The trace counts milliseconds since the Unix epoch, with fractions; a file counts units of a
 * resolution of its own, in 64 bits, of which a number holds only 53 exactly.
 */

/** The two halves of 64 bits. */
export interface Ticks {
  readonly high: number;
  readonly low: number;
}

const HALF = 4_294_967_296;

/** Nanoseconds since the Unix epoch. A time before it counts as the epoch. */
export function nanosecondsOf(atMs: number): Ticks {
  const clamped = Number.isFinite(atMs) ? Math.max(0, atMs) : 0;
  let whole = Math.floor(clamped);
  let rest = Math.round((clamped - whole) * 1e6);
  if (rest === 1e6) {
    whole += 1;
    rest = 0;
  }
  const seconds = Math.floor(whole / 1000);
  const inSecond = (whole - seconds * 1000) * 1e6 + rest;
  // Seconds in two parts, so that no product needs more than 53 bits.
  const upper = Math.floor(seconds / 65_536) * 1e9;
  const lower = (seconds % 65_536) * 1e9 + inSecond;
  const low = (upper % 65_536) * 65_536 + lower;
  return { high: Math.floor(upper / 65_536) + Math.floor(low / HALF), low: low % HALF };
}

/** A resolution of timestamps: units a second. */
export type UnitsPerSecond = bigint;

export const MICROSECONDS: UnitsPerSecond = 1_000_000n;
export const NANOSECONDS: UnitsPerSecond = 1_000_000_000n;

/** Milliseconds since the Unix epoch, with fractions. */
export function millisecondsOf({ high, low }: Ticks, unitsPerSecond: UnitsPerSecond): number {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  const seconds = ticks / unitsPerSecond;
  const rest = Number(ticks % unitsPerSecond);
  // The fraction is divided alone, where a number is finest.
  const restMs = (rest * 1000) / Number(unitsPerSecond);
  return Number(seconds) * 1000 + restMs;
}
