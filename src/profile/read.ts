/** Reads a tree by the table of keys: types, ranges, unknown keys. Says what is wrong where it stands. */
import { assertNever } from '../mqtt/assert-never.ts';
import { type Read, readBrokerAddress, readListenAddress } from './broker-address.ts';
import { correct, type FixPlan, plans, removeEntry, replaceText } from './fixes.ts';
import type { BrokerAddress, Range } from './model.ts';
import type { Origin } from './moving-range.ts';
import { nearest } from './nearest.ts';
import type { Problems } from './problems.ts';
import { readScalar, reportVariableProblems, type ScalarType } from './read-scalar.ts';
import { describe, readUserProperties, toJson } from './read-structured.ts';
import { keysOf } from './schema.ts';
import type { KeyRow, ObjectName, ValueType } from './schema-types.ts';
import { type ListItem, NO_SETTINGS, type Setting, type Settings, type SettingValue } from './settings.ts';
import type { ScalarTree, Tree } from './tree.ts';

const BROKEN: SettingValue = { kind: 'broken' };
const NAME: ScalarType = { kind: 'text', role: 'plain' };
const BINARY_TEXT: ScalarType = { kind: 'text', role: 'binary', variables: true };

/** What reading needs besides the tree. */
export interface Reading {
  readonly problems: Problems;
  /** The text that the tree was read from, and where it begins in the file. */
  readonly text: string;
  readonly origin: Origin;
}

