/** Session State, message receipt and errors (v5 4.1, 4.5, 4.13; v3.1.1 4.1, 4.5, 4.8). */
import { expect } from 'vitest';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { connectPacket, number } from '../../test-client.ts';
import { connectBytes, noProperties, packet } from '../bytes.ts';
import { both, type Case, type Coverage, client, server, serverWithin } from '../coverage.ts';
import { ack, expectBreach, expectEnded, inboxTypes, type Scene, send, takePublishes } from '../scene.ts';

const staysWhileConnected: Case = async (scene) => {
  const subscriber = await scene.connect({ ...scene.keeps, sessionExpiryInterval: 1 });
  subscriber.acknowledges = false;
  await subscriber.subscribe('a', 2);
  await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 2 });
  await scene.advance(100_000_000);
  expect(subscriber.closed).toBe(false);
  await send(subscriber, ack('pubrec', subscriber.take('publish').packetId ?? 0));
  expect(inboxTypes(subscriber)).toEqual(['pubrel']);
  const older = subscriber;
  const back = scene.open();
  const connack = await back.connect({ version: scene.version, ...scene.keeps });
  expect(connack.sessionPresent).toBe(true);
  expect(older.closed).toBe(true);
};

const wholeState: Case = async (scene) => {
  const first = await scene.lasting();
  first.acknowledges = false;
  await first.subscribe('#', 2);
  const publisher = await scene.connect({ clientId: 'publisher' });
  // Under way: PUBLISH of QoS 1, PUBLISH of QoS 2, PUBREL; received and not released: 77.
  for (const [topic, qos] of [
    ['one', 1],
    ['two', 2],
    ['three', 2],
  ] as const) {
    await publisher.publish(topic, { qos });
  }
  const released = takePublishes(first).at(-1)?.packetId ?? 0;
  await send(first, ack('pubrec', released));
  await first.publish('four', { qos: 2, packetId: 77 });
  await first.reset();
  await publisher.publish('five', { qos: 1 });
  await scene.advance(3_599_000);

  const back = scene.open();
  back.acknowledges = false;
  expect((await back.connect({ version: scene.version, ...scene.keeps })).sessionPresent).toBe(true);
  await settled();
  expect(back.inbox.flatMap((each) => (each.type === 'pubrel' ? [each.packetId] : []))).toEqual([released]);
  expect(
    takePublishes(back)
      .map(({ topic, dup }) => `${topic} ${dup}`)
      .sort(),
  ).toEqual(['five false', 'four true', 'one true', 'two true']);
  // The same message again: answered, and not delivered a second time.
  const watcher = await scene.watcher('four');
  await back.publish('four', { qos: 2, packetId: 77, dup: true });
  expect(inboxTypes(back)).toContain('pubrec');
  expect(watcher.takeMessages()).toEqual([]);
};

const ownsMessages: Readonly<Record<string, Case>> = {
  'each Client with a subscription gets it, connected or away': async (scene) => {
    const connected = await scene.watcher('a/+');
    const away = await scene.lasting('away');
    await away.subscribe('a/#', 1);
    await away.reset();
    const other = await scene.watcher('b', { clientId: 'other' });
    await (await scene.connect({ clientId: 'publisher' })).publish('a/b', { qos: 1 });
    expect(connected.takeMessages()).toEqual(['a/b=x']);
    expect((await scene.lasting('away')).takeMessages()).toEqual(['a/b=x']);
    expect(other.takeMessages()).toEqual([]);
  },
  'also a message of the Client itself': async (scene) => {
    const own = await scene.watcher();
    await own.publish('a', { qos: 2 });
    expect(own.takeMessages()).toEqual(['a=x']);
  },
};

/** What only 5.0 knows: properties, Subscription Options, AUTH. */
const breaches5: readonly (readonly [Uint8Array, number])[] = [
  // Property Length: beyond the packet, and of five bytes.
  [packet(0x30, 'a', 5, 0x01), 0x81],
  [packet(0x30, 'a', 0xff, 0xff, 0xff, 0xff, 0x01), 0x81],
  // Properties: unknown, of another packet, twice, with a value that there is not.
  [packet(0x30, 'a', 2, 0x7e, 0), 0x81],
  [packet(0x30, 'a', 5, 0x11, 0, 0, 0, 1), 0x81],
  [packet(0x30, 'a', 4, 0x01, 1, 0x01, 1), 0x82],
  [packet(0x30, 'a', 2, 0x01, 2), 0x82],
  [packet(0x82, 0, 1, 2, 0x0b, 0, 'a', 0), 0x82],
  // QoS 3 and Retain Handling 3.
  [packet(0x82, 0, 1, 0, 'a', 0x03), 0x82],
  [packet(0x82, 0, 1, 0, 'a', 0x30), 0x82],
  // AUTH without Authentication Method.
  [packet(0xf0, 0x18, 0), 0x82],
];

