/**
 * The table of keys: the one place that says what a profile file may hold. The parser, the reference page, the JSON
 * Schema, and (through the parser) every check read it.
 */
import type { KeyRow, ObjectName, ValueType } from './schema-types.ts';

/** The value of Session Expiry Interval that means "does not expire" (v5 3.1.2.11.2). */
export const NEVER_SECONDS = 0xffff_ffff;

const TWO_BYTES = 0xffff;
const FOUR_BYTES = 0xffff_ffff;
const ONLY_5 = [5] as const;
/** A list longer than this is a mistake or an attack; the work per file stays bounded. */
const LIST_MAX = 1000;
const PROFILES_MAX = 5000;

const boolean: ValueType = { kind: 'boolean' };
const plain: ValueType = { kind: 'text', role: 'plain' };
const plainWithVariables: ValueType = { kind: 'text', role: 'plain', variables: true };
const utf8: ValueType = { kind: 'text', role: 'utf8', variables: true };
const binary: ValueType = { kind: 'text', role: 'binary', variables: true };
const userProperties: ValueType = { kind: 'userProperties' };
const qos: ValueType = { kind: 'integer', min: 0, max: 2 };
const messages: ValueType = { kind: 'list', of: 'message', max: LIST_MAX };

const wireSeconds = (max: number, never?: number): ValueType => ({
  kind: 'duration',
  unit: 's',
  min: 0,
  max,
  ...(never === undefined ? {} : { never }),
});

const ourMilliseconds = (min: number, max: number): ValueType => ({ kind: 'duration', unit: 'ms', min, max });

const HOUR_MS = 3_600_000;

const fileRows: readonly KeyRow[] = [
  {
    in: 'file',
    key: 'version',
    type: { kind: 'integer', min: 1, max: 1 },
    default: 1,
    help: 'Version of the profile file format. There is only 1 so far.',
  },
  {
    in: 'file',
    key: 'defaults',
    type: { kind: 'object', of: 'profile' },
    help: 'Settings merged under every profile of this file.',
  },
  {
    in: 'file',
    key: 'profiles',
    type: { kind: 'named', of: 'profile', max: PROFILES_MAX },
    help: 'The connection profiles, by name.',
  },
  {
    in: 'file',
    key: 'sandbox',
    type: { kind: 'object', of: 'sandbox' },
    help: 'How the built-in broker behaves for the profiles of this file that say `broker: sandbox`.',
  },
  {
    in: 'file',
    key: 'scenarios',
    type: { kind: 'anything' },
    help: 'Scripted steps with expected verdicts, by name.',
  },
];

