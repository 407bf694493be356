/** What each command is called, says of itself, and takes: for its command line, its help and the reference page. */
import { type CommandRow, helpOption } from './command-line.ts';
import { faultHelp } from './fault-option.ts';

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
    {
      option: '--no-observers',
      value: undefined,
      help: 'Makes no connections but those of the steps. Without this, one subscribes to the topic of each will that no Client of the scenario would see.',
    },
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

export const tapCommand: CommandRow = {
  synopsis: 'tap --to URL [options]',
  summary: 'Lets programs connect through it to a broker, and tells what becomes of their sessions.',
  about: [
    'Listens on this machine, and forwards each connection to the broker with a connection of its own; no byte is changed. Connect a program to it instead of to the broker: ' +
      'a line is printed for each connection, session and will, with what the broker owes, when it is due and what it did; a verdict that is not good comes with its reasons.',
    'A program whose broker cannot be reached sees its connection reset. Runs until SIGINT or SIGTERM, and then exits with 0; with 1 when something stands in the way, ' +
      'for example a port that is taken, and with 2 when the command line is not understood.',
  ],
  options: [
    {
      option: '--to',
      value: 'URL',
      help: 'The broker: mqtt://, mqtts://, ws:// or wss://host:port, or `sandbox`.',
    },
    {
      option: '--listen',
      value: 'ADDRESS',
      help: 'Where it listens, as host:port or a port alone; 0 takes a free port. 127.0.0.1:1884 unless given.',
    },
    {
      option: '--scheme',
      value: 'mqtt|mqtts|ws|wss',
      help: 'What programs speak to it; that of the broker unless given. For mqtts and wss it makes a certificate, and says where it is.',
    },
    { option: '--fault', value: 'FAULT', repeats: true, help: faultHelp },
    {
      option: '--ca',
      value: 'FILE',
      help: 'The authority of the broker (PEM); those of the system unless given.',
    },
    { option: '--cert', value: 'FILE', help: 'The certificate to show to the broker (PEM).' },
    { option: '--key', value: 'FILE', help: 'The private key of --cert (PEM).' },
    { option: '--insecure', value: undefined, help: 'Takes any certificate of the broker.' },
    {
      option: '--allow-remote',
      value: undefined,
      help: 'Allows a --listen that other machines can reach. Everybody there can then connect, and reach the broker.',
    },
    {
      option: '--save',
      value: 'FILE',
      help: 'Writes what passes as a capture (pcapng) while it runs, and in the end with comments on what became of wills and sessions. Wireshark and `mqtt-session explain` read it.',
    },
    {
      option: '--unmasked',
      value: undefined,
      help: 'Leaves passwords and Authentication Data in the capture; they are replaced otherwise.',
    },
    {
      option: '--no-observers',
      value: undefined,
      help: 'Makes no connections of its own. Without this, one subscribes to the topic of each will that it sees, so that its publication is noticed.',
    },
    { option: '--why', value: undefined, help: 'Tells the reasons of every verdict.' },
    { option: '--quiet', value: undefined, help: 'Prints nothing but where it listens.' },
    { option: '--verbose', value: undefined, help: 'Logs on standard error.' },
    helpOption,
  ],
};

export const explainCommand: CommandRow = {
  synopsis: 'explain FILE [options]',
  summary: 'Explains the sessions in a capture.',
  about: [
    'Reads a capture (pcapng or pcap, of this program, Wireshark, tshark or tcpdump), finds the MQTT in it whatever its ports, also over WebSocket, and tells of each Client its connections, ' +
      'what the Server owed it, what became of that, and why, with the statements of the standard and the numbers of the packets.',
    'Where the capture does not show enough, it says so and decides nothing. Exits with 0; with 1 when the file cannot be read, and with 2 when the command line is not understood.',
  ],
  options: [{ option: '--json', value: undefined, help: 'Prints JSON, in the place of text.' }, helpOption],
};

/** Every command but `sandbox`, whose options are those of a broker. */
export const commandRows: readonly CommandRow[] = [
  tapCommand,
  explainCommand,
  runCommand,
  lintCommand,
  checkCommand,
];
