/** Order, topics and filters (v5 4.6, 4.7; v3.1.1 4.6, 4.7). */
import { expect } from 'vitest';
import { settled } from '../../../support/duplex-pair.ts';
import { utf8 } from '../../test-client.ts';
import { noProperties, nullText, packet, text } from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import { ack, expectBreach, type Scene, send, takePublishes } from '../scene.ts';

type Cases = Readonly<Record<string, Case>>;

/** SUBSCRIBE for a filter as bytes. */
function subscribeBytes({ version }: Scene, topicFilter: string | Uint8Array): Uint8Array {
  return packet(0x82, 0, 1, noProperties(version), text(topicFilter), 0);
}

function unsubscribeBytes({ version }: Scene, topicFilter: string | Uint8Array): Uint8Array {
  return packet(0xa2, 0, 1, noProperties(version), text(topicFilter));
}

function publishBytes({ version }: Scene, topic: string | Uint8Array): Uint8Array {
  return packet(0x30, text(topic), noProperties(version));
}

/** Whether a subscription to the filter gets a message of the topic. */
async function matches(scene: Scene, filter: string, topic: string): Promise<boolean> {
  const subscriber = await scene.connect({ clientId: 'subscriber' });
  await subscriber.subscribe(filter, 0);
  await (await scene.connect({ clientId: 'publisher' })).publish(topic);
  const got = subscriber.takeMessages().length > 0;
  await subscriber.disconnect();
  return got;
}

const resendOrder: Case = async (scene) => {
  const subscriber = await scene.lasting();
  subscriber.acknowledges = false;
  await subscriber.subscribe('#', 2);
  const publisher = await scene.connect({ clientId: 'publisher' });
  for (let count = 0; count < 10; count++) {
    await publisher.publish(`t${count}`, { qos: count % 3 === 0 ? 2 : 1 });
  }
  // Two of them are acknowledged out of their turn.
  const ids = takePublishes(subscriber).map(({ packetId }) => packetId ?? 0);
  await send(subscriber, ack('puback', ids[5] ?? 0), ack('puback', ids[1] ?? 0));
  await subscriber.reset();
  const back = await scene.lasting();
  expect(takePublishes(back).map(({ topic }) => topic)).toEqual(
    [0, 2, 3, 4, 6, 7, 8, 9].map((count) => `t${count}`),
  );
};

const answersOrder =
  (qos: 1 | 2): Case =>
  async (scene) => {
    const publisher = await scene.connect();
    publisher.acknowledges = false;
    for (const packetId of [9, 3, 7]) await publisher.publish('a', { qos, packetId });
    const ids = publisher.inbox.flatMap((each) => ('packetId' in each ? [each.packetId] : []));
    expect(ids).toEqual([9, 3, 7]);
  };

const pubrelOrder: Cases = {
  'the Server keeps it, too': async (scene) => {
    const subscriber = await scene.lasting();
    subscriber.acknowledges = false;
    await subscriber.subscribe('a', 2);
    const publisher = await scene.connect({ clientId: 'publisher' });
    for (let count = 0; count < 3; count++) await publisher.publish('a', { qos: 2 });
    const ids = takePublishes(subscriber).map(({ packetId }) => packetId ?? 0);
    const order = [ids[2] ?? 0, ids[0] ?? 0, ids[1] ?? 0];
    await send(subscriber, ...order.map((id) => ack('pubrec', id)));
    expect(order.map(() => subscriber.take('pubrel').packetId)).toEqual(order);
    await subscriber.reset();
    const back = await scene.lasting();
    expect(order.map(() => back.take('pubrel').packetId)).toEqual(order);
  },
};

const ordered: Cases = {
  'to each subscriber, at each QoS, also to one that was away': async (scene) => {
    for (const qos of [0, 1, 2] as const) {
      const watcher = await scene.serve().watcher();
      const away = await scene.lasting('away');
      await away.subscribe('#', 2);
      if (qos > 0) await away.reset();
      const publisher = await scene.connect({ clientId: 'publisher' });
      const payloads = Array.from({ length: 20 }, (_, index) => `a=${index}`);
      for (const payload of payloads) {
        await publisher.publish('a', { qos, payload: utf8(payload.slice(2)) });
      }
      expect(watcher.takeMessages()).toEqual(payloads);
      const back = qos > 0 ? await scene.lasting('away') : away;
      await settled();
      expect(back.takeMessages()).toEqual(payloads);
    }
  },
  'with other topics between': async (scene) => {
    const watcher = await scene.watcher();
    const publisher = await scene.connect();
    const sent = ['a', 'b', 'a', '$c', 'a', 'b'];
    for (const [index, topic] of sent.entries()) {
      await publisher.publish(topic, { qos: 1, payload: utf8(String(index)) });
    }
    expect(watcher.takeMessages()).toEqual(['a=0', 'b=1', 'a=2', 'a=4', 'b=5']);
  },
};

const wildcardTopic: Cases = {
  'a PUBLISH to one ends the connection': async (scene) => {
    for (const topic of ['#', 'a/+', 'a#']) await expectBreach(scene, publishBytes(scene, topic), 0x90);
  },
  'a Topic Filter may have them': async (scene) => {
    expect(await matches(scene, 'a/+/c/#', 'a/b/c/d/e')).toBe(true);
  },
};

