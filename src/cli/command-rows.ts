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

export const checkCommand: CommandRow = {
  synopsis: 'check --broker URL [options]',
  summary: 'Checks what a broker does against the standard.',
  about: [
    'Tries what a broker does with wills and Sessions, row by row of docs/decision-table.md, each with a control in the same run, and tells where it does otherwise than the standard says. ' +
      'docs/behaviour-check.md lists what is tried. It takes less than a minute, uses topics and Client Identifiers under a prefix of its own, and removes what it leaves behind.',
    'Exits with 0 when nothing deviates; with 1 when something does, or when the check could not be made or ended early; with 2 when the command line is not understood. ' +
      'With --compare it exits with 1 only for what is worse than in the other report.',
    `Variables of a profile are answered as for \`run\`: \`\${secret:NAME}\` is read from the environment variable MQTT_SECRET_NAME.`,
  ],
  options: [
    {
      option: '--broker',
      value: 'URL',
      help: 'mqtt://, mqtts://, ws:// or wss://host:port, or `sandbox`. In the place of the `broker` of the profile.',
    },
    {
      option: '--profile',
      value: 'FILE#NAME',
      help: 'A profile that says where to connect, and with which credentials and certificates. Without #NAME, the first. What the report means for the profiles of the file is told too.',
    },
    {
      option: '--prefix',
      value: 'TEXT',
      help: 'Begins every topic and Client Identifier; `check` unless given.',
    },
    { option: '--markdown', value: 'FILE', help: 'Writes the report as Markdown.' },
    { option: '--json', value: 'FILE', help: 'Writes the report as JSON, which --compare can read.' },
    { option: '--junit', value: 'FILE', help: 'Writes the report as JUnit XML; a test case is a probe.' },
    {
      option: '--compare',
      value: 'FILE',
      help: 'Tells what differs from a report that was written with --json.',
    },
    {
      option: '--strict',
      value: undefined,
      help: 'What is undecided or could not be tried counts as a deviation.',
    },
    {
      option: '--yes',
      value: undefined,
      help: 'The broker may be tried although it is not on this machine.',
    },
    { option: '--verbose', value: undefined, help: 'Tells what conforms, too.' },
    helpOption,
  ],
};

/** Every command but `sandbox`, whose options are those of a broker. */
export const commandRows: readonly CommandRow[] = [runCommand, lintCommand, checkCommand];
