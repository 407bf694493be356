/** CONNECT: its header, Clean Start and Keep Alive (v5 3.1.2, v3.1.1 3.1.2). */
import { expect } from 'vitest';
import { PROPERTY, propertyNumber } from '../../../../../src/mqtt/properties.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { connectPacket, number } from '../../test-client.ts';
import { connectBytes, noProperties, packet, plainConnect } from '../bytes.ts';
import { both, type Case, type Coverage, client, server, serverWithin } from '../coverage.ts';
import { expectEnded, expectRefused, inboxTypes, type Scene, send, takePublishes } from '../scene.ts';

/** A Session with a subscription and a message that waits in it; its Client is away. */
async function sessionThatWaits(scene: Scene): Promise<void> {
  const away = await scene.lasting('away');
  await away.subscribe('news', 2);
  await away.close();
  await (await scene.connect({ clientId: 'publisher' })).publish('news', { qos: 1 });
}

const cleanStarts: Readonly<Record<string, Case>> = {
  'forgets subscriptions and messages of the old Session': async (scene) => {
    await sessionThatWaits(scene);
    const back = scene.open();
    const connack = await back.connect({ version: scene.version, clientId: 'away', cleanStart: true });
    expect(connack.sessionPresent).toBe(false);
    await (await scene.connect({ clientId: 'other' })).publish('news', { qos: 1 });
    expect(back.takeMessages()).toEqual([]);
  },
  'leaves nothing to come back to but the new Session': async (scene) => {
    await sessionThatWaits(scene);
    await (await scene.connect({ clientId: 'away', cleanStart: true })).close();
    const back = scene.open();
    const connack = await back.connect({ version: scene.version, clientId: 'away', ...scene.keeps });
    expect(connack.sessionPresent).toBe(false);
    await settled();
    expect(back.takeMessages()).toEqual([]);
  },
};

const resumes: Readonly<Record<string, Case>> = {
  'resumes the Session with its subscriptions and messages': async (scene) => {
    await sessionThatWaits(scene);
    const back = scene.open();
    const connack = await back.connect({ version: scene.version, clientId: 'away', ...scene.keeps });
    expect(connack.sessionPresent).toBe(true);
    await settled();
    expect(back.takeMessages()).toEqual(['news=x']);
    await (await scene.connect({ clientId: 'other' })).publish('news', 'y');
    expect(back.takeMessages()).toEqual(['news=y']);
  },
};

const creates: Readonly<Record<string, Case>> = {
  'makes a Session where there is none, and keeps it': async (scene) => {
    const first = scene.open();
    const connack = await first.connect({ version: scene.version, ...scene.keeps });
    expect(connack).toMatchObject({ reasonCode: 0, sessionPresent: false });
    expect(scene.sessions).toEqual(['demo']);
    await first.close();
    expect(scene.sessions).toEqual(['demo']);
  },
};

const keepAlive: Readonly<Record<string, Case>> = {
  'closes after 1.5 times the Keep Alive without a packet, not a moment before': async (scene) => {
    const silent = await scene.connect({ keepAliveSeconds: 10 });
    await scene.advance(14_999);
    expect(silent.closed).toBe(false);
    await scene.advance(1);
    expectEnded(silent, 0x8d);
  },
  'counts from the last packet of the Client, whatever it is': async (scene) => {
    const alive = await scene.connect({ keepAliveSeconds: 10 });
    await scene.advance(14_000);
    await alive.publish('a');
    await scene.advance(14_000);
    await send(alive, { type: 'pingreq' });
    await scene.advance(14_999);
    expect(alive.closed).toBe(false);
    await scene.advance(1);
    expect(alive.closed).toBe(true);
  },
  'does not count what the Server sends': async (scene) => {
    const silent = await scene.connect({ keepAliveSeconds: 10 });
    await silent.subscribe('a', 0);
    await scene.advance(14_000);
    await (await scene.connect({ clientId: 'other' })).publish('a');
    expect(inboxTypes(silent)).toEqual(['publish']);
    await scene.advance(1_000);
    expect(silent.closed).toBe(true);
  },
  'takes the close for a failure of the network: the Will Message is published': async (scene) => {
    const watcher = await scene.watcher();
    await scene.connect({ keepAliveSeconds: 1, will: {} });
    await scene.advance(1_500);
    expect(watcher.takeMessages()).toEqual(["offline=I'm offline"]);
  },
  'closes no connection whose Keep Alive is 0': async (scene) => {
    const silent = await scene.connect({ keepAliveSeconds: 0 });
    await scene.advance(0xffff * 2_000);
    expect(silent.closed).toBe(false);
  },
};

