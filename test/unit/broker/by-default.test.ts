import { describe, expect, it } from 'vitest';
import type { Packet, Property, PublishPacket } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../../src/mqtt/properties.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';
import { connectPacket, number, type TestClient, utf8 } from './test-client.ts';

const alias = (value: number): Property[] => [number(PROPERTY.topicAlias, value)];

function published(client: TestClient): PublishPacket[] {
  return client.inbox.splice(0).filter((packet): packet is PublishPacket => packet.type === 'publish');
}

/** What clients and their test suites find when nothing is set. */
describe('by default', () => {
  it('a Keep Alive of 120 s becomes a Server Keep Alive of 60 s', async () => {
    const { properties } = await harness().open().connect({ keepAliveSeconds: 120 });
    expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBe(60);
  });

  it('a Client that takes one Topic Alias gets it with the first message, and then in place of the topic', async () => {
    const { connected } = harness();
    const client = await connected({ properties: [number(PROPERTY.topicAliasMaximum, 1)] });
    await client.subscribe('t', 2);
    for (const qos of [0, 1, 2] as const) await client.publish('t', { qos });
    const told = published(client).map(({ topic, properties }) => [
      topic,
      propertyNumber(properties, PROPERTY.topicAlias),
    ]);
    expect(told).toEqual([
      ['t', 1],
      ['', 1],
      ['', 1],
    ]);
  });

  it('Topic Aliases are taken, and one that is 0 or not set on this connection ends it with DISCONNECT', async () => {
    const { connected, open } = harness();
    const zero = await connected({ clientId: 'zero' });
    await zero.publish('t', { qos: 1, properties: alias(0) });
    expect(zero.take('disconnect').reasonCode).toBe(0x94);
    expect(zero.closed).toBe(true);

    const client = await connected({ sessionExpiryInterval: 99_999 });
    await client.subscribe('t', 2);
    await client.publish('t', { qos: 1, properties: alias(1) });
    await client.publish('', { qos: 1, properties: alias(1) });
    expect(client.takeMessages()).toHaveLength(2);
    await client.disconnect();
    const again = open();
    expect((await again.connect({ cleanStart: false })).sessionPresent).toBe(true);
    await again.publish('', { qos: 1, properties: alias(1) });
    expect(again.take('disconnect').reasonCode).toBe(0x82);
    expect(again.closed).toBe(true);
  });

  it('a third QoS 1 message waits for the first PUBACK of a Client with Receive Maximum 2', async () => {
    const { connected } = harness();
    const client = await connected({ properties: [number(PROPERTY.receiveMaximum, 2)] });
    client.acknowledges = false;
    await client.subscribe('t', 2);
    for (let each = 0; each < 3; each++) await client.publish('t', { qos: 1 });
    const [first, second, ...more] = published(client);
    expect([first?.qos, second?.qos, more.length]).toEqual([1, 1, 0]);
    client.send({ type: 'puback', packetId: first?.packetId ?? 0, reasonCode: 0, properties: [] });
    await settled();
    expect(published(client)).toHaveLength(1);
  });

  it('one QoS 2 message above the Receive Maximum ends in a DISCONNECT that can be read, whatever else is sent', async () => {
    const { open } = harness();
    const client = open();
    const connack = await client.connect();
    const maximum = propertyNumber(connack.properties, PROPERTY.receiveMaximum) ?? 65_535;
    expect(maximum).toBeLessThan(65_535);
    client.acknowledges = false;
    for (let packetId = 1; packetId <= maximum + 1; packetId++)
      await client.publish('t', { qos: 2, packetId });
    for (const packet of [...client.inbox]) {
      if (packet.type === 'pubrec') client.send({ ...packet, type: 'pubrel', reasonCode: 0 });
    }
    await settled();
    expect(client.inbox.filter(({ type }) => type === 'pubrec')).toHaveLength(maximum);
    expect(client.take('disconnect').reasonCode).toBe(0x93);
    expect(client.closed).toBe(true);
  });

  it('what is larger than the Client takes is not sent, and what is smaller is', async () => {
    const { connected } = harness();
    const client = await connected({ properties: [number(PROPERTY.maximumPacketSize, 64)] });
    await client.subscribe('t', 2);
    await client.publish('t', { payload: new Uint8Array(32) });
    await client.publish('t', { payload: new Uint8Array(64), qos: 1 });
    expect(published(client).map(({ payload }) => payload.length)).toEqual([32]);
    expect(client.closed).toBe(false);
  });

  it('an empty Client Identifier is assigned one in 5.0; in 3.1.1 only with Clean Session 1', async () => {
    const { open } = harness();
    for (const cleanStart of [true, false]) {
      const { reasonCode, properties } = await open().connect({ clientId: '', cleanStart });
      expect(reasonCode).toBe(0);
      expect(propertyString(properties, PROPERTY.assignedClientIdentifier)).toMatch(/./);
    }
    const old = { clientId: '', version: 4 } as const;
    expect((await open().connect({ ...old, cleanStart: true })).reasonCode).toBe(0);
    expect((await open().connect({ ...old, cleanStart: false })).reasonCode).toBe(2);
  });

  it.each<{ readonly what: string; readonly packet: Packet }>([
    { what: 'a Protocol Name that is not of MQTT', packet: { ...connectPacket(), protocolName: 'hj' } },
    {
      what: 'a Protocol Name of 3.1.1 that is not of MQTT',
      packet: { ...connectPacket({ version: 4 }), protocolName: 'hj' },
    },
  ])('$what has no CONNACK', async ({ packet }) => {
    const client = harness().open();
    client.send(packet);
    await settled();
    expect(client.inbox).toEqual([]);
    expect(client.closed).toBe(true);
  });

  it.each([{ version: 5 }, { version: 4 }] as const)(
    'a second CONNECT ends the connection, version $version',
    async ({ version }) => {
      const client = await harness().connected({ version });
      client.send(connectPacket({ version }));
      await settled();
      expect(client.inbox.filter(({ type }) => type === 'connack')).toEqual([]);
      expect(client.closed).toBe(true);
    },
  );

  it('overlapping subscriptions get one message, with the highest QoS and every Subscription Identifier', async () => {
    const { connected } = harness();
    const client = await connected();
    await client.subscribe('a', 1, {}, [number(PROPERTY.subscriptionIdentifier, 2)]);
    await client.subscribe('a/#', 2, {}, [number(PROPERTY.subscriptionIdentifier, 3)]);
    await client.publish('a', { qos: 2 });
    const [message, ...more] = published(client);
    const identifiers = message?.properties.flatMap((each) => (each.kind === 'number' ? [each.value] : []));
    expect([message?.qos, identifiers?.sort(), more.length]).toEqual([2, [2, 3], 0]);
  });

  it.each([
    { delay: 3, expiry: 5, after: 3 },
    { delay: 5, expiry: 0, after: 0 },
    { delay: 5, expiry: 2, after: 2 },
    { delay: 5, expiry: 5, after: 5 },
  ])(
    'a will with delay $delay s and expiry $expiry s comes after $after s',
    async ({ delay, expiry, after }) => {
      const { connected, watcher, advance } = harness();
      const watching = await watcher();
      const client = await connected({
        sessionExpiryInterval: expiry,
        will: { topic: 'will', payload: utf8('w'), willDelayInterval: delay },
      });
      await client.reset();
      if (after > 0) {
        await advance(after * 1_000 - 1);
        expect(watching.takeMessages()).toEqual([]);
        await advance(1);
      }
      expect(watching.takeMessages()).toEqual(['will=w']);
    },
  );

  it('an absent Client gets what has not expired meanwhile, with less than its whole lifetime', async () => {
    const { connected, open, advance } = harness();
    const absent = await connected({ clientId: 'absent', sessionExpiryInterval: 99_999 });
    await absent.subscribe('t', 2);
    await absent.disconnect();
    const publisher = await connected();
    for (const seconds of [1, 6]) {
      for (const qos of [1, 2] as const) {
        await publisher.publish('t', { qos, properties: [number(PROPERTY.messageExpiryInterval, seconds)] });
      }
    }
    await advance(3_000);
    const again = open();
    await again.connect({ clientId: 'absent', cleanStart: false });
    const left = published(again).map(({ properties }) =>
      propertyNumber(properties, PROPERTY.messageExpiryInterval),
    );
    expect(left).toEqual([3, 3]);
  });

  it('an absent Client gets QoS 1 and 2, and what it did not acknowledge is sent again', async () => {
    const { connected, open } = harness();
    const wish = { clientId: 'absent', sessionExpiryInterval: 99_999 };
    const absent = await connected(wish);
    await absent.subscribe('#', 2);
    await absent.disconnect();
    const publisher = await connected();
    for (const qos of [0, 1, 2] as const) await publisher.publish(`qos ${qos}`, { qos });
    const first = open();
    first.acknowledges = false;
    await first.connect({ ...wish, cleanStart: false });
    const sent = published(first);
    expect(sent.map(({ topic, dup }) => [topic, dup])).toEqual([
      ['qos 1', false],
      ['qos 2', false],
    ]);
    await first.reset();
    const second = open();
    await second.connect({ ...wish, cleanStart: false });
    const again = published(second);
    expect(again.map(({ topic, dup }) => [topic, dup])).toEqual([
      ['qos 1', true],
      ['qos 2', true],
    ]);
    expect(again.map(({ packetId }) => packetId)).toEqual(sent.map(({ packetId }) => packetId));
  });
});
