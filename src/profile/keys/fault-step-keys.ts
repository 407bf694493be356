/** The keys of the steps of scenarios that make faults, and of the conditions under which one comes. */
import { packetTypes } from '../../mqtt/packet-types.ts';
import type { KeyRow, ObjectName, ValueType } from '../schema-types.ts';
import { FOUR_BYTES, HOUR_MS, ourMilliseconds } from './value-types.ts';

const span = (min: number): ValueType => ourMilliseconds(min, 24 * HOUR_MS);
const count = (unit?: string): ValueType => ({
  kind: 'integer',
  min: 1,
  max: FOUR_BYTES,
  ...(unit === undefined ? {} : { unit }),
});

const of = (object: ObjectName): KeyRow => ({
  in: object,
  key: 'of',
  type: { kind: 'text', role: 'plain', names: 'profile' },
  required: true,
  help: 'The profile whose connection it is.',
  example: 'demo',
});

const direction = (object: ObjectName): KeyRow => ({
  in: object,
  key: 'direction',
  type: {
    kind: 'choice',
    choices: [
      { word: 'toServer', value: 'toServer', help: 'What the Client sends.' },
      { word: 'toClient', value: 'toClient', help: 'What the Server sends.' },
      { word: 'both', value: 'both', help: 'What either sends.' },
    ],
  },
  default: 'both',
  help: 'Which way it works.',
  example: 'toServer',
});

const when = (object: ObjectName, condition: ObjectName, help: string, example: string): KeyRow => ({
  in: object,
  key: 'when',
  type: { kind: 'object', of: condition },
  help,
  example,
});

const comesWhen = (object: ObjectName): KeyRow =>
  when(
    object,
    'faultCondition',
    'The fault comes by itself when all of this holds. Absent: at once.',
    '{ packet: publish, count: 3 }',
  );

const connections = (object: ObjectName): readonly KeyRow[] => [
  {
    in: object,
    key: 'nth',
    type: count(),
    help: 'Only the nth connection of the Client from this step on.',
    example: '1',
  },
  {
    in: object,
    key: 'every',
    type: count(),
    help: 'Only each so-manieth connection from this step on: 3 for the third, the sixth, and so on.',
    example: '3',
  },
];

export const faultStepRows: readonly KeyRow[] = [
  of('faultStep'),
  comesWhen('faultStep'),
  of('freezeStep'),
  direction('freezeStep'),
  comesWhen('freezeStep'),
  of('thawStep'),
  direction('thawStep'),
  of('delayStep'),
  {
    in: 'delayStep',
    key: 'by',
    type: span(1),
    required: true,
    help: 'How much later everything arrives, in its order.',
    example: '200ms',
  },
  {
    in: 'delayStep',
    key: 'jitter',
    type: span(0),
    default: '0',
    help: 'By how much the delay differs from one piece to the next, at most, up and down.',
    example: '50ms',
  },
  direction('delayStep'),
  comesWhen('delayStep'),
  of('limitStep'),
  {
    in: 'limitStep',
    key: 'rate',
    type: count('bytes a second'),
    required: true,
    help: 'How many bytes pass in a second, each way.',
    example: '1000',
  },
  direction('limitStep'),
  comesWhen('limitStep'),
  of('refuseStep'),
  when(
    'refuseStep',
    'connectionCondition',
    'Which of its connections. Absent: all from this step on.',
    '{ nth: 1 }',
  ),
  {
    in: 'faultCondition',
    key: 'packet',
    type: {
      kind: 'choice',
      choices: packetTypes.map(({ type, name }) => ({ word: type, value: type, help: `${name}.` })),
    },
    help: 'When such a packet has passed: it passes whole, and nothing behind it does.',
    example: 'publish',
  },
  {
    in: 'faultCondition',
    key: 'count',
    type: count(),
    default: 1,
    help: 'Which one of these packets on the connection, counted from this step on.',
    example: '3',
  },
  {
    in: 'faultCondition',
    key: 'from',
    type: {
      kind: 'choice',
      choices: [
        { word: 'client', value: 'client', help: 'The Client.' },
        { word: 'server', value: 'server', help: 'The Server.' },
      ],
    },
    help: 'Who sends the packet, where both may; absent: the Client.',
    example: 'client',
  },
  ...connections('faultCondition'),
  {
    in: 'faultCondition',
    key: 'after',
    type: span(0),
    default: '0',
    help: 'So much later than the rest of the condition was met: without any, than this step or the start of the connection.',
    example: '2s',
  },
  ...connections('connectionCondition'),
];