/** Packets that break the protocol, with what they are called in 5.0. */
function breaches({ version }: Scene): readonly (readonly [Uint8Array, number])[] {
  const none = noProperties(version);
  return [
    [packet(0x00), 0x81],
    [packet(0x20, 0, 0), 0x82],
    [packet(0xd0), 0x82],
    [packet(0xc0, 0), 0x81],
    [packet(0x32, 'a', 0), 0x81],
    [packet(0x82, 0, 1, none), 0x82],
    [packet(0x30, '', none), version === 5 ? 0x82 : 0x90],
    [new Uint8Array([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 0x81],
    [packet(0x10, 'MQTT', version, 2, 0, 0, none, 'demo'), 0x82],
    ...(version === 5 ? breaches5 : []),
  ];
}

const closesAtBreach: Readonly<Record<string, Case>> = {
  'each of these ends the connection': async (scene) => {
    for (const [bytes, code] of breaches(scene)) await expectBreach(scene, bytes, code);
  },
  'other connections go on': async (scene) => {
    const watcher = await scene.watcher();
    for (const [bytes, code] of breaches(scene)) await expectBreach(scene, bytes, code);
    await (await scene.connect()).publish('a');
    expect(watcher.takeMessages()).toEqual(['a=x']);
  },
};

/** The wish of a Client with a Maximum Packet Size into which no DISCONNECT or CONNACK of failure fits. */
const takesNothing = { properties: [number(PROPERTY.maximumPacketSize, 3)] };

export const sessionStateCases: readonly Coverage[] = [
  both({ 5: '4.1.0-1', 4: '4.1.0-2' }, { 'however long that is': staysWhileConnected }),
  both({ 4: '4.1.0-1' }, { 'subscriptions, what waits and what is under way, both ways': wholeState }),
  server(
    { 5: '4.1.0-2' },
    {
      'when the interval has passed, and not before': async (scene) => {
        await (await scene.connect({ sessionExpiryInterval: 10 })).reset();
        await scene.advance(9_999);
        expect(scene.sessions).toEqual(['demo']);
        await scene.advance(1);
        expect(scene.sessions).toEqual([]);
        expect((await scene.open().connect({ cleanStart: false })).sessionPresent).toBe(false);
      },
      'counts from the close, with the interval of the last connection': async (scene) => {
        await (await scene.connect({ sessionExpiryInterval: 10 })).reset();
        await scene.advance(5_000);
        const back = await scene.connect({ cleanStart: false, sessionExpiryInterval: 20 });
        await scene.advance(1_000_000);
        await back.disconnect(0, [number(PROPERTY.sessionExpiryInterval, 30)]);
        await scene.advance(29_999);
        expect(scene.sessions).toEqual(['demo']);
        await scene.advance(1);
        expect(scene.sessions).toEqual([]);
      },
      'until then all of it is kept': wholeState,
    },
  ),
  serverWithin(
    '`queuedMessages` and `queuedBytes` of each Session',
    { 5: '4.5.0-1', 4: '4.5.0-1' },
    ownsMessages,
  ),
  client(
    { 5: '4.5.0-2', 4: '4.5.0-2' },
    {
      'what is not acknowledged stays under way, and comes again': async (scene) => {
        const lazy = await scene.lasting();
        lazy.acknowledges = false;
        await lazy.subscribe('a', 1);
        await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 1 });
        expect(lazy.take('publish').dup).toBe(false);
        await lazy.reset();
        expect((await scene.lasting()).take('publish').dup).toBe(true);
      },
    },
  ),
  both({ 4: '4.8.0-1' }, closesAtBreach),
  both(
    { 4: '4.8.0-2' },
    {
      'a message that cannot be retained for want of room closes the connection that sent it': async (
        scene,
      ) => {
        scene.serve({ retainedMessages: 1 });
        const publisher = await scene.connect();
        await publisher.publish('a', { retain: true, qos: 1 });
        expect(publisher.take('puback')).toBeDefined();
        await publisher.publish('b', { retain: true, qos: 1 });
        expect(inboxTypes(publisher)).toEqual([]);
        expectEnded(publisher);
      },
    },
  ),
  server(
    { 5: '4.13.1-1' },
    {
      ...closesAtBreach,
      'a CONNECT that breaks the protocol is answered with CONNACK, and closed': async (scene) => {
        const { packets, closed } = await scene.bytes(connectBytes(5, { flags: 0x03 }));
        expect(packets).toMatchObject([{ type: 'connack', reasonCode: 0x81 }]);
        expect(closed).toBe(true);
      },
    },
  ),
  both(
    { 5: '4.13.2-1' },
    {
      'also where there is no room to say so': async (scene) => {
        const connected = await scene.connect({ properties: [number(PROPERTY.maximumPacketSize, 40)] });
        connected.sendBytes(packet(0x36, 'a', 0, 1, 0));
        await settled();
        expectEnded(connected, 0x81);
        const refused = scene.serve({ users: [{ username: 'user', password: 'right' }] }).open();
        await send(refused, connectPacket(takesNothing));
        expect(inboxTypes(refused)).toEqual([]);
        expect(refused.closed).toBe(true);
      },
      'other Sessions stay': async (scene) => {
        await (await scene.lasting('away')).reset();
        const other = await scene.connect({ clientId: 'other' });
        await expectBreach(scene, packet(0x00), 0x81);
        expect(scene.sessions).toEqual(['away', 'other']);
        expect(other.closed).toBe(false);
      },
    },
  ),
];
