/** Reads single values: texts, numbers, durations, words. */
import { assertNever } from '../mqtt/assert-never.ts';
import { decodeBase64 } from './base64.ts';
import { formatDuration, parseDuration } from './durations.ts';
import { correct, replaceText } from './fixes.ts';
import type { Range } from './model.ts';
import { MovingRange } from './moving-range.ts';
import { nearest } from './nearest.ts';
import type { Problems } from './problems.ts';
import type { Reading } from './read.ts';
import { describe } from './read-structured.ts';
import type { ValueType } from './schema-types.ts';
import type { SettingValue } from './settings.ts';
import type { ScalarTree } from './tree.ts';
import { parseTemplate } from './variables.ts';

export type ScalarType = Extract<
  ValueType,
  { kind: 'text' | 'integer' | 'boolean' | 'duration' | 'choice' | 'base64' }
>;

const BROKEN: SettingValue = { kind: 'broken' };

/** Reads one value of `key`; reports and yields `broken` where it is not of the type. */
export function readScalar(tree: ScalarTree, key: string, type: ScalarType, reading: Reading): SettingValue {
  const { problems } = reading;
  if (type.kind === 'text') {
    if (type.variables === true && reportVariableProblems(tree.text, tree.range, reading)) return BROKEN;
    return { kind: 'text', text: tree.text };
  }
  if (tree.text.includes('${')) {
    problems.add(
      'variable-not-here',
      tree.range,
      `\`${key}\` takes no variables, because it must be known to check the rest. Write the value itself.`,
    );
    return BROKEN;
  }
  switch (type.kind) {
    case 'boolean':
      return readBoolean(tree, key, problems);
    case 'integer':
      return readInteger(tree, key, type, problems);
    case 'duration':
      return readDuration(tree, key, type, problems);
    case 'choice':
      return readChoice(tree, key, type, problems);
    case 'base64':
      if (decodeBase64(tree.text) !== undefined)
        return { kind: 'text', text: tree.text.replaceAll(/\s/g, '') };
      problems.add(
        'invalid-base64',
        tree.range,
        `\`${key}\` is not Base64: letters, digits, \`+\` and \`/\`, filled up with \`=\` to a multiple of four.`,
      );
      return BROKEN;
    default:
      return assertNever(type);
  }
}

/** Whether a text's variables cannot be understood; says so at the variable itself where it can be found. */
export function reportVariableProblems(text: string, range: Range, reading: Reading): boolean {
  let found = false;
  for (const part of parseTemplate(text)) {
    if (part.kind !== 'problem') continue;
    found = true;
    reading.problems.add(part.code, rangeOf(part.source, range, reading), part.message);
  }
  return found;
}

/** Where a piece of a value stands in the file; the whole value when quoting or folding changed it. */
export function rangeOf(piece: string, range: Range, { text, origin }: Reading): Range {
  const start = text.indexOf(piece, range.start - origin.offset);
  const end = start + piece.length;
  return start === -1 || end > range.end - origin.offset ? range : new MovingRange(origin, start, end);
}

function readBoolean(tree: ScalarTree, key: string, problems: Problems): SettingValue {
  if (typeof tree.value === 'boolean') return { kind: 'boolean', boolean: tree.value };
  const word = tree.text.toLowerCase();
  const meant = ['true', 'yes', 'on', '1'].includes(word) ? 'true' : 'false';
  const known = ['true', 'yes', 'on', '1', 'false', 'no', 'off', '0'].includes(word);
  const next = known ? `Write \`${meant}\`${tree.plain ? '' : ' without quotes'}.` : '';
  problems.add(
    'wrong-type',
    tree.range,
    `\`${key}\` is \`true\` or \`false\`, not ${describe(tree)}. ${next}`.trim(),
    { fixes: known ? [correct(tree.range, meant)] : [] },
  );
  return BROKEN;
}

function readInteger(
  tree: ScalarTree,
  key: string,
  type: Extract<ValueType, { kind: 'integer' }>,
  problems: Problems,
): SettingValue {
  const unit = type.unit === undefined ? '' : ` of ${type.unit}`;
  const span =
    type.min === type.max ? `always ${type.min}` : `a whole number${unit} from ${type.min} to ${type.max}`;
  if (typeof tree.value !== 'number' || !Number.isInteger(tree.value)) {
    const quoted = !tree.plain && /^\d+$/.test(tree.text);
    const next = quoted ? `Write \`${tree.text}\` without quotes.` : '';
    const meant = numberIn(tree.text, type);
    problems.add('wrong-type', tree.range, `\`${key}\` is ${span}, not ${describe(tree)}. ${next}`.trim(), {
      fixes:
        meant === undefined ? [] : [quoted ? correct(tree.range, meant) : replaceText(tree.range, meant)],
    });
    return BROKEN;
  }
  if (tree.value < type.min || tree.value > type.max) {
    problems.add('out-of-range', tree.range, `\`${key}\` is ${span}; ${tree.text} is not.`);
    return BROKEN;
  }
  return { kind: 'number', number: tree.value };
}

