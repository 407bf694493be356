import { describe, expect, it } from 'vitest';
import type { QoS } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { type Harness, harness } from './harness.ts';
import { number, type TestClient } from './test-client.ts';

/** A Session that is away, with a subscription to everything. */
async function away({ connected }: Harness, clientId = 'away'): Promise<void> {
  const client = await connected({ clientId, sessionExpiryInterval: 3_600 });
  await client.subscribe('#', 2);
  await client.reset();
}

async function back({ open }: Harness, clientId = 'away'): Promise<TestClient> {
  const client = open();
  await client.connect({ clientId, cleanStart: false, sessionExpiryInterval: 3_600 });
  return client;
}

const payloads = ['1', '2', '3', '4', '5'];

async function publishAll(client: TestClient, topic: string, qos: QoS = 1): Promise<void> {
  for (const payload of payloads) await client.publish(topic, { qos, payload: Buffer.from(payload) });
}

describe('a queue that is full', () => {
  it.each([
    { queuePolicy: 'dropNewest', kept: ['t=1', 't=2', 't=3'] },
    { queuePolicy: 'dropOldest', kept: ['t=3', 't=4', 't=5'] },
    { queuePolicy: 'disconnect', kept: ['t=1', 't=2', 't=3'] },
  ] as const)('keeps, by $queuePolicy, $kept for a Client that is away', async ({ queuePolicy, kept }) => {
    const made = harness({ queuePolicy, queuedMessages: 3 });
    await away(made);
    await publishAll(await made.connected(), 't');
    expect(made.broker.stats.publishDropped).toBe(2);
    expect((await back(made)).takeMessages()).toEqual(kept);
  });

  it('ends, by disconnect, the connection of a Client that does not acknowledge, with 0x97', async () => {
    const made = harness({ queuePolicy: 'disconnect', queuedMessages: 3 });
    const slow = await made.connected({ clientId: 'slow' });
    await slow.subscribe('#', 1);
    slow.acknowledges = false;
    await publishAll(await made.connected(), 't');
    expect(slow.take('disconnect').reasonCode).toBe(0x97);
    expect(slow.closed).toBe(true);
  });

  it('drops, by dropOldest, nothing that is under way', async () => {
    const made = harness({ queuePolicy: 'dropOldest', queuedMessages: 3 });
    const slow = await made.connected({ clientId: 'slow' });
    await slow.subscribe('#', 1);
    slow.acknowledges = false;
    await publishAll(await made.connected(), 't');
    expect(slow.takeMessages()).toEqual(['t=1', 't=2', 't=3']);
    expect(made.broker.stats.publishDropped).toBe(2);
  });
});

describe('the queues of all Sessions together', () => {
  const memory = '$SYS/broker/store/messages/bytes';

  it('hold no more than they may, however many Sessions there are', async () => {
    const made = harness({}, { queuedBytesInAll: 100_000 });
    for (let each = 0; each < 20; each++) await away(made, `away ${each}`);
    const publisher = await made.connected();
    for (let each = 0; each < 20; each++)
      await publisher.publish('t', { qos: 1, payload: Buffer.alloc(10_000) });
    expect(made.broker.stats.publishDropped).toBeGreaterThan(0);
    await publisher.subscribe(memory);
    const [held] = publisher.takeMessages();
    expect(Number(held?.slice(memory.length + 1))).toBeGreaterThan(50_000);
    expect(Number(held?.slice(memory.length + 1))).toBeLessThanOrEqual(100_000);
  });

  it.each([
    { what: 'delivered', end: async (made: Harness) => void (await back(made)) },
    { what: 'gone with their Session', end: async (made: Harness) => void made.broker.deleteSession('away') },
    {
      what: 'expired',
      end: async (made: Harness) => {
        await made.advance(10_000);
        await back(made);
      },
    },
  ])('hold nothing once their messages are $what', async ({ end }) => {
    const made = harness();
    await away(made);
    const publisher = await made.connected();
    const properties = [number(PROPERTY.messageExpiryInterval, 10)];
    for (const qos of [1, 2] as const) await publisher.publish('t', { qos, properties });
    await end(made);
    await made.advance(0);
    await publisher.subscribe(memory);
    expect(publisher.takeMessages()).toEqual([`${memory}=0`]);
  });
});

