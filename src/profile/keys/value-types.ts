/** The types of values that more than one key has. */
import type { ValueType } from '../schema-types.ts';

/** The value of Session Expiry Interval that means "does not expire" (v5 3.1.2.11.2). */
export const NEVER_SECONDS = 0xffff_ffff;

export const TWO_BYTES = 0xffff;
export const FOUR_BYTES = 0xffff_ffff;
export const ONLY_5 = [5] as const;
/** A list longer than this is a mistake or an attack; the work per file stays bounded. */
export const LIST_MAX = 1000;
export const PROFILES_MAX = 5000;

export const boolean: ValueType = { kind: 'boolean' };
export const plain: ValueType = { kind: 'text', role: 'plain' };
export const plainWithVariables: ValueType = { kind: 'text', role: 'plain', variables: true };
export const utf8: ValueType = { kind: 'text', role: 'utf8', variables: true };
export const topic: ValueType = { kind: 'text', role: 'topic', variables: true };
export const payload: ValueType = { kind: 'text', role: 'payload', variables: true };
export const binary: ValueType = { kind: 'text', role: 'binary', variables: true };
export const userProperties: ValueType = { kind: 'userProperties' };
export const qos: ValueType = { kind: 'integer', min: 0, max: 2 };
export const messages: ValueType = { kind: 'list', of: 'message', max: LIST_MAX };

export const wireSeconds = (max: number, never?: number): ValueType => ({
  kind: 'duration',
  unit: 's',
  min: 0,
  max,
  ...(never === undefined ? {} : { never }),
});

export const ourMilliseconds = (min: number, max: number): ValueType => ({
  kind: 'duration',
  unit: 'ms',
  min,
  max,
});

export const HOUR_MS = 3_600_000;
