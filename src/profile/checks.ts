/**
 * The table of everything that can be said against a profile file: its code, how heavy it weighs and what it means.
 * `error` keeps the profile from being used; `warning` says that it will do something else than it seems to.
 */
import type { StatementRef } from '../mqtt/packet.ts';
import { statementLabel } from '../mqtt/statements.ts';
import type { Diagnostic } from './model.ts';

export interface CheckRow {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  /** What it means and why it matters, for the reference page. */
  readonly summary: string;
  /**
   * What is said, `{name}` for what the finding brings along; `{cite}` for the statement in brackets. Absent where
   * the sentence depends on the value.
   */
  readonly message?: string;
  /** The statement of the standard that it rests on; that of the profile's version is cited in the message. */
  readonly statement?: StatementRef;
  /** For the reference page: why it matters, and what to do. */
  readonly about?: string;
}

export const CHECKS = [
  { code: 'yaml-syntax', severity: 'error', summary: 'The text is not YAML.' },
  {
    code: 'yaml-alias',
    severity: 'error',
    summary: 'An alias stands for nothing, for itself, or for too much.',
  },
  { code: 'file-too-large', severity: 'error', summary: 'The file is too large to be read.' },
  { code: 'nesting-too-deep', severity: 'error', summary: 'Values are nested too deeply to be read.' },
  { code: 'no-profiles', severity: 'warning', summary: 'The file names no profile.' },
  { code: 'key-not-text', severity: 'error', summary: 'A key is a list or a map.' },
  { code: 'unknown-key', severity: 'error', summary: 'There is no such key here.' },
  {
    code: 'duplicate-key',
    severity: 'error',
    summary: 'A key stands twice in one map, and only one can hold.',
  },
  {
    code: 'exclusive-keys',
    severity: 'error',
    summary: 'Two keys that say the same thing exclude each other.',
  },
  { code: 'value-missing', severity: 'error', summary: 'A key has no value.' },
  { code: 'required-missing', severity: 'error', summary: 'A key that is needed is absent.' },
  { code: 'wrong-type', severity: 'error', summary: 'A value is of the wrong type.' },
  {
    code: 'unknown-choice',
    severity: 'error',
    summary: 'A value is not one of the words that the key takes.',
  },
  {
    code: 'out-of-range',
    severity: 'error',
    summary: 'A number is outside what the wire or the program can carry.',
  },
  { code: 'too-many', severity: 'error', summary: 'A list or a map has more entries than are read.' },
  { code: 'duration-form', severity: 'error', summary: 'A value is not a duration.' },
  {
    code: 'duration-fraction',
    severity: 'error',
    summary: 'A duration is not a whole number of seconds, and the wire carries nothing else.',
  },
  { code: 'invalid-base64', severity: 'error', summary: 'A value is not Base64.' },
  { code: 'invalid-json', severity: 'error', summary: 'A value cannot be written as JSON.' },
  {
    code: 'broker-form',
    severity: 'error',
    summary: 'The address of the broker is not of the form `mqtt://host:port`.',
  },
  {
    code: 'broker-scheme',
    severity: 'error',
    summary: 'The scheme of the address is not `mqtt`, `mqtts`, `ws` or `wss`.',
  },
  {
    code: 'broker-host',
    severity: 'error',
    summary: 'The host of the address is not a host name or an IP address.',
  },
  { code: 'broker-port', severity: 'error', summary: 'The port is not a number from 1 to 65535.' },
  { code: 'broker-path', severity: 'error', summary: 'Only `ws` and `wss` addresses have a path.' },
  {
    code: 'broker-credentials',
    severity: 'error',
    summary: 'The address holds a user name or a password, where everybody who reads the file sees it.',
  },
  { code: 'listen-form', severity: 'error', summary: 'The value is not an address and a port to listen on.' },
  {
    code: 'variable-malformed',
    severity: 'error',
    summary: 'A `${` is not closed, or a variable lacks its name.',
  },
  { code: 'variable-unknown', severity: 'error', summary: 'There is no such variable.' },
  {
    code: 'variable-not-here',
    severity: 'error',
    summary: 'The value must be known without asking anybody, so it takes no variable.',
  },
  { code: 'extends-unknown', severity: 'error', summary: '`extends` names no profile of this file.' },
  { code: 'extends-cycle', severity: 'error', summary: 'Profiles extend each other in a circle.' },
  {
    code: 'key-not-in-version',
    severity: 'error',
    summary: 'The MQTT version of the profile has no such setting; it would silently not be sent.',
  },
  {
    code: 'text-too-long',
    severity: 'error',
    summary: 'A text is longer than the 65,535 bytes that a string or binary data on the wire can have.',
  },
  {
    code: 'text-not-utf8',
    severity: 'error',
    summary: 'A text holds U+0000 or half a surrogate pair, which no UTF-8 string on the wire may.',
  },
  {
    code: 'client-id-empty',
    severity: 'error',
    summary: 'The empty Client Identifier is not allowed like this before MQTT 5.0.',
  },
  {
    code: 'client-id-too-long',
    severity: 'error',
    summary: 'MQTT 3.1 allows a Client Identifier of at most 23 bytes.',
  },
  {
    code: 'password-in-file',
    severity: 'error',
    summary: 'A profile names passwords and never holds them: the file is meant to be shared.',
  },
  {
    code: 'password-without-username',
    severity: 'error',
    summary: 'Before MQTT 5.0 a password needs a user name.',
  },
  {
    code: 'will-topic-wildcard',
    severity: 'error',
    summary: 'A will is published to one topic; a Topic Name has no wildcards.',
  },
  { code: 'will-topic-invalid', severity: 'error', summary: 'The topic of the will is not a Topic Name.' },
  {
    code: 'will-payload-too-large',
    severity: 'error',
    summary: 'The payload of a will is at most 65,535 bytes.',
  },
  {
    code: 'will-delay-no-effect',
    severity: 'warning',
    summary:
      'The will is published when the Session ends; without a Session Expiry Interval that is at once, whatever the delay.',
  },
  {
    code: 'topic-wildcard',
    severity: 'error',
    summary: 'A message is published to one topic; a Topic Name has no wildcards.',
  },
  { code: 'topic-invalid', severity: 'error', summary: 'The value is not a Topic Name.' },
  { code: 'topic-filter-invalid', severity: 'error', summary: 'The value is not a Topic Filter.' },
  { code: 'shared-no-local', severity: 'error', summary: 'A shared subscription cannot have No Local.' },
  {
    code: 'payload-not-utf8',
    severity: 'error',
    summary: 'The payload is not the UTF-8 text that Payload Format Indicator says it is.',
  },
  {
    code: 'session-ends-with-connection',
    severity: 'warning',
    summary: 'The Session cannot outlive its connection, so there will be nothing to resume.',
  },
  {
    code: 'reconnect-order',
    severity: 'error',
    summary: 'The longest time between attempts is shorter than the first.',
  },
  {
    code: 'tls-unused',
    severity: 'warning',
    summary: 'TLS settings have no effect on a connection without TLS.',
  },
  {
    code: 'tls-pair',
    severity: 'error',
    summary: 'A certificate of the Client and its key only work together.',
  },
  {
    code: 'tap-not-loopback',
    severity: 'warning',
    summary: 'The tap would listen on an address that other machines can reach.',
  },
  { code: 'tap-loop', severity: 'error', summary: 'The tap would forward to itself.' },
  {
    code: 'tap-fault',
    severity: 'error',
    summary: 'A rule of the tap names no fault, or can never make it.',
    message: '{why}. {next}',
  },
  {
    code: 'will-delay-cut-short',
    severity: 'warning',
    summary: 'The Session ends before the Will Delay Interval has passed, and the will is published then.',
    message:
      'The Session ends {expiry} s after the connection, and the will is published then, not after {delay} s {cite}. Set `sessionExpiryInterval` to {delay}s or more, or shorten the delay.',
    statement: { version: 5, id: 'MQTT-3.1.3-9' },
    about:
      'The will goes out when its delay has passed or when the Session ends, whichever comes first. A delay that is longer than the Session Expiry Interval is never waited for.',
  },
  {
    code: 'will-delay-clean-start',
    severity: 'warning',
    summary:
      'Coming back with Clean Start ends the Session and publishes the will at once, so the delay bridges no reconnect.',
    message:
      'The delay is there to bridge a short loss, but each reconnect of this profile says Clean Start: that ends the old Session, and its will is published at once {cite}. Set `cleanStart: false`.',
    statement: { version: 5, id: '3.1.3.2.2' },
    about:
      'Only a Client that resumes its Session within the delay cancels the will. A new Session in the place of the old one ends the old one, and a will that waits goes out then.',
  },
  {
    code: 'session-without-name',
    severity: 'warning',
    summary: 'The Session is kept under a Client Identifier that no later connection will have.',
    message:
      'The Server would keep the Session under a Client Identifier that is {how}, so no later connection finds it {cite}. Write a fixed `clientId`.',
    statement: { version: 5, id: 'MQTT-3.1.3-2' },
    about:
      'A Session is found by its Client Identifier alone. With one that is made up for each connection, what is kept can never be resumed: its messages pile up until it expires, and a will with a delay is never cancelled.',
  },
  {
    code: 'will-topic-dollar',
    severity: 'warning',
    summary: 'Topics that begin with `$` belong to the Server: many refuse them, and no `#` sees them.',
    message:
      'The topic of the will begins with `$`. Servers keep such topics for themselves and may refuse it, and subscriptions that begin with a wildcard do not match it {cite}. Choose a topic without `$`.',
    statement: { version: 5, id: 'MQTT-4.7.2-1' },
  },
  {
    code: 'will-topic-not-state-topic',
    severity: 'warning',
    summary: 'The will goes to another topic than the state messages, so a lost Client keeps looking alive.',
    message:
      'The will goes to `{will}`, and the retained state of this profile stands in `{state}`: after a loss it would go on saying that the Client is there. Write one topic in all of them.',
    about:
      'Presence takes three messages with one topic: one after the connection, one before a normal DISCONNECT, and the will for every other end. A typical slip is a topic with the user name in one and the Client Identifier in another. Topics count as meant to be the same when they differ in one level only, or when both other messages use one.',
  },
  {
    code: 'will-not-retained',
    severity: 'warning',
    summary: 'The state message is retained and the will is not, so late subscribers learn the wrong state.',
    message:
      '`{topic}` is retained when the Client comes, and the will on it is not: who subscribes after a loss would still be told that the Client is there {cite}. Set `retain: true`.',
    statement: { version: 5, id: 'MQTT-3.1.2-14' },
  },
  {
    code: 'goodbye-not-retained',
    severity: 'warning',
    summary:
      'The message of coming is retained and that of leaving is not, so late subscribers learn the wrong state.',
    message:
      '`{topic}` is retained when the Client comes and not when it leaves: who subscribes later would still be told that it is there. Set `retain: true`.',
    statement: { version: 5, id: 'MQTT-3.3.1-8' },
  },
  {
    code: 'will-clears-retained',
    severity: 'information',
    summary: 'A retained will without a payload removes the retained message of its topic.',
    message:
      'Retained and empty, the will removes the retained message of its topic instead of replacing it {cite}. Write a payload unless that is meant.',
    statement: { version: 5, id: 'MQTT-3.3.1-6' },
  },
  {
    code: 'will-expiry-short',
    severity: 'information',
    summary: 'The will lives for a shorter time than the Server may need to notice the loss.',
    message:
      'The will lives {lives} s from its publication, and after a silent loss up to {notice} s pass before it is published: whoever asks less often than every {lives} s misses it. Lengthen `messageExpiryInterval`, or shorten `keepAlive`.',
    statement: { version: 5, id: '3.3.2.3.3' },
    about:
      'A rule of thumb, not the standard. The lifetime of a will counts from its publication by the Server, not from the loss; one that is much shorter than the time to notice it often means that this was overlooked.',
  },
  {
    code: 'keep-alive-off-with-will',
    severity: 'warning',
    summary:
      'Without Keep Alive the Server never notices a Client that falls silent, and its will is not published.',
    message:
      '`keepAlive: 0` turns Keep Alive off: a Client that falls silent is never noticed, and its will never published {cite}. Set for example `keepAlive: 60s`.',
    statement: { version: 5, id: '3.1.2.10' },
  },
  {
    code: 'keep-alive-beyond-nat',
    severity: 'information',
    summary: 'Routers and load balancers on the way may forget a connection that is quiet for so long.',
    message:
      'With `keepAlive` of {seconds} s the connection may be quiet for longer than many routers and load balancers remember it; a rule of thumb is 4 to 5 minutes. Set `keepAlive` to {usual}s or less if it gets lost for no reason.',
    about:
      'A heuristic: nothing in the standard, and nothing that can be seen from here. NAT in home routers and mobile networks and cloud load balancers drop idle connections, commonly after 4 to 5 minutes, without telling either end.',
  },
  {
    code: 'payload-not-json',
    severity: 'warning',
    summary: 'The content type says JSON, and the payload is none.',
    message:
      '`contentType` says JSON, and this payload is not JSON: {problem}. Mend it, or write `payloadJson`.',
    statement: { version: 5, id: 'MQTT-3.3.2-20' },
  },
  {
    code: 'correlation-without-response',
    severity: 'information',
    summary: 'Correlation Data without a Response Topic says what an answer is about that goes nowhere.',
    message:
      '`correlationData` is for an answer, and without `responseTopic` nobody knows where to send one {cite}. Set `responseTopic`, unless this message is itself the answer.',
    statement: { version: 5, id: '3.3.2.3.6' },
  },
  {
    code: 'subscription-duplicate',
    severity: 'warning',
    summary: 'A second subscription to the same Topic Filter replaces the first.',
    message:
      '`{filter}` stands above already: this subscription replaces that one {cite}. Remove one of them.',
    statement: { version: 5, id: 'MQTT-3.8.4-3' },
  },
  {
    code: 'subscriptions-overlap',
    severity: 'information',
    summary:
      'Two subscriptions match the same topics; whether their messages come once or twice is up to the Server.',
    message:
      'Some topics match both `{filter}` and `{other}`. Whether the Server sends their messages once or once for each is its choice {cite}. Expect either, or make the filters disjoint.',
    statement: { version: 5, id: 'MQTT-3.3.4-2' },
  },
  {
    code: 'credentials-unencrypted',
    severity: 'warning',
    summary: 'User name and password would pass the network in the clear.',
    message:
      'The password would go to {host} in the clear, for everybody on the way to read. Write `{scheme}://`, if the Server takes it.',
  },
  {
    code: 'certificate-unchecked',
    severity: 'warning',
    summary: 'Without the check of its certificate, anybody can pretend to be the Server.',
    message:
      'With `rejectUnauthorized: false` anybody on the way can pretend to be the Server and read the password. Name its authority in `ca` instead.',
  },
  {
    code: 'client-ids-fight',
    severity: 'warning',
    summary:
      'Two profiles that reconnect by themselves have one Client Identifier on one broker: they take each other over for ever.',
    message:
      'Profile `{other}` connects to the same broker with the same `clientId`, and both reconnect by themselves: each takes the Session over from the other, for ever {cite}. Give each its own.',
    statement: { version: 5, id: 'MQTT-3.1.4-3' },
    about:
      'Looked for in all profile files of the workspace. Every sandbox broker belongs to one file. Identifiers that are random or asked for are not compared.',
  },
  {
    code: 'client-id-shared',
    severity: 'information',
    summary:
      'Two profiles have one Client Identifier on one broker: whichever connects throws the other off.',
    message:
      'Profile `{other}` connects to the same broker with the same `clientId`: whichever connects takes the Session over and throws the other off {cite}. Give each its own, unless they are meant to be one Client.',
    statement: { version: 5, id: 'MQTT-3.1.4-3' },
    about:
      'Looked for as above. It says no more than that both cannot be connected at once: one Client may well have several profiles.',
  },
  {
    code: 'tap-port-shared',
    severity: 'warning',
    summary: 'Two taps listen on one address, and only one of them can.',
    message:
      'The tap of profile `{other}` listens on port {port}, too, and only one of them can. Choose another port.',
  },
  {
    code: 'file-missing',
    severity: 'warning',
    summary: 'A file that is read when connecting is not there.',
    message:
      'There is no file `{path}`, seen from the folder of the profile file, and connecting would fail. Correct the path, or put the file there.',
  },
  {
    code: 'scenario-steps',
    severity: 'error',
    summary: 'A step of a scenario does one thing: it has exactly one of the keys that say what.',
    message: 'A step says what to do with one key: {keys}. Write one of them.',
  },
  {
    code: 'scenario-profile-unknown',
    severity: 'error',
    summary: 'A step of a scenario names no profile of this file.',
    message: '`{name}` is no profile of this file. {next}',
  },
  {
    code: 'scenario-not-connected',
    severity: 'warning',
    summary: 'A step needs a Client to be connected that no step before has connected.',
    message: '`{name}` is not connected at this step. Write `- connect: {name}` before it.',
  },
  {
    code: 'scenario-program',
    severity: 'error',
    summary:
      'A profile stands for a program in a scenario (`expectConnect`), and a step asks what cannot be.',
    message: '{why}. {next}',
    about:
      'A program is started by somebody else. It connects to the tap of the profile, at an address that it has been told, and what it sends is its own affair.',
  },
  {
    code: 'scenario-fault-condition',
    severity: 'error',
    summary: 'The condition of a fault can never hold, or says nothing.',
    message: '{why}. {next}',
  },
  {
    code: 'expectation-impossible',
    severity: 'warning',
    summary: 'No Server that keeps the standard can satisfy the expectation.',
    message: '{why}. {next}',
    about:
      'The settings of the profile decide most of what can happen: a profile without a will has none to publish, a normal DISCONNECT removes the will, and the will cannot be published later than its delay or the end of the Session.',
  },
] as const satisfies readonly CheckRow[];

