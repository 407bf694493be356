/** What each command is called, says of itself, and takes: for its command line, its help and the reference page. */
import { type CommandRow, helpOption } from './command-line.ts';

export const runCommand: CommandRow = {
  synopsis: 'run FILE|FOLDER... [options]',
  summary: 'Runs the scenarios of profile files.',
  about: [
    'Runs the scenarios of profile files (*.mqtt.yaml), several at a time, and tells of each step that failed what was expected and what was observed. ' +
      'Profiles with `broker: sandbox` get a sandbox broker of their own, with the `sandbox:` settings of their file.',
    'Exits with 0 when every scenario passed; with 1 when one failed, when what was seen left one undecided, or when one could not be run; ' +
      'with 2 when the command line is not understood.',
    `\`\${secret:NAME}\` is read from the environment variable MQTT_SECRET_NAME, and \`\${input:QUESTION}\` from MQTT_INPUT_QUESTION: in capitals, with \`_\` for whatever is no letter or digit. \`\${workspaceFolder}\` is the folder that the command runs in.`,
  ],
  options: [
    { option: '--scenario', value: 'NAME', repeats: true, help: 'Only this one; may be given again.' },
    {
      option: '--broker',
      value: 'URL',
      help: 'In the place of the `broker` of every profile: mqtt://, mqtts://, ws:// or wss://host:port, or `sandbox`.',
    },
    { option: '--junit', value: 'FILE', help: 'Writes the results as JUnit XML.' },
    { option: '--json', value: undefined, help: 'Prints the results as JSON, in the place of text.' },
    { option: '--verbose', value: undefined, help: 'Tells every step, and logs on standard error.' },
    helpOption,
  ],
};

export const lintCommand: CommandRow = {
  synopsis: 'lint FILE|FOLDER... [options]',
  summary: 'Checks profile files, alone and beside each other.',
  about: [
    'Makes every check of the editor on profile files (*.mqtt.yaml), alone and beside each other, and prints one line for each finding: ' +
      'file:line:column: severity: what is wrong [code]. Nothing connects, and no variable is asked for. ' +
      'The codes are those of docs/profiles.md.',
    'Exits with 0 when there is no error, with 1 when there is one, and with 2 when the command line is not understood.',
  ],
  options: [
    { option: '--strict', value: undefined, help: 'Warnings count as errors.' },
    { option: '--junit', value: 'FILE', help: 'Writes the findings as JUnit XML; a test case is a file.' },
    { option: '--json', value: undefined, help: 'Prints the findings as JSON, in the place of text.' },
    helpOption,
  ],
};

/** Every command but `sandbox`, whose options are those of a broker. */
export const commandRows: readonly CommandRow[] = [runCommand, lintCommand];
