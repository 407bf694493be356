/**
 * Deviations that are known, by behaviour: where else the same was seen, and how a program can live with it. Chosen by what
 * was seen here, never by what the Server calls itself.
 */
import type { KnownElsewhere, Owed, ProbeReport } from './report.ts';

type Outcome = Owed['outcome'];

interface BehaviourRow {
  readonly behaviour: string;
  /** Rows or checks of a probe that show it. */
  readonly rows: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Of the probe's case. */
  readonly what?: RegExp | undefined;
  readonly references: readonly string[];
  readonly howToLiveWithIt: string;
}

const gone: readonly Outcome[] = ['missed'];

export const behaviours: readonly BehaviourRow[] = [
  {
    behaviour: 'DISCONNECT 0x04 removes the will',
    rows: ['D09', 'D10', 'D11', 'D12', 'D13', 'D14', 'D15'],
    outcomes: gone,
    references: ['rmqtt/rmqtt#514', 'nanomq/nanomq#2412', 'mochi-mqtt/server#393'],
    howToLiveWithIt:
      'To have the will published on purpose, publish it as an ordinary message before DISCONNECT, or close without DISCONNECT.',
  },
  {
    behaviour: 'A DISCONNECT with a reserved Reason Code counts as 0x00',
    rows: ['D17'],
    outcomes: gone,
    references: ['eclipse-mosquitto/mosquitto#3743', 'vernemq/vernemq#2553', 'nanomq/nanomq#2442'],
    howToLiveWithIt: 'Send only Reason Codes that the standard gives to Clients.',
  },
  {
    behaviour: 'A DISCONNECT with an error code of the Client removes the will',
    rows: ['D16'],
    outcomes: gone,
    references: ['eclipse-mosquitto/mosquitto#3743', 'nanomq/nanomq#2442'],
    howToLiveWithIt: 'After an error close without DISCONNECT, or use 0x04, so that the will is published.',
  },
  {
    behaviour: 'A DISCONNECT 0x00 that is no valid one removes the will all the same',
    rows: ['D07', 'D08', 'D67'],
    outcomes: gone,
    references: [],
    howToLiveWithIt: 'Only a faulty Client sends such a packet: do not rely on its will.',
  },
  {
    behaviour: 'The will delay is honoured although the Session ends with the connection',
    rows: ['D13', 'D14', 'D23', 'D42', 'D53', 'D54'],
    outcomes: ['late'],
    references: ['eclipse-mosquitto/mosquitto#3505'],
    howToLiveWithIt: 'Do not set a Will Delay Interval without a Session Expiry Interval.',
  },
  {
    behaviour: 'No will where the Session ends with the connection and the will has a delay',
    rows: ['D13', 'D14', 'D23', 'D42', 'D53', 'D54'],
    outcomes: gone,
    references: [
      'nanomq/nanomq#1989',
      'emqx/emqx#18565',
      'emqx/emqx#18583',
      'eclipse-mosquitto/mosquitto#3505',
    ],
    howToLiveWithIt: 'Set a Session Expiry Interval that is longer than the Will Delay Interval.',
  },
  {
    behaviour: 'The will waits for its delay although the Session has expired before',
    rows: ['D12', 'D15', 'D21', 'D22', 'D24', 'D41'],
    outcomes: ['late', 'missed'],
    references: ['eclipse-mosquitto/mosquitto#1401'],
    howToLiveWithIt: 'Set a Will Delay Interval below the Session Expiry Interval.',
  },
  {
    behaviour: 'The will comes before its delay has passed',
    rows: ['D11', 'D20', 'D25', 'D16', 'D17', 'D29', 'D31', 'D38', 'D46', 'D12', 'D15', 'D21', 'D22', 'D24'],
    outcomes: ['early'],
    references: ['vernemq/vernemq#1298'],
    howToLiveWithIt:
      'Delay on the side of the subscriber: take a Client for lost only when nothing has been heard of it for a while after its will.',
  },
  {
    behaviour: 'A will with a delay does not come',
    rows: ['D20', 'D25', 'D11'],
    outcomes: gone,
    references: ['eclipse-mosquitto/mosquitto#2912'],
    howToLiveWithIt: 'Do without Will Delay Interval, and wait on the side of the subscriber.',
  },
  {
    behaviour: 'A will is published although its Session was resumed in time',
    rows: ['D37', 'D44', 'D45', 'D46', 'D47', 'D51'],
    outcomes: ['unexpected'],
    references: ['LabOverWire/mqtt-lib#154', 'absmach/fluxmq#597'],
    howToLiveWithIt:
      'After each reconnect publish the state anew, so that a subscriber sees it after the will.',
  },
  {
    behaviour: 'A new connection with Clean Start 1 loses the will that waits',
    rows: ['D39', 'D48'],
    outcomes: gone,
    references: ['redboltz/mqtt_cpp#788'],
    howToLiveWithIt:
      'Come back with Clean Start 0, or publish what the will would have said before coming back clean.',
  },
  {
    behaviour: 'No will when another connection of the same Client takes over',
    rows: ['D49', 'D50', 'D52', 'D55', 'D56', 'D57', 'D58', 'D59'],
    outcomes: gone,
    references: [
      'emqx/emqx#10551',
      'eclipse-mosquitto/mosquitto#3509',
      'eclipse-mosquitto/mosquitto#904',
      'halfgaar/FlashMQ#84',
    ],
    howToLiveWithIt:
      'Do not rely on the will when two connections use one Client Identifier; a duplicate identifier will not show itself by a will.',
  },
  {
    behaviour: 'Takeover of a connection whose Session ends with it: the Session is resumed',
    rows: ['D53', 'D55'],
    outcomes: ['wrong'],
    references: ['emqx/emqx#18565', 'emqx/emqx#18583'],
    howToLiveWithIt: 'Use Clean Start 1 where no Session is meant.',
  },
  {
    behaviour: 'A second CONNECT, or another protocol error, loses the will',
    rows: ['D31', 'D65', 'D29'],
    outcomes: gone,
    references: [],
    howToLiveWithIt: 'Only a faulty Client does this: do not rely on its will.',
  },
  {
    behaviour: 'A delayed will waits for the will of another Client',
    rows: ['B1'],
    outcomes: ['late', 'missed'],
    references: [],
    howToLiveWithIt:
      'Give all Clients the same Will Delay Interval, and expect delayed wills later than asked for when many Clients are lost one after the other.',
  },
  {
    behaviour: 'Will Delay Interval is sent on to subscribers',
    rows: ['W10'],
    outcomes: ['wrong'],
    what: /Will Delay/,
    references: ['moscajs/aedes#1098', 'nanomq/NanoNNG#1624'],
    howToLiveWithIt:
      'Strict subscribers end the connection with 0x81 over such a PUBLISH: do without Will Delay Interval, or use a lenient library.',
  },
  {
    behaviour: 'Properties of the will do not reach subscribers',
    rows: ['P4', 'W10'],
    outcomes: ['wrong'],
    references: ['apache/artemis#6616'],
    howToLiveWithIt: 'Put what matters into the payload of the will.',
  },
  {
    behaviour: 'The Message Expiry Interval does not count down while a message waits',
    rows: ['S4'],
    outcomes: ['wrong'],
    references: ['hivemq/hivemq-community-edition#616'],
    howToLiveWithIt: 'Carry the time of sending in the payload.',
  },
  {
    behaviour: 'PUBREL is not sent again after a resume when the message has expired',
    rows: ['S3'],
    outcomes: gone,
    references: ['eclipse-mosquitto/mosquitto#3744'],
    howToLiveWithIt: 'Do not combine QoS 2 with short Message Expiry Intervals.',
  },
  {
    behaviour: 'A Session without subscriptions is not kept',
    rows: ['S1'],
    outcomes: ['wrong'],
    what: /without a subscription/,
    references: [],
    howToLiveWithIt:
      'Take Session Present 0 for what it says: nothing was kept, and there was nothing to keep.',
  },
  {
    behaviour: 'Who is taken over is not told so',
    rows: ['T1'],
    outcomes: ['wrong'],
    references: ['nanomq/nanomq#1927'],
    howToLiveWithIt:
      'When a connection just closes, think of a second Client with the same Client Identifier before connecting again at once.',
  },
  {
    behaviour: 'A will with a wildcard in its topic is accepted',
    rows: ['W11'],
    outcomes: ['wrong'],
    references: [],
    howToLiveWithIt:
      'Check the topic of the will in the Client: the Server will not, and the will may be lost.',
  },
  {
    behaviour: 'An empty Client Identifier with CleanSession 0 is accepted',
    rows: ['I1'],
    outcomes: ['wrong'],
    references: [],
    howToLiveWithIt: 'Send a Client Identifier whenever a Session is to be kept.',
  },
  {
    behaviour: 'The Session is gone before its expiry, or is there after it',
    rows: ['D01', 'D40', 'D41', 'D43', 'S1', 'S2'],
    outcomes: ['wrong'],
    what: /^(?!.*without a subscription)/,
    references: ['thingsboard/tbmq#372', 'dotnet/MQTTnet#1756', 'nanomq/nanomq#2412'],
    howToLiveWithIt: 'Subscribe again after every connect, whatever Session Present says.',
  },
  {
    behaviour: 'The Keep Alive is checked late',
    rows: ['D27', 'D64', 'D70'],
    outcomes: gone,
    references: [],
    howToLiveWithIt: 'Set a shorter Keep Alive, so that a silent Client is noticed in time all the same.',
  },
];

function shows(row: BehaviourRow, { rows, owed, what }: ProbeReport): boolean {
  if (row.what !== undefined && !row.what.test(what)) return false;
  return (
    row.rows.some((each) => rows.includes(each)) && owed.some(({ outcome }) => row.outcomes.includes(outcome))
  );
}

export function knownElsewhere(report: ProbeReport): readonly KnownElsewhere[] {
  return behaviours
    .filter((row) => shows(row, report))
    .map(({ behaviour, references }) => ({ behaviour, references }));
}

const otherwise = 'Do not rely on this behaviour: whatever depends on it must work either way.';

export function howToLiveWith(report: ProbeReport): string {
  return behaviours.find((row) => shows(row, report))?.howToLiveWithIt ?? otherwise;
}