const profileRows: readonly KeyRow[] = [
  {
    in: 'profile',
    key: 'description',
    type: plain,
    help: 'One sentence for people, shown beside the name.',
  },
  {
    in: 'profile',
    key: 'extends',
    type: plain,
    help: 'Name of another profile of this file whose settings this one starts from.',
    example: 'base',
  },
  {
    in: 'profile',
    key: 'broker',
    type: { kind: 'broker' },
    required: true,
    help:
      'The Server: `mqtt://host:1883`, `mqtts://host:8883`, `ws://host:80/path`, `wss://host:443/path` ' +
      '(these are the default ports), or `sandbox`, the broker inside the extension. The host and the path may hold variables.',
    example: 'mqtt://localhost:1883',
  },
  {
    in: 'profile',
    key: 'tls',
    type: { kind: 'object', of: 'tls' },
    help: 'TLS settings for `mqtts` and `wss`.',
  },
  {
    in: 'profile',
    key: 'protocolVersion',
    type: {
      kind: 'choice',
      choices: [
        { word: '5', value: 5, help: 'MQTT 5.0' },
        { word: '3.1.1', value: 4, help: 'MQTT 3.1.1' },
        { word: '3.1', value: 3, help: 'MQTT 3.1' },
      ],
    },
    default: 5,
    v5: '3.1.2.2',
    v311: '3.1.2.2',
    help: 'The version of MQTT that CONNECT asks for.',
  },
  {
    in: 'profile',
    key: 'clientId',
    type: utf8,
    default: '',
    v5: '3.1.3.1',
    v311: '3.1.3.1',
    help:
      'Client Identifier: the Server keeps the Session under it. Empty lets the Server choose; ' +
      '3.1.1 then wants `cleanStart: true`, and 3.1 does not allow it.',
    example: 'demo',
  },
  {
    in: 'profile',
    key: 'username',
    type: utf8,
    v5: '3.1.3.5',
    v311: '3.1.3.4',
    help: 'User Name.',
    example: 'demo',
  },
  {
    in: 'profile',
    key: 'password',
    type: binary,
    v5: '3.1.3.6',
    v311: '3.1.3.5',
    help:
      `Password, named and never held: \`\${secret:name}\` (asked for once, kept in secret storage), ` +
      `\`\${env:NAME}\` or \`\${input:question}\`. Plain text is accepted only with \`broker: sandbox\`.`,
    example: `\${secret:demo}`,
  },
  {
    in: 'profile',
    key: 'cleanStart',
    type: boolean,
    default: true,
    group: 'session start',
    v5: '3.1.2.4',
    v311: '3.1.2.4',
    help:
      'Whether the Server discards an existing Session and starts anew. Clean Session in 3.x, where it also means that ' +
      'the Session ends with the Network Connection.',
  },
  {
    in: 'profile',
    key: 'cleanSession',
    type: boolean,
    sameAs: 'cleanStart',
    group: 'session start',
    versions: [3, 4],
    v311: '3.1.2.4',
    help: 'The name that 3.x gives to `cleanStart`.',
  },
  {
    in: 'profile',
    key: 'keepAlive',
    type: wireSeconds(TWO_BYTES),
    default: '60s',
    v5: '3.1.2.10',
    v311: '3.1.2.10',
    help:
      'Keep Alive: the longest time between two packets of the Client. The Server closes the Network Connection after ' +
      '1.5 times as long without any. 0 turns it off.',
    example: '30s',
  },
  {
    in: 'profile',
    key: 'connectTimeout',
    type: ourMilliseconds(1, HOUR_MS),
    default: '10s',
    help: 'How long to wait for CONNACK before giving up.',
  },
  {
    in: 'profile',
    key: 'reconnect',
    type: { kind: 'object', of: 'reconnect', orWord: 'never' },
    default: 'never',
    help: 'Whether and when to connect again by itself after the connection is lost.',
    example: '{ after: 2s, atMost: 30s }',
  },
  {
    in: 'profile',
    key: 'sessionExpiryInterval',
    type: wireSeconds(FOUR_BYTES, NEVER_SECONDS),
    versions: ONLY_5,
    v5: '3.1.2.11.2',
    help:
      'How long the Server keeps the Session after the Network Connection is closed. Absent is 0: the Session ends with ' +
      'the connection. `never` does not expire.',
    example: '10s',
  },
  {
    in: 'profile',
    key: 'receiveMaximum',
    type: { kind: 'integer', min: 1, max: TWO_BYTES },
    versions: ONLY_5,
    v5: '3.1.2.11.3',
    help: 'How many QoS 1 and 2 messages the Client takes at once. Absent is 65,535.',
    example: '20',
  },
  {
    in: 'profile',
    key: 'maximumPacketSize',
    type: { kind: 'integer', min: 1, max: FOUR_BYTES, unit: 'bytes' },
    versions: ONLY_5,
    v5: '3.1.2.11.4',
    help: 'The largest packet that the Client takes, in bytes. Absent sets no limit.',
    example: '65535',
  },
  {
    in: 'profile',
    key: 'topicAliasMaximum',
    type: { kind: 'integer', min: 0, max: TWO_BYTES },
    versions: ONLY_5,
    v5: '3.1.2.11.5',
    help: 'The highest Topic Alias that the Client takes from the Server. Absent is 0: none.',
    example: '10',
  },
  {
    in: 'profile',
    key: 'requestResponseInformation',
    type: boolean,
    versions: ONLY_5,
    v5: '3.1.2.11.6',
    help: 'Whether the Server may send Response Information in CONNACK. Absent is false.',
  },
  {
    in: 'profile',
    key: 'requestProblemInformation',
    type: boolean,
    versions: ONLY_5,
    v5: '3.1.2.11.7',
    help: 'Whether the Server may send a Reason String and User Properties with failures. Absent is true.',
  },
  {
    in: 'profile',
    key: 'userProperties',
    type: userProperties,
    versions: ONLY_5,
    v5: '3.1.2.11.8',
    help: 'User Properties of CONNECT: a map, or a list of pairs where a name repeats or order matters.',
    example: '{ site: lab }',
  },
  {
    in: 'profile',
    key: 'will',
    type: { kind: 'object', of: 'will' },
    v5: '3.1.2.5',
    v311: '3.1.2.5',
    help: 'The Will Message: what the Server publishes when the connection ends without a normal DISCONNECT.',
  },
  {
    in: 'profile',
    key: 'subscriptions',
    type: { kind: 'list', of: 'subscription', max: LIST_MAX },
    v5: '3.8.3',
    v311: '3.8.3',
    help: 'What the Client subscribes to after each CONNACK.',
  },
  {
    in: 'profile',
    key: 'afterConnect',
    type: messages,
    help: 'Messages published after each CONNACK, in this order: a "birth" message.',
  },
  {
    in: 'profile',
    key: 'beforeDisconnect',
    type: messages,
    help: 'Messages published before a normal DISCONNECT, in this order.',
  },
  {
    in: 'profile',
    key: 'tap',
    type: { kind: 'object', of: 'tap' },
    help: 'A local listener for other programs: it forwards them to `broker` and shows what passes.',
  },
];

