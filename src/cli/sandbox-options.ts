/** The options of `mqtt-session sandbox`: one table for the command line and its help. */

import { deviationRows } from '../profile/keys/deviation-rows.ts';
import { type SandboxLimitRow, sandboxLimitRows } from '../profile/keys/sandbox-keys.ts';
import { nearest } from '../profile/nearest.ts';
import { UsageError } from './errors.ts';
import { allowedValues, type OptionType, placeholderOf } from './option-values.ts';

interface OptionRow {
  readonly option: string;
  /** What stands behind it; undefined for one that stands alone. */
  readonly value: string | undefined;
  readonly help: string;
  /** May be given again: the values are joined with commas. */
  readonly repeats?: true;
}

/** A port to listen on; 0 takes a free one. */
export const portType: OptionType = { kind: 'integer', min: 0, max: 65_535 };

/** Where it listens, and the rest that no profile file says. */
export const commandOptions = [
  {
    option: '--port',
    value: 'N',
    help: 'Listens for MQTT over TCP; 0 takes a free port. 1883 when no port is given at all.',
  },
  { option: '--ws-port', value: 'N', help: 'Listens for MQTT over WebSocket, with the subprotocol mqtt.' },
  { option: '--tls-port', value: 'N', help: 'Listens for MQTT over TLS. Needs --cert and --key.' },
  {
    option: '--wss-port',
    value: 'N',
    help: 'Listens for MQTT over WebSocket over TLS. Needs --cert and --key.',
  },
  {
    option: '--cert',
    value: 'FILE',
    help: 'The certificate to show, with those that issued it behind it (PEM).',
  },
  { option: '--key', value: 'FILE', help: 'The private key of the certificate (PEM).' },
  { option: '--host', value: 'ADDRESS', help: 'The address to listen on; 127.0.0.1 unless given.' },
  {
    option: '--allow-remote',
    value: undefined,
    help: 'Allows a --host that other machines can reach. Everybody there can then connect, unless users are set.',
  },
  {
    option: '--config',
    value: 'FILE',
    help: 'A profile file (*.mqtt.yaml), whose `sandbox:` is followed; the options below take precedence.',
  },
  {
    option: '--deviation',
    value: 'NAME',
    repeats: true,
    help:
      'Does something against the standard, to see how Clients cope with it; several with commas, or by giving it again. In place of the ' +
      `\`deviations\` of the profile file. NAME is one of: ${deviationRows.map(({ name }) => name).join(', ')}.`,
  },
  { option: '--verbose', value: undefined, help: 'Logs what the broker does, on standard error.' },
  { option: '--help', value: undefined, help: 'Shows this.' },
] as const satisfies readonly OptionRow[];

export type CommandOption = (typeof commandOptions)[number]['option'];

/** The options of what the broker grants and keeps: `--receive-maximum` for `receiveMaximum`. */
export const limitOptions: ReadonlyMap<string, SandboxLimitRow> = new Map(
  sandboxLimitRows.map((row) => [optionOf(row.key), row]),
);

function optionOf(key: string): string {
  return `--${key.replace('QoS', 'Qos').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Every option, with its default and what it takes in the help. */
export const optionRows: readonly (OptionRow & { readonly heading: string })[] = [
  ...commandOptions.map((row: OptionRow) => ({ ...row, heading: 'Where it listens, and what it follows' })),
  ...[...limitOptions].map(([option, row]) => ({
    option,
    value: placeholderOf(row.type),
    help: `${row.help} ${valuesInWords(row.type)}${'default' in row ? ` Default: ${row.default}.` : ''}`,
    heading: 'What it grants and keeps (also keys of `sandbox:` in a profile file)',
  })),
];

function valuesInWords(type: OptionType): string {
  if (type.kind !== 'choice') return `Takes ${allowedValues(type)}.`;
  return type.choices.map(({ word, help }) => `${word}: ${help}`).join(' ');
}

/** What stands on a command line, by option; an empty text for options that stand alone. */
export type GivenOptions = ReadonlyMap<string, string>;

const known: ReadonlyMap<string, OptionRow> = new Map(optionRows.map((row) => [row.option, row]));
const short: Readonly<Record<string, string>> = { '-h': '--help', '-v': '--verbose' };

/**
 * Reads `--option value` and `--option=value`. Of one that is given twice the last counts, unless it may be given again.
 *
 * @throws UsageError that names what is not understood
 */
export function readCommandLine(args: readonly string[]): GivenOptions {
  const given = new Map<string, string>();
  const left = args.values();
  for (const argument of left) {
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const option = short[written] ?? written;
    const row = known.get(option);
    if (row === undefined) throw unknownOption(written);
    if (row.value === undefined) {
      if (equals >= 0) throw new UsageError(`\`${option}\` takes no value.`);
      given.set(option, '');
      continue;
    }
    const value = equals < 0 ? left.next().value : argument.slice(equals + 1);
    if (value === undefined || (equals < 0 && value.startsWith('--'))) {
      throw new UsageError(`\`${option}\` needs a value: ${option} ${row.value}.`);
    }
    const before = row.repeats === true ? given.get(option) : undefined;
    given.set(option, before === undefined ? value : `${before},${value}`);
  }
  return given;
}

function unknownOption(written: string): UsageError {
  if (!written.startsWith('-')) return new UsageError(`\`${written}\` is not understood: it is no option.`);
  const near = nearest(written, known.keys());
  return new UsageError(
    `There is no option \`${written}\`.${near === undefined ? '' : ` Did you mean \`${near}\`?`}`,
  );
}
