/** Checks that the table of keys makes of merged settings: what is required, and what the MQTT version has. */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import { addKey, correct, type FixPlan, plans, removeSetting } from './fixes.ts';
import type { Range } from './model.ts';
import { keysOf } from './schema.ts';
import type { KeyRow, ObjectName } from './schema-types.ts';
import type { Setting, Settings, SettingValue } from './settings.ts';

/** A key that is required and absent. `at` is undefined at the top, where only the name of the whole can be shown. */
export interface MissingKey {
  readonly at: Range | undefined;
  /** The sentence for people. */
  readonly object: string;
  readonly fixes: readonly FixPlan[];
}

export function missingKeys(
  settings: Settings,
  object: ObjectName,
  around: { readonly at?: Range; readonly what?: string; readonly own?: Range } = {},
): readonly MissingKey[] {
  const { at, what, own } = around;
  const missing: MissingKey[] = [];
  // Beside a key that is misspelt, the missing one would be told twice.
  const told = settings.broken ? [] : keysOf(object).values();
  for (const row of told) {
    const value = settings.entries.get(row.key)?.value;
    if (row.required === true && (value === undefined || value.kind === 'unset')) {
      const whose = what === undefined ? '' : ` of \`${what}\``;
      missing.push({
        at,
        fixes: plans(row.example === undefined ? undefined : addKey(settings, row.key, row.example, own)),
        object: `\`${row.key}\`${whose} is missing. Write for example \`${row.key}: ${row.example ?? '...'}\`.`,
      });
    }
  }
  for (const { row, keyRange, value } of settings.entries.values()) {
    if (row.type.kind === 'object' && value.kind === 'object') {
      missing.push(...missingKeys(value.settings, row.type.of, { ...around, at: keyRange, what: row.key }));
    }
    if (row.type.kind === 'list' && row.type.of !== 'text' && value.kind === 'list') {
      for (const item of value.items) {
        if (item.value.kind === 'object') {
          missing.push(
            ...missingKeys(item.value.settings, row.type.of, { ...around, at: item.range, what: row.key }),
          );
        }
      }
    }
  }
  return missing;
}

export const VERSION_NAMES: Readonly<Record<ProtocolVersion, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

/** A key that the version does not have. `at` is undefined when it is inherited: the fault is not where it stands. */
export interface WrongVersionKey {
  readonly at: Range | undefined;
  readonly message: string;
  readonly fixes: readonly FixPlan[];
}

/**
 * The keys that would silently not be sent. One that says what holds in that version anyway (`noLocal: false`) is
 * none. `own` is the part of the file that is this profile.
 */
export function wrongVersionKeys(
  settings: Settings,
  version: ProtocolVersion,
  profile: string,
  own: Range,
): readonly WrongVersionKey[] {
  const wrong: WrongVersionKey[] = [];
  const visit = (inside: Settings, prefix: string): void => {
    for (const setting of inside.entries.values()) {
      const { row, keyRange, value } = setting;
      const path = `${prefix}${row.key}`;
      if (row.versions !== undefined && !row.versions.includes(version) && saysSomething(setting)) {
        const inherited = keyRange.start < own.start || keyRange.start >= own.end;
        wrong.push({
          at: inherited ? undefined : setting.range,
          message: wrongVersionMessage(row, path, version, inherited ? profile : undefined),
          fixes: inherited ? [] : wrongVersionFixes(setting, inside),
        });
      }
      if (value.kind === 'object') visit(value.settings, `${path}.`);
      if (value.kind === 'list') {
        for (const item of value.items)
          if (item.value.kind === 'object') visit(item.value.settings, `${path}.`);
      }
    }
  };
  visit(settings, '');
  return wrong;
}

function wrongVersionFixes(setting: Setting, inside: Settings): readonly FixPlan[] {
  const { row, keyRange } = setting;
  if (row.sameAs === undefined) return [removeSetting(setting)];
  return inside.entries.has(row.sameAs) ? [removeSetting(setting)] : [correct(keyRange, row.sameAs)];
}

function saysSomething({ row, value }: Setting): boolean {
  if (value.kind === 'unset') return false;
  const standard =
    row.type.kind === 'choice'
      ? row.type.choices.find(({ word }) => word === row.default)?.value
      : row.default;
  return plainValue(value) === undefined || plainValue(value) !== standard;
}

function plainValue(value: SettingValue): string | number | boolean | undefined {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'number':
      return value.number;
    case 'boolean':
      return value.boolean;
    default:
      return undefined;
  }
}

function wrongVersionMessage(
  row: KeyRow,
  path: string,
  version: ProtocolVersion,
  inheritedBy: string | undefined,
): string {
  const name = VERSION_NAMES[version];
  if (row.sameAs !== undefined)
    return `MQTT ${name} calls \`${path}\` \`${row.sameAs}\`. Write \`${row.sameAs}\`.`;
  const only = row.versions?.map((each) => VERSION_NAMES[each]).join(' and ') ?? '';
  const said = `\`${path}\` exists only in MQTT ${only}, and \`protocolVersion\` is ${name}: it would not be sent.`;
  return inheritedBy === undefined
    ? `${said} Remove it, or use \`protocolVersion: 5\`.`
    : `${said} \`${inheritedBy}\` inherits it; write \`${path.split('.').join(': { ')}: null${' }'.repeat(path.split('.').length - 1)}\` here, or use \`protocolVersion: 5\`.`;
}
