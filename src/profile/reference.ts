/** The reference page docs/profiles.md, made from the tables of keys, variables and checks. */

import type { StatementRef } from '../mqtt/packet.ts';
import { findStatement, statementLabel } from '../mqtt/statements.ts';
import { SCHEME_PORTS } from './broker-address.ts';
import { anchorOf, CHECKS, checkRow, type DiagnosticCode } from './checks.ts';
import { formatDuration } from './durations.ts';
import { type DeviationRow, deviationRows, issueUrl } from './keys/deviation-rows.ts';
import { VERSION_NAMES } from './merged-checks.ts';
import { keysOf } from './schema.ts';
import type { KeyRow, ObjectName, ValueType } from './schema-types.ts';
import { MAX_FILE_LENGTH } from './tree.ts';
import { spell, VARIABLES } from './variables.ts';

/** Where each object stands, in the order of the page. */
interface Section {
  readonly object: ObjectName;
  readonly title: string;
  readonly about: string;
}

/** What stands behind the keys of an object, each with its keys. */
function partsOf(object: ObjectName): ReadonlyMap<ObjectName, readonly string[]> {
  const parts = new Map<ObjectName, string[]>();
  for (const { key, type } of keysOf(object).values()) {
    if (type.kind === 'object') parts.set(type.of, [...(parts.get(type.of) ?? []), `\`${key}\``]);
  }
  return parts;
}

const STEP_PARTS = partsOf('step');
const TAP_PARTS = partsOf('tapRule');

const SECTIONS: readonly Section[] = [
  {
    object: 'file',
    title: 'The file',
    about:
      'A profile file is named `*.mqtt.yaml`, `*.mqtt.yml` or `*.mqtt.json` and is YAML 1.2, of which JSON is a part.',
  },
  {
    object: 'profile',
    title: 'A profile',
    about: 'Below a name in `profiles`, and in `defaults`. Keys are the terms of the MQTT standard.',
  },
  { object: 'tls', title: '`tls`', about: 'Paths are relative to the profile file.' },
  { object: 'reconnect', title: '`reconnect`', about: 'Instead of `never`.' },
  {
    object: 'will',
    title: '`will`',
    about: 'Only one of `payload`, `payloadJson`, `payloadBase64` and `payloadFile` can be given.',
  },
  {
    object: 'message',
    title: '`afterConnect` and `beforeDisconnect`',
    about:
      'Each is a list of messages with these keys. Only one of `payload`, `payloadJson`, `payloadBase64` and `payloadFile` can be given.',
  },
  {
    object: 'correlationData',
    title: '`correlationData`',
    about: 'Instead of a text, where the bytes are none.',
  },
  { object: 'subscription', title: '`subscriptions`', about: 'A list of subscriptions with these keys.' },
  { object: 'tap', title: '`tap`', about: 'Other programs connect here to be seen.' },
  {
    object: 'tapRule',
    title: '`tap.faults`',
    about: 'A list of rules, each with exactly one of these keys: the fault, and in its value when it comes.',
  },
  ...[...TAP_PARTS].map(
    ([object, keys]): Section => ({
      object,
      title: `${keys.join(', ')} of a tap`,
      about: `What stands behind ${keys.join(' or ')} in \`tap.faults\`.`,
    }),
  ),
  {
    object: 'tapCondition',
    title: '`when` of a fault of a tap',
    about: 'When a fault comes by itself: all that is given must hold.',
  },
  {
    object: 'tapConnections',
    title: '`when` of `refuse` of a tap',
    about: 'Which connections are refused: all that is given must hold.',
  },
  { object: 'sandbox', title: '`sandbox`', about: 'A key of the file, beside `profiles`.' },
  {
    object: 'deny',
    title: '`sandbox.deny`',
    about: 'A list of rules with these keys; each names at least one of `publish`, `subscribe` and `will`.',
  },
  { object: 'allow', title: '`sandbox.allow`', about: 'A list of rules with these keys, as in `deny`.' },
  { object: 'user', title: '`sandbox.users`', about: 'A list of users with these keys.' },
  {
    object: 'scenario',
    title: '`scenarios`',
    about: 'A key of the file, beside `profiles`: below it, a name for each.',
  },
  {
    object: 'step',
    title: '`scenarios.steps`',
    about: 'A list of steps, each with exactly one of these keys.',
  },
  ...[...STEP_PARTS].map(
    ([object, steps]): Section => ({
      object,
      title: steps.join(', '),
      about: `What stands behind ${steps.join(' or ')} in a step.`,
    }),
  ),
  {
    object: 'faultCondition',
    title: '`when`',
    about: 'When a fault comes by itself: all that is given must hold.',
  },
  {
    object: 'connectionCondition',
    title: '`when` of `refuse`',
    about: 'Which connections are refused: all that is given must hold.',
  },
];