const multiLevel: Cases = {
  'anywhere else it ends the connection': async (scene) => {
    for (const filter of ['a#', 'a/#/b', '#/a', '##', 'a/##', '#+']) {
      await expectBreach(scene, subscribeBytes(scene, filter), 0x8f);
      await expectBreach(scene, unsubscribeBytes(scene, filter), 0x8f);
    }
  },
  'there it matches its parent and all below': async (scene) => {
    for (const [filter, topic, expected] of [
      ['#', 'a', true],
      ['#', '/', true],
      ['a/#', 'a', true],
      ['a/#', 'a/b/c', true],
      ['a/#', 'a/', true],
      ['a/#', 'ab', false],
      ['a/#', 'b/a', false],
    ] as const) {
      expect([filter, topic, await matches(scene, filter, topic)]).toEqual([filter, topic, expected]);
    }
  },
};

const singleLevel: Cases = {
  'within a level it ends the connection': async (scene) => {
    for (const filter of ['a+', '+a', 'a/b+', 'a/+b/c', '++']) {
      await expectBreach(scene, subscribeBytes(scene, filter), 0x8f);
    }
  },
  'it matches exactly one level, also an empty one': async (scene) => {
    for (const [filter, topic, expected] of [
      ['+', 'a', true],
      ['+', 'a/b', false],
      ['+', '/a', false],
      ['/+', '/a', true],
      ['+/+', '/a', true],
      ['a/+', 'a', false],
      ['a/+', 'a/', true],
      ['a/+/c', 'a/b/c', true],
      ['a/+/c', 'a/b/b/c', false],
      ['+/b/#', 'a/b', true],
    ] as const) {
      expect([filter, topic, await matches(scene, filter, topic)]).toEqual([filter, topic, expected]);
    }
  },
};

const dollar: Case = async (scene) => {
  for (const [filter, topic, expected] of [
    ['#', '$a/b', false],
    ['+/b', '$a/b', false],
    ['+/#', '$a/b', false],
    ['$a/#', '$a/b', true],
    ['$a/+', '$a/b', true],
    ['a/#', 'a/$b', true],
    ['#', 'a/$b', true],
  ] as const) {
    expect([filter, topic, await matches(scene, filter, topic)]).toEqual([filter, topic, expected]);
  }
};

const atLeastOne: Cases = {
  'an empty Topic Name ends the connection': (scene) =>
    expectBreach(scene, publishBytes(scene, ''), 0x82, 0x90),
  'an empty Topic Filter ends the connection': async (scene) => {
    await expectBreach(scene, subscribeBytes(scene, ''), 0x8f);
    await expectBreach(scene, unsubscribeBytes(scene, ''), 0x8f);
  },
  'one character is enough': async (scene) => {
    expect(await matches(scene, '/', '/')).toBe(true);
    expect(await matches(scene, ' ', ' ')).toBe(true);
  },
};

const noNull: Cases = {
  'in a Topic Name it ends the connection': (scene) =>
    expectBreach(scene, publishBytes(scene, nullText), 0x81, 0x90),
  'in a Topic Filter it ends the connection': (scene) =>
    expectBreach(scene, subscribeBytes(scene, nullText), 0x81, 0x8f),
};

const longest = 'x'.repeat(0xffff);

const length: Cases = {
  'the longest there can be is taken': async (scene) => {
    expect(await matches(scene, longest, longest)).toBe(true);
    expect(await matches(scene, '#', longest)).toBe(true);
  },
};

const noNormalising: Case = async (scene) => {
  for (const [filter, topic] of [
    ['a', 'A'],
    ['é', 'é'.normalize('NFD')],
    ['a', 'a '],
    ['a', '/a'],
    ['a', 'a/'],
    ['a/b', 'a//b'],
    ['a', '\ufeffa'],
    ['a/../b', 'b'],
    ['ﬁ', 'fi'],
    ['\u{e000}', '\u{f8ff}'],
  ] as const) {
    expect([filter, topic, await matches(scene, filter, topic)]).toEqual([filter, topic, false]);
    expect([topic, topic, await matches(scene, topic, topic)]).toEqual([topic, topic, true]);
  }
};

export const topicCases: readonly Coverage[] = [
  client({ 5: '4.6.0-1', 4: '4.6.0-1' }, { 'the Server keeps it, too': resendOrder }),
  client({ 5: '4.6.0-2', 4: '4.6.0-2' }, { 'the Server keeps it, too': answersOrder(1) }),
  client({ 5: '4.6.0-3', 4: '4.6.0-3' }, { 'the Server keeps it, too': answersOrder(2) }),
  client({ 5: '4.6.0-4', 4: '4.6.0-4' }, pubrelOrder),
  server({ 5: ['4.6.0-5', '4.6.0-6'], 4: '4.6.0-5' }, ordered),
  server({ 4: '4.6.0-6' }, { ...ordered, 'what is sent again keeps its order': resendOrder }),
  both({ 5: '4.7.0-1', 4: '4.7.1-1' }, wildcardTopic),
  both({ 5: '4.7.1-1', 4: '4.7.1-2' }, multiLevel),
  both({ 5: '4.7.1-2', 4: '4.7.1-3' }, singleLevel),
  server({ 5: '4.7.2-1', 4: '4.7.2-1' }, { 'at the first level, and only there': dollar }),
  both({ 5: '4.7.3-1', 4: '4.7.3-1' }, atLeastOne),
  both({ 5: '4.7.3-2', 4: '4.7.3-2' }, noNull),
  both({ 5: '4.7.3-3', 4: '4.7.3-3' }, length),
  server({ 5: '4.7.3-4', 4: '4.7.3-4' }, { 'only equal texts are equal': noNormalising }),
];
