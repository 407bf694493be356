/** Reads the command line of a command by the table of its options, and writes its help from the same table. */
import { nearest } from '../profile/nearest.ts';
import { UsageError } from './errors.ts';

export interface CommandOptionRow {
  readonly option: string;
  /** What stands behind it; undefined for one that stands alone. */
  readonly value: string | undefined;
  readonly help: string;
  /** May be given again. */
  readonly repeats?: true | undefined;
}

export interface CommandRow {
  /** As it is typed, with its operands: `run FILE...`. */
  readonly synopsis: string;
  /** One sentence, for the list of commands. */
  readonly summary: string;
  /** What it does, in paragraphs. */
  readonly about: readonly string[];
  readonly options: readonly CommandOptionRow[];
}

export interface CommandLine {
  /** What is no option, in order. */
  readonly operands: readonly string[];
  has(option: string): boolean;
  /** The last value. */
  get(option: string): string | undefined;
  all(option: string): readonly string[];
}

export const helpOption: CommandOptionRow = { option: '--help', value: undefined, help: 'Shows this.' };

/**
 * Reads `--option value`, `--option=value`, and operands; all behind `--` are operands.
 * @throws UsageError that names what is not understood
 */
export function readOptions(args: readonly string[], rows: readonly CommandOptionRow[]): CommandLine {
  const known = new Map(rows.map((row) => [row.option, row]));
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  const left = args.values();
  for (const argument of left) {
    if (argument === '--') {
      operands.push(...left);
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      operands.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const option = written === '-h' ? '--help' : written;
    const row = known.get(option);
    if (row === undefined) throw unknownOption(written, known.keys());
    const values = given.get(option) ?? [];
    given.set(option, values);
    if (row.value === undefined) {
      if (equals >= 0) throw new UsageError(`\`${option}\` takes no value.`);
      continue;
    }
    const value = equals < 0 ? left.next().value : argument.slice(equals + 1);
    if (value === undefined || (equals < 0 && value.startsWith('--'))) {
      throw new UsageError(`\`${option}\` needs a value: ${option} ${row.value}.`);
    }
    if (values.length > 0 && row.repeats !== true) throw new UsageError(`\`${option}\` is given twice.`);
    values.push(value);
  }
  return {
    operands,
    has: (option) => given.has(option),
    get: (option) => given.get(option)?.at(-1),
    all: (option) => given.get(option) ?? [],
  };
}

function unknownOption(written: string, known: Iterable<string>): UsageError {
  const words = [...known].map((option) => option.slice(2));
  const near = nearest(written.replace(/^-+/, ''), words);
  const next = near === undefined ? '' : ` Did you mean \`--${near}\`?`;
  return new UsageError(`There is no option \`${written}\`.${next}`);
}

/** What `mqtt-session COMMAND --help` says. */
export function commandUsage({ synopsis, about, options }: CommandRow): string {
  const lines = [`mqtt-session ${synopsis}`];
  for (const paragraph of about) lines.push('', ...wrap(paragraph, 2));
  lines.push('');
  for (const { option, value, help } of options) {
    lines.push(`  ${option}${value === undefined ? '' : ` ${value}`}`, ...wrap(help, 6));
  }
  return `${lines.join('\n')}\n`;
}

const width = 100;

/** Lines of at most 100 characters, indented. */
export function wrap(text: string, by: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && by + line.length + 1 + word.length > width) {
      lines.push(' '.repeat(by) + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, ' '.repeat(by) + line];
}