const tlsRows: readonly KeyRow[] = [
  {
    in: 'tls',
    key: 'ca',
    type: plainWithVariables,
    help: 'File with the certificates to trust (PEM), relative to the profile file. Absent: those of the system.',
    example: './ca.pem',
  },
  {
    in: 'tls',
    key: 'cert',
    type: plainWithVariables,
    help: 'File with the certificate of the Client (PEM).',
    example: './me.pem',
  },
  {
    in: 'tls',
    key: 'key',
    type: plainWithVariables,
    help: 'File with the private key that belongs to `cert` (PEM).',
    example: './me.key',
  },
  {
    in: 'tls',
    key: 'servername',
    type: plainWithVariables,
    help: 'Host name to ask for and to check the certificate against. Absent: the host of `broker`.',
    example: 'broker.example.com',
  },
  {
    in: 'tls',
    key: 'alpn',
    type: { kind: 'list', of: 'text', max: 100 },
    help: 'Application protocols to offer (ALPN).',
    example: '[mqtt]',
  },
  {
    in: 'tls',
    key: 'rejectUnauthorized',
    type: boolean,
    default: true,
    help: 'Whether a certificate that cannot be verified ends the connection. Leave it on.',
  },
];

const reconnectRows: readonly KeyRow[] = [
  {
    in: 'reconnect',
    key: 'after',
    type: ourMilliseconds(1, HOUR_MS),
    required: true,
    help: 'Time before the first attempt. Each later one waits twice as long as the one before.',
    example: '2s',
  },
  {
    in: 'reconnect',
    key: 'atMost',
    type: ourMilliseconds(1, 24 * HOUR_MS),
    help: 'The longest time between two attempts. Absent: 30 s, or `after` where that is longer.',
    example: '30s',
  },
];

