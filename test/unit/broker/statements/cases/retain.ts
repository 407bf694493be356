/** Retained messages (v5 3.3.1.3, v3.1.1 3.3.1.3). */
import { expect } from 'vitest';
import type { Subscription } from '../../../../../src/mqtt/packet.ts';
import { utf8 } from '../../test-client.ts';
import { type Case, type Coverage, server, serverWithin } from '../coverage.ts';
import { type Scene, takePublishes } from '../scene.ts';

const nothing = new Uint8Array(0);

/** What a new subscriber to everything gets, as topic, payload and QoS. */
async function retainedNow(scene: Scene): Promise<readonly (readonly [string, string, number])[]> {
  const late = await scene.watcher('#', { clientId: 'late' });
  const kept = takePublishes(late).map(
    ({ topic, payload, qos }) => [topic, Buffer.from(payload).toString(), qos] as const,
  );
  await late.disconnect();
  return kept;
}

const stores: Readonly<Record<string, Case>> = {
  'is stored with its QoS, in the place of the one before': async (scene) => {
    const publisher = await scene.connect();
    await publisher.publish('a', { retain: true, payload: utf8('old'), qos: 1 });
    expect(await retainedNow(scene)).toEqual([['a', 'old', 1]]);
    await publisher.publish('a', { retain: true, payload: utf8('new'), qos: 2 });
    expect(await retainedNow(scene)).toEqual([['a', 'new', 2]]);
    await publisher.publish('a', { retain: true, payload: utf8('newest'), qos: 0 });
    expect(await retainedNow(scene)).toEqual([['a', 'newest', 0]]);
  },
  'is kept for each topic': async (scene) => {
    const publisher = await scene.connect();
    for (const topic of ['a', 'a/b', 'A']) await publisher.publish(topic, { retain: true });
    expect((await retainedNow(scene)).map(([topic]) => topic).sort()).toEqual(['A', 'a', 'a/b']);
  },
};

const empties: Readonly<Record<string, Case>> = {
  'is delivered, and removes what was retained': async (scene) => {
    const watcher = await scene.watcher();
    const publisher = await scene.connect();
    await publisher.publish('a', { retain: true });
    await publisher.publish('b', { retain: true });
    watcher.takeMessages();
    await publisher.publish('a', { retain: true, payload: nothing, qos: 1 });
    expect(watcher.takeMessages()).toEqual(['a=']);
    expect((await retainedNow(scene)).map(([topic]) => topic)).toEqual(['b']);
  },
};

const emptyNotStored: Case = async (scene) => {
  const publisher = await scene.connect();
  await publisher.publish('a', { retain: true, payload: nothing });
  expect(scene.broker.state().retained).toBe(0);
  expect(await retainedNow(scene)).toEqual([]);
};

const withoutRetain: Case = async (scene) => {
  const publisher = await scene.connect();
  await publisher.publish('a', 'not kept');
  expect(await retainedNow(scene)).toEqual([]);
  await publisher.publish('a', { retain: true, payload: utf8('kept') });
  await publisher.publish('a', 'not kept');
  await publisher.publish('a', { payload: nothing });
  expect(await retainedNow(scene)).toEqual([['a', 'kept', 0]]);
};

/** How many retained messages each of two equal subscriptions in a row gets. */
async function sentTo(scene: Scene, options: Partial<Subscription>): Promise<readonly number[]> {
  await (await scene.connect({ clientId: 'publisher' })).publish('a', { retain: true });
  const subscriber = await scene.connect();
  await subscriber.subscribe('a', 1, options);
  const first = takePublishes(subscriber).length;
  await subscriber.subscribe('a', 1, options);
  return [first, takePublishes(subscriber).length];
}

/** RETAIN of what a subscriber with these options gets of PUBLISH packets with RETAIN 1 and 0. */
async function forwarded(
  scene: Scene,
  options: Partial<Subscription>,
): Promise<readonly (readonly [string, boolean])[]> {
  const subscriber = await scene.connect();
  await subscriber.subscribe('#', 1, options);
  const publisher = await scene.connect({ clientId: 'publisher' });
  await publisher.publish('with', { retain: true });
  await publisher.publish('without', { retain: false });
  return takePublishes(subscriber).map(({ topic, retain }) => [topic, retain] as const);
}

