/**
 * The keys of `sandbox`. Its limits are what a broker is made with, the options of `mqtt-session sandbox`, and
 * what their defaults are for both.
 */
import { statementLabel } from '../../mqtt/statements.ts';
import type { Choice, KeyRow, ObjectName } from '../schema-types.ts';
import { type DeviationRow, deviationRows } from './deviation-rows.ts';
import {
  FOUR_BYTES,
  HOUR_MS,
  LIST_MAX,
  NEVER_SECONDS,
  plain,
  plainWithVariables,
  TWO_BYTES,
} from './value-types.ts';

const KIBI = 1024;
const MEBI = KIBI * KIBI;
/** The longest packet that the Remaining Length can tell, its fixed header included (v5 2.1.4). */
const LARGEST_PACKET = 268_435_455 + 5;
/** More than any machine holds. */
const PLENTY = 2 ** 31 - 1;

const count = (min: number, max: number = PLENTY) => ({ kind: 'integer', min, max }) as const;
const bytes = (min: number, max: number = PLENTY) => ({ kind: 'integer', min, max, unit: 'bytes' }) as const;
const seconds = (min: number, max: number) => ({ kind: 'duration', unit: 's', min, max }) as const;
const milliseconds = (min: number, max: number) => ({ kind: 'duration', unit: 'ms', min, max }) as const;
const yesOrNo = { kind: 'boolean' } as const;

