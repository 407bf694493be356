import { describe, expect, it } from 'vitest';
import type { PublishPacket, Subscription } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';
import { number, type TestClient } from './test-client.ts';

const identifier = (value: number) => [number(PROPERTY.subscriptionIdentifier, value)];

function identifiersOf(packet: PublishPacket): unknown[] {
  return packet.properties
    .filter((each) => each.id === PROPERTY.subscriptionIdentifier)
    .map((each) => each.value);
}

describe('SUBSCRIBE', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/#', 'a', true],
    ['#', 'a/b/c', true],
    ['+', 'a/b', false],
    ['a/B', 'a/b', false],
    ['#', '$x/x', false],
    ['+/x', '$x/x', false],
    ['$x/#', '$x/x', true],
  ])('v5 4.7: %s and %s: %s', async (topicFilter, topic, matches) => {
    const { connected } = harness();
    const client = await connected();
    await client.subscribe(topicFilter);
    await client.publish(topic);
    expect(client.takeMessages()).toEqual(matches ? [`${topic}=x`] : []);
  });

  it('v5 [MQTT-3.3.4-2], [MQTT-3.3.4-4]: overlapping subscriptions give one copy, at the highest QoS, with all identifiers', async () => {
    const { connected } = harness();
    const client = await connected();
    await client.subscribe('a/#', 0, {}, identifier(1));
    await client.subscribe('a/+', 2, {}, identifier(2));
    await client.subscribe('a/b', 1);
    await client.publish('a/b', { qos: 2 });
    const packet = client.take('publish');
    expect(packet.qos).toBe(2);
    expect(identifiersOf(packet).sort()).toEqual([1, 2]);
    expect(client.takeMessages()).toEqual([]);
  });

  it('v5 [MQTT-3.8.4-3]: replaces one with the same filter, without a gap', async () => {
    const { connected, broker } = harness();
    const client = await connected();
    await client.subscribe('t', 0, {}, identifier(1));
    await client.subscribe('t', 1, {}, identifier(9));
    await client.publish('t', { qos: 1 });
    const packet = client.take('publish');
    expect([packet.qos, identifiersOf(packet)]).toEqual([1, [9]]);
    expect(client.takeMessages()).toEqual([]);
    expect(broker.state().sessions[0]?.subscriptions).toBe(1);
  });

  it('v5 [MQTT-3.8.3-3]: No Local keeps a Client its own messages', async () => {
    const { connected } = harness();
    const client = await connected();
    await client.subscribe('t', 1, { noLocal: true });
    await client.publish('t');
    expect(client.takeMessages()).toEqual([]);
    const other = await connected({ clientId: 'other' });
    await other.publish('t', 'y');
    expect(client.takeMessages()).toEqual(['t=y']);
  });

  it('is refused for too many levels and too many subscriptions, and the connection lives', async () => {
    const { connected } = harness({}, { limits: { topicFilterLevels: 3, subscriptionsPerSession: 1 } });
    const client = await connected();
    expect((await client.subscribe('a/b/c/d')).reasonCodes).toEqual([0x8f]);
    expect((await client.subscribe('a/b/c')).reasonCodes).toEqual([1]);
    expect((await client.subscribe('b')).reasonCodes).toEqual([0x97]);
    expect((await client.subscribe('a/b/c', 2)).reasonCodes).toEqual([2]);
    const old = await connected({ version: 4, clientId: 'old' });
    expect((await old.subscribe('a/b/c/d')).reasonCodes).toEqual([0x80]);
  });

  it('v5 [MQTT-3.10.4-4], 3.11.3: UNSUBSCRIBE ends it, and says so when there was none', async () => {
    const { connected } = harness();
    const client = await connected();
    await client.subscribe('t');
    client.send({ type: 'unsubscribe', packetId: 9, properties: [], topicFilters: ['t', 'u'] });
    await settled();
    expect(client.take('unsuback').reasonCodes).toEqual([0, 0x11]);
    await client.publish('t');
    expect(client.takeMessages()).toEqual([]);
  });
});

