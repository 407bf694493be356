/**
 * What public suites for 3.1.1 and 5.0 expect of a Server that is started with nothing but a port: the command as it is
 * delivered, over TCP, by the clock of this machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireClient } from '../../src/check/wire-client.ts';
import type { ConnectPacket, Property, ProtocolVersion, WillMessage } from '../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../src/mqtt/properties.ts';
import { connectPacket, text, utf8 } from './support/observer.ts';
import { type RunningSandbox, startSandbox } from './support/sandbox.ts';

let sandbox: RunningSandbox;
let prefixes = 0;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  expect(await sandbox.stop()).toBe(0);
});

const number = (id: number, value: number): Property => ({ id, kind: 'number', value });

interface Wish extends Partial<Omit<ConnectPacket, 'will'>> {
  readonly clientId: string;
  /** In seconds. */
  readonly expiry?: number | undefined;
  readonly will?: Partial<WillMessage> | undefined;
  readonly acknowledges?: boolean;
}

/** The topics and Client Identifiers of one test: none disturbs another. */
function names(): (name: string) => string {
  prefixes += 1;
  const prefix = `default/${prefixes}`;
  return (name) => `${prefix}/${name}`;
}

async function connected(wish: Wish): Promise<WireClient> {
  const { client, connack } = await connecting(wish);
  expect(connack.reasonCode).toBe(0);
  return client;
}

async function connecting({ expiry, will, acknowledges = true, ...wish }: Wish) {
  const client = await WireClient.open(sandbox.address);
  client.acknowledges = acknowledges;
  const plain = connectPacket({
    ...wish,
    ...(expiry === undefined ? {} : { sessionExpiryInterval: expiry }),
  });
  const connack = await client.connect({
    ...plain,
    ...wish,
    properties: [...plain.properties, ...(wish.properties ?? [])],
    will:
      will === undefined
        ? undefined
        : { topic: 'will', payload: utf8('will'), qos: 0, retain: false, properties: [], ...will },
  });
  return { client, connack };
}

const sent = (client: WireClient): string[] =>
  client.publishes.map(({ packet }) => `${packet.qos} ${text(packet.payload)}`);