/** What a sandbox broker grants, and what it costs at most. Each is an option of the command line, too. */
export const sandboxLimitRows = [
  {
    in: 'sandbox',
    key: 'sessionExpiryMaximum',
    type: { ...seconds(0, FOUR_BYTES), never: NEVER_SECONDS },
    default: 'never',
    v5: '3.2.2.3.2',
    help: 'The longest Session Expiry Interval granted; CONNACK tells a Client that asked for more.',
    example: '1h',
  },
  {
    in: 'sandbox',
    key: 'serverKeepAlive',
    type: seconds(0, TWO_BYTES),
    v5: '3.2.2.3.14',
    help: 'Server Keep Alive: what 5.0 Clients must use instead of their own Keep Alive.',
    example: '60s',
  },
  {
    in: 'sandbox',
    key: 'keepAliveMaximum',
    type: seconds(1, TWO_BYTES),
    default: '60s',
    v5: '3.2.2.3.14',
    help: 'The longest Keep Alive of a 5.0 Client; one that asks for more is told this one. One that turns it off keeps it off.',
    example: '5m',
  },
  {
    in: 'sandbox',
    key: 'receiveMaximum',
    type: count(1, TWO_BYTES),
    default: 100,
    v5: '3.2.2.3.3',
    help: 'Receive Maximum: how many QoS 1 and 2 messages a Client may have under way towards the broker.',
    example: '10',
  },
  {
    in: 'sandbox',
    key: 'maximumQoS',
    type: {
      kind: 'choice',
      choices: [
        { word: '0', value: 0, help: 'QoS 0 only.' },
        { word: '1', value: 1, help: 'QoS 0 and 1.' },
        { word: '2', value: 2, help: 'All of them.' },
      ],
    },
    default: 2,
    v5: '3.2.2.3.4',
    help: 'Maximum QoS: the highest that is taken and granted.',
    example: '1',
  },
  {
    in: 'sandbox',
    key: 'retainAvailable',
    type: yesOrNo,
    default: true,
    v5: '3.2.2.3.5',
    help: 'Whether messages are retained.',
    example: 'false',
  },
  {
    in: 'sandbox',
    key: 'maximumPacketSize',
    type: bytes(64, LARGEST_PACKET),
    default: MEBI,
    v5: '3.2.2.3.6',
    help: 'Maximum Packet Size: the largest packet taken from a Client.',
    example: '65536',
  },
  {
    in: 'sandbox',
    key: 'topicAliasMaximum',
    type: count(0, TWO_BYTES),
    default: 100,
    v5: '3.2.2.3.8',
    help: 'Topic Alias Maximum: how many Topic Aliases a Client may set; 0 takes none.',
    example: '10',
  },
  {
    in: 'sandbox',
    key: 'topicAliasesSent',
    type: count(0, TWO_BYTES),
    default: 100,
    v5: '3.1.2.11.5',
    help: 'How many Topic Aliases the broker sets at most towards a Client that takes some.',
    example: '0',
  },
  {
    in: 'sandbox',
    key: 'wildcardSubscriptions',
    type: yesOrNo,
    default: true,
    v5: '3.2.2.3.11',
    help: 'Wildcard Subscription Available: whether Topic Filters may hold wildcards.',
    example: 'false',
  },
  {
    in: 'sandbox',
    key: 'sharedSubscriptions',
    type: yesOrNo,
    default: true,
    v5: '3.2.2.3.13',
    help: 'Shared Subscription Available: whether subscriptions may be shared.',
    example: 'false',
  },
  {
    in: 'sandbox',
    key: 'subscriptionIdentifiers',
    type: yesOrNo,
    default: true,
    v5: '3.2.2.3.12',
    help: 'Subscription Identifiers Available: whether subscriptions may have identifiers.',
    example: 'false',
  },
  {
    in: 'sandbox',
    key: 'overlapping',
    type: {
      kind: 'choice',
      choices: [
        { word: 'one', value: 'one', help: 'One copy, with all the identifiers and the highest QoS.' },
        { word: 'each', value: 'each', help: 'A copy for each of its subscriptions.' },
      ],
    },
    default: 'one',
    v5: '3.3.4',
    v311: '3.3.5',
    help: 'What a Client gets of a message that several of its subscriptions match.',
    example: 'each',
  },
  {
    in: 'sandbox',
    key: 'responseInformation',
    type: { kind: 'text', role: 'utf8' },
    v5: '3.2.2.3.15',
    help: 'Response Information: told to Clients that ask for it, as the basis of their Response Topics.',
    example: 'reply/',
  },
  {
    in: 'sandbox',
    key: 'payloadFormatCheck',
    type: yesOrNo,
    default: true,
    v5: '3.3.2.3.2',
    help: 'Whether a payload that says it is UTF-8 and is not is refused with Payload format invalid (0x99).',
    example: 'false',
  },
  {
    in: 'sandbox',
    key: 'emptyClientId',
    type: yesOrNo,
    default: true,
    v5: '3.1.3.1',
    v311: '3.1.3.1',
    help: 'Whether a Client may leave its Client Identifier to the broker.',
    example: 'false',
  },
  {
    in: 'sandbox',
    key: 'sysInterval',
    type: seconds(0, TWO_BYTES),
    default: '10s',
    help: 'How often the topics below `$SYS` are brought up to date; 0 leaves them out.',
    example: '0',
  },
  {
    in: 'sandbox',
    key: 'inFlightMaximum',
    type: count(1, TWO_BYTES),
    default: TWO_BYTES,
    v5: '4.9',
    help: 'QoS 1 and 2 messages under way towards a Client at most, whatever its own Receive Maximum.',
    example: '20',
  },
  {
    in: 'sandbox',
    key: 'queuedMessages',
    type: count(0),
    default: 10_000,
    help: 'How many messages are kept for one Session, waiting and under way.',
    example: '100',
  },
  {
    in: 'sandbox',
    key: 'queuedBytes',
    type: bytes(0),
    default: 16 * MEBI,
    help: 'How many bytes of messages are kept for one Session.',
  },
  {
    in: 'sandbox',
    key: 'queuePolicy',
    type: {
      kind: 'choice',
      choices: [
        { word: 'dropNewest', value: 'dropNewest', help: 'What comes is dropped.' },
        { word: 'dropOldest', value: 'dropOldest', help: 'What has waited longest makes room.' },
        {
          word: 'disconnect',
          value: 'disconnect',
          help: 'The connection of a Client that does not keep up ends; while it is away, what comes is dropped.',
        },
      ],
    },
    default: 'dropNewest',
    help: 'What happens when no more messages are kept for a Session.',
    example: 'dropOldest',
  },
  {
    in: 'sandbox',
    key: 'connections',
    type: count(1),
    default: 100_000,
    help: 'How many Network Connections are held at once; further ones are closed as they come.',
  },
  {
    in: 'sandbox',
    key: 'sessions',
    type: count(1),
    default: 100_000,
    help: 'How many Sessions are kept, with and without a connection.',
  },
  {
    in: 'sandbox',
    key: 'subscriptionsPerSession',
    type: count(0),
    default: 10_000,
    help: 'How many subscriptions one Session may have.',
  },
  {
    in: 'sandbox',
    key: 'topicFilterLevels',
    type: count(1, TWO_BYTES),
    default: 128,
    help: 'How many levels a Topic Filter may have.',
  },
  {
    in: 'sandbox',
    key: 'retainedMessages',
    type: count(0),
    default: 100_000,
    help: 'How many retained messages are kept.',
  },
  {
    in: 'sandbox',
    key: 'retainedBytes',
    type: bytes(0),
    default: 64 * MEBI,
    help: 'How many bytes of retained messages are kept.',
  },
  {
    in: 'sandbox',
    key: 'backlogBytes',
    type: bytes(1),
    default: MEBI,
    help: 'Unsent bytes on one connection from which on messages wait and the Client is no longer read.',
  },
  {
    in: 'sandbox',
    key: 'connectTimeout',
    type: milliseconds(1, HOUR_MS),
    default: '10s',
    v5: '3.1.4',
    v311: '3.1.4',
    help: 'How long a connection may take until its CONNECT is whole, with the handshakes of TLS and WebSocket.',
    example: '5s',
  },
  {
    in: 'sandbox',
    key: 'linger',
    type: milliseconds(0, HOUR_MS),
    default: '1s',
    help: 'How long a Client may take to close a connection that the broker has ended.',
    example: '500ms',
  },
] as const satisfies readonly KeyRow[];