export const retainCases: readonly Coverage[] = [
  serverWithin(
    '`retainedMessages` and `retainedBytes`; beyond them the message is refused',
    { 5: '3.3.1-5', 4: '3.3.1-5' },
    stores,
  ),
  server(
    { 4: '3.3.1-6' },
    {
      'comes for each topic that matches, also to a Session that has subscriptions': async (scene) => {
        const publisher = await scene.connect();
        for (const topic of ['a/1', 'a/2', 'b/1']) await publisher.publish(topic, { retain: true });
        const subscriber = await scene.connect({ clientId: 'subscriber' });
        await subscriber.subscribe('b/1', 1);
        expect(subscriber.takeMessages()).toEqual(['b/1=x']);
        await subscriber.subscribe('a/+', 1);
        expect(subscriber.takeMessages().sort()).toEqual(['a/1=x', 'a/2=x']);
      },
    },
  ),
  server(
    { 4: '3.3.1-7' },
    {
      'takes the place of the one before': async (scene) => {
        const publisher = await scene.connect();
        await publisher.publish('a', { retain: true, payload: utf8('old'), qos: 2 });
        await publisher.publish('a', { retain: true, payload: utf8('new'), qos: 0 });
        expect(await retainedNow(scene)).toEqual([['a', 'new', 0]]);
      },
    },
  ),
  server(
    { 4: '3.3.1-8' },
    {
      'has RETAIN 1': async (scene) => {
        await (await scene.connect()).publish('a', { retain: true });
        const late = await scene.watcher('a');
        expect(takePublishes(late).map(({ retain }) => retain)).toEqual([true]);
      },
    },
  ),
  server(
    { 4: '3.3.1-9' },
    {
      'has RETAIN 0, however it was published': async (scene) => {
        expect(await forwarded(scene, {})).toEqual([
          ['with', false],
          ['without', false],
        ]);
      },
      'also when it waited for a Client that was away': async (scene) => {
        const away = await scene.lasting();
        await away.subscribe('a', 1);
        await away.reset();
        await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 1, retain: true });
        expect((await scene.lasting()).take('publish').retain).toBe(false);
      },
    },
  ),
  server({ 5: '3.3.1-6', 4: '3.3.1-10' }, empties),
  server({ 5: '3.3.1-7', 4: '3.3.1-11' }, { 'leaves nothing for later subscribers': emptyNotStored }),
  server({ 5: '3.3.1-8', 4: '3.3.1-12' }, { 'changes nothing that is retained': withoutRetain }),
  server(
    { 5: '3.3.1-9' },
    {
      'comes with each SUBSCRIBE': async (scene) => {
        expect(await sentTo(scene, { retainHandling: 0 })).toEqual([1, 1]);
      },
      'comes for every topic that matches': async (scene) => {
        const publisher = await scene.connect();
        for (const topic of ['a/1', 'a/2', 'b']) await publisher.publish(topic, { retain: true });
        const subscriber = await scene.connect({ clientId: 'subscriber' });
        await subscriber.subscribe('a/+', 1, { retainHandling: 0 });
        expect(subscriber.takeMessages().sort()).toEqual(['a/1=x', 'a/2=x']);
      },
    },
  ),
  server(
    { 5: '3.3.1-10' },
    {
      'comes with the first SUBSCRIBE only': async (scene) => {
        expect(await sentTo(scene, { retainHandling: 1 })).toEqual([1, 0]);
      },
      'does not come where the Session has the subscription from an earlier connection': async (scene) => {
        await (await scene.connect({ clientId: 'publisher' })).publish('a', { retain: true });
        const first = await scene.lasting();
        await first.subscribe('a', 1, { retainHandling: 1 });
        expect(first.takeMessages()).toEqual(['a=x']);
        await first.reset();
        const back = await scene.lasting();
        await back.subscribe('a', 1, { retainHandling: 1 });
        expect(back.takeMessages()).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.3.1-11' },
    {
      'never comes': async (scene) => {
        expect(await sentTo(scene, { retainHandling: 2 })).toEqual([0, 0]);
      },
    },
  ),
  server(
    { 5: '3.3.1-12' },
    {
      'whatever RETAIN was': async (scene) => {
        expect(await forwarded(scene, { retainAsPublished: false })).toEqual([
          ['with', false],
          ['without', false],
        ]);
      },
    },
  ),
  server(
    { 5: '3.3.1-13' },
    {
      'whatever RETAIN was': async (scene) => {
        expect(await forwarded(scene, { retainAsPublished: true })).toEqual([
          ['with', true],
          ['without', false],
        ]);
      },
      'also for a Client that was away': async (scene) => {
        const away = await scene.lasting();
        await away.subscribe('a', 1, { retainAsPublished: true });
        await away.reset();
        await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 1, retain: true });
        expect((await scene.lasting()).take('publish').retain).toBe(true);
      },
    },
  ),
];
