/** Shared Subscriptions and flow control (v5 4.8.2, 4.9), and the size of packets (v5 3.1.2.11.4). */
import { expect } from 'vitest';
import type { QoS } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { number, type TestClient, utf8 } from '../../test-client.ts';
import { packet } from '../bytes.ts';
import { both, type Case, type Coverage, server } from '../coverage.ts';
import { ack, expectBreach, inboxTypes, type Scene, send, takePublishes } from '../scene.ts';

const filter = '$share/g/a';

/** Who shares: they keep their Sessions and acknowledge nothing by themselves. */
async function members(scene: Scene, ...granted: readonly QoS[]): Promise<readonly TestClient[]> {
  return await Promise.all(
    granted.map(async (qos, index) => {
      const member = await scene.lasting(`member ${index}`);
      member.acknowledges = false;
      await member.subscribe(filter, qos);
      return member;
    }),
  );
}

/** The member that got the message, and the others. */
function split(all: readonly TestClient[]): readonly [TestClient, readonly TestClient[]] {
  const got = all.filter((member) => inboxTypes(member).includes('publish'));
  expect(got).toHaveLength(1);
  const [one] = got;
  if (one === undefined) throw new Error('Nobody got it.');
  return [one, all.filter((member) => member !== one)];
}

async function publish(scene: Scene, qos: QoS): Promise<void> {
  await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos });
}

const malformedFilter =
  (...filters: readonly string[]): Case =>
  async (scene) => {
    for (const each of filters) await expectBreach(scene, packet(0x82, 0, 1, 0, each, 0), 0x8f);
  };

/** A Client whose Receive Maximum of 1 is used up. */
async function exhausted(scene: Scene): Promise<TestClient> {
  const subscriber = await scene.connect({ properties: [number(PROPERTY.receiveMaximum, 1)] });
  subscriber.acknowledges = false;
  await subscriber.subscribe('a', 2);
  const publisher = await scene.connect({ clientId: 'publisher' });
  for (const qos of [1, 2, 1] as const) await publisher.publish('a', { qos });
  return subscriber;
}

/** The watcher takes packets of at most 50 bytes. */
const small = { properties: [number(PROPERTY.maximumPacketSize, 50)] };
/** PUBLISH to `a` with QoS above 0: fixed header 2, topic 3, Packet Identifier 2, Property Length 1. */
const fits = new Uint8Array(42);

