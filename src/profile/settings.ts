/** Settings as they stand in the file: read by the table of keys, each with where it stands. Not merged yet. */
import type { BrokerAddress, Range, UserProperties } from './model.ts';
import type { KeyRow } from './schema-types.ts';

export type SettingValue =
  | { readonly kind: 'text'; readonly text: string }
  /** Integers, durations in the unit of their row, and choices that are numbers. */
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'boolean'; readonly boolean: boolean }
  | { readonly kind: 'broker'; readonly broker: BrokerAddress }
  | { readonly kind: 'listen'; readonly host: string; readonly port: number }
  | { readonly kind: 'pairs'; readonly pairs: UserProperties }
  | { readonly kind: 'object'; readonly settings: Settings }
  | { readonly kind: 'list'; readonly items: readonly ListItem[] }
  /** The word `never` in the place of an object. */
  | { readonly kind: 'never' }
  /** `null`: what is inherited does not hold, and nothing takes its place. */
  | { readonly kind: 'unset' }
  /** Reported; nothing that needs it may be used. */
  | { readonly kind: 'broken' };

export interface ListItem {
  readonly range: Range;
  readonly value: SettingValue;
}

export interface Setting {
  readonly row: KeyRow;
  readonly keyRange: Range;
  readonly range: Range;
  readonly value: SettingValue;
}

export interface Settings {
  /** By the key's name in the table; `cleanSession` under its own. */
  readonly entries: ReadonlyMap<string, Setting>;
  /** Some key could not be understood and is not among the entries. */
  readonly broken: boolean;
}

export const NO_SETTINGS: Settings = { entries: new Map(), broken: false };

/** Whether anything in there was not understood. */
export function isBroken(settings: Settings): boolean {
  return settings.broken || [...settings.entries.values()].some((setting) => isBrokenValue(setting.value));
}

function isBrokenValue(value: SettingValue): boolean {
  if (value.kind === 'broken') return true;
  if (value.kind === 'object') return isBroken(value.settings);
  return value.kind === 'list' && value.items.some((item) => isBrokenValue(item.value));
}

/**
 * One map of settings over another. A key of `over` takes the place of the same key of `under`, and of those it
 * excludes (`payload` takes the place of `payloadFile`). Maps with fixed keys (`will`, `tls`) are merged key by key;
 * lists and User Properties are replaced whole; `null` removes.
 */
export function mergeSettings(under: Settings, over: Settings): Settings {
  if (under.entries.size === 0 && !under.broken) return over;
  if (over.entries.size === 0 && !over.broken) return under;
  const entries = new Map(under.entries);
  for (const [key, setting] of over.entries) {
    const below = entries.get(key);
    const { group } = setting.row;
    if (group !== undefined) {
      for (const [other, { row }] of entries) if (row.group === group) entries.delete(other);
    }
    entries.set(key, below === undefined ? setting : mergeSetting(below, setting));
  }
  return { entries, broken: under.broken || over.broken };
}

function mergeSetting(under: Setting, over: Setting): Setting {
  if (under.value.kind !== 'object' || over.value.kind !== 'object') return over;
  if (over.row.type.kind !== 'object' || over.row.type.orText !== undefined) return over;
  return {
    ...over,
    value: { kind: 'object', settings: mergeSettings(under.value.settings, over.value.settings) },
  };
}

/** Merges, and remembers the last outcome for each `over`: what did not change stays the same object. */
export class Merges {
  readonly #last = new WeakMap<Settings, { readonly under: Settings; readonly merged: Settings }>();
  readonly #inheritable = new WeakMap<Settings, Settings>();

  merge(under: Settings, over: Settings): Settings {
    const last = this.#last.get(over);
    if (last?.under === under) return last.merged;
    const merged = mergeSettings(under, over);
    this.#last.set(over, { under, merged });
    return merged;
  }

  /** What describes one profile does not describe those that extend it. */
  inheritable(settings: Settings): Settings {
    const known = this.#inheritable.get(settings);
    if (known !== undefined) return known;
    const entries = new Map(settings.entries);
    entries.delete('extends');
    entries.delete('description');
    const inheritable = { entries, broken: settings.broken };
    this.#inheritable.set(settings, inheritable);
    return inheritable;
  }
}

/** The way to a value: keys, and positions in lists from 0. */
export type Path = readonly (string | number)[];

/** Where a value stands; where it is absent, the key of what would hold it. Undefined when not even that stands. */
export function locate(settings: Settings, path: Path): Range | undefined {
  const [first, ...rest] = path;
  if (typeof first !== 'string') return undefined;
  const setting = settings.entries.get(first) ?? findGroup(settings, first);
  if (setting === undefined) return undefined;
  // For what spans lines, its key says enough.
  const { kind } = setting.value;
  if (rest.length === 0) return kind === 'object' || kind === 'list' ? setting.keyRange : setting.range;
  return locateInside(setting.value, rest, setting.keyRange) ?? setting.keyRange;
}

function locateInside(value: SettingValue, path: Path, fallback: Range): Range | undefined {
  if (value.kind === 'object') return locate(value.settings, path);
  const [first, ...rest] = path;
  if (value.kind !== 'list' || typeof first !== 'number') return fallback;
  const item = value.items[first];
  if (item === undefined) return fallback;
  if (rest.length === 0) return item.range;
  return locateInside(item.value, rest, item.range) ?? item.range;
}

/** `payload` may stand as `payloadJson`, `cleanStart` as `cleanSession`. */
function findGroup(settings: Settings, key: string): Setting | undefined {
  for (const setting of settings.entries.values()) {
    if (setting.row.sameAs === key || (key === 'payload' && setting.row.group === 'payload')) return setting;
  }
  return undefined;
}