/** A row of it. */
export type SandboxLimitRow = (typeof sandboxLimitRows)[number];

/** Whom a rule of `allow` and `deny` is about, and what it is about. */
function ruleRows(where: 'allow' | 'deny'): readonly KeyRow[] {
  const may = where === 'allow' ? 'may' : 'must not';
  return [
    {
      in: where,
      key: 'publish',
      type: plainWithVariables,
      help: `Topic Filter that ${may} be published to, by a PUBLISH or by a will.`,
      example: 'test',
    },
    {
      in: where,
      key: 'subscribe',
      type: plainWithVariables,
      help:
        where === 'allow'
          ? 'Topic Filter that may be subscribed to, and any that it includes.'
          : 'Topic Filter that must not be subscribed to, nor any that it includes. A wider one is granted, with these topics.',
      example: 'secret/#',
    },
    {
      in: where,
      key: 'will',
      type: plainWithVariables,
      help: `Topic Filter that ${may} be a Will Topic.`,
      example: 'status/#',
    },
    {
      in: where,
      key: 'username',
      type: plain,
      help: 'Only for this user. `*` stands for any characters. Absent: for everybody.',
      example: 'demo',
    },
    {
      in: where,
      key: 'clientId',
      type: plain,
      help: 'Only for this Client Identifier. `*` stands for any characters. Absent: for all.',
      example: 'sensor-*',
    },
  ];
}

export const allowRows: readonly KeyRow[] = ruleRows('allow');

export const denyRows: readonly KeyRow[] = [
  ...ruleRows('deny'),
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
        {
          word: 'unspecifiedError',
          value: 'unspecifiedError',
          help: 'The acknowledgement says Unspecified error (0x80), where there is one.',
        },
        {
          word: 'ignore',
          value: 'ignore',
          help: 'The Client is told that all went well, and nothing comes of it.',
        },
      ],
    },
    default: 'notAuthorized',
    help: 'What happens to a Client that does. A will that is not allowed is refused with its CONNECT, unless it is ignored.',
  },
];

export const userRows: readonly KeyRow[] = [
  { in: 'user', key: 'username', type: plain, required: true, help: 'User Name.', example: 'demo' },
  { in: 'user', key: 'password', type: plain, required: true, help: 'Password.', example: 'demo' },
];

const deviationChoices = deviationRows.map(
  ({ name, help, breaks }: DeviationRow): Choice => ({
    word: name,
    value: name,
    help: `${help} Breaks ${breaks.map(statementLabel).join(', ')}.`,
  }),
);

const listOf = (of: ObjectName) => ({ kind: 'list', of, max: LIST_MAX }) as const;

/** Every key of `sandbox`. */
export const sandboxRows: readonly KeyRow[] = [
  {
    in: 'sandbox',
    key: 'deny',
    type: listOf('deny'),
    help: `What Clients may not do. \`\${clientId}\` and \`\${username}\` in a filter stand for those of the Client.`,
  },
  {
    in: 'sandbox',
    key: 'allow',
    type: listOf('allow'),
    help:
      'What Clients may do. With any rule for publishing, for subscribing or for wills, the rest of it is denied. ' +
      'What `deny` names stays denied.',
  },
  {
    in: 'sandbox',
    key: 'users',
    type: listOf('user'),
    v5: '4.12',
    help:
      'Who may connect, with User Name and Password, or in 5.0 with the Authentication Method SCRAM-SHA-256. Absent: everybody. ' +
      'These passwords guard nothing but the sandbox, so they may be plain.',
  },
  {
    in: 'sandbox',
    key: 'deviations',
    type: { kind: 'list', of: 'text', max: deviationRows.length, choices: deviationChoices },
    help: 'What the broker does against the standard, to try how Clients cope with it. Absent: nothing.',
    example: '[noWillAt0x04]',
  },
  ...sandboxLimitRows,
];
