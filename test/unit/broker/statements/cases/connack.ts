/** CONNACK (v5 3.2, v3.1.1 3.2). */
import { expect } from 'vitest';
import { TO_CLIENT } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../../../../src/mqtt/properties.ts';
import { reasonCodeProblem } from '../../../../../src/mqtt/reason-codes.ts';
import type { SandboxSettings } from '../../../../../src/profile/model.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { deny } from '../../harness.ts';
import { type ConnectWish, connectPacket, number } from '../../test-client.ts';
import { connectBytes, packet, plainConnect } from '../bytes.ts';
import { type Case, type Coverage, client, server } from '../coverage.ts';
import { never } from '../dialogue.ts';
import { expectEnded, inboxTypes, type Scene, send, subscribeTo } from '../scene.ts';

const users = [{ username: 'user', password: 'right' }];

/** Ways to be refused, with what the broker is told before. */
const refusals: readonly { readonly settings?: Partial<SandboxSettings>; readonly wish: ConnectWish }[] = [
  { settings: { users }, wish: { userName: 'user', password: 'wrong' } },
  { wish: { will: { topic: 'a/#' } } },
  { settings: { deny: [deny('offline', 'notAuthorized')] }, wish: { will: {} } },
  { wish: { version: 4, clientId: '', cleanStart: false } },
  { settings: { users }, wish: { version: 4 } },
];

/** Each refusal that fits the version and has a CONNACK, while a Session of that Client is stored. */
const eachRefusal =
  (look: (code: number, sessionPresent: boolean, closed: boolean, scene: Scene) => void): Case =>
  async (scene) => {
    let seen = 0;
    for (const { settings, wish } of refusals) {
      if ((wish.version ?? 5) !== scene.version) continue;
      scene.serve(settings);
      const refused = scene.open();
      const { reasonCode, sessionPresent } = await refused.connect({ ...scene.keeps, ...wish });
      look(reasonCode, sessionPresent, refused.closed, scene);
      seen++;
    }
    expect(seen).toBeGreaterThan(0);
  };

const firstOfAll: Readonly<Record<string, Case>> = {
  'comes before messages that waited, and before what is sent again': async (scene) => {
    const away = await scene.lasting('away');
    away.acknowledges = false;
    await away.subscribe('#', 2);
    const publisher = await scene.connect({ clientId: 'publisher' });
    await publisher.publish('a', { qos: 2 });
    await away.reset();
    await publisher.publish('b', { qos: 1 });
    const back = scene.open();
    back.acknowledges = false;
    await send(back, connectPacket({ version: scene.version, clientId: 'away', ...scene.keeps }));
    expect(inboxTypes(back)).toEqual(['connack', 'publish', 'publish']);
  },
  'comes before the answer to what was sent without waiting for it': async (scene) => {
    const { packets } = await scene.bytes(
      Buffer.concat([plainConnect(scene.version), packet(0xc0)]),
      packet(0xc0),
    );
    expect(packets.map((each) => each.type)).toEqual(['connack', 'pingresp', 'pingresp']);
  },
};

const presentOf =
  (before: ConnectWish | 'no Session', wish: ConnectWish, expected: boolean): Case =>
  async (scene) => {
    if (before !== 'no Session') await (await scene.lasting('demo', before)).close();
    const connack = await scene.open().connect({ version: scene.version, ...scene.keeps, ...wish });
    expect(connack).toMatchObject({ reasonCode: 0, sessionPresent: expected });
  };

/** A broker that takes and grants at most QoS 0 or 1. */
const maximumQoS = [0, 1] as const;

/** Refused at CONNECT with this Reason Code. */
async function expectConnack(scene: Scene, wish: ConnectWish, code: number): Promise<void> {
  const refused = scene.open();
  expect((await refused.connect(wish)).reasonCode).toBe(code);
  expect(refused.closed).toBe(true);
  expect(scene.sessions).toEqual([]);
}

