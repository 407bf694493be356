/** The checks P1 to P6 on a will that a subscriber received. */
import { decodePacket } from '../mqtt/decode.ts';
import {
  type Properties,
  type Property,
  type PublishPacket,
  type StatementRef,
  TO_CLIENT,
} from '../mqtt/packet.ts';
import { PROPERTY, propertyDefinition, propertyNumber, userProperties } from '../mqtt/properties.ts';
import { fact, statementFor } from './facts.ts';
import type { Check, Fact } from './model.ts';
import { matching, type Subscribed } from './subscriptions.ts';
import type { ReceivedCopy, Will } from './will.ts';

/** `publishedFromMs`: since when the Server may have published it; the Message Expiry Interval counts from then. */
export function checkCopy(will: Will, copy: ReceivedCopy, publishedFromMs: number): Check[] {
  const { connection, bytes, seq } = copy;
  const version = connection.version || 5;
  const decoded = decodePacket(bytes, 0, bytes.length, version, TO_CLIENT);
  const subscriptions = matching(connection.session, will.message.topic);
  const first = bytes[0] ?? 0;
  const qos = (first >> 1) & 3;
  const retain = first & 1;
  const checks: Check[] = [
    { id: 'P1', passed: true, facts: [fact('checkContent', {}, { seq })] },
    checkQos(will, copy, subscriptions, qos),
    checkRetain(will, copy, subscriptions, retain),
  ];
  if (version === 5) {
    const facts = decoded.ok
      ? propertyFaults(will, decoded.packet as PublishPacket, copy, publishedFromMs)
      : [malformedFact(decoded.malformed.message, decoded.malformed.statement, bytes, seq)];
    checks.push({
      id: 'P4',
      passed: facts.length === 0,
      facts: facts.length === 0 ? [fact('checkProperties', {}, { seq })] : facts,
    });
  }
  checks.push({ id: 'P5', passed: true, facts: [fact('checkOnce', {}, { seq })] });
  if (version !== 5 && will.message.properties.some((each) => each.id !== PROPERTY.willDelayInterval)) {
    checks.push({ id: 'P6', passed: true, facts: [fact('checkDropped', {}, { seq })] });
  }
  return checks;
}

function malformedFact(problem: string, statement: StatementRef, bytes: Uint8Array, seq: number): Fact {
  // The reader names the property; of all that may not stand here, one has a story of its own.
  return problem.includes('Will Delay Interval') && bytes.length > 0
    ? fact('checkDelayLeaked', {}, { seq, statement: { version: 5, id: '2.2.2.2' } })
    : fact('checkMalformed', { problem: problem.replace(/\.$/, '') }, { seq, statement });
}

function checkQos(will: Will, copy: ReceivedCopy, subscriptions: readonly Subscribed[], qos: number): Check {
  const { connection, seq } = copy;
  const willQos = will.message.qos;
  const version = connection.version || 5;
  const ids = { 5: 'MQTT-3.8.4-8', 4: 'MQTT-3.8.4-6', 3: '3.8' };
  const evidence = { seq, statement: statementFor(version, ids) };
  if (subscriptions.some((each) => Math.min(willQos, each.grantedQos) === qos)) {
    return { id: 'P2', passed: true, facts: [fact('checkQos', { qos, willQos }, evidence)] };
  }
  if (subscriptions.length === 0 || connection.session?.olderThanTrace === true) {
    return {
      id: 'P2',
      passed: 'undecided',
      facts: [fact('checkQosUnknown', { qos, subscriber: connection.name }, evidence)],
    };
  }
  const granted = Math.max(...subscriptions.map((each) => each.grantedQos));
  const expected = Math.min(willQos, granted);
  return {
    id: 'P2',
    passed: false,
    facts: [fact('checkQosWrong', { qos, willQos, granted, expected }, evidence)],
  };
}

function checkRetain(
  will: Will,
  copy: ReceivedCopy,
  subscriptions: readonly Subscribed[],
  retain: number,
): Check {
  const { connection, seq } = copy;
  const willRetain = will.message.retain ? 1 : 0;
  const version = connection.version || 5;
  const allowed = new Set<number>();
  if (version !== 5) allowed.add(0);
  for (const each of subscriptions) allowed.add(each.retainAsPublished ? willRetain : 0);
  const preserved = allowed.has(1) || (retain === 1 && willRetain === 0 && !allowed.has(0));
  const ids = { 5: preserved ? 'MQTT-3.3.1-13' : 'MQTT-3.3.1-12', 4: 'MQTT-3.3.1-9', 3: '3.3' };
  const evidence = { seq, statement: statementFor(version, ids) };
  if (allowed.has(retain))
    return { id: 'P3', passed: true, facts: [fact('checkRetain', { retain }, evidence)] };
  if (allowed.size === 0 || (version === 5 && connection.session?.olderThanTrace === true)) {
    return { id: 'P3', passed: 'undecided', facts: [fact('checkRetainUnknown', { retain }, evidence)] };
  }
  return {
    id: 'P3',
    passed: false,
    facts: [fact('checkRetainWrong', { retain, expected: 1 - retain }, evidence)],
  };
}