/** The whole page, as Markdown. */
export function renderReference(): string {
  const page = [
    '<!-- Generated from the tables in src/profile. To renew it: UPDATE_DOCS=1 npx vitest run --project unit test/unit/profile/reference.test.ts -->',
    '# Connection profile files',
    INTRODUCTION,
    ...SECTIONS.flatMap(({ object, title, about }) => [
      `## ${title}`,
      about,
      keyTable(object),
      ...(object === 'sandbox' ? [deviations()] : []),
    ]),
    DURATIONS,
    addresses(),
    INHERITANCE,
    variables(),
    checks(),
  ].join('\n\n');
  return `${page}\n`;
}

const INTRODUCTION = `They hold everything about a connection except its secrets, and are meant to be committed. The folder
[samples](../samples) has some to start from. A short one:

\`\`\`yaml
profiles:
  demo:
    broker: mqtt://localhost:1883
    clientId: demo
    sessionExpiryInterval: 10s
    will:
      topic: offline
      payload: I'm offline
      qos: 1
      willDelayInterval: 5s
\`\`\`

A profile with an error is not used; others of the file still are. In the tables, v5 and v3.1.1 are sections of the two
standards, and a key without versions exists in all of 3.1, 3.1.1 and 5.0.`;

const DURATIONS = `## Durations

A number of seconds, or a number with a unit: \`500ms\`, \`5s\`, \`10m\`, \`2h\`, \`7d\`. MQTT carries whole seconds, so half a
second is an error where it would go onto the wire.`;

const INHERITANCE = `## What a profile inherits

A profile lies over the one it \`extends\`, that one over what it extends in turn, and all of them over \`defaults\`. The
nearest value holds.

- \`tls\`, \`will\`, \`reconnect\` and \`tap\` are merged key by key.
- Lists (\`subscriptions\`, \`afterConnect\`, \`beforeDisconnect\`) and \`userProperties\` are replaced whole.
- One form of a payload takes the place of another, and \`cleanSession\` that of \`cleanStart\`.
- \`null\` removes what is inherited: \`will: null\`.
- \`description\` is not inherited.
- A profile that others extend may lack what is required; it is then not offered itself.`;

function addresses(): string {
  const ports = Object.entries(SCHEME_PORTS).map(([scheme, port]) => [`\`${scheme}\``, String(port)]);
  return [
    '## Broker addresses',
    '`scheme://host:port`, and for `ws` and `wss` a path after it. A user name or a password in the address is an error.',
    table(['scheme', 'default port'], ports),
  ].join('\n\n');
}

function variables(): string {
  return [
    '## Variables',
    `They stand in texts, and are replaced when connecting: \`clientId\` and \`username\` first. Numbers, durations and ports
take none. \`$\${\` stands for a literal \`\${\`. In an untrusted workspace nothing is replaced, because nothing connects.`,
    table(
      ['variable', 'value'],
      VARIABLES.map((row) => [`\`${spell(row)}\``, row.help]),
    ),
  ].join('\n\n');
}

function checks(): string {
  return [
    '## What can be wrong',
    'An error keeps the profile, or the scenario, from being used. A warning does not: it will do something else than it seems to. Information is a hint, and no fault.',
    table(
      ['code', 'weight', 'what it means'],
      CHECKS.map(({ code, severity, summary }) => [`[\`${code}\`](#${anchorOf(code)})`, severity, summary]),
    ),
    `A file may have ${MAX_FILE_LENGTH} characters.`,
    ...CHECKS.flatMap(({ code }) => checkSection(code)),
  ].join('\n\n');
}

