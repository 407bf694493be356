/**
 * The table of keys: the one place that says what a profile file may hold. The parser, the reference page, the JSON
 * Schema, and (through the parser) every check read it. Its rows stand in keys/.
 */
import { reconnectRows, tlsRows } from './keys/connection-keys.ts';
import { faultStepRows } from './keys/fault-step-keys.ts';
import { fileRows } from './keys/file-keys.ts';
import { correlationDataRows, messageRows, subscriptionRows, willOnlyRows } from './keys/message-keys.ts';
import { profileRows } from './keys/profile-keys.ts';
import { allowRows, denyRows, sandboxRows, userRows } from './keys/sandbox-keys.ts';
import { scenarioRows, stepPartRows, stepRows } from './keys/scenario-keys.ts';
import { tapRows } from './keys/tap-keys.ts';
import type { KeyRow, ObjectName, ValueType } from './schema-types.ts';
import type { Path } from './settings.ts';

/** Every key that a profile file may hold, in the order of the reference page. */
export const KEYS: readonly KeyRow[] = [
  ...fileRows,
  ...profileRows,
  ...tlsRows,
  ...reconnectRows,
  ...messageRows('will'),
  ...willOnlyRows,
  ...messageRows('message'),
  ...correlationDataRows,
  ...subscriptionRows,
  ...tapRows,
  ...sandboxRows,
  ...denyRows,
  ...allowRows,
  ...userRows,
  ...scenarioRows,
  ...stepRows,
  ...stepPartRows,
  ...faultStepRows,
];

const keysByObject = new Map<ObjectName, Map<string, KeyRow>>();
for (const row of KEYS) {
  const rows = keysByObject.get(row.in) ?? new Map<string, KeyRow>();
  rows.set(row.key, row);
  keysByObject.set(row.in, rows);
}

/** The keys of one object, by name, in the order of the table. */
export function keysOf(object: ObjectName): ReadonlyMap<string, KeyRow> {
  return keysByObject.get(object) ?? new Map();
}

/** The object whose keys stand inside a value of a type, itself or in each entry; undefined when there is none. */
export function objectIn(type: ValueType): ObjectName | undefined {
  if (type.kind === 'object' || type.kind === 'named') return type.of;
  return type.kind === 'list' && type.of !== 'text' ? type.of : undefined;
}

/** The row of the key that a path within a profile leads to; undefined when the table has none. */
export function rowAt(path: Path): KeyRow | undefined {
  let object: ObjectName | undefined = 'profile';
  let row: KeyRow | undefined;
  for (const step of path) {
    if (typeof step === 'number') continue;
    row = object === undefined ? undefined : keysOf(object).get(step);
    object = row === undefined ? undefined : objectIn(row.type);
  }
  return row;
}