describe.concurrent.each([5, 4] as const)('a Client of level %i', (version: ProtocolVersion) => {
  it('gets its own messages at each QoS, and a second CONNECT ends its connection', async () => {
    const name = names();
    const client = await connected({ clientId: name('c'), version });
    await client.subscribe(name('t'), 2);
    for (const qos of [0, 1, 2] as const) client.publish(name('t'), utf8('x'), qos);
    await client.messages(3);
    expect(sent(client).sort()).toEqual(['0 x', '1 x', '2 x']);
    client.send(connectPacket({ clientId: name('c'), version }));
    await client.ended;
  });

  it('gets retained messages of each QoS, until they are removed', async () => {
    const name = names();
    const client = await connected({ clientId: name('c'), version });
    for (const qos of [0, 1, 2] as const) client.publish(name(`t${qos}`), utf8('x'), qos, { retain: true });
    await client.next('pubcomp');
    await client.subscribe(name('+'), 2);
    expect((await client.messages(3)).every(({ packet }) => packet.retain)).toBe(true);
    expect(sent(client).sort()).toEqual(['0 x', '1 x', '2 x']);
    for (const qos of [0, 1, 2] as const) client.publish(name(`t${qos}`), utf8(''), qos, { retain: true });
    await client.next('pubcomp');
    const late = await connected({ clientId: name('late'), version });
    await late.subscribe(name('+'), 2);
    late.publish(name('end'), utf8('end'), 0);
    await late.messages(1);
    expect(sent(late)).toEqual(['0 end']);
    await Promise.all([client.disconnect(), late.disconnect()]);
  });

  it('finds what came while it was away, and again what it had not acknowledged', async () => {
    const name = names();
    const wish = {
      clientId: name('c'),
      version,
      cleanStart: false,
      expiry: version === 5 ? 99_999 : undefined,
    };
    const away = await connected(wish);
    await away.subscribe(name('#'), 2);
    await away.disconnect();
    const publisher = await connected({ clientId: name('p'), version });
    for (const qos of [0, 1, 2] as const) publisher.publish(name(`t${qos}`), utf8('x'), qos);
    await publisher.next('pubcomp');
    const silent = await connecting({ ...wish, acknowledges: false });
    expect(silent.connack.sessionPresent).toBe(true);
    await silent.client.messages(2);
    expect(sent(silent.client)).toEqual(['1 x', '2 x']);
    silent.client.reset();
    const back = await connected(wish);
    const again = await back.messages(2);
    expect(again.map(({ packet }) => packet.dup)).toEqual([true, true]);
    expect(sent(back)).toEqual(['1 x', '2 x']);
    await back.disconnect();
  });

  it('gets one message for overlapping subscriptions, at the highest QoS', async () => {
    const name = names();
    const client = await connected({ clientId: name('c'), version });
    await client.subscribe(name('#'), 2);
    await client.subscribe(name('+'), 1);
    client.publish(name('t'), utf8('x'), 2);
    await client.next('pubcomp');
    client.publish(name('end'), utf8('end'), 0);
    await client.messages(2);
    expect(sent(client)).toEqual(['2 x', '0 end']);
    await client.disconnect();
  });

  it('may not subscribe to test/nosubscribe, but to what includes it', async () => {
    const name = names();
    const client = await connected({ clientId: name('c'), version });
    expect((await client.subscribe('test/nosubscribe', 2)).reasonCodes).toEqual([0x80]);
    expect((await client.subscribe('test/#', 2)).reasonCodes).toEqual([2]);
    await client.disconnect();
  });

  it('with a wildcard at the start of its filter gets nothing of $ topics', async () => {
    const name = names();
    const client = await connected({ clientId: name('c'), version });
    await client.subscribe(name('t').replace('default', '+'), 2);
    client.publish(`$${name('t')}`, utf8('x'), 1);
    await client.next('puback');
    client.publish(name('t'), utf8('end'), 0);
    await client.messages(1);
    expect(sent(client)).toEqual(['0 end']);
    await client.disconnect();
  });

  it('gets nothing more of what it has unsubscribed from', async () => {
    const name = names();
    const client = await connected({ clientId: name('c'), version });
    for (const topic of ['a', 'b']) await client.subscribe(name(topic), 2);
    client.send({ type: 'unsubscribe', packetId: 9, properties: [], topicFilters: [name('a')] });
    await client.next('unsuback');
    for (const topic of ['a', 'b']) client.publish(name(topic), utf8(topic), 1);
    await client.messages(1);
    await client.disconnect();
    expect(sent(client)).toEqual(['1 b']);
  });

  it('that is silent is closed after 1.5 times its Keep Alive, and its will published', async () => {
    const name = names();
    const watcher = await connected({ clientId: name('w'), version });
    await watcher.subscribe(name('will'), 2);
    const silent = await connected({
      clientId: name('c'),
      version,
      keepAliveSeconds: 1,
      will: { topic: name('will') },
    });
    const connectedAtMs = silent.arrivals[0]?.atMs ?? Number.NaN;
    const [will] = await watcher.messages(1);
    expect((will?.atMs ?? 0) - connectedAtMs).toBeGreaterThan(1_490);
    await silent.ended;
    await watcher.disconnect();
  });
});

describe.concurrent('a Client of 3.1.1', () => {
  it.each([
    { cleanStart: true, reasonCode: 0 },
    { cleanStart: false, reasonCode: 2 },
  ])(
    'without a Client Identifier is answered $reasonCode at Clean Session $cleanStart',
    async ({ cleanStart, reasonCode }) => {
      const { client, connack } = await connecting({ clientId: '', version: 4, cleanStart });
      expect(connack.reasonCode).toBe(reasonCode);
      client.reset();
    },
  );
});