export const sharedCases: readonly Coverage[] = [
  server(
    { 5: '3.1.2-24' },
    {
      'a PUBLISH above it does not come, one of its size does': async (scene) => {
        const watcher = await scene.watcher('#', small);
        const publisher = await scene.connect();
        await publisher.publish('a', { qos: 1, payload: new Uint8Array(43) });
        expect(takePublishes(watcher)).toEqual([]);
        await publisher.publish('a', { qos: 1, payload: fits });
        expect(takePublishes(watcher).map(({ payload }) => payload)).toEqual([fits]);
      },
      'no other packet is above it': async (scene) => {
        const connecting = scene.open();
        const sizes: number[] = [];
        connecting.link.on('data', (chunk: Buffer) => sizes.push(chunk.length));
        await connecting.connect({ properties: [number(PROPERTY.maximumPacketSize, 30)] });
        connecting.sendBytes(packet(0x36, 'a', 0, 1, 0));
        await scene.advance(0);
        expect(inboxTypes(connecting)).toEqual(['disconnect']);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(30);
      },
    },
  ),
  server(
    { 5: '3.1.2-25' },
    {
      'others get it, and the Client gets what follows': async (scene) => {
        const watcher = await scene.watcher('#', small);
        const other = await scene.watcher('#', { clientId: 'other' });
        const publisher = await scene.connect();
        for (const qos of [0, 1, 2] as const) {
          await publisher.publish('large', { qos, payload: new Uint8Array(1_000) });
          await publisher.publish('small', { qos });
        }
        expect(takePublishes(watcher).map(({ topic }) => topic)).toEqual(['small', 'small', 'small']);
        expect(takePublishes(other)).toHaveLength(6);
      },
      'counts as sent: nothing is under way, and the Receive Maximum is free': async (scene) => {
        const properties = [...small.properties, number(PROPERTY.receiveMaximum, 1)];
        const watcher = await scene.watcher('#', { properties });
        const publisher = await scene.connect();
        for (const qos of [1, 2] as const) {
          await publisher.publish('large', { qos, payload: new Uint8Array(1_000) });
        }
        expect(scene.broker.state().sessions[0]).toMatchObject({ inFlight: 0, queued: 0 });
        await publisher.publish('a', { qos: 1, payload: utf8('y') });
        expect(watcher.takeMessages()).toEqual(['a=y']);
      },
    },
  ),
  both(
    { 5: '4.8.2-1' },
    {
      'a ShareName that is empty ends the connection': malformedFilter('$share//a', '$share//'),
      'with one it is shared: each message goes to one of them': async (scene) => {
        const all = await members(scene, 0, 0);
        for (let count = 0; count < 4; count++) await publish(scene, 0);
        expect(all.map((member) => takePublishes(member).length).reduce((sum, each) => sum + each)).toBe(4);
      },
      'a filter that begins otherwise is not shared': async (scene) => {
        const subscriber = await scene.connect({ clientId: 'subscriber' });
        await subscriber.subscribe('$shared/g/a', 0);
        await publish(scene, 0);
        expect(subscriber.takeMessages()).toEqual([]);
      },
    },
  ),
  both(
    { 5: '4.8.2-2' },
    {
      'wildcards in it, or nothing behind it, end the connection': malformedFilter(
        '$share/g+/a',
        '$share/#/a',
        '$share/+/a',
        '$share/g',
        '$share/g/',
      ),
      'it can be any other text': async (scene) => {
        const subscriber = await scene.connect({ clientId: 'subscriber' });
        await subscriber.subscribe('$share/ä $€/+/#', 0);
        await publish(scene, 0);
        expect(subscriber.takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  server(
    { 5: '4.8.2-3' },
    {
      'whoever gets it': async (scene) => {
        const all = await members(scene, 0, 1, 2);
        for (let count = 0; count < 6; count++) await publish(scene, 2);
        for (const [granted, member] of all.entries()) {
          const got = takePublishes(member).map(({ qos }) => qos);
          expect(got.length).toBeGreaterThan(0);
          expect(new Set(got)).toEqual(new Set([granted]));
        }
      },
    },
  ),
  server(
    { 5: '4.8.2-4' },
    {
      'it comes again to that Client, and to no other': async (scene) => {
        const all = await members(scene, 2, 2);
        await publish(scene, 2);
        const [one, others] = split(all);
        const { packetId } = one.take('publish');
        await one.reset();
        for (const other of others) expect(takePublishes(other)).toEqual([]);
        const back = await scene.lasting(`member ${all.indexOf(one)}`);
        expect(back.take('publish')).toMatchObject({ packetId, dup: true });
        expect(inboxTypes(back)).toEqual(['pubrel']);
      },
    },
  ),
  server(
    { 5: '4.8.2-5' },
    {
      'no other gets it': async (scene) => {
        const all = await members(scene, 2, 2);
        await publish(scene, 2);
        const [one, others] = split(all);
        await one.disconnect(0, [number(PROPERTY.sessionExpiryInterval, 0)]);
        expect(scene.sessions).not.toContain(`member ${all.indexOf(one)}`);
        await scene.advance(10_000);
        for (const other of others) expect(takePublishes(other)).toEqual([]);
      },
    },
  ),
  server(
    { 5: '4.8.2-6' },
    {
      'after PUBACK and after PUBREC': async (scene) => {
        for (const [qos, answer] of [
          [1, 'puback'],
          [2, 'pubrec'],
        ] as const) {
          const all = await members(scene.serve(), 2, 2);
          await publish(scene, qos);
          const [one, others] = split(all);
          await send(one, ack(answer, one.take('publish').packetId ?? 0, 0x80));
          await one.reset();
          await scene.advance(10_000);
          for (const other of others) expect(takePublishes(other)).toEqual([]);
          const back = await scene.lasting(`member ${all.indexOf(one)}`);
          expect(takePublishes(back)).toEqual([]);
        }
      },
    },
  ),
  both(
    { 5: '4.9.0-1' },
    {
      'a Receive Maximum of 1 lets one message come': async (scene) => {
        expect(takePublishes(await exhausted(scene))).toHaveLength(1);
      },
      'without one many come at once': async (scene) => {
        const subscriber = await scene.connect({ clientId: 'subscriber' });
        subscriber.acknowledges = false;
        await subscriber.subscribe('a', 1);
        for (let count = 0; count < 50; count++) await publish(scene, 1);
        expect(takePublishes(subscriber)).toHaveLength(50);
      },
    },
  ),
  both(
    { 5: '4.9.0-2' },
    {
      'the next comes when one is acknowledged': async (scene) => {
        const subscriber = await exhausted(scene);
        const first = subscriber.take('publish');
        await scene.advance(100_000);
        expect(inboxTypes(subscriber)).toEqual([]);
        await send(subscriber, ack('puback', first.packetId ?? 0));
        expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual([2]);
      },
      'an answer to what is not under way frees nothing': async (scene) => {
        const subscriber = await exhausted(scene);
        takePublishes(subscriber);
        await send(subscriber, ack('puback', 4_711), ack('pubcomp', 4_712));
        expect(takePublishes(subscriber)).toEqual([]);
      },
    },
  ),
  both(
    { 5: '4.9.0-3' },
    {
      'whatever the Client sends': async (scene) => {
        const subscriber = await exhausted(scene);
        takePublishes(subscriber);
        await send(subscriber, { type: 'pingreq' });
        expect(inboxTypes(subscriber)).toEqual(['pingresp']);
        expect((await subscriber.subscribe('b', 0)).reasonCodes).toEqual([0]);
        await subscriber.publish('b', { qos: 1 });
        expect(inboxTypes(subscriber)).toContain('puback');
        await subscriber.publish('c', { qos: 2 });
        expect(inboxTypes(subscriber)).toContain('pubrec');
        await send(subscriber, { type: 'unsubscribe', packetId: 50, properties: [], topicFilters: ['b'] });
        expect(inboxTypes(subscriber)).toContain('unsuback');
      },
    },
  ),
];
