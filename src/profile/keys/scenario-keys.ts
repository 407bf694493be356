/** The keys of scenarios: scripted steps, and what is expected of the Server. */
import { insightRows } from '../../session/insights/kinds.ts';
import { insightTitles } from '../../session/sentences.ts';
import type { KeyRow, ObjectName, ValueType } from '../schema-types.ts';
import { messageRows, subscriptionRows } from './message-keys.ts';
import {
  boolean,
  HOUR_MS,
  LIST_MAX,
  NEVER_SECONDS,
  ourMilliseconds,
  plain,
  plainWithVariables,
  qos,
  topic,
  userProperties,
  wireSeconds,
} from './value-types.ts';

/** The name of a profile of the same file. */
const profileName: ValueType = { kind: 'text', role: 'plain', names: 'profile' };
const nameOr = (of: ObjectName): ValueType => ({ kind: 'object', of, orText: 'profile' });
const span = ourMilliseconds(0, 24 * HOUR_MS);

const who = (object: ObjectName, key: string, help: string): KeyRow => ({
  in: object,
  key,
  type: profileName,
  required: true,
  help,
  example: 'demo',
});

const within = (object: ObjectName): KeyRow => ({
  in: object,
  key: 'within',
  type: span,
  default: '1s',
  help: 'How much later it may come and still count.',
  example: '1s',
});

/** What is expected of a message beside its topic; each absent: any. */
const likeness = (object: ObjectName): readonly KeyRow[] => [
  {
    in: object,
    key: 'payload',
    type: plainWithVariables,
    help: 'Its payload as text; absent: any.',
    example: 'x',
  },
  { in: object, key: 'qos', type: qos, help: 'Its Quality of Service; absent: any.' },
  { in: object, key: 'retain', type: boolean, help: 'Its RETAIN flag; absent: either.' },
  {
    in: object,
    key: 'contentType',
    type: plainWithVariables,
    v5: '3.3.2.3.9',
    help: 'Its Content Type; absent: any, or none.',
    example: 'text/plain',
  },
  {
    in: object,
    key: 'responseTopic',
    type: plainWithVariables,
    v5: '3.3.2.3.5',
    help: 'Its Response Topic; absent: any, or none.',
    example: 'reply/demo',
  },
  {
    in: object,
    key: 'userProperties',
    type: userProperties,
    v5: '3.3.2.3.7',
    help: 'User Properties that it has, in this order; others may stand between. Absent: any, or none.',
    example: '{ site: lab }',
  },
];

export const scenarioRows: readonly KeyRow[] = [
  { in: 'scenario', key: 'description', type: plain, help: 'One sentence for people.' },
  {
    in: 'scenario',
    key: 'steps',
    type: { kind: 'list', of: 'step', max: LIST_MAX },
    required: true,
    help: 'What happens, in this order. A step begins when what the one before waits for has happened.',
    example: '[ { connect: demo } ]',
  },
];

const action = (key: string, type: ValueType, help: string, example?: string): KeyRow => ({
  in: 'step',
  key,
  type,
  group: 'action',
  help,
  ...(example === undefined ? {} : { example }),
});