function readDuration(
  tree: ScalarTree,
  key: string,
  type: Extract<ValueType, { kind: 'duration' }>,
  problems: Problems,
): SettingValue {
  const { never, unit, min, max } = type;
  if (never !== undefined && tree.text === 'never') return { kind: 'number', number: never };
  const forms = `a number of seconds, or \`500ms\`, \`5s\`, \`10m\`, \`2h\`, \`7d\`${never === undefined ? '' : ', or `never`'}`;
  const negative = typeof tree.value === 'number' && tree.value < 0;
  const duration = parseDuration(tree.text, unit);
  if (!duration.ok && duration.problem === 'fraction') {
    problems.add(
      'duration-fraction',
      tree.range,
      unit === 's'
        ? `\`${key}\` goes onto the wire as whole seconds, and \`${tree.text}\` is none. Write whole seconds.`
        : `\`${key}\` is kept in whole milliseconds, and \`${tree.text}\` is none. Write whole milliseconds.`,
    );
    return BROKEN;
  }
  const longest = formatDuration(max, unit);
  const range = `from ${formatDuration(min, unit)} to ${unit === 's' ? `${max} s` : longest}`;
  if (negative || (duration.ok && (duration.value < min || duration.value > max))) {
    problems.add(
      'out-of-range',
      tree.range,
      `\`${key}\` goes ${range}; \`${tree.text}\` is outside of that.`,
      { fixes: milliseconds(tree, type).map((meant) => replaceText(tree.range, meant)) },
    );
    return BROKEN;
  }
  if (!duration.ok) {
    const meant = durationMeant(tree.text, type);
    problems.add(
      'duration-form',
      tree.range,
      `\`${key}\` is a duration, and ${describe(tree)} is none. Write ${forms}.`,
      { fixes: meant === undefined ? [] : [correct(tree.range, meant)] },
    );
    return BROKEN;
  }
  return { kind: 'number', number: duration.value };
}

function readChoice(
  tree: ScalarTree,
  key: string,
  type: Extract<ValueType, { kind: 'choice' }>,
  problems: Problems,
): SettingValue {
  const choice = type.choices.find(({ word }) => word === tree.text);
  if (choice !== undefined) {
    return typeof choice.value === 'number'
      ? { kind: 'number', number: choice.value }
      : { kind: 'text', text: choice.value };
  }
  const words = type.choices.map(({ word }) => word);
  const near = nearest(tree.text, words);
  const next =
    near === undefined || words.length <= 3
      ? `Write ${words.map((word) => `\`${word}\``).join(' or ')}.`
      : `Did you mean \`${near}\`?`;
  const meant = near ?? choiceOfNumber(tree, type);
  problems.add('unknown-choice', tree.range, `\`${key}\` does not take ${describe(tree)}. ${next}`, {
    fixes: (meant === undefined ? words : [meant]).slice(0, 3).map((word) => replaceText(tree.range, word)),
  });
  return BROKEN;
}

/** A number with something behind it, `20 messages`, or in quotes, where it is in range. */
function numberIn(text: string, type: Extract<ValueType, { kind: 'integer' }>): string | undefined {
  const digits = /^\s*(\d{1,10})(?:\s*[a-zA-Z]+)?\s*$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  return number >= type.min && number <= type.max ? String(number) : undefined;
}

/** What people call the units. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  ms: 'ms',
  msec: 'ms',
  millisecond: 'ms',
  milliseconds: 'ms',
  s: 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  m: 'm',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  h: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
};

type DurationType = Extract<ValueType, { kind: 'duration' }>;

/** The duration in other words: `30 s`, `5 minutes`, `forever`. */
function durationMeant(text: string, type: DurationType): string | undefined {
  const word = text.trim().toLowerCase();
  if (type.never !== undefined && ['forever', 'infinite', 'infinity', 'unlimited'].includes(word))
    return 'never';
  const match = /^(\d{1,12}(?:\.\d{1,9})?)\s*([a-z]+)$/.exec(word);
  const unit = UNIT_WORDS[match?.[2] ?? ''];
  if (match === null || unit === undefined) return undefined;
  const meant = `${match[1]}${unit}`;
  return fits(meant, type) ? meant : undefined;
}

/** A number that is too large for seconds may have been meant in milliseconds. */
function milliseconds(tree: ScalarTree, type: DurationType): readonly string[] {
  if (!/^\d+$/.test(tree.text)) return [];
  const parsed = parseDuration(`${tree.text}ms`, type.unit);
  if (!parsed.ok) return [];
  const meant = formatDuration(parsed.value, type.unit);
  return fits(meant, type) ? [meant] : [];
}

function fits(text: string, { unit, min, max }: DurationType): boolean {
  const parsed = parseDuration(text, unit);
  return parsed.ok && parsed.value >= min && parsed.value <= max;
}

/** The word for a number that the wire has for it: Retain Handling 1, protocol level 4. */
function choiceOfNumber(
  tree: ScalarTree,
  { choices }: Extract<ValueType, { kind: 'choice' }>,
): string | undefined {
  return choices.find(({ value }) => typeof value === 'number' && String(value) === tree.text)?.word;
}
