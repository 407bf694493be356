import { wrap } from './command-line.ts';
import { commandRows } from './command-rows.ts';
import { optionRows } from './sandbox-options.ts';

const indent = 6;

/** What `mqtt-session sandbox --help` says. */
export function sandboxUsage(): string {
  const lines = [
    'mqtt-session sandbox [options]',
    '',
    ...wrap(
      'Starts the sandbox broker (MQTT 3.1, 3.1.1 and 5.0) on this machine, prints a line for each address that it listens on, ' +
        'and runs until SIGINT or SIGTERM. Without --config, subscribing to test/nosubscribe is refused, so that a refusal can ' +
        'be tried.',
      2,
    ),
  ];
  let under = '';
  for (const { heading, option, value, help } of optionRows) {
    if (heading !== under) lines.push('', `${heading}:`);
    under = heading;
    lines.push(`  ${option}${value === undefined ? '' : ` ${value}`}`, ...wrap(help, indent));
  }
  return `${lines.join('\n')}\n`;
}

const commands = [
  { name: 'sandbox', summary: 'Starts the sandbox broker.' },
  ...commandRows.map(({ synopsis, summary }) => ({ name: synopsis.split(' ', 1)[0] ?? '', summary })),
];

export const commandNames: readonly string[] = commands.map(({ name }) => name);

/** What `mqtt-session --help` says. */
export const usage = `mqtt-session COMMAND [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

  mqtt-session COMMAND --help tells more, mqtt-session --version which version it is.
`;