/** The keys that a Will Message and a PUBLISH share, with the sections of the standard for each. */
function messageRows(where: 'will' | 'message'): readonly KeyRow[] {
  const will = where === 'will';
  const section = (ofWill: string, ofPublish: string) => (will ? ofWill : ofPublish);
  return [
    {
      in: where,
      key: 'topic',
      type: utf8,
      required: true,
      v5: section('3.1.3.3', '3.3.2.1'),
      v311: section('3.1.3.2', '3.3.2.1'),
      help: 'Topic Name to publish to: at least one character, no wildcards.',
      example: 'user/status/demo',
    },
    {
      in: where,
      key: 'payload',
      type: binary,
      group: 'payload',
      default: '',
      v5: section('3.1.3.4', '3.3.3'),
      v311: section('3.1.3.3', '3.3.3'),
      help: 'The payload as text, sent as UTF-8. A will carries at most 65,535 bytes.',
      example: "I'm offline",
    },
    {
      in: where,
      key: 'payloadJson',
      type: { kind: 'json' },
      group: 'payload',
      help: 'The payload as a value, sent as compact JSON.',
      example: '{ state: offline }',
    },
    {
      in: where,
      key: 'payloadBase64',
      type: { kind: 'base64' },
      group: 'payload',
      help: 'The payload as bytes, in Base64.',
      example: 'AAEC/w==',
    },
    {
      in: where,
      key: 'payloadFile',
      type: plainWithVariables,
      group: 'payload',
      help: 'File that holds the payload, relative to the profile file; read when connecting.',
      example: './will.bin',
    },
    {
      in: where,
      key: 'qos',
      type: qos,
      default: 0,
      v5: section('3.1.2.6', '3.3.1.2'),
      v311: section('3.1.2.6', '3.3.1.2'),
      help: 'Quality of Service to publish with.',
    },
    {
      in: where,
      key: 'retain',
      type: boolean,
      default: false,
      v5: section('3.1.2.7', '3.3.1.3'),
      v311: section('3.1.2.7', '3.3.1.3'),
      help: 'Whether the Server keeps it for later subscribers.',
    },
    {
      in: where,
      key: 'messageExpiryInterval',
      type: wireSeconds(FOUR_BYTES),
      versions: ONLY_5,
      v5: section('3.1.3.2.4', '3.3.2.3.3'),
      help: will
        ? 'Lifetime of the message, counted from its publication by the Server.'
        : 'Lifetime of the message, counted from its arrival at the Server.',
      example: '1h',
    },
    {
      in: where,
      key: 'payloadFormatIndicator',
      type: {
        kind: 'choice',
        choices: [
          { word: 'utf8', value: 'utf8', help: 'The payload is UTF-8 text.' },
          { word: 'bytes', value: 'bytes', help: 'The payload is bytes of any kind.' },
        ],
      },
      versions: ONLY_5,
      v5: section('3.1.3.2.3', '3.3.2.3.2'),
      help: 'What the payload is.',
    },
    {
      in: where,
      key: 'contentType',
      type: utf8,
      versions: ONLY_5,
      v5: section('3.1.3.2.5', '3.3.2.3.9'),
      help: 'Content Type, as the application defines it; often a MIME type.',
      example: 'text/plain',
    },
    {
      in: where,
      key: 'responseTopic',
      type: utf8,
      versions: ONLY_5,
      v5: section('3.1.3.2.6', '3.3.2.3.5'),
      help: 'Topic Name for an answer.',
      example: 'demo/reply',
    },
    {
      in: where,
      key: 'correlationData',
      type: { kind: 'object', of: 'correlationData', orText: true },
      versions: ONLY_5,
      v5: section('3.1.3.2.7', '3.3.2.3.6'),
      help: 'What the answer will carry back: a text, or `{ base64: ... }`.',
      example: 'abc',
    },
    {
      in: where,
      key: 'userProperties',
      type: userProperties,
      versions: ONLY_5,
      v5: section('3.1.3.2.8', '3.3.2.3.7'),
      help: 'User Properties of the message: a map, or a list of pairs where a name repeats or order matters.',
      example: '{ why: lost }',
    },
  ];
}

const willOnlyRows: readonly KeyRow[] = [
  {
    in: 'will',
    key: 'willDelayInterval',
    type: wireSeconds(FOUR_BYTES),
    versions: ONLY_5,
    v5: '3.1.3.2.2',
    help:
      'How long the Server waits before it publishes the will; it publishes earlier when the Session ends earlier. ' +
      'A resumed Session cancels it. Absent is 0.',
    example: '5s',
  },
];

const correlationDataRows: readonly KeyRow[] = [
  {
    in: 'correlationData',
    key: 'base64',
    type: { kind: 'base64' },
    required: true,
    help: 'The bytes, in Base64.',
    example: 'AAEC/w==',
  },
];