/** Reads a map with fixed keys. `what` names it for messages, at the start of a sentence too: "`will`", "the file". */
export function readObject(tree: Tree, object: ObjectName, what: string, reading: Reading): Settings {
  if (tree.kind === 'nothing') {
    reading.problems.add(
      'value-missing',
      tree.range,
      `Nothing stands in ${what}. Write its keys below it, indented, or remove it.`,
    );
    return { ...NO_SETTINGS, broken: true };
  }
  if (tree.kind !== 'map') {
    if (tree.kind !== 'invalid') {
      reading.problems.add(
        'wrong-type',
        tree.range,
        `Here is ${describe(tree)}, and ${what} is a map of keys. Write its keys below it, indented.`,
      );
    }
    return { ...NO_SETTINGS, broken: true };
  }
  const rows = keysOf(object);
  const entries = new Map<string, Setting>();
  let broken = tree.damaged;
  for (const { key, keyRange, value } of tree.entries) {
    const row = rows.get(key);
    if (row === undefined) {
      broken = true;
      reading.problems.add('unknown-key', keyRange, unknownKey(key, what, rows), {
        fixes: unknownKeyFixes(key, keyRange, value, rows, new Set(tree.entries.map((entry) => entry.key))),
      });
      continue;
    }
    const rival = findRival(entries, row);
    if (rival !== undefined) {
      broken = true;
      reading.problems.add(
        'exclusive-keys',
        keyRange,
        `\`${key}\` and \`${rival.row.key}\` cannot both hold. ${row.group === 'action' ? `Begin an entry of its own with \`- ${key}\`, or remove one of them.` : 'Remove one of them.'}`,
        {
          related: [{ range: rival.keyRange, message: 'The other.' }],
          fixes: [removeEntry(key, keyRange, value.range)],
        },
      );
      continue;
    }
    const range = value.kind === 'nothing' ? keyRange : value.range;
    entries.set(key, { row, keyRange, range, value: readValue(value, row, keyRange, reading) });
  }
  return { entries, broken };
}

function readObjectValue(tree: Tree, object: ObjectName, what: string, reading: Reading): SettingValue {
  const settings = readObject(tree, object, what, reading);
  return tree.kind === 'map' ? { kind: 'object', settings } : BROKEN;
}

function findRival(entries: ReadonlyMap<string, Setting>, row: KeyRow): Setting | undefined {
  if (row.group === undefined) return undefined;
  return [...entries.values()].find((setting) => setting.row.group === row.group);
}

function unknownKeyFixes(
  key: string,
  keyRange: Range,
  value: Tree,
  rows: ReadonlyMap<string, KeyRow>,
  taken: ReadonlySet<string>,
): readonly FixPlan[] {
  const near = nearest(key, rows.keys());
  const removal = removeEntry(key, keyRange, value.range);
  if (near === undefined || taken.has(near)) return [removal];
  const sameLetters = key.toLowerCase().replaceAll(/[-_ ]/g, '') === near.toLowerCase();
  return [sameLetters ? correct(keyRange, near) : replaceText(keyRange, near), removal];
}

function unknownKey(key: string, what: string, rows: ReadonlyMap<string, KeyRow>): string {
  if (key === '<<') return 'Merge keys (`<<`) are not read. Use `extends`, or `defaults`.';
  const near = nearest(key, rows.keys());
  const next =
    near === undefined ? `There are: ${[...rows.keys()].join(', ')}.` : `Did you mean \`${near}\`?`;
  const shown = key.length > 60 ? `${key.slice(0, 60)}...` : key;
  return `\`${shown}\` is not a key of ${what}. ${next}`;
}

function readValue(tree: Tree, row: KeyRow, keyRange: Range, reading: Reading): SettingValue {
  const { problems } = reading;
  if (tree.kind === 'invalid') return BROKEN;
  if (tree.kind === 'nothing') {
    problems.add(
      'value-missing',
      keyRange,
      `\`${row.key}\` has no value. Write one${row.example === undefined ? '' : `, for example \`${row.example}\``}, or remove the key; \`null\` removes what is inherited.`,
    );
    return BROKEN;
  }
  if (tree.kind === 'scalar' && tree.plain && tree.value === null && row.type.kind !== 'json')
    return { kind: 'unset' };
  const { type } = row;
  const wrong = (wanted: string): SettingValue => {
    problems.add('wrong-type', tree.range, `\`${row.key}\` is ${wanted}, not ${describe(tree)}.`);
    return BROKEN;
  };
  switch (type.kind) {
    case 'anything':
    case 'named':
      // Read by whoever knows what stands there.
      return { kind: 'unset' };
    case 'object':
      if (tree.kind === 'scalar' && type.orWord === tree.value) return { kind: 'never' };
      if (tree.kind === 'scalar' && type.orText !== undefined) {
        return readScalar(tree, row.key, type.orText === true ? BINARY_TEXT : NAME, reading);
      }
      return readObjectValue(tree, type.of, `\`${row.key}\``, reading);
    case 'list':
      return tree.kind === 'list' ? readList(tree, row, type, reading) : wrong('a list (`- ...`)');
    case 'userProperties': {
      const pairs = readUserProperties(tree, row.key, reading);
      return pairs === undefined ? BROKEN : { kind: 'pairs', pairs };
    }
    case 'json': {
      const json = toJson(tree, row.key, reading);
      return json === undefined ? BROKEN : { kind: 'text', text: json };
    }
    case 'broker':
      return tree.kind === 'scalar'
        ? readAddress(tree, readBrokerAddress, toBroker, reading, keyRange)
        : wrong('an address');
    case 'listen':
      return tree.kind === 'scalar'
        ? readAddress(tree, readListenAddress, toListen, reading)
        : wrong('an address');
    case 'text':
    case 'integer':
    case 'boolean':
    case 'duration':
    case 'choice':
    case 'base64':
      return tree.kind === 'scalar' ? readScalar(tree, row.key, type, reading) : wrong('one value');
    default:
      return assertNever(type);
  }
}

function readList(
  tree: Extract<Tree, { kind: 'list' }>,
  row: KeyRow,
  { of, max, choices }: Extract<ValueType, { kind: 'list' }>,
  reading: Reading,
): SettingValue {
  if (tree.items.length > max) {
    reading.problems.add(
      'too-many',
      tree.range,
      `\`${row.key}\` has ${tree.items.length} entries; at most ${max} are read. Remove some.`,
    );
    return BROKEN;
  }
  const each: ScalarType = choices === undefined ? TEXT : { kind: 'choice', choices };
  const items = tree.items.map((item): ListItem => {
    const what = `an entry of \`${row.key}\``;
    if (of !== 'text') {
      return { range: headOf(item), value: readObjectValue(item, of, what, reading) };
    }
    if (item.kind === 'scalar') return { range: item.range, value: readScalar(item, row.key, each, reading) };
    reading.problems.add(
      'wrong-type',
      item.range,
      `Each entry of \`${row.key}\` is a text, not ${describe(item)}.`,
    );
    return { range: item.range, value: BROKEN };
  });
  return { kind: 'list', items };
}

const TEXT: ScalarType = { kind: 'text', role: 'plain', variables: true };

/** Where to point for a map as a whole: its first key, not all of its lines. */
function headOf(tree: Tree): Range {
  return (tree.kind === 'map' ? tree.entries[0]?.keyRange : undefined) ?? tree.range;
}

function readAddress<T>(
  tree: ScalarTree,
  read: (text: string) => Read<T>,
  toValue: (value: T) => SettingValue,
  reading: Reading,
  keyRange?: Range,
): SettingValue {
  if (reportVariableProblems(tree.text, tree.range, reading)) return BROKEN;
  const address = read(tree.text);
  if (address.ok) return toValue(address.value);
  const { code, message, instead } = address;
  const fixes = plans(
    instead === undefined ? undefined : replaceText(tree.range, instead),
    code === 'broker-credentials' && keyRange !== undefined
      ? moveCredentials(tree.text, tree.range, keyRange)
      : undefined,
  );
  reading.problems.add(code, tree.range, message, { fixes });
  return BROKEN;
}

/** The user name and the password of an address as settings of their own, the password in secret storage. */
function moveCredentials(text: string, range: Range, keyRange: Range): FixPlan | undefined {
  const match = /^([a-zA-Z]+:\/\/)([\w.-]+):([^@/${}]+)@([^@]+)$/.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', username = '', value = '', rest = ''] = match;
  return {
    title: 'Move the user name to `username`, and the password to secret storage',
    steps: [
      { kind: 'insert', beside: keyRange, key: 'username', value: username },
      { kind: 'insert', beside: keyRange, key: 'password', value: `\${secret:${username}}` },
      { kind: 'replace', range, newText: `${scheme}${rest}` },
    ],
    preferred: true,
    secret: { name: username, value },
  };
}

const toBroker = (broker: BrokerAddress): SettingValue => ({ kind: 'broker', broker });
const toListen = (address: { readonly host: string; readonly port: number }): SettingValue => ({
  kind: 'listen',
  ...address,
});
