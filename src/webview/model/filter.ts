/**
 * What the user types into the filter box, as data: words separated by spaces, `key:value` for a client, a server, a
 * packet type, a topic or a direction, `-` before a word to leave out what it names, quotes around what holds spaces.
 */
import { packetTypes } from '../../mqtt/packet-types.ts';
import { recordTypes } from './record-types.ts';

/** The keys, and what each restricts: whole lanes, or records. */
export const filterKeys = {
  client: 'lane',
  server: 'lane',
  type: 'record',
  topic: 'record',
  to: 'record',
} as const;

export type FilterKey = keyof typeof filterKeys;

export interface FilterTerm {
  readonly key: FilterKey | 'text';
  /** In lower case, except a topic. */
  readonly value: string;
  readonly negated: boolean;
  /** Quoted: the whole name must be the same, not a part of it. */
  readonly exact: boolean;
}

export interface FilterProblem {
  /** A key of the table of strings. */
  readonly code: 'filter.unknownType' | 'filter.unknownDirection';
  readonly value: string;
}

export interface Filter {
  readonly terms: readonly FilterTerm[];
  readonly problems: readonly FilterProblem[];
}

export const noFilter: Filter = { terms: [], problems: [] };

const word = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giy;
const spaces = /\s*/y;

export function parseFilter(text: string): Filter {
  const terms: FilterTerm[] = [];
  const problems: FilterProblem[] = [];
  let at = 0;
  while (at < text.length) {
    spaces.lastIndex = at;
    at += spaces.exec(text)?.[0].length ?? 0;
    word.lastIndex = at;
    const match = word.exec(text);
    if (match === null) break;
    at += match[0].length;
    const term = termOf(match);
    if (term.value === '') continue;
    terms.push(term);
    const problem = problemOf(term);
    if (problem !== undefined) problems.push(problem);
  }
  return { terms, problems };
}

function termOf([whole, minus, name, quoted, bare]: RegExpExecArray): FilterTerm {
  const negated = minus === '-' && whole.length > 1;
  const value = quoted ?? bare ?? '';
  const exact = quoted !== undefined;
  const key = name?.toLowerCase();
  if (isFilterKey(key)) {
    return { key, value: key === 'topic' ? value : value.toLowerCase(), negated, exact };
  }
  const text = key === undefined ? value : `${name}:${value}`;
  return { key: 'text', value: text.toLowerCase(), negated, exact: false };
}

function isFilterKey(key: string | undefined): key is FilterKey {
  return key !== undefined && Object.hasOwn(filterKeys, key);
}

function problemOf({ key, value }: FilterTerm): FilterProblem | undefined {
  if (key === 'type' && typesNamed(value).length === 0) return { code: 'filter.unknownType', value };
  if (key === 'to' && directionNamed(value) === undefined) return { code: 'filter.unknownDirection', value };
  return undefined;
}

/** Groups that a user may name instead of each type. */
const typeGroups: Readonly<Record<string, readonly string[]>> = {
  ack: ['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback', 'connack'],
  ping: ['pingreq', 'pingresp'],
};

/** The record types that start with this word; of a packet's full name only that one. */
export function typesNamed(value: string): readonly number[] {
  const group = typeGroups[value];
  if (group !== undefined) return indices((each) => group.includes(each));
  if (packetTypes.some(({ type }) => type === value)) return indices((each) => each === value);
  return indices((each) => each.startsWith(value));
}

function indices(wanted: (word: string) => boolean): number[] {
  return recordTypes.flatMap((row, index) => (wanted(row.word) ? [index] : []));
}

/** 0 to the Server, 1 to the Client. */
export function directionNamed(value: string): number | undefined {
  if (value === '') return undefined;
  if ('server'.startsWith(value)) return 0;
  return 'client'.startsWith(value) ? 1 : undefined;
}