const missingFields = (flags: number, ...payloads: readonly (readonly string[])[]): Case => {
  return async (scene) => {
    for (const payload of payloads) {
      await expectRefused(scene, connectBytes(scene.version, { flags, payload }), 0x81);
    }
  };
};

export const connectCases: readonly Coverage[] = [
  client(
    { 5: '3.1.0-1', 4: '3.1.0-1' },
    {
      'any other first packet closes the connection without an answer': async (scene) => {
        const none = noProperties(scene.version);
        for (const first of [
          packet(0x30, 'a', none),
          packet(0x82, 0, 1, none, 'a', 0),
          packet(0xa2, 0, 1, none, 'a'),
          packet(0x40, 0, 1),
          packet(0x62, 0, 1),
          packet(0xc0),
          packet(0xe0),
          packet(0xf0),
        ]) {
          const { packets, closed } = await scene.bytes(first, plainConnect(scene.version));
          expect({ packets, closed }).toEqual({ packets: [], closed: true });
          expect(scene.sessions).toEqual([]);
        }
      },
    },
  ),
  server(
    { 5: '3.1.0-2', 4: '3.1.0-2' },
    {
      'a second CONNECT ends the connection': async (scene) => {
        const twice = await scene.connect();
        await send(twice, connectPacket({ version: scene.version }));
        expectEnded(twice, 0x82);
        expect(inboxTypes(twice)).toEqual([]);
      },
      'a second CONNECT of another Client Identifier changes nothing else': async (scene) => {
        const other = await scene.lasting('other');
        const twice = await scene.connect();
        await send(twice, connectPacket({ version: scene.version, clientId: 'other' }));
        expectEnded(twice, 0x82);
        expect(other.closed).toBe(false);
      },
    },
  ),
  both(
    { 5: '3.1.2-1', 4: '3.1.2-1' },
    {
      'another Protocol Name is not processed as MQTT, and closed': async (scene) => {
        for (const protocolName of ['mqtt', 'MQTTX', 'MQT', 'AMQP', '']) {
          const { packets, closed } = await scene.bytes(connectBytes(scene.version, { protocolName }));
          expect(closed).toBe(true);
          expect(scene.sessions).toEqual([]);
          for (const answer of packets) expect(answer).toMatchObject({ type: 'connack', reasonCode: 0x84 });
        }
      },
      'the name MQTT is accepted': async (scene) => {
        const { packets } = await scene.bytes(connectBytes(scene.version));
        expect(packets).toMatchObject([{ type: 'connack', reasonCode: 0 }]);
      },
    },
  ),
  server(
    { 5: '3.1.2-2' },
    {
      'a Protocol Version above 5 is answered with 0x84, and closed': async (scene) => {
        for (const level of [6, 7, 0x7f]) {
          await expectRefused(scene, connectBytes(5, { level }), 0x84);
        }
      },
    },
  ),
  server(
    { 4: '3.1.2-2' },
    {
      'a Protocol Level that is not served is answered with 0x01, and closed': async (scene) => {
        for (const level of [0, 1, 2]) {
          const { packets, closed } = await scene.bytes(connectBytes(4, { level }));
          expect(packets).toMatchObject([{ type: 'connack', sessionPresent: false, reasonCode: 1 }]);
          expect(closed).toBe(true);
          expect(scene.sessions).toEqual([]);
        }
      },
    },
  ),
  server(
    { 5: '3.1.2-3', 4: '3.1.2-3' },
    {
      'the reserved Connect Flag refuses the CONNECT': (scene) =>
        expectRefused(scene, connectBytes(scene.version, { flags: 0x03 }), 0x81),
    },
  ),
  both({ 5: '3.1.2-4' }, cleanStarts),
  server({ 5: '3.1.2-5' }, resumes),
  server({ 5: '3.1.2-6' }, creates),
  both({ 4: '3.1.2-4' }, { ...resumes, ...creates }),
  serverWithin(
    '`queuedMessages` and `queuedBytes` of each Session',
    { 4: '3.1.2-5' },
    {
      'keeps QoS 1 and 2 messages for a Client that is away, in order': async (scene) => {
        const away = await scene.lasting('away');
        await away.subscribe('a', 2);
        await away.subscribe('b', 1);
        await away.close();
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('a', { qos: 1 });
        await publisher.publish('a', { qos: 2 });
        await publisher.publish('b', { qos: 2 });
        const back = await scene.lasting('away');
        expect(takePublishes(back).map(({ topic, qos }) => [topic, qos])).toEqual([
          ['a', 1],
          ['a', 2],
          ['b', 1],
        ]);
      },
    },
  ),
  both(
    { 4: '3.1.2-6' },
    {
      ...cleanStarts,
      'ends the Session with its Network Connection': async (scene) => {
        const short = await scene.connect({ cleanStart: true });
        await short.subscribe('a', 1);
        await short.reset();
        expect(scene.sessions).toEqual([]);
      },
    },
  ),
  server(
    { 4: '3.1.2.7' },
    {
      'what was retained stays when the Session ends': async (scene) => {
        const publisher = await scene.connect({ cleanStart: true });
        await publisher.publish('a', { retain: true });
        await publisher.disconnect();
        expect(scene.sessions).toEqual([]);
        expect((await scene.watcher()).takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  both(
    { 5: '3.1.2-16', 4: '3.1.2-18' },
    {
      'a User Name without its flag refuses the CONNECT': missingFields(0x02, ['demo', 'user']),
    },
  ),
  both(
    { 5: '3.1.2-17', 4: '3.1.2-19' },
    {
      'the flag without a User Name refuses the CONNECT': missingFields(0x82, ['demo']),
    },
  ),
  both(
    { 5: '3.1.2-18', 4: '3.1.2-20' },
    {
      'a Password without its flag refuses the CONNECT': missingFields(0x82, ['demo', 'user', 'password']),
    },
  ),
  both(
    { 5: '3.1.2-19' },
    {
      'the flag without a Password refuses the CONNECT': missingFields(0xc2, ['demo', 'user']),
      'a Password without a User Name is read': async (scene) => {
        const { packets } = await scene.bytes(
          connectBytes(5, { flags: 0x42, payload: ['demo', 'password'] }),
        );
        expect(packets).toMatchObject([{ type: 'connack', reasonCode: 0 }]);
      },
    },
  ),
  both(
    { 4: '3.1.2-21' },
    {
      'the flag without a Password refuses the CONNECT': missingFields(0xc2, ['demo', 'user']),
    },
  ),
  both(
    { 4: '3.1.2-22' },
    {
      'the Password Flag without the User Name Flag refuses the CONNECT': missingFields(0x42, [
        'demo',
        'password',
      ]),
    },
  ),
  client(
    { 5: '3.1.2-20', 4: '3.1.2-23' },
    'When a Client sends PINGREQ is its own affair; what silence leads to is shown at 3.1.2.10.',
  ),
  client(
    { 5: '3.1.2-21' },
    {
      'the Server holds the Client to the Server Keep Alive that it told': async (scene) => {
        const silent = scene.serve({ serverKeepAlive: 10 }).open();
        const { properties } = await silent.connect({ keepAliveSeconds: 60 });
        expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBe(10);
        await scene.advance(15_000);
        expectEnded(silent, 0x8d);
      },
    },
  ),
  server({ 5: '3.1.2-22', 4: '3.1.2-24' }, keepAlive),
  both(
    { 5: '3.1.2-23' },
    {
      'keeps the Session after the close when its Session Expiry Interval is above 0': async (scene) => {
        for (const sessionExpiryInterval of [1, 3_600, 0xffff_ffff]) {
          const first = await scene.connect({ sessionExpiryInterval });
          await first.subscribe('a', 1);
          await first.reset();
          await scene.advance(999);
          const back = scene.open();
          expect((await back.connect({ cleanStart: false })).sessionPresent).toBe(true);
          await back.close();
        }
      },
      'keeps no Session without a Session Expiry Interval': async (scene) => {
        await (await scene.connect({ cleanStart: false })).reset();
        expect(scene.sessions).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.1.2-28' },
    {
      'is not returned to a Client that asks for none': async (scene) => {
        scene.serve({ responseInformation: 'reply/' });
        for (const asked of [[], [number(PROPERTY.requestResponseInformation, 0)]]) {
          const { properties } = await scene.open().connect({ properties: asked });
          expect(properties.map((property) => property.id)).not.toContain(PROPERTY.responseInformation);
        }
      },
      'is returned to a Client that asks for it': async (scene) => {
        scene.serve({ responseInformation: 'reply/' });
        const asked = [number(PROPERTY.requestResponseInformation, 1)];
        const { properties } = await scene.open().connect({ properties: asked });
        expect(properties.map((property) => property.id)).toContain(PROPERTY.responseInformation);
      },
    },
  ),
];
