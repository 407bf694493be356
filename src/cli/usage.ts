import { optionRows } from './sandbox-options.ts';

const indent = 6;
const width = 100;

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

/** What `mqtt-session --help` says. */
export const usage = `mqtt-session COMMAND [options]

Commands:
  sandbox    Starts the sandbox broker.

  mqtt-session COMMAND --help tells more.
`;

function wrap(text: string, by: number): string[] {
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