export const connackCases: readonly Coverage[] = [
  server({ 5: '3.2.0-1', 4: '3.2.0-1' }, firstOfAll),
  server(
    { 5: '3.2.0-2' },
    {
      'a second CONNECT gets none': async (scene) => {
        const { packets } = await scene.bytes(plainConnect(5), plainConnect(5), plainConnect(5, 'other'));
        expect(packets.map((each) => each.type)).toEqual(['connack', 'disconnect']);
      },
    },
  ),
  server(
    { 5: '3.2.2-1' },
    {
      'whether a Session is present or not, or the CONNECT is refused': async (scene) => {
        await scene.lasting();
        for (const connect of [
          connectBytes(5, { flags: 0x00 }),
          plainConnect(5),
          connectBytes(5, { flags: 0x03 }),
        ]) {
          const { frames } = await scene.bytes(connect);
          expect(frames[0]?.[2]).toBeLessThanOrEqual(1);
        }
      },
    },
  ),
  server(
    { 5: '3.2.2-2', 4: '3.2.2-1' },
    {
      'where a Session was stored': presentOf({}, { cleanStart: true }, false),
      'where there was none': presentOf('no Session', { cleanStart: true }, false),
    },
  ),
  server(
    { 5: '3.2.2-3', 4: ['3.2.2-2', '3.2.2-3'] },
    {
      'is 1 where the Session is stored': presentOf({}, {}, true),
      'is 0 where there is none': presentOf('no Session', {}, false),
      'is 0 for another Client Identifier': presentOf({}, { clientId: 'other' }, false),
    },
  ),
  client(
    { 5: ['3.2.2-4', '3.2.2-5'] },
    'What a Client makes of Session Present is its own affair; the Server does not see it.',
  ),
  server(
    { 5: '3.2.2-6', 4: '3.2.2-4' },
    {
      'is 0 in every refusal': eachRefusal((code, sessionPresent) => {
        expect(code).not.toBe(0);
        expect(sessionPresent).toBe(false);
      }),
    },
  ),
  server(
    { 5: '3.2.2-7', 4: '3.2.2-5' },
    {
      'closes after every refusal': eachRefusal((_code, _present, closed, scene) => {
        expect(closed).toBe(true);
        expect(scene.broker.state().clients).toEqual([]);
      }),
    },
  ),
  server(
    { 5: '3.2.2-8' },
    {
      'every refusal has a code of the list': eachRefusal((code) => {
        expect(reasonCodeProblem('connack', 5, code, TO_CLIENT)).toBeUndefined();
      }),
    },
  ),
  server(
    { 4: '3.2.2-6' },
    {
      'a CONNECT that cannot be read has no return code, and is closed': async (scene) => {
        const { packets, closed } = await scene.bytes(connectBytes(4, { flags: 0x03 }));
        expect({ packets, closed }).toEqual({ packets: [], closed: true });
      },
      'a Will Topic with wildcards has no return code, and is closed': async (scene) => {
        const refused = scene.open();
        await send(refused, connectPacket({ version: 4, will: { topic: 'a/+' } }));
        expect(inboxTypes(refused)).toEqual([]);
        expect(refused.closed).toBe(true);
      },
    },
  ),
  server(
    { 5: '3.2.2-9' },
    {
      'is told when it is below 2, and only then': async (scene) => {
        for (const qos of maximumQoS) {
          const { properties } = await scene.serve({ maximumQoS: qos }).open().connect();
          expect(propertyNumber(properties, PROPERTY.maximumQoS)).toBe(qos);
        }
        const { properties } = await scene.serve({ maximumQoS: 2 }).open().connect();
        expect(propertyNumber(properties, PROPERTY.maximumQoS)).toBeUndefined();
      },
    },
  ),
  server(
    { 5: '3.2.2-10' },
    {
      'each is granted as far as the Server goes': async (scene) => {
        for (const most of maximumQoS) {
          const subscriber = await scene.serve({ maximumQoS: most }).connect();
          await send(
            subscriber,
            subscribeTo(1, [
              ['a', 0],
              ['b', 1],
              ['c', 2],
            ]),
          );
          expect(subscriber.take('suback').reasonCodes).toEqual([0, Math.min(1, most), Math.min(2, most)]);
        }
      },
    },
  ),
  client(
    { 5: '3.2.2-11' },
    {
      'a PUBLISH above it ends the connection with 0x9B': async (scene) => {
        scene.serve({ maximumQoS: 1 });
        const watcher = await scene.watcher();
        const publisher = await scene.connect();
        await publisher.publish('a', { qos: 1 });
        await publisher.publish('a', { qos: 2 });
        expectEnded(publisher, 0x9b);
        expect(watcher.takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  server(
    { 5: '3.2.2-12' },
    {
      'is refused with 0x9B': async (scene) => {
        scene.serve({ maximumQoS: 1 });
        await expectConnack(scene, { will: { qos: 2 } }, 0x9b);
        await scene.connect({ will: { qos: 1 } });
      },
    },
  ),
  server(
    { 5: '3.2.2-13' },
    {
      'is refused with 0x9A': async (scene) => {
        scene.serve({ retainAvailable: false });
        await expectConnack(scene, { will: { retain: true } }, 0x9a);
        await scene.connect({ will: { retain: false } });
      },
    },
  ),
  client(
    { 5: '3.2.2-14' },
    {
      'is told with 0, and a PUBLISH with RETAIN 1 ends the connection with 0x9A': async (scene) => {
        const publisher = scene.serve({ retainAvailable: false }).open();
        const { properties } = await publisher.connect();
        expect(propertyNumber(properties, PROPERTY.retainAvailable)).toBe(0);
        await publisher.publish('a', { retain: true });
        expectEnded(publisher, 0x9a);
        expect(scene.broker.state().retained).toBe(0);
      },
    },
  ),
  client(
    { 5: '3.2.2-15' },
    {
      'is told, and a packet above it ends the connection with 0x95': async (scene) => {
        const publisher = scene.serve({ maximumPacketSize: 100 }).open();
        const { properties } = await publisher.connect();
        expect(propertyNumber(properties, PROPERTY.maximumPacketSize)).toBe(100);
        // Fixed header 2, topic 3, Property Length 1.
        await publisher.publish('a', { payload: new Uint8Array(94) });
        expect(publisher.closed).toBe(false);
        await publisher.publish('a', { payload: new Uint8Array(95) });
        expectEnded(publisher, 0x95);
      },
    },
  ),
  server(
    { 5: '3.2.2-16' },
    {
      'is never one of a Session that exists': async (scene) => {
        const ids = ['taken', 'taken', 'free'];
        scene.serve({}, { newClientId: () => ids.shift() ?? 'more' });
        await scene.lasting('taken');
        const { properties } = await scene.open().connect({ clientId: '' });
        expect(propertyString(properties, PROPERTY.assignedClientIdentifier)).toBe('free');
      },
    },
  ),
  client(
    { 5: '3.2.2-17' },
    {
      'a Topic Alias above it ends the connection with 0x94': async (scene) => {
        const publisher = scene.serve({ topicAliasMaximum: 3 }).open();
        const { properties } = await publisher.connect();
        expect(propertyNumber(properties, PROPERTY.topicAliasMaximum)).toBe(3);
        await publisher.publish('a', { properties: [number(PROPERTY.topicAlias, 4)] });
        expectEnded(publisher, 0x94);
      },
    },
  ),
  client(
    { 5: '3.2.2-18' },
    {
      'where it is 0, it is absent, and any Topic Alias ends the connection with 0x94': async (scene) => {
        const publisher = scene.serve({ topicAliasMaximum: 0 }).open();
        const { properties } = await publisher.connect();
        expect(propertyNumber(properties, PROPERTY.topicAliasMaximum) ?? 0).toBe(0);
        await publisher.publish('a', { properties: [number(PROPERTY.topicAlias, 1)] });
        expectEnded(publisher, 0x94);
      },
    },
  ),
  server(
    { 5: '3.2.2-19' },
    {
      'a refusal comes without it where it does not fit': async (scene) => {
        scene.serve({ users });
        const size = (most: number): ConnectWish => ({
          properties: [number(PROPERTY.maximumPacketSize, most)],
        });
        const roomy = await scene.open().connect(size(1_000));
        expect(propertyString(roomy.properties, PROPERTY.reasonString)).toBeDefined();
        const tight = await scene.open().connect(size(8));
        expect(tight.reasonCode).toBe(0x86);
        expect(propertyString(tight.properties, PROPERTY.reasonString)).toBeUndefined();
      },
    },
  ),
  server({ 5: '3.2.2-20' }, { 'none has one': never('connack', PROPERTY.userProperty) }),
  client(
    { 5: '3.2.2-21' },
    {
      'the Server holds the Client to it, also where the Client turned it off': async (scene) => {
        const silent = scene.serve({ serverKeepAlive: 20 }).open();
        const { properties } = await silent.connect({ keepAliveSeconds: 0 });
        expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBe(20);
        await scene.advance(29_999);
        expect(silent.closed).toBe(false);
        await scene.advance(1);
        expectEnded(silent, 0x8d);
      },
    },
  ),
  server(
    { 5: '3.2.2-22' },
    {
      'closes by the Keep Alive of the Client': async (scene) => {
        const silent = scene.open();
        const { properties } = await silent.connect({ keepAliveSeconds: 7 });
        expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBeUndefined();
        await scene.advance(10_499);
        expect(silent.closed).toBe(false);
        await scene.advance(1);
        await settled();
        expectEnded(silent, 0x8d);
      },
    },
  ),
];