const subscriptionRows: readonly KeyRow[] = [
  {
    in: 'subscription',
    key: 'topicFilter',
    type: utf8,
    required: true,
    v5: '3.8.3',
    v311: '3.8.3',
    help: 'Topic Filter: `+` stands for one level, `#` at the end for all that follow.',
    example: 'user/status/+',
  },
  {
    in: 'subscription',
    key: 'qos',
    type: qos,
    default: 0,
    v5: '3.8.3.1',
    v311: '3.8.3',
    help: 'The highest Quality of Service to receive with.',
  },
  {
    in: 'subscription',
    key: 'noLocal',
    type: boolean,
    default: false,
    versions: ONLY_5,
    v5: '3.8.3.1',
    help: 'Whether the Server leaves out what this Client published itself. Not with a shared subscription.',
  },
  {
    in: 'subscription',
    key: 'retainAsPublished',
    type: boolean,
    default: false,
    versions: ONLY_5,
    v5: '3.8.3.1',
    help: 'Whether forwarded messages keep the RETAIN flag they were published with.',
  },
  {
    in: 'subscription',
    key: 'retainHandling',
    type: {
      kind: 'choice',
      choices: [
        { word: 'sendAtSubscribe', value: 0, help: 'Send retained messages at each subscribe.' },
        { word: 'sendIfNew', value: 1, help: 'Send them only if the subscription is new.' },
        { word: 'doNotSend', value: 2, help: 'Do not send them.' },
      ],
    },
    default: 'sendAtSubscribe',
    versions: ONLY_5,
    v5: '3.8.3.1',
    help: 'Whether the Server sends the retained messages that match.',
  },
];

const tapRows: readonly KeyRow[] = [
  {
    in: 'tap',
    key: 'listen',
    type: { kind: 'listen' },
    required: true,
    help: 'Address and port to listen on; a port alone means 127.0.0.1. Port 0 takes a free one.',
    example: '127.0.0.1:1884',
  },
];

const sandboxRows: readonly KeyRow[] = [
  {
    in: 'sandbox',
    key: 'deny',
    type: { kind: 'list', of: 'deny', max: LIST_MAX },
    help: 'What no Client may do.',
  },
  {
    in: 'sandbox',
    key: 'users',
    type: { kind: 'list', of: 'user', max: LIST_MAX },
    help: 'Who may connect. Absent: everybody. These passwords guard nothing but the sandbox, so they may be plain.',
  },
  {
    in: 'sandbox',
    key: 'sessionExpiryMaximum',
    type: wireSeconds(FOUR_BYTES - 1),
    v5: '3.2.2.3.2',
    help: 'The longest Session Expiry Interval granted; CONNACK tells a Client that asked for more.',
    example: '1h',
  },
  {
    in: 'sandbox',
    key: 'serverKeepAlive',
    type: wireSeconds(TWO_BYTES),
    v5: '3.2.2.3.14',
    help: 'Server Keep Alive: what Clients must use instead of their own Keep Alive.',
    example: '60s',
  },
];

const denyRows: readonly KeyRow[] = [
  {
    in: 'deny',
    key: 'publish',
    type: plain,
    required: true,
    help: 'Topic Filter that no Client may publish to.',
    example: 'test',
  },
  {
    in: 'deny',
    key: 'then',
    type: {
      kind: 'choice',
      choices: [
        { word: 'disconnect', value: 'disconnect', help: 'The Network Connection is closed.' },
        {
          word: 'notAuthorized',
          value: 'notAuthorized',
          help: 'The acknowledgement says Not authorized (0x87), where there is one.',
        },
      ],
    },
    default: 'notAuthorized',
    help: 'What happens to a Client that does.',
  },
];

const userRows: readonly KeyRow[] = [
  { in: 'user', key: 'username', type: plain, required: true, help: 'User Name.', example: 'demo' },
  { in: 'user', key: 'password', type: plain, required: true, help: 'Password.', example: 'demo' },
];

/** Every key that a profile file may hold, in the order of the reference page. */
export const KEYS: readonly KeyRow[] = [
  ...fileRows,
  ...profileRows,
  ...tlsRows,
  ...reconnectRows,
  ...messageRows('will'),
  ...willOnlyRows,
  ...messageRows('message'),
  ...correlationDataRows,
  ...subscriptionRows,
  ...tapRows,
  ...sandboxRows,
  ...denyRows,
  ...userRows,
];

const keysByObject = new Map<ObjectName, Map<string, KeyRow>>();
for (const row of KEYS) {
  const rows = keysByObject.get(row.in) ?? new Map<string, KeyRow>();
  rows.set(row.key, row);
  keysByObject.set(row.in, rows);
}

/** The keys of one object, by name, in the order of the table. */
export function keysOf(object: ObjectName): ReadonlyMap<string, KeyRow> {
  return keysByObject.get(object) ?? new Map();
}
