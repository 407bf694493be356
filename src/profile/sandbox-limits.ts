/** What a sandbox broker grants and what it costs at most, as values: made from the table of its keys. */
import { defaultOf } from './key-defaults.ts';
import { type SandboxLimitRow as Row, sandboxLimitRows } from './keys/sandbox-keys.ts';
import type { KeyRow } from './schema-types.ts';

type Type<R extends Row> = R['type'];

/** In code a duration in milliseconds says so; one in seconds is as on the wire. */
type NameOf<R extends Row> = Type<R> extends { readonly unit: 'ms' } ? `${R['key']}Ms` : R['key'];

type ValueOf<T> = T extends { readonly kind: 'boolean' }
  ? boolean
  : T extends { readonly kind: 'text' }
    ? string
    : T extends { readonly kind: 'choice'; readonly choices: readonly { readonly value: infer V }[] }
      ? V
      : number;

/** What holds when a row without a default is not set. */
type Unset<R extends Row> = R extends { readonly default: unknown } ? never : undefined;

/** Every setting, with a value. Sizes are in bytes, durations in seconds unless the name says `Ms`. */
export type ServerSettings = {
  readonly [R in Row as NameOf<R>]: ValueOf<Type<R>> | Unset<R>;
};

export type ServerSettingKey = keyof ServerSettings;

/** What is set; the defaults of the table hold for the others. */
export type GivenServerSettings = { readonly [K in ServerSettingKey]?: ServerSettings[K] | undefined };

/** What a setting is called in code. */
export function settingName({ key, type }: KeyRow): string {
  return type.kind === 'duration' && type.unit === 'ms' ? `${key}Ms` : key;
}

/** What is read for each row of the table; undefined is not set. */
export function readServerSettings(
  read: (row: Row) => string | number | boolean | undefined,
): GivenServerSettings {
  const values: { [name: string]: string | number | boolean } = {};
  for (const row of sandboxLimitRows) {
    const value = read(row);
    if (value !== undefined) values[settingName(row)] = value;
  }
  // Names and types are made from the same rows that the values were read by.
  return values as GivenServerSettings;
}

const defaults = readServerSettings(defaultOf);
const names: ReadonlySet<string> = new Set(sandboxLimitRows.map(settingName));

/** What is given, and defaults for the rest. A key that is undefined counts as not given; others are left out. */
export function resolveServerSettings(given: GivenServerSettings): ServerSettings {
  const values: { [name: string]: unknown } = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && names.has(name)) values[name] = value;
  }
  return values as ServerSettings;
}
