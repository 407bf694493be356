/** UNSUBSCRIBE, UNSUBACK and PINGREQ (v5 3.10 to 3.12, v3.1.1 3.10, 3.12). */
import { expect } from 'vitest';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { number } from '../../test-client.ts';
import { illFormedTexts, noProperties, nullText, packet, text } from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import { never } from '../dialogue.ts';
import {
  ack,
  expectBreach,
  inboxTypes,
  type Scene,
  send,
  subscribeTo,
  takePublishes,
  unsubscribeFrom,
} from '../scene.ts';

/** UNSUBACK of each, as Reason Codes; none before 5.0. */
async function unsubscribed(scene: Scene, ...filters: readonly string[]): Promise<readonly number[]> {
  const subscriber = await scene.connect();
  await send(
    subscriber,
    subscribeTo(1, [
      ['a/+', 0],
      ['b', 0],
    ]),
    unsubscribeFrom(7, ...filters),
  );
  const { packetId, reasonCodes } = subscriber.take('unsuback');
  expect(packetId).toBe(7);
  return reasonCodes;
}

const compared: Readonly<Record<string, Case>> = {
  'the filter itself is removed, not one that matches it or that it matches': async (scene) => {
    const subscriber = await scene.connect();
    await send(
      subscriber,
      subscribeTo(1, [
        ['a/+', 0],
        ['a/b', 0],
        ['A/b', 0],
      ]),
    );
    await send(subscriber, unsubscribeFrom(2, 'a/#', '+/b', 'a/b/', '/a/b'));
    expect(scene.broker.state().sessions[0]?.subscriptions).toBe(3);
    await send(subscriber, unsubscribeFrom(3, 'a/b'));
    expect(scene.broker.state().sessions[0]?.subscriptions).toBe(2);
    takePublishes(subscriber);
    await subscriber.publish('a/b');
    expect(subscriber.takeMessages()).toEqual(['a/b=x']);
  },
  'a filter with wildcards is removed by the same text': async (scene) => {
    const subscriber = await scene.connect();
    await subscriber.subscribe('a/+/#', 0);
    await send(subscriber, unsubscribeFrom(2, 'a/+/#'));
    await subscriber.publish('a/b/c');
    expect(subscriber.takeMessages()).toEqual([]);
  },
  'that of another Client stays': async (scene) => {
    const watcher = await scene.watcher('a');
    const other = await scene.connect();
    await send(other, unsubscribeFrom(1, 'a'));
    await other.publish('a');
    expect(watcher.takeMessages()).toEqual(['a=x']);
  },
};

const stops: Case = async (scene) => {
  const subscriber = await scene.lasting();
  await subscriber.subscribe('a', 2);
  await send(subscriber, unsubscribeFrom(2, 'a'));
  const publisher = await scene.connect({ clientId: 'publisher' });
  for (const qos of [0, 1, 2] as const) await publisher.publish('a', { qos });
  expect(subscriber.takeMessages()).toEqual([]);
  await subscriber.reset();
  await publisher.publish('a', { qos: 1 });
  expect((await scene.lasting()).takeMessages()).toEqual([]);
};

const finishes: Readonly<Record<string, Case>> = {
  'a QoS 2 exchange goes on to its end': async (scene) => {
    const subscriber = await scene.connect();
    subscriber.acknowledges = false;
    await subscriber.subscribe('a', 2);
    await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 2 });
    const packetId = subscriber.take('publish').packetId ?? 0;
    await send(subscriber, unsubscribeFrom(2, 'a'), ack('pubrec', packetId));
    expect(subscriber.take('pubrel').packetId).toBe(packetId);
    await send(subscriber, ack('pubcomp', packetId));
    expect(scene.broker.state().sessions[0]?.inFlight).toBe(0);
  },
  'what was under way is sent again to a Client that comes back': async (scene) => {
    const subscriber = await scene.lasting();
    subscriber.acknowledges = false;
    await subscriber.subscribe('a', 2);
    const publisher = await scene.connect({ clientId: 'publisher' });
    await publisher.publish('a', { qos: 1 });
    await publisher.publish('a', { qos: 2 });
    await send(subscriber, unsubscribeFrom(2, 'a'));
    await subscriber.reset();
    const back = await scene.lasting();
    expect(takePublishes(back).map(({ qos, dup }) => [qos, dup])).toEqual([
      [1, true],
      [2, true],
    ]);
  },
};