describe('messages under way to a Client', () => {
  it.each([
    { receiveMaximum: 2, inFlightMaximum: 65_535, window: 2 },
    { receiveMaximum: 65_535, inFlightMaximum: 3, window: 3 },
  ])(
    'v5 [MQTT-3.3.4-9]: are $window at most by $receiveMaximum of the Client and $inFlightMaximum here',
    async (row) => {
      const made = harness({ inFlightMaximum: row.inFlightMaximum });
      const client = await made.connected({
        clientId: 'slow',
        properties: [number(PROPERTY.receiveMaximum, row.receiveMaximum)],
      });
      await client.subscribe('#', 1);
      client.acknowledges = false;
      const publisher = await made.connected();
      await publishAll(publisher, 't');
      const sent = client.inbox.flatMap((packet) => (packet.type === 'publish' ? [packet.packetId] : []));
      expect(sent).toHaveLength(row.window);
      await publisher.publish('t', { qos: 0, payload: Buffer.from('zero') });
      expect(client.takeMessages().at(-1)).toBe('t=zero');
      client.send({ type: 'puback', packetId: sent[0] ?? 0, reasonCode: 0, properties: [] });
      await made.advance(0);
      expect(client.takeMessages()).toEqual([`t=${payloads[row.window]}`]);
    },
  );
});

describe('a Shared Subscription whose member leaves', () => {
  const shared = '$share/group/t';

  async function members(made: Harness): Promise<readonly [TestClient, TestClient]> {
    const one = await made.connected({
      clientId: 'one',
      sessionExpiryInterval: 60,
      properties: [number(PROPERTY.receiveMaximum, 1)],
    });
    await one.subscribe(shared, 2);
    const two = await made.connected({ clientId: 'two' });
    return [one, two];
  }

  it('v5 4.8.2: gives what it had not been sent to the others', async () => {
    const made = harness();
    const [one, two] = await members(made);
    one.acknowledges = false;
    await publishAll(await made.connected(), 't');
    expect(one.takeMessages()).toEqual(['t=1']);
    await two.subscribe(shared, 2);
    await one.reset();
    await made.advance(0);
    expect(two.takeMessages()).toEqual(['t=2', 't=3', 't=4', 't=5']);
  });

  it('v5 4.8.2: gives QoS 1 that was not acknowledged to the others when its Session ends', async () => {
    const made = harness();
    const [one, two] = await members(made);
    one.acknowledges = false;
    await (await made.connected()).publish('t', { qos: 1 });
    await two.subscribe(shared, 2);
    await one.reset();
    expect(two.takeMessages()).toEqual([]);
    await made.advance(60_000);
    expect(two.takeMessages()).toEqual(['t=x']);
  });

  it('v5 [MQTT-4.8.2-5]: gives QoS 2 that was sent to nobody else', async () => {
    const made = harness();
    const [one, two] = await members(made);
    one.acknowledges = false;
    await (await made.connected()).publish('t', { qos: 2 });
    expect(one.takeMessages()).toEqual(['t=x']);
    await two.subscribe(shared, 2);
    await one.reset();
    await made.advance(60_000);
    expect(two.takeMessages()).toEqual([]);
  });

  it('v5 [MQTT-4.8.2-6]: gives what a member refuses to nobody else', async () => {
    const made = harness();
    const [one, two] = await members(made);
    await two.subscribe(shared, 2);
    one.acknowledges = false;
    two.acknowledges = false;
    await (await made.connected()).publish('t', { qos: 1 });
    const [taker, other] = one.inbox.some(({ type }) => type === 'publish') ? [one, two] : [two, one];
    const { packetId = 0 } = taker.take('publish');
    taker.send({ type: 'puback', packetId, reasonCode: 0x97, properties: [] });
    await made.advance(0);
    expect([...taker.takeMessages(), ...other.takeMessages()]).toEqual([]);
  });

  it('prefers members that keep up', async () => {
    const made = harness();
    const [one, two] = await members(made);
    await two.subscribe(shared, 2);
    one.acknowledges = false;
    await publishAll(await made.connected(), 't');
    expect(one.takeMessages()).toHaveLength(1);
    expect(two.takeMessages()).toHaveLength(4);
  });
});
