/** SUBSCRIBE (v5 3.8, v3.1.1 3.8, v3.1 3.8). */
import type { StatementIds } from '../malformed.ts';
import type { QoS, SubscribePacket, Subscription } from '../packet.ts';
import { sharedSubscription, topicFilterProblem } from '../topics.ts';
import { decodePacketId, packetIdStatements } from './common.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

export function decodeSubscribe(cursor: Cursor): SubscribePacket {
  const packetId = decodePacketId(cursor, packetIdStatements.fromClient);
  const properties = decodeProperties(cursor, 'subscribe');
  if (!cursor.more) cursor.complain('no-topic-filters', cursor.pos, { type: 'SUBSCRIBE' });
  const subscriptions: Subscription[] = [];
  while (cursor.more) {
    cursor.fields?.open('Subscription', cursor.pos);
    const topicFilter = decodeTopicFilter(cursor);
    subscriptions.push(decodeOptions(cursor, topicFilter));
    cursor.fields?.close();
  }
  return { type: 'subscribe', packetId, properties, subscriptions };
}

/** One Topic Filter, as in SUBSCRIBE and UNSUBSCRIBE. */
export function decodeTopicFilter(cursor: Cursor): string {
  const at = cursor.pos;
  const filter = cursor.text('Topic Filter');
  const problem = cursor.malformed === undefined ? topicFilterProblem(filter, cursor.version) : undefined;
  if (problem !== undefined) {
    const { version, id } = problem.statement;
    const statement: StatementIds = version === 5 ? { 5: id } : { 5: id, 4: id };
    cursor.complain('topic-filter-invalid', at + 2, { problem: problem.message }, statement);
  }
  return filter;
}

/** Subscription Options (v5 3.8.3.1); before 5.0 the Requested QoS alone, in 3.1 with bits that are not used. */
function decodeOptions(cursor: Cursor, topicFilter: string): Subscription {
  const at = cursor.pos;
  const bits = cursor.byte('Subscription Options');
  const five = cursor.version === 5;
  if (cursor.fields !== undefined) noteOptions(cursor, at, bits);
  const noLocal = five && (bits & 0x04) !== 0;
  const handling = five ? (bits >> 4) & 0x03 : 0;
  const reserved = five ? bits & 0xc0 : cursor.version === 4 ? bits & 0xfc : 0;
  if (reserved !== 0) cursor.complain('subscription-reserved-bits', at);
  if ((bits & 0x03) === 3) cursor.complain('subscription-qos-invalid', at);
  if (handling === 3) cursor.complain('retain-handling-invalid', at);
  if (noLocal && sharedSubscription(topicFilter) !== undefined) cursor.complain('no-local-shared', at);
  return {
    topicFilter,
    qos: zeroToTwo(bits & 0x03),
    noLocal,
    retainAsPublished: five && (bits & 0x08) !== 0,
    retainHandling: zeroToTwo(handling),
  };
}

function zeroToTwo(bits: number): QoS {
  return bits === 1 || bits === 2 ? bits : 0;
}

function noteOptions(cursor: Cursor, at: number, bits: number): void {
  const { fields } = cursor;
  const note = (name: string, value: number) => fields?.leaf(name, String(value), at, at + 1);
  if (cursor.version === 5) {
    fields?.open('Subscription Options', at);
    note('Reserved', bits >> 6);
    note('Retain Handling', (bits >> 4) & 3);
    note('Retain As Published', (bits >> 3) & 1);
    note('No Local', (bits >> 2) & 1);
    note('QoS', bits & 3);
  } else {
    fields?.open('Requested QoS', at);
    note('Reserved', bits >> 2);
    note('QoS', bits & 3);
  }
  fields?.close();
}