function checkSection(code: DiagnosticCode): readonly string[] {
  const { severity, summary, about, statement } = checkRow(code);
  const found = statement === undefined ? undefined : findStatement(statement);
  return [
    `### \`${code}\``,
    `**${severity[0]?.toUpperCase()}${severity.slice(1)}.** ${summary}${about === undefined ? '' : ` ${about}`}`,
    ...(found === undefined ? [] : [`[${statementLabel(found)}](${found.url}): ${found.summary}`]),
  ];
}

function deviations(): string {
  return [
    '## `sandbox.deviations`',
    `A list of these words, and behind \`--deviation\` of \`mqtt-session sandbox\`. Each makes the broker do one thing against the
standard that some broker was reported, in some version, to do: to see how a program copes with it. Everything else it goes on to do
by the standard.`,
    table(
      ['word', 'what the broker does', 'breaks', 'seen in'],
      deviationRows.map(({ name, help, breaks, seen }: DeviationRow) => [
        `\`${name}\``,
        help,
        breaks.map(statementLink).join(', '),
        seen.map((issue) => `[${issue}](${issueUrl(issue)})`).join(', '),
      ]),
    ),
  ].join('\n\n');
}

function statementLink(ref: StatementRef): string {
  const url = findStatement(ref)?.url;
  return url === undefined ? statementLabel(ref) : `[${statementLabel(ref)}](${url})`;
}

function keyTable(object: ObjectName): string {
  return table(
    ['key', 'value', 'default', 'MQTT', 'meaning'],
    [...keysOf(object).values()].map((row) => [
      `\`${row.key}\``,
      describeType(row.type),
      describeDefault(row),
      describeVersions(row),
      row.example === undefined ? row.help : `${row.help} Example: \`${row.example}\``,
    ]),
  );
}

/** A table with its columns aligned, as the formatter of this repository wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

/** Text inside of a table cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function describeDefault(row: KeyRow): string {
  if (row.required === true) return '**required**';
  if (row.default === undefined) return '';
  return row.default === '' ? '`""`' : `\`${row.default}\``;
}

function describeVersions(row: KeyRow): string {
  const versions = row.versions
    ?.map((version) => VERSION_NAMES[version])
    .toSorted()
    .join(', ');
  const sections = [row.v5 && `v5 ${row.v5}`, row.v311 && `v3.1.1 ${row.v311}`].filter(Boolean).join(', ');
  return [versions && `only ${versions}`, sections].filter(Boolean).join('; ');
}

/** What a value may be, in words. */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case 'text':
      return type.variables === true ? 'text, may hold variables' : 'text';
    case 'integer':
      if (type.min === type.max) return String(type.min);
      return `${type.min} to ${type.max}${type.unit === undefined ? '' : ` ${type.unit}`}`;
    case 'boolean':
      return '`true` or `false`';
    case 'duration':
      return [
        `duration from ${formatDuration(type.min, type.unit)} to ${type.unit === 's' ? `${type.max} s` : formatDuration(type.max, type.unit)}`,
        ...(type.never === undefined ? [] : ['`never`']),
      ].join(', or ');
    case 'choice':
      return type.choices.map(({ word, help }) => `\`${word}\`: ${help}`).join('<br>');
    case 'broker':
      return 'address';
    case 'listen':
      return '`address:port`, or a port';
    case 'userProperties':
      return 'map of names to texts, or list of pairs; may hold variables';
    case 'json':
      return 'any value';
    case 'base64':
      return 'Base64';
    case 'object':
      return [
        'map',
        ...(type.orWord === undefined ? [] : [`\`${type.orWord}\``]),
        ...(type.orText ? ['text'] : []),
      ].join(', or ');
    case 'list':
      return type.choices === undefined ? `list of at most ${type.max}` : 'list of words';
    case 'named':
      return `map of names to ${type.of}s`;
    case 'anything':
      return 'map';
  }
}
