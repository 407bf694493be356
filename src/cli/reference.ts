/** The reference page of the command, docs/mqtt-session.md, made from the table of its options. */
import type { CommandOptionRow } from './command-line.ts';
import { commandRows } from './command-rows.ts';
import { optionRows } from './sandbox-options.ts';

const introduction = `# mqtt-session

The command that comes with the extension, for terminals and for CI: \`npm run build\`, then \`node dist/cli.js\`.

## mqtt-session sandbox

Starts the sandbox broker: MQTT 3.1, 3.1.1 and 5.0, in memory, on this machine only unless it is told otherwise. It prints a
line for each address once all of them are ready:

    listening on mqtt://127.0.0.1:1883

It runs until SIGINT or SIGTERM, and then exits with 0. It exits with 1 when something stands in the way, for example a port that
is taken, and with 2 when it does not understand its options.

- Durations are a number of seconds, or \`500ms\`, \`5s\`, \`10m\`, \`2h\`, \`7d\`.
- \`--config\` follows the \`sandbox:\` of a [profile file](profiles.md); users, and what they may do, stand only there. Options go
  before the file.
- Without \`--config\` everybody may connect, and subscribing to \`test/nosubscribe\` is refused, so that a refusal can be tried
  without a file.
- \`--deviation\` makes it do something against the standard, as brokers are known to: [what each name means](profiles.md#sandboxdeviations).
- With users, 5.0 Clients may also connect with the Authentication Method SCRAM-SHA-256.`;

/** The whole page, as Markdown. */
export function renderCommandReference(): string {
  const lines = [
    '<!-- Generated from the table in src/cli. To renew it: UPDATE_DOCS=1 npx vitest run --project unit test/unit/cli/reference.test.ts -->',
    introduction,
  ];
  let under = '';
  for (const { heading, option, value, help } of optionRows) {
    if (heading !== under) lines.push('', `### ${heading}`, '', '| option | meaning |', '| --- | --- |');
    under = heading;
    lines.push(rowOf({ option, value, help }));
  }
  for (const { synopsis, about, options } of commandRows) {
    lines.push('', `## mqtt-session ${synopsis.split(' ', 1)[0]}`, '', `    mqtt-session ${synopsis}`);
    for (const paragraph of about) lines.push('', paragraph);
    lines.push('', '| option | meaning |', '| --- | --- |', ...options.map(rowOf));
  }
  return `${lines.join('\n')}\n`;
}

function rowOf({ option, value, help }: CommandOptionRow): string {
  const spelled = `${option}${value === undefined ? '' : ` ${value}`}`;
  return `| \`${escapeCell(spelled)}\` | ${escapeCell(help)} |`;
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');
