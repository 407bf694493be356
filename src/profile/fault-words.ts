/**
 * Faults, and the rules by which they come, in words: a few words each, which stand in lists, in the trace and on command lines.
 * Pure data and functions; who has a user with a language hands in the translation of the templates.
 */
import { assertNever } from '../mqtt/assert-never.ts';
import { packetTypes } from '../mqtt/packet-types.ts';
import { formatTemplate } from '../session/sentences.ts';
import type { FaultRule } from './fault-rules.ts';
import type { Fault, FaultDirection } from './faults.ts';

export const faultTemplates = {
  // What a fault does.
  cut: 'cut',
  closed: 'closed',
  closedAfter: 'closed after {timeoutMs}',
  frozen: 'frozen, {way}',
  delayed: 'delayed by {latencyMs}, {way}',
  delayedAbout: 'delayed by {latencyMs} ± {jitterMs}, {way}',
  limited: '{rate} bytes/s, {way}',
  disconnectDropped: 'DISCONNECT is dropped',
  pingrespDropped: 'PINGRESP is dropped',
  refused: 'refused',
  both: 'both ways',
  toServer: 'to the Server',
  toClient: 'to the Client',

  // On which connections.
  everyConnection: 'every connection',
  eachOf: 'each connection of {clientId}',
  nth: 'the {nth} new connection',
  nthOf: 'the {nth} new connection of {clientId}',
  every: 'every {every} new connection',
  everyOf: 'every {every} new connection of {clientId}',

  // When.
  afterPacket: 'after the {count} {packet}',
  fromClient: '{packet} from the Client',
  fromServer: '{packet} from the Server',
  later: '{afterMs} later',
  after: 'after {afterMs}',
  sinceSet: '{conditions}, counted from when the rule was set',

  rule: '{fault}: {conditions}',
  // English numbers one, two, few and other.
  one: '{number}st',
  two: '{number}nd',
  few: '{number}rd',
  other: '{number}th',
} as const;

type Word = keyof typeof faultTemplates;

/** Gives a template in another language. */
export type Translate = (template: string) => string;

const english: Translate = (template) => template;

/** So much of a Client Identifier is told, in UTF-16 code units. */
const longestName = 80;

/** What a fault does, while it lasts: `frozen, to the Client`. */
export function tellFault(fault: Fault, translate: Translate = english): string {
  const say = sayIn(translate);
  switch (fault.kind) {
    case 'reset_peer':
      return say('cut');
    case 'close':
      return say('closed');
    case 'timeout':
      return say('closedAfter', { timeoutMs: fault.timeoutMs });
    case 'freeze':
      return say('frozen', { way: tellDirection(fault.direction, translate) });
    case 'latency': {
      const { latencyMs, jitterMs } = fault;
      const way = tellDirection(fault.direction, translate);
      return say(jitterMs === 0 ? 'delayed' : 'delayedAbout', { latencyMs, jitterMs, way });
    }
    case 'bandwidth':
      return say('limited', { rate: fault.bytesPerSecond, way: tellDirection(fault.direction, translate) });
    case 'drop_disconnect':
      return say('disconnectDropped');
    case 'drop_pingresp':
      return say('pingrespDropped');
    case 'down':
      return say('refused');
    default:
      return assertNever(fault);
  }
}

export function tellDirection(direction: FaultDirection, translate: Translate = english): string {
  return sayIn(translate)(direction);
}

/** A rule: `frozen, to the Server: each connection of status-*, after the 2nd PUBLISH from the Client`. */
export function tellRule(rule: FaultRule, translate: Translate = english): string {
  const [fault, conditions] = [tellFault(rule.fault, translate), tellConditions(rule, translate)];
  return sayIn(translate)('rule', { fault, conditions });
}

/** When the fault of a rule comes: `each connection of status-*, after the 2nd PUBLISH from the Client`. */
export function tellConditions(rule: Omit<FaultRule, 'fault'>, translate: Translate = english): string {
  const parts = [tellConnections(rule, translate), tellPacket(rule, translate), tellTime(rule, translate)];
  return parts.filter((part) => part !== '').join(', ');
}

/** As `tellConditions`, of a connection that was open when the rule was set: its packets before that do not count. */
export function tellConditionsOfLiving(
  rule: Omit<FaultRule, 'fault'>,
  translate: Translate = english,
): string {
  const conditions = tellConditions(rule, translate);
  return rule.packet === undefined ? conditions : sayIn(translate)('sinceSet', { conditions });
}

/** Which connections a rule is about: `every 3rd new connection of demo`. */
export function tellConnections(
  { clientId, nth, every }: Pick<FaultRule, 'clientId' | 'nth' | 'every'>,
  translate: Translate = english,
): string {
  const say = sayIn(translate);
  const of = clientId === undefined ? {} : { clientId: shortened(clientId) };
  const named = clientId !== undefined;
  const parts = [
    ...(nth === undefined ? [] : [say(named ? 'nthOf' : 'nth', { ...of, nth: ordinal(nth, say) })]),
    ...(every === undefined ? [] : [say(named ? 'everyOf' : 'every', { ...of, every: ordinal(every, say) })]),
  ];
  return parts.length > 0 ? parts.join(', ') : say(named ? 'eachOf' : 'everyConnection', of);
}

/** Which packet a rule waits for: `after the 2nd PUBLISH from the Client`; empty when none. */
export function tellPacket({ packet }: Pick<FaultRule, 'packet'>, translate: Translate = english): string {
  if (packet === undefined) return '';
  const say = sayIn(translate);
  return say('afterPacket', {
    count: ordinal(packet.nth ?? 1, say),
    packet: tellPacketType(packet, translate),
  });
}

/** A type of packet, with who sends it where both may: `PUBLISH from the Client`, `CONNACK`. */
export function tellPacketType(
  { type, from }: Pick<NonNullable<FaultRule['packet']>, 'type' | 'from'>,
  translate: Translate = english,
): string {
  const row = packetTypes.find((each) => each.type === type);
  const packet = row?.name ?? type;
  if (row?.direction !== undefined) return packet;
  return sayIn(translate)(from === 'server' ? 'fromServer' : 'fromClient', { packet });
}

/** How much later a fault comes: `5 s later`; empty when at once. */
export function tellTime(
  { packet, afterMs = 0 }: Pick<FaultRule, 'packet' | 'afterMs'>,
  translate: Translate = english,
): string {
  if (afterMs === 0) return '';
  return sayIn(translate)(packet === undefined ? 'after' : 'later', { afterMs });
}

type Say = (word: Word, params?: Readonly<Record<string, string | number>>) => string;

function sayIn(translate: Translate): Say {
  return (word, params = {}) => formatTemplate(translate(faultTemplates[word]), params);
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

function ordinal(number: number, say: Say): string {
  const form = ordinals.select(number);
  return say(form === 'one' || form === 'two' || form === 'few' ? form : 'other', { number });
}

function shortened(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName)}…`;
}