/** One of these makes a step. */
export const stepRows: readonly KeyRow[] = [
  action('connect', nameOr('connectStep'), 'Connects as a profile says; `cleanStart` can be given.', 'demo'),
  action('resume', profileName, 'Connects again with Clean Start 0.', 'demo'),
  action(
    'takeOver',
    nameOr('connectStep'),
    'Opens a second connection with the Client Identifier of one that is open. What follows is done by the second one.',
    'demo',
  ),
  action(
    'publish',
    { kind: 'object', of: 'publishStep' },
    'Publishes a message.',
    '{ from: demo, topic: test, payload: x }',
  ),
  action(
    'subscribe',
    { kind: 'object', of: 'subscribeStep' },
    'Subscribes.',
    '{ by: demo, topicFilter: test }',
  ),
  action(
    'unsubscribe',
    { kind: 'object', of: 'unsubscribeStep' },
    'Unsubscribes.',
    '{ by: demo, topicFilter: test }',
  ),
  action('disconnect', nameOr('disconnectStep'), 'Sends DISCONNECT and closes the connection.', 'demo'),
  action(
    'cut',
    nameOr('faultStep'),
    'Cuts the connection off, without DISCONNECT: a reset. With `when` the network does it, on both sides.',
    'demo',
  ),
  action(
    'close',
    nameOr('faultStep'),
    'Closes the connection without DISCONNECT. With `when` the network does it, on both sides.',
    'demo',
  ),
  action(
    'freeze',
    nameOr('freezeStep'),
    'Only a name: the Client falls silent with the connection open. With more: the network holds what is sent, and how it ends, until `thaw`.',
    'demo',
  ),
  action(
    'thaw',
    nameOr('thawStep'),
    'Ends the silence of a Client, and lets pass what the network has held.',
    'demo',
  ),
  action(
    'delay',
    { kind: 'object', of: 'delayStep' },
    'What passes arrives later, in its order.',
    '{ of: demo, by: 200ms, jitter: 50ms }',
  ),
  action(
    'limit',
    { kind: 'object', of: 'limitStep' },
    'Only so many bytes pass in a second.',
    '{ of: demo, rate: 1000 }',
  ),
  action(
    'dropDisconnect',
    nameOr('faultStep'),
    'DISCONNECT of the Client does not reach the Server, only the end of the connection does.',
    'demo',
  ),
  action('dropPingresp', nameOr('faultStep'), 'No PINGRESP of the Server reaches the Client.', 'demo'),
  action(
    'refuse',
    nameOr('refuseStep'),
    'New connections of the Client are refused at once, as if there were no Server. One that is open stays.',
    'demo',
  ),
  action('clear', profileName, 'Takes the faults of a Client away; what was held passes.', 'demo'),
  action('wait', span, 'Lets time pass.', '2s'),
  action(
    'expectConnect',
    nameOr('expectConnect'),
    'A program that somebody else starts connects to the `tap` of a profile, and the Server accepts it. What the other steps say of this profile is about that program.',
    'demo',
  ),
  action(
    'expectWill',
    { kind: 'object', of: 'expectWill' },
    'The will of a Client is published.',
    '{ of: demo, after: 5s, within: 1s }',
  ),
  action(
    'expectNoWill',
    { kind: 'object', of: 'expectNoWill' },
    'No will of a Client is published for a time.',
    '{ of: demo, for: 6s }',
  ),
  action(
    'expectSession',
    { kind: 'object', of: 'expectSession' },
    'What the last CONNACK of a Client says of its Session.',
    '{ of: demo, present: true }',
  ),
  action(
    'expectClosed',
    { kind: 'object', of: 'expectClosed' },
    'The Server closes a connection.',
    '{ of: demo, within: 1s }',
  ),
  action(
    'expectMessage',
    { kind: 'object', of: 'expectMessage' },
    'A Client receives a message, or has received it since the scenario began.',
    '{ by: subscriber, topic: offline }',
  ),
  action(
    'expectNoMessage',
    { kind: 'object', of: 'expectNoMessage' },
    'A Client receives no message on a topic for a time.',
    '{ by: subscriber, topic: offline, for: 1s }',
  ),
  action(
    'expectInsight',
    { kind: 'object', of: 'expectInsight' },
    'A habit of a Client is recognised that leads to trouble, now or since the scenario began.',
    '{ of: demo, kind: no-keep-alive }',
  ),
  action(
    'expectNoInsight',
    { kind: 'object', of: 'expectNoInsight' },
    'No habit of a Client is recognised that leads to trouble: neither so far, nor for a time.',
    '{ of: demo, for: 1s }',
  ),
];

const insightKind: ValueType = {
  kind: 'choice',
  choices: insightRows.map(({ kind }) => ({
    word: kind,
    value: kind,
    help: `${insightTitles[kind].replaceAll('{clientId}', 'the Client')}.`.replace(/^t/, 'T'),
  })),
};