/** Properties that must arrive as they were, with the statement that says so. */
const unaltered: readonly { readonly id: number; readonly statement: string }[] = [
  { id: PROPERTY.payloadFormatIndicator, statement: 'MQTT-3.3.2-4' },
  { id: PROPERTY.contentType, statement: 'MQTT-3.3.2-20' },
  { id: PROPERTY.responseTopic, statement: 'MQTT-3.3.2-15' },
  { id: PROPERTY.correlationData, statement: 'MQTT-3.3.2-16' },
];

function propertyFaults(
  will: Will,
  packet: PublishPacket,
  copy: ReceivedCopy,
  publishedFromMs: number,
): Fact[] {
  const sent = will.message.properties;
  const got = packet.properties;
  const { seq } = copy;
  const faults: Fact[] = [];
  for (const { id, statement } of unaltered) {
    const fault = alteration(id, find(sent, id), find(got, id));
    if (fault === undefined) continue;
    const property = propertyDefinition(id)?.name ?? '';
    faults.push(fact(fault, { property }, { seq, statement: { version: 5, id: statement } }));
  }
  if (!samePairs(userProperties(sent), userProperties(got))) {
    faults.push(fact('checkUserProperties', {}, { seq, statement: { version: 5, id: 'MQTT-3.1.3-10' } }));
  }
  const expiry = expiryFault(sent, got, copy, publishedFromMs);
  if (expiry !== undefined) faults.push(expiry);
  return faults;
}

function alteration(
  id: number,
  sent: Property | undefined,
  got: Property | undefined,
): 'checkPropertyMissing' | 'checkPropertyAdded' | 'checkPropertyAltered' | undefined {
  // Absent means 0 (v5 3.3.2.3.2), so a Server may leave a 0 out or put it in.
  if (id === PROPERTY.payloadFormatIndicator && numberOf(sent) === numberOf(got)) return undefined;
  if (sent === undefined) return got === undefined ? undefined : 'checkPropertyAdded';
  if (got === undefined) return 'checkPropertyMissing';
  return sameValue(sent, got) ? undefined : 'checkPropertyAltered';
}

function expiryFault(
  sent: Properties,
  got: Properties,
  copy: ReceivedCopy,
  publishedFromMs: number,
): Fact | undefined {
  const expectedSeconds = propertyNumber(sent, PROPERTY.messageExpiryInterval);
  const messageSeconds = propertyNumber(got, PROPERTY.messageExpiryInterval);
  if (expectedSeconds === undefined && messageSeconds === undefined) return undefined;
  const evidence = { seq: copy.seq, statement: { version: 5, id: 'MQTT-3.3.2-6' } } as const;
  const property = propertyDefinition(PROPERTY.messageExpiryInterval)?.name ?? '';
  if (expectedSeconds === undefined) return fact('checkPropertyAdded', { property }, evidence);
  if (messageSeconds === undefined) return fact('checkPropertyMissing', { property }, evidence);
  // Whole seconds on either side: one more for each end that was rounded.
  const waitedSeconds = Math.ceil(Math.max(0, copy.atMs - publishedFromMs) / 1000) + 1;
  return messageSeconds <= expectedSeconds && messageSeconds >= expectedSeconds - waitedSeconds
    ? undefined
    : fact('checkExpiry', { messageSeconds, expectedSeconds }, evidence);
}

function find(properties: Properties, id: number): Property | undefined {
  return properties.find((each) => each.id === id);
}

function numberOf(property: Property | undefined): number {
  return property?.kind === 'number' ? property.value : 0;
}

function sameValue(a: Property, b: Property): boolean {
  if (a.kind === 'bytes') {
    return (
      b.kind === 'bytes' &&
      a.value.length === b.value.length &&
      a.value.every((byte, index) => byte === b.value[index])
    );
  }
  return a.kind !== 'pair' && b.kind !== 'pair' && b.kind !== 'bytes' && a.value === b.value;
}

function samePairs(a: readonly [string, string][], b: readonly [string, string][]): boolean {
  return (
    a.length === b.length &&
    a.every(([name, value], index) => b[index]?.[0] === name && b[index]?.[1] === value)
  );
}
