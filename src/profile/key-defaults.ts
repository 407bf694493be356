/** Defaults of the table of keys, as values. */
import { parseDuration } from './durations.ts';
import type { KeyRow } from './schema-types.ts';

/** What holds when the key is absent, in the unit it is kept in; undefined when nothing does. */
export function defaultOf({ type, default: written }: KeyRow): string | number | boolean | undefined {
  if (written === undefined) return undefined;
  if (type.kind === 'choice') {
    return type.choices.find(({ word, value }) => word === written || value === written)?.value ?? written;
  }
  if (type.kind !== 'duration') return written;
  if (written === 'never') return type.never;
  const duration = parseDuration(String(written), type.unit);
  return duration.ok ? duration.value : written;
}