export type DiagnosticCode = (typeof CHECKS)[number]['code'];

const rows = new Map<string, CheckRow>(CHECKS.map((row) => [row.code, row]));

export function checkRow(code: DiagnosticCode): CheckRow {
  return rows.get(code) ?? { code, severity: 'error', summary: '' };
}

/** What a code means, in one sentence that quotes nothing. */
export function summaryOf(code: DiagnosticCode): string {
  return rows.get(code)?.summary ?? '';
}

export function severityOf(code: DiagnosticCode): Diagnostic['severity'] {
  return rows.get(code)?.severity ?? 'error';
}

export function statementOf(code: DiagnosticCode): StatementRef | undefined {
  return rows.get(code)?.statement;
}

/** The sentence of a row that has one, filled in. */
export function messageOf(
  code: DiagnosticCode,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const row = rows.get(code);
  const { statement } = row ?? {};
  return fill(row?.message ?? row?.summary ?? '', {
    ...values,
    ...(statement === undefined || 'cite' in values ? {} : { cite: `(${statementLabel(statement)})` }),
  });
}

const fill = (template: string, values: Readonly<Record<string, string | number>>): string =>
  template.replace(/(?<!\$)\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** The heading of its paragraph on the reference page, as a link names it. */
export function anchorOf(code: DiagnosticCode): string {
  return code;
}