describe.concurrent('a Client of 5.0', () => {
  it.each([true, false])('is assigned a Client Identifier at Clean Start %s', async (cleanStart) => {
    const { client, connack } = await connecting({ clientId: '', cleanStart });
    expect(propertyString(connack.properties, PROPERTY.assignedClientIdentifier)).toMatch(/./);
    await client.disconnect();
  });

  it('is told a Server Keep Alive of 60 s when it asks for 120 s', async () => {
    const { client, connack } = await connecting({ clientId: names()('c'), keepAliveSeconds: 120 });
    expect(propertyNumber(connack.properties, PROPERTY.serverKeepAlive)).toBe(60);
    await client.disconnect();
  });

  it('has its Session for as long as it says, and as DISCONNECT changes that', async () => {
    const name = names();
    const clientId = name('c');
    const present = async (expiry: number): Promise<boolean> => {
      const { client, connack } = await connecting({ clientId, cleanStart: false, expiry });
      last = client;
      return connack.sessionPresent;
    };
    const changed = (seconds: number) => [number(PROPERTY.sessionExpiryInterval, seconds)];
    let last = await connected({ clientId, expiry: 0 });
    await last.disconnect();
    expect(await present(99)).toBe(false);
    await last.disconnect();
    expect(await present(99)).toBe(true);
    await last.disconnect(0, changed(0));
    expect(await present(1)).toBe(false);
    const watcher = await connected({ clientId: name('w') });
    await watcher.subscribe(name('will'), 0);
    // Its will tells that the time of its Session is over.
    await last.disconnect();
    last = await connected({
      clientId,
      cleanStart: false,
      expiry: 1,
      will: { topic: name('will'), properties: [number(PROPERTY.willDelayInterval, 100)] },
    });
    last.reset();
    await watcher.messages(1);
    expect(await present(1)).toBe(false);
    await Promise.all([last.disconnect(), watcher.disconnect()]);
  });

  it.each([
    { delay: 1, expiry: 3, after: 1 },
    { delay: 3, expiry: 0, after: 0 },
    { delay: 3, expiry: 1, after: 1 },
    { delay: 2, expiry: 2, after: 2 },
  ])('with a will of delay $delay s and expiry $expiry s: it comes after $after s', async (row) => {
    const name = names();
    const watcher = await connected({ clientId: name('w') });
    await watcher.subscribe(name('will'), 2);
    const client = await connected({
      clientId: name('c'),
      expiry: row.expiry,
      will: { topic: name('will'), properties: [number(PROPERTY.willDelayInterval, row.delay)] },
    });
    const cutAtMs = Date.now();
    client.reset();
    const [will] = await watcher.messages(1);
    expect(Math.floor(((will?.atMs ?? 0) - cutAtMs + 5) / 1_000)).toBeGreaterThanOrEqual(row.after);
    await watcher.disconnect();
  });

  it('gets User Properties in order, the Payload Format Indicator, Content Type, Response Topic and Correlation Data', async () => {
    const name = names();
    const client = await connected({ clientId: name('c') });
    await client.subscribe(name('t'), 2);
    const properties: Property[] = [
      number(PROPERTY.payloadFormatIndicator, 1),
      { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
      { id: PROPERTY.responseTopic, kind: 'string', value: name('reply') },
      { id: PROPERTY.correlationData, kind: 'bytes', value: new Uint8Array([0, 1, 255]) },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '2' },
    ];
    for (const qos of [0, 1, 2] as const) client.publish(name('t'), utf8('x'), qos, { properties });
    for (const { packet } of await client.messages(3)) expect(packet.properties).toEqual(properties);
    await client.disconnect();
  });

  it('that was away gets messages that have not expired, with the time that is left', async () => {
    const name = names();
    const away = await connected({ clientId: name('c'), expiry: 99_999 });
    await away.subscribe(name('#'), 2);
    await away.disconnect();
    const publisher = await connected({ clientId: name('p') });
    const lasting = (seconds: number) => ({
      properties: [number(PROPERTY.messageExpiryInterval, seconds)],
    });
    publisher.publish(name('short'), utf8('short'), 1, lasting(1));
    publisher.publish(name('long'), utf8('long'), 1, lasting(60));
    await publisher.next('puback');
    await publisher.next('puback');
    // Its will tells that the time is over.
    const timer = await connected({
      clientId: name('timer'),
      expiry: 2,
      will: { topic: name('over'), qos: 1, properties: [number(PROPERTY.willDelayInterval, 9)] },
    });
    await publisher.subscribe(name('over'), 0);
    timer.reset();
    await publisher.messages(1);
    const back = await connected({ clientId: name('c'), cleanStart: false });
    const [long] = await back.messages(2);
    expect(text(long?.packet.payload)).toBe('long');
    expect(propertyNumber(long?.packet.properties ?? [], PROPERTY.messageExpiryInterval)).toBeLessThan(60);
    await Promise.all([back.disconnect(), publisher.disconnect()]);
  });

  it('has No Local, Retain As Published and Retain Handling as it subscribes', async () => {
    const name = names();
    const client = await connected({ clientId: name('c') });
    await client.subscribe(name('own'), 2, { noLocal: true });
    client.publish(name('own'), utf8('own'), 1);
    await client.subscribe(name('kept'), 2, { retainAsPublished: true });
    client.publish(name('kept'), utf8('no'), 1);
    client.publish(name('kept'), utf8('yes'), 1, { retain: true });
    await client.messages(2);
    expect(client.publishes.map(({ packet }) => [text(packet.payload), packet.retain])).toEqual([
      ['no', false],
      ['yes', true],
    ]);
    for (const [retainHandling, comes] of [
      [2, 0],
      [1, 0],
      [0, 1],
    ] as const) {
      const before = client.publishes.length;
      await client.subscribe(name('kept'), 2, { retainHandling });
      client.publish(name('kept'), utf8('end'), 0);
      await client.messages(before + comes + 1);
      expect(client.publishes.slice(before).map(({ packet }) => text(packet.payload))).toEqual([
        ...Array(comes).fill('yes'),
        'end',
      ]);
    }
    client.publish(name('kept'), utf8(''), 1, { retain: true });
    await client.disconnect();
  });

  it('has every Subscription Identifier on one message, and a message each of what is shared and of what is not', async ({
    expect,
  }) => {
    const name = names();
    const client = await connected({ clientId: name('c') });
    const identified = (value: number) => [number(PROPERTY.subscriptionIdentifier, value)];
    await client.subscribe(name('t'), 2, {}, identified(456_789));
    await client.subscribe(name('#'), 1, {}, identified(3));
    client.publish(name('t'), utf8('x'), 1);
    const [message] = await client.messages(1);
    const found = message?.packet.properties.flatMap((each) => (each.kind === 'number' ? [each.value] : []));
    expect(found?.sort()).toEqual([3, 456_789]);
    const other = await connected({ clientId: name('o') });
    for (const each of [client, other]) await each.subscribe(`$share/group/${name('shared/t')}`, 0);
    const before = client.publishes.length;
    other.publish(name('shared/t'), utf8('y'), 0);
    // One of the two shares it, and the wildcard of the first matches it as well.
    await expect.poll(() => client.publishes.length - before + other.publishes.length).toBe(2);
    await Promise.all([client.disconnect(), other.disconnect()]);
  });

  it('sets Topic Aliases, and gets them where it takes some', async () => {
    const name = names();
    const { client, connack } = await connecting({
      clientId: name('c'),
      properties: [number(PROPERTY.topicAliasMaximum, 1)],
    });
    expect(propertyNumber(connack.properties, PROPERTY.topicAliasMaximum)).toBeGreaterThan(0);
    await client.subscribe(name('t'), 2);
    const properties = [number(PROPERTY.topicAlias, 1)];
    client.publish(name('t'), utf8('x'), 1, { properties });
    client.publish('', utf8('y'), 1, { properties });
    const told = (await client.messages(2)).map(({ packet }) => [
      packet.topic,
      propertyNumber(packet.properties, PROPERTY.topicAlias),
    ]);
    expect(told).toEqual([
      [name('t'), 1],
      ['', 1],
    ]);
    client.publish(name('t'), utf8('x'), 1, { properties: [number(PROPERTY.topicAlias, 0)] });
    expect((await client.next('disconnect')).packet.reasonCode).toBe(0x94);
    await client.ended;
  });

  it('gets no more than its Receive Maximum, and nothing above its Maximum Packet Size', async () => {
    const name = names();
    const client = await connected({
      clientId: name('c'),
      properties: [number(PROPERTY.receiveMaximum, 2), number(PROPERTY.maximumPacketSize, 100)],
    });
    client.acknowledges = false;
    await client.subscribe(name('t'), 2);
    client.publish(name('t'), new Uint8Array(100), 1);
    for (const payload of ['1', '2', '3']) client.publish(name('t'), utf8(payload), 1);
    for (let each = 0; each < 4; each += 1) await client.next('puback');
    const [first] = await client.messages(2);
    expect(sent(client)).toEqual(['1 1', '1 2']);
    const packetId = first?.packet.packetId ?? 0;
    client.send({ type: 'puback', packetId, reasonCode: 0, properties: [] });
    await client.messages(3);
    expect(sent(client)).toEqual(['1 1', '1 2', '1 3']);
    client.reset();
  });

  it('that sends more than the Receive Maximum of the Server is told so with 0x93', async () => {
    const name = names();
    const { client, connack } = await connecting({ clientId: name('c') });
    client.acknowledges = false;
    const maximum = propertyNumber(connack.properties, PROPERTY.receiveMaximum) ?? 65_535;
    for (let each = 0; each <= maximum; each += 1) client.publish(name('t'), utf8('x'), 2);
    expect((await client.next('disconnect')).packet.reasonCode).toBe(0x93);
    await client.ended;
  });
});