export const stepPartRows: readonly KeyRow[] = [
  who('connectStep', 'as', 'The profile.'),
  {
    in: 'connectStep',
    key: 'cleanStart',
    type: boolean,
    v5: '3.1.2.4',
    v311: '3.1.2.4',
    help: 'In the place of what the profile says.',
  },
  {
    in: 'connectStep',
    key: 'refused',
    type: boolean,
    default: false,
    help: 'The step passes when no connection comes about, because the Server refuses it or a fault keeps it from coming.',
    example: 'true',
  },
  who('publishStep', 'from', 'The profile whose connection publishes.'),
  ...messageRows('message').map((row): KeyRow => ({ ...row, in: 'publishStep' })),
  {
    in: 'publishStep',
    key: 'awaitAnswer',
    type: boolean,
    default: true,
    help: 'Whether the step waits for the acknowledgement of the Server (QoS 1 and 2); `false` where a fault holds it back.',
    example: 'false',
  },
  who('subscribeStep', 'by', 'The profile whose connection subscribes.'),
  ...subscriptionRows.map((row): KeyRow => ({ ...row, in: 'subscribeStep' })),
  who('unsubscribeStep', 'by', 'The profile whose connection unsubscribes.'),
  {
    in: 'unsubscribeStep',
    key: 'topicFilter',
    type: topic,
    required: true,
    v5: '3.10.3',
    v311: '3.10.3',
    help: 'Topic Filter, as it was subscribed to.',
    example: 'test',
  },
  who('disconnectStep', 'of', 'The profile whose connection it is.'),
  {
    in: 'disconnectStep',
    key: 'reason',
    type: {
      kind: 'choice',
      choices: [
        { word: 'normal', value: 0x00, help: 'Normal disconnection (0x00): the will is not published.' },
        { word: 'withWill', value: 0x04, help: 'Disconnect with Will Message (0x04); only 5.0.' },
      ],
    },
    default: 'normal',
    v5: '3.14.2.1',
    help: 'The Reason Code.',
  },
  {
    in: 'disconnectStep',
    key: 'sessionExpiryInterval',
    type: wireSeconds(NEVER_SECONDS, NEVER_SECONDS),
    v5: '3.14.2.2.2',
    help: 'A new Session Expiry Interval; only 5.0, and not when the one of CONNECT is 0.',
    example: '10s',
  },
  who('expectConnect', 'of', 'The profile whose tap the program connects to.'),
  {
    in: 'expectConnect',
    key: 'within',
    type: span,
    default: '30s',
    help: 'How long the program has. A connection that no step has expected yet counts, too.',
    example: '30s',
  },
  who('expectWill', 'of', 'The profile whose will it is.'),
  {
    in: 'expectWill',
    key: 'after',
    type: span,
    default: '0',
    help: 'From the end of the connection: it must not come earlier.',
    example: '5s',
  },
  within('expectWill'),
  {
    in: 'expectWill',
    key: 'topic',
    type: topic,
    help: 'Its topic; absent: that of the will, as for all that is not given here.',
    example: 'offline',
  },
  ...likeness('expectWill'),
  who('expectNoWill', 'of', 'The profile whose will it is.'),
  {
    in: 'expectNoWill',
    key: 'for',
    type: span,
    required: true,
    help: 'From this step on. One that has come before, and that no step has expected, counts too.',
    example: '6s',
  },
  who('expectSession', 'of', 'The profile.'),
  {
    in: 'expectSession',
    key: 'present',
    type: boolean,
    required: true,
    v5: '3.2.2.1.1',
    v311: '3.2.2.2',
    help: 'Session Present.',
    example: 'true',
  },
  who('expectClosed', 'of', 'The profile whose connection it is.'),
  {
    in: 'expectClosed',
    key: 'reasonCode',
    type: { kind: 'integer', min: 0, max: 255 },
    v5: '3.14.2.1',
    help: 'The Reason Code of the DISCONNECT that comes before; absent: any, or none.',
    example: '142',
  },
  within('expectClosed'),
  who('expectMessage', 'by', 'The profile that receives it.'),
  { in: 'expectMessage', key: 'topic', type: topic, required: true, help: 'Its topic.', example: 'offline' },
  ...likeness('expectMessage'),
  within('expectMessage'),
  who('expectNoMessage', 'by', 'The profile that would receive it.'),
  {
    in: 'expectNoMessage',
    key: 'topic',
    type: topic,
    required: true,
    help: 'Its topic.',
    example: 'offline',
  },
  {
    in: 'expectNoMessage',
    key: 'for',
    type: span,
    required: true,
    help: 'From this step on. One that has come before, and that no step has expected, counts too.',
    example: '1s',
  },
  who('expectInsight', 'of', 'The profile whose Client it is.'),
  {
    in: 'expectInsight',
    key: 'kind',
    type: insightKind,
    required: true,
    help: 'The habit.',
    example: 'no-keep-alive',
  },
  within('expectInsight'),
  who('expectNoInsight', 'of', 'The profile whose Client it is.'),
  {
    in: 'expectNoInsight',
    key: 'kind',
    type: insightKind,
    help: 'The habit; absent: any.',
    example: 'no-keep-alive',
  },
  {
    in: 'expectNoInsight',
    key: 'for',
    type: span,
    default: '0',
    help: 'From this step on.',
    example: '1s',
  },
];