describe('retained messages', () => {
  const retained = { retain: true, qos: 1 } as const;

  async function withRetained(
    topics: readonly string[],
  ): Promise<ReturnType<typeof harness> & { readonly client: TestClient }> {
    const made = harness();
    const publisher = await made.connected({ clientId: 'publisher' });
    for (const topic of topics) await publisher.publish(topic, retained);
    return { ...made, client: await made.connected() };
  }

  it('v5 [MQTT-3.3.1-9]: come to a new subscription, with RETAIN 1 and its identifier', async () => {
    const { client } = await withRetained(['a/1', 'a/2', 'b', '$x']);
    await client.subscribe('a/#', 0, {}, identifier(5));
    const packet = client.take('publish');
    expect([packet.topic, packet.retain, packet.qos, identifiersOf(packet)]).toEqual(['a/1', true, 0, [5]]);
    expect(client.takeMessages()).toEqual(['a/2=x']);
    await client.subscribe('#', 0);
    expect(client.takeMessages()).toEqual(['a/1=x', 'a/2=x', 'b=x']);
  });

  it.each<{
    readonly retainHandling: Subscription['retainHandling'];
    readonly first: boolean;
    readonly again: boolean;
  }>([
    { retainHandling: 0, first: true, again: true },
    { retainHandling: 1, first: true, again: false },
    { retainHandling: 2, first: false, again: false },
  ])(
    'v5 [MQTT-3.3.1-9] to [MQTT-3.3.1-11]: by Retain Handling $retainHandling',
    async ({ retainHandling, first, again }) => {
      const { client } = await withRetained(['t']);
      await client.subscribe('t', 1, { retainHandling });
      expect(client.takeMessages()).toEqual(first ? ['t=x'] : []);
      await client.subscribe('t', 1, { retainHandling });
      expect(client.takeMessages()).toEqual(again ? ['t=x'] : []);
    },
  );

  it('v5 [MQTT-3.3.1-5] to [MQTT-3.3.1-7]: are replaced, and removed by an empty payload', async () => {
    const { client, connected, broker } = await withRetained(['t']);
    const publisher = await connected({ clientId: 'publisher', version: 4 });
    await publisher.publish('t', { ...retained, payload: Buffer.from('new') });
    await client.subscribe('t');
    expect(client.takeMessages()).toEqual(['t=new']);
    await publisher.publish('t', { ...retained, payload: new Uint8Array(0) });
    expect(client.takeMessages()).toEqual(['t=']);
    expect(broker.state().retained).toBe(0);
  });

  it('v5 [MQTT-3.3.1-12], [MQTT-3.3.1-13]; v3.1.1 [MQTT-3.3.1-9]: RETAIN on an existing subscription', async () => {
    const { connected } = harness();
    const plain = await connected({ clientId: 'plain' });
    await plain.subscribe('t');
    const asPublished = await connected({ clientId: 'as published' });
    await asPublished.subscribe('t', 1, { retainAsPublished: true });
    const old = await connected({ clientId: 'old', version: 4 });
    await old.subscribe('t');
    await plain.publish('t', retained);
    expect(plain.take('publish').retain).toBe(false);
    expect(asPublished.take('publish').retain).toBe(true);
    expect(old.take('publish').retain).toBe(false);
    await plain.publish('t');
    expect(asPublished.take('publish').retain).toBe(false);
  });

  it('v3.1.1 [MQTT-3.1.2.7]: outlive the session that published them', async () => {
    const { client, broker } = await withRetained(['t']);
    expect(broker.deleteSession('publisher')).toBe(true);
    await client.subscribe('t');
    expect(client.takeMessages()).toEqual(['t=x']);
  });

  it('are refused where there is no room, with 0x97', async () => {
    const { connected } = harness({}, { limits: { retainedMessages: 1 } });
    const client = await connected();
    await client.publish('a', retained);
    await client.publish('b', retained);
    await client.publish('a', retained);
    expect(
      [client.take('puback'), client.take('puback'), client.take('puback')].map((each) => each.reasonCode),
    ).toEqual([0x10, 0x97, 0x10]);
  });
});

describe('a Shared Subscription (v5 4.8.2)', () => {
  it('gives each message to one of its members, in turn, and to absent ones only when none is there', async () => {
    const { connected } = harness();
    const members = await Promise.all(
      ['one', 'two', 'three'].map((clientId) => connected({ clientId, sessionExpiryInterval: 60 })),
    );
    for (const member of members) await member.subscribe('$share/group/t/#', 1);
    const publisher = await connected({ clientId: 'publisher' });
    await members[2]?.reset();
    for (const payload of ['1', '2', '3', '4']) await publisher.publish('t/x', payload);
    const got = members.map((member) => member.takeMessages().length);
    expect(got.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(got[2]).toBe(0);
    expect(Math.min(got[0] ?? 0, got[1] ?? 0)).toBeGreaterThan(0);
    await members[0]?.reset();
    await members[1]?.reset();
    await publisher.publish('t/x', { qos: 1 });
    expect(publisher.take('puback').reasonCode).toBe(0);
  });

  it('does not exist before 5.0, where $share is a level like any other', async () => {
    const { connected } = harness();
    const shared = await connected({ clientId: 'shared' });
    await shared.subscribe('$share/group/t');
    const old = await connected({ clientId: 'old', version: 4 });
    await old.subscribe('$share/group/t');
    await old.publish('$share/group/t', 'literal');
    await old.publish('t');
    expect(old.takeMessages()).toEqual(['$share/group/t=literal']);
    expect(shared.takeMessages()).toEqual(['t=x']);
    await old.reset();
    await shared.publish('t');
    expect(shared.takeMessages()).toEqual(['t=x']);
  });

  it('gets no retained messages, and goes with its last member', async () => {
    const { connected } = harness();
    const client = await connected();
    await client.publish('t', { retain: true });
    await client.subscribe('$share/group/t');
    expect(client.takeMessages()).toEqual([]);
    client.send({ type: 'unsubscribe', packetId: 9, properties: [], topicFilters: ['$share/group/t'] });
    await settled();
    expect(client.take('unsuback').reasonCodes).toEqual([0]);
    await client.publish('t', { qos: 1 });
    expect(client.take('puback').reasonCode).toBe(0x10);
  });
});
