/** The keys of `tap`, and of the faults that it makes by rule. */
import type { KeyRow, ObjectName, ValueType } from '../schema-types.ts';
import { faultStepRows } from './fault-step-keys.ts';
import { LIST_MAX, plain } from './value-types.ts';

/** What stands behind the key of a rule, by what stands behind that of a step. */
const ruleParts: Readonly<Partial<Record<ObjectName, ObjectName>>> = {
  faultStep: 'tapFault',
  freezeStep: 'tapFreeze',
  delayStep: 'tapDelay',
  limitStep: 'tapLimit',
  refuseStep: 'tapRefuse',
  faultCondition: 'tapCondition',
  connectionCondition: 'tapConnections',
};

/** What is counted, or measured, otherwise than in a scenario. */
const ownHelp: Readonly<Record<string, string>> = {
  count: 'Which one of these packets on the connection.',
  nth: 'Only the nth connection (of these Clients) since the tap was started.',
  every: 'Only each so-manieth connection (of these Clients): 3 for the third, the sixth, and so on.',
  when: 'Which connections, and when: all that is given must hold. Absent: every one, from its start.',
  after:
    'So much later than the rest of the condition was met: without a packet, than the start of the connection.',
};

const fault = (key: string, of: ObjectName, help: string, example: string): KeyRow => ({
  in: 'tapRule',
  key,
  type: { kind: 'object', of },
  group: 'action',
  help,
  example,
});

const inRule = (type: ValueType): ValueType =>
  type.kind === 'object' ? { kind: 'object', of: ruleParts[type.of] ?? type.of } : type;

export const tapRows: readonly KeyRow[] = [
  {
    in: 'tap',
    key: 'listen',
    type: { kind: 'listen' },
    required: true,
    help: 'Address and port to listen on; a port alone means 127.0.0.1. Port 0 takes a free one.',
    example: '127.0.0.1:1884',
  },
  {
    in: 'tap',
    key: 'faults',
    type: { kind: 'list', of: 'tapRule', max: LIST_MAX },
    help: 'Faults that come by themselves to the connections that pass, from the start of the tap on.',
    example: '[{ freeze: { client: status-*, when: { packet: publish, count: 2 } } }]',
  },
  fault('cut', 'tapFault', 'Cuts the connection: a reset on both sides.', '{ when: { nth: 1, after: 5s } }'),
  fault('close', 'tapFault', 'Ends the connection without DISCONNECT, on both sides.', '{ client: demo }'),
  fault(
    'freeze',
    'tapFreeze',
    'Holds what is sent, and how it ends, with the connection open.',
    '{ direction: toServer }',
  ),
  fault('delay', 'tapDelay', 'What passes arrives later, in its order.', '{ by: 200ms, jitter: 50ms }'),
  fault('limit', 'tapLimit', 'Only so many bytes pass in a second.', '{ rate: 1000 }'),
  fault('dropDisconnect', 'tapFault', 'No DISCONNECT of the Client reaches the Server.', '{ client: demo }'),
  fault('dropPingresp', 'tapFault', 'No PINGRESP of the Server reaches the Client.', '{ client: demo }'),
  fault(
    'refuse',
    'tapRefuse',
    'The connection is refused, as if there were no Server.',
    '{ when: { every: 10 } }',
  ),
  ...(['tapFault', 'tapFreeze', 'tapDelay', 'tapLimit', 'tapRefuse'] as const).map(
    (object): KeyRow => ({
      in: object,
      key: 'client',
      type: plain,
      help: 'Only Clients with this Client Identifier; `*` stands for any characters. Absent: all.',
      example: 'status-*',
    }),
  ),
  ...faultStepRows.flatMap((row): readonly KeyRow[] => {
    const object = ruleParts[row.in];
    if (object === undefined || row.key === 'of') return [];
    return [{ ...row, in: object, type: inRule(row.type), help: ownHelp[row.key] ?? row.help }];
  }),
];
