/**
 * The table of everything that can be said against a profile file: its code, how heavy it weighs and what it means.
 * `error` keeps the profile from being used; `warning` says that it will do something else than it seems to.
 */
import type { Diagnostic } from './model.ts';

interface CheckRow {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  /** What it means and why it matters, for the reference page. */
  readonly summary: string;
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
] as const satisfies readonly CheckRow[];

export type DiagnosticCode = (typeof CHECKS)[number]['code'];

const severities = new Map<string, Diagnostic['severity']>(CHECKS.map((row) => [row.code, row.severity]));

/** What a code means, in one sentence that quotes nothing. */
export function summaryOf(code: DiagnosticCode): string {
  return CHECKS.find((row) => row.code === code)?.summary ?? '';
}

export function severityOf(code: DiagnosticCode): Diagnostic['severity'] {
  return severities.get(code) ?? 'error';
}
