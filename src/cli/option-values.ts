/** The values of options, by the types of the table of keys. */
import { assertNever } from '../mqtt/assert-never.ts';
import { formatDuration, parseDuration } from '../profile/durations.ts';
import type { ValueType } from '../profile/schema-types.ts';
import { UsageError } from './errors.ts';

/** The types of values that a command line can carry. */
export type OptionType = Extract<
  ValueType,
  { readonly kind: 'integer' | 'boolean' | 'duration' | 'choice' | 'text' }
>;

/** What may stand behind an option, in a few words. */
export function allowedValues(type: OptionType): string {
  switch (type.kind) {
    case 'integer':
      return `a whole number${type.unit === undefined ? '' : ` of ${type.unit}`} from ${type.min} to ${type.max}`;
    case 'boolean':
      return 'true or false';
    case 'duration': {
      const longest = formatDuration(type.max, type.unit);
      const span = `a duration from ${formatDuration(type.min, type.unit)} to ${longest}`;
      return type.never === undefined ? span : `${span}, or never`;
    }
    case 'choice':
      return type.choices.map(({ word }) => word).join(' or ');
    case 'text':
      return 'a text';
    default:
      return assertNever(type);
  }
}

/** What an option's value is called in the help. */
export function placeholderOf(type: OptionType): string {
  switch (type.kind) {
    case 'integer':
      return 'N';
    case 'boolean':
      return 'true|false';
    case 'duration':
      return 'DURATION';
    case 'choice':
      return type.choices.map(({ word }) => word).join('|');
    case 'text':
      return 'TEXT';
    default:
      return assertNever(type);
  }
}

/**
 * Reads the value of an option. Durations come in the unit of their type.
 *
 * @throws UsageError that names the option and what it takes
 */
export function readOption(option: string, text: string, type: OptionType): string | number | boolean {
  const value = parseValue(text, type);
  if (value === undefined) throw wrongValue(option, text, allowedValues(type));
  return value;
}

export function wrongValue(option: string, text: string, allowed: string): UsageError {
  return new UsageError(`\`${option} ${text}\` is not understood: ${option} takes ${allowed}.`);
}

function parseValue(text: string, type: OptionType): string | number | boolean | undefined {
  switch (type.kind) {
    case 'integer':
      return /^\d{1,12}$/.test(text) ? within(Number(text), type) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'duration': {
      if (text === 'never') return type.never;
      const duration = parseDuration(text, type.unit);
      return duration.ok ? within(duration.value, type) : undefined;
    }
    case 'choice':
      return type.choices.find(({ word }) => word === text)?.value;
    case 'text':
      return text;
    default:
      return assertNever(type);
  }
}

function within(
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
