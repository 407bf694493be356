/** Durations as profile files write them: a number of seconds, or `500ms`, `5s`, `10m`, `2h`, `7d`. */

const UNIT_MS: Readonly<Record<string, bigint>> = {
  ms: 1n,
  s: 1000n,
  m: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
};

/** Digits are limited so that the arithmetic stays exact and its cost bounded. */
const DURATION = /^(\d{1,12})(?:\.(\d{1,9}))?(ms|s|m|h|d)?$/;

export type ParsedDuration =
  | { readonly ok: true; readonly value: number }
  /** `form`: not a duration. `fraction`: not a whole number of `unit`. */
  | { readonly ok: false; readonly problem: 'form' | 'fraction' };

/** Reads a duration into whole seconds or whole milliseconds; a number without a unit counts seconds. */
export function parseDuration(text: string, unit: 's' | 'ms'): ParsedDuration {
  const match = DURATION.exec(text);
  if (match === null) return { ok: false, problem: 'form' };
  const [, whole = '', fraction = '', suffix = 's'] = match;
  const unitMs = UNIT_MS[suffix];
  if (unitMs === undefined) return { ok: false, problem: 'form' };
  const scaled = BigInt(whole + fraction) * unitMs;
  const divisor = 10n ** BigInt(fraction.length) * (unit === 's' ? 1000n : 1n);
  if (scaled % divisor !== 0n) return { ok: false, problem: 'fraction' };
  return { ok: true, value: Number(scaled / divisor) };
}

const SPELLED: readonly (readonly [suffix: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Writes a duration the way a profile file would: `18h`, `65535s`, `500ms`. */
export function formatDuration(value: number, unit: 's' | 'ms'): string {
  const ms = unit === 's' ? value * 1000 : value;
  if (ms === 0) return '0';
  for (const [suffix, size] of SPELLED) {
    if (ms % size === 0) return `${ms / size}${suffix}`;
  }
  return `${ms}ms`;
}
