import { describe, expect, it } from 'vitest';
import type { Property, PublishPacket } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { harness } from './harness.ts';
import { number, type TestClient } from './test-client.ts';

const identifier = (value: number): Property[] => [number(PROPERTY.subscriptionIdentifier, value)];

/** Of each PUBLISH received: its QoS, RETAIN and Subscription Identifiers. */
function copies(client: TestClient): [qos: number, retain: boolean, identifiers: number[]][] {
  return client.inbox
    .splice(0)
    .filter((packet): packet is PublishPacket => packet.type === 'publish')
    .map(({ qos, retain, properties }) => [
      qos,
      retain,
      properties
        .flatMap((each) =>
          each.id === PROPERTY.subscriptionIdentifier && each.kind === 'number' ? [each.value] : [],
        )
        .sort(),
    ]);
}

async function overlapped(overlapping: 'one' | 'each') {
  const made = harness({ overlapping });
  const client = await made.connected({ clientId: 'subscriber' });
  await client.subscribe('a/#', 2, {}, identifier(3));
  await client.subscribe('a/+', 1, { retainAsPublished: true }, identifier(5));
  await client.subscribe('a/b', 0, { noLocal: true });
  return { ...made, client };
}

describe('subscriptions that overlap', () => {
  it('v5 [MQTT-3.3.4-2], [MQTT-3.3.4-4]: one copy has the highest QoS and every identifier', async () => {
    const { client, connected } = await overlapped('one');
    await (await connected()).publish('a/b', { qos: 2, retain: true });
    expect(copies(client)).toEqual([[2, true, [3, 5]]]);
  });

  it('v5 [MQTT-3.3.4-2], [MQTT-3.3.4-3]: or each has a copy with its own', async () => {
    const { client, connected } = await overlapped('each');
    await (await connected()).publish('a/b', { qos: 2, retain: true });
    expect(copies(client).sort(([one], [other]) => other - one)).toEqual([
      [2, false, [3]],
      [1, true, [5]],
      [0, false, []],
    ]);
  });

  it('v5 [MQTT-3.8.3-3]: No Local takes out one of them, and the others stay', async () => {
    const { client } = await overlapped('each');
    await client.publish('a/b', { qos: 2 });
    expect(copies(client).sort(([one], [other]) => other - one)).toEqual([
      [2, false, [3]],
      [1, false, [5]],
    ]);
  });

  it('follow what is subscribed and unsubscribed between two messages of one topic', async () => {
    const { client, connected } = await overlapped('one');
    const publisher = await connected();
    const publish = () => publisher.publish('a/b', { qos: 2 });
    for (let each = 0; each < 3; each++) await publish();
    expect(copies(client)).toHaveLength(3);
    client.send({ type: 'unsubscribe', packetId: 9, properties: [], topicFilters: ['a/#'] });
    await publish();
    expect(copies(client)).toEqual([[1, false, [5]]]);
    await client.subscribe('#', 2, {}, identifier(7));
    await publish();
    expect(copies(client)).toEqual([[2, false, [5, 7]]]);
  });
});

describe('one message for many', () => {
  it('reaches each in its own version, QoS and with its own Packet Identifier', async () => {
    const { connected } = harness();
    const subscribers: TestClient[] = [];
    for (const version of [5, 4, 3] as const) {
      for (const qos of [0, 1, 2] as const) {
        for (const count of [1, 2]) {
          const clientId = `v${version}-${qos}-${count}`;
          const client = await connected({ version, clientId });
          // So that Packet Identifiers differ.
          await client.subscribe(clientId, 1);
          for (let each = 0; each < count; each++) await client.publish(clientId, { qos: 1 });
          await client.subscribe('t', qos);
          client.inbox.length = 0;
          subscribers.push(client);
        }
      }
    }
    const properties: Property[] = [{ id: PROPERTY.contentType, kind: 'string', value: 'text/plain' }];
    const publisher = await connected();
    await publisher.publish('t', { qos: 2, properties, payload: Buffer.from('to all') });
    for (const [index, client] of subscribers.entries()) {
      const packet = client.take('publish');
      const qos = Math.floor(index / 2) % 3;
      expect(packet).toMatchObject({ qos, topic: 't', dup: false, retain: false });
      expect(packet.packetId === undefined).toBe(qos === 0);
      expect(Buffer.from(packet.payload).toString()).toBe('to all');
      expect(packet.properties).toEqual(client.version === 5 ? properties : []);
      expect(client.inbox.filter(({ type }) => type === 'pubrel')).toHaveLength(qos === 2 ? 1 : 0);
    }
  });
});