export const unsubscribeCases: readonly Coverage[] = [
  both(
    { 5: '3.10.1-1', 4: '3.10.1-1' },
    {
      'other flags end the connection': async (scene) => {
        for (let flags = 0; flags < 16; flags++) {
          if (flags === 2) continue;
          await expectBreach(scene, packet(0xa0 | flags, 0, 1, noProperties(scene.version), 'a'), 0x81);
        }
      },
    },
  ),
  client(
    { 5: '3.10.3-1', 4: '3.10.3-1' },
    {
      'anything else ends the connection': async (scene) => {
        for (const bad of [...illFormedTexts, nullText]) {
          await expectBreach(scene, packet(0xa2, 0, 1, noProperties(scene.version), text(bad)), 0x81, 0x8f);
        }
      },
    },
  ),
  client(
    { 5: '3.10.3-2', 4: '3.10.3-2' },
    {
      'an UNSUBSCRIBE without one ends the connection': (scene) =>
        expectBreach(scene, packet(0xa2, 0, 1, noProperties(scene.version)), 0x82),
    },
  ),
  server({ 5: '3.10.4-1', 4: '3.10.4-1' }, compared),
  server({ 5: '3.10.4-2', 4: '3.10.4-2' }, { 'at no QoS, here or away': stops }),
  server({ 5: '3.10.4-3', 4: '3.10.4-3' }, finishes),
  server(
    { 5: '3.10.4-4' },
    {
      'comes for each, in their order': async (scene) => {
        const subscriber = await scene.connect();
        await send(subscriber, unsubscribeFrom(9, 'a'), unsubscribeFrom(8, 'b'));
        expect(inboxTypes(subscriber)).toEqual(['unsuback', 'unsuback']);
      },
    },
  ),
  server(
    { 4: '3.10.4-4' },
    {
      'comes for each, with its Packet Identifier': async (scene) => {
        const subscriber = await scene.connect();
        await send(subscriber, unsubscribeFrom(9, 'a'), unsubscribeFrom(8, 'b'));
        expect([1, 2].map(() => subscriber.take('unsuback').packetId)).toEqual([9, 8]);
      },
    },
  ),
  server(
    { 5: '3.10.4-5', 4: '3.10.4-5' },
    {
      'where there was a subscription and where there was none': async (scene) => {
        const five = scene.version === 5;
        expect(await unsubscribed(scene, 'b')).toEqual(five ? [0x00] : []);
        expect(await unsubscribed(scene, 'a/b')).toEqual(five ? [0x11] : []);
      },
    },
  ),
  server(
    { 5: '3.10.4-6', 4: '3.10.4-6' },
    {
      'each is removed, and one UNSUBACK comes': async (scene) => {
        const subscriber = await scene.connect();
        await send(
          subscriber,
          subscribeTo(1, [
            ['a', 0],
            ['b', 0],
            ['c', 0],
          ]),
        );
        subscriber.take('suback');
        await send(subscriber, unsubscribeFrom(2, 'a', 'c', 'd'));
        expect(inboxTypes(subscriber)).toEqual(['unsuback']);
        for (const topic of ['a', 'b', 'c']) await subscriber.publish(topic);
        expect(subscriber.takeMessages()).toEqual(['b=x']);
      },
    },
  ),
  server(
    { 5: '3.11.2-1' },
    {
      'UNSUBACK comes whole to a Client that takes little': async (scene) => {
        const subscriber = await scene.connect({ properties: [number(PROPERTY.maximumPacketSize, 20)] });
        await send(subscriber, unsubscribeFrom(1, 'none'));
        expect(subscriber.take('unsuback')).toMatchObject({ reasonCodes: [0x11], properties: [] });
      },
    },
  ),
  server({ 5: '3.11.2-2' }, { 'none has one': never('unsuback', PROPERTY.userProperty) }),
  server(
    { 5: '3.11.3-1' },
    {
      'whatever they are': async (scene) => {
        expect(await unsubscribed(scene, 'x', 'b', 'y', 'a/+')).toEqual([0x11, 0x00, 0x11, 0x00]);
      },
    },
  ),
  server(
    { 5: '3.11.3-2' },
    {
      'is 0x00, or 0x11 where there was no subscription': async (scene) => {
        expect(await unsubscribed(scene, 'b', 'b')).toEqual([0x00, 0x11]);
      },
    },
  ),
  server(
    { 5: '3.12.4-1', 4: '3.12.4-1' },
    {
      'one for each': async (scene) => {
        const alive = await scene.connect();
        await send(alive, { type: 'pingreq' }, { type: 'pingreq' });
        expect(inboxTypes(alive)).toEqual(['pingresp', 'pingresp']);
      },
    },
  ),
];
