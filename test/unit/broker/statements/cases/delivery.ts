/** The delivery protocols of each QoS, and retry (v5 4.3, 4.4; v3.1.1 4.3, 4.4). */
import { expect } from 'vitest';
import type { PublishPacket } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { deny } from '../../harness.ts';
import { number, type TestClient } from '../../test-client.ts';
import { both, type Case, type Coverage } from '../coverage.ts';
import { ack, inboxTypes, type Scene, send, takePublishes } from '../scene.ts';

type Cases = Readonly<Record<string, Case>>;

/** A subscriber that acknowledges nothing by itself and keeps its Session, and somebody who publishes. */
async function subscribed(scene: Scene): Promise<readonly [TestClient, TestClient]> {
  const subscriber = await scene.lasting('subscriber');
  subscriber.acknowledges = false;
  await subscriber.subscribe('#', 2);
  return [subscriber, await scene.connect({ clientId: 'publisher' })];
}

/** The same Client over a new connection; it still acknowledges nothing by itself. */
async function again(scene: Scene, old: TestClient): Promise<TestClient> {
  await old.reset();
  const back = scene.open();
  back.acknowledges = false;
  await back.connect({ version: scene.version, clientId: 'subscriber', ...scene.keeps });
  return back;
}

const idOf = (publish: PublishPacket): number => publish.packetId ?? 0;

const sends =
  (qos: 1 | 2): Case =>
  async (scene) => {
    const [subscriber, publisher] = await subscribed(scene);
    await publisher.publish('a', { qos });
    await publisher.publish('a', { qos, dup: true });
    const [one, two] = takePublishes(subscriber);
    expect(one).toMatchObject({ qos, dup: false });
    expect(two).toMatchObject({ qos, dup: false });
    expect(one?.packetId).not.toBe(two?.packetId);
  };

const unusedIds =
  (qos: 1 | 2): Case =>
  async (scene) => {
    const [subscriber, publisher] = await subscribed(scene);
    const ids: number[] = [];
    for (let count = 0; count < 10; count++) {
      await publisher.publish('a', { qos });
      const id = idOf(subscriber.take('publish'));
      ids.push(id);
      // Each second one stays under way.
      if (count % 2 === 0) continue;
      if (qos === 1) await send(subscriber, ack('puback', id));
      else await send(subscriber, ack('pubrec', id), ack('pubcomp', id));
    }
    const held = ids.filter((_, index) => index % 2 === 0);
    expect(new Set(held).size).toBe(5);
    expect(ids).not.toContain(0);
  };

/** Held until its answer: sent again while it is missing, not after it. */
const heldUntil =
  (qos: 1 | 2): Case =>
  async (scene) => {
    const [subscriber, publisher] = await subscribed(scene);
    await publisher.publish('a', { qos });
    const id = idOf(subscriber.take('publish'));
    let back = await again(scene, subscriber);
    expect(takePublishes(back)).toMatchObject([{ packetId: id, qos, dup: true }]);
    back = await again(scene, back);
    expect(takePublishes(back)).toMatchObject([{ packetId: id, qos, dup: true }]);
    await send(back, ack(qos === 1 ? 'puback' : 'pubrec', id));
    back = await again(scene, back);
    expect(takePublishes(back)).toEqual([]);
  };

const pubackFollows: Case = async (scene) => {
  const watcher = await scene.watcher();
  const publisher = await scene.connect();
  await publisher.publish('a', { qos: 1, packetId: 5 });
  expect(publisher.take('puback')).toMatchObject({ packetId: 5, reasonCode: 0 });
  expect(watcher.takeMessages()).toEqual(['a=x']);
};

const newAfterPuback: Case = async (scene) => {
  const watcher = await scene.watcher();
  const publisher = await scene.connect();
  for (const dup of [false, true, false]) await publisher.publish('a', { qos: 1, packetId: 5, dup });
  expect(inboxTypes(publisher)).toEqual(['puback', 'puback', 'puback']);
  expect(watcher.takeMessages()).toEqual(['a=x', 'a=x', 'a=x']);
};

const pubrelFollows: Case = async (scene) => {
  const [subscriber, publisher] = await subscribed(scene);
  await publisher.publish('a', { qos: 2 });
  const id = idOf(subscriber.take('publish'));
  await send(subscriber, ack('pubrec', id));
  expect(subscriber.take('pubrel')).toMatchObject({ packetId: id, reasonCode: 0 });
};

const pubrelHeld: Case = async (scene) => {
  const [subscriber, publisher] = await subscribed(scene);
  await publisher.publish('a', { qos: 2 });
  const id = idOf(subscriber.take('publish'));
  await send(subscriber, ack('pubrec', id));
  let back = await again(scene, subscriber);
  expect(back.take('pubrel').packetId).toBe(id);
  back = await again(scene, back);
  expect(back.take('pubrel').packetId).toBe(id);
  await send(back, ack('pubcomp', id));
  back = await again(scene, back);
  expect(inboxTypes(back)).toEqual([]);
};

const neverAfterPubrel: Case = async (scene) => {
  const [subscriber, publisher] = await subscribed(scene);
  await publisher.publish('a', { qos: 2 });
  await send(subscriber, ack('pubrec', idOf(subscriber.take('publish'))));
  const back = await again(scene, subscriber);
  expect(inboxTypes(back)).toEqual(['pubrel']);
};

const pubrecFollows: Case = async (scene) => {
  const watcher = await scene.watcher();
  const publisher = await scene.connect();
  publisher.acknowledges = false;
  await publisher.publish('a', { qos: 2, packetId: 5 });
  expect(publisher.take('pubrec')).toMatchObject({ packetId: 5, reasonCode: 0 });
  expect(watcher.takeMessages()).toEqual(['a=x']);
};

const notTwice: Cases = {
  'over the same connection': async (scene) => {
    const watcher = await scene.watcher();
    const publisher = await scene.connect();
    publisher.acknowledges = false;
    for (const dup of [false, true, false]) await publisher.publish('a', { qos: 2, packetId: 5, dup });
    expect(inboxTypes(publisher)).toEqual(['pubrec', 'pubrec', 'pubrec']);
    expect(watcher.takeMessages()).toEqual(['a=x']);
  },
  'over a later one': async (scene) => {
    const watcher = await scene.watcher();
    const publisher = await scene.lasting();
    publisher.acknowledges = false;
    await publisher.publish('a', { qos: 2, packetId: 5 });
    await publisher.reset();
    const back = await scene.lasting();
    back.acknowledges = false;
    await back.publish('a', { qos: 2, packetId: 5, dup: true });
    expect(back.take('pubrec').packetId).toBe(5);
    expect(watcher.takeMessages()).toEqual(['a=x']);
  },
};

const pubcompFollows: Case = async (scene) => {
  const publisher = await scene.connect();
  publisher.acknowledges = false;
  await publisher.publish('a', { qos: 2, packetId: 5 });
  await send(publisher, ack('pubrel', 5), ack('pubrel', 5));
  expect(publisher.take('pubcomp')).toMatchObject({ packetId: 5, reasonCode: 0 });
  // A second PUBREL: its answer was lost, perhaps.
  expect(publisher.take('pubcomp').packetId).toBe(5);
};

const newAfterPubcomp: Case = async (scene) => {
  const watcher = await scene.watcher();
  const publisher = await scene.connect();
  for (let times = 0; times < 3; times++) await publisher.publish('a', { qos: 2, packetId: 5 });
  expect(watcher.takeMessages()).toEqual(['a=x', 'a=x', 'a=x']);
};

const resent: Cases = {
  'each PUBLISH and PUBREL with its Packet Identifier': async (scene) => {
    const [subscriber, publisher] = await subscribed(scene);
    for (const qos of [1, 2, 2] as const) await publisher.publish('a', { qos });
    const ids = takePublishes(subscriber).map(idOf);
    await send(subscriber, ack('pubrec', ids[2] ?? 0));
    const back = await again(scene, subscriber);
    expect(back.take('pubrel').packetId).toBe(ids[2]);
    expect(takePublishes(back).map((each) => [idOf(each), each.qos, each.dup])).toEqual([
      [ids[0], 1, true],
      [ids[1], 2, true],
    ]);
  },
};

const onlyThen: Case = async (scene) => {
  const [subscriber, publisher] = await subscribed(scene);
  await publisher.publish('a', { qos: 1 });
  await publisher.publish('a', { qos: 2 });
  const [, two] = takePublishes(subscriber);
  await send(subscriber, ack('pubrec', two?.packetId ?? 0));
  expect(inboxTypes(subscriber)).toEqual(['pubrel']);
  await scene.advance(10_000_000);
  await send(subscriber, { type: 'pingreq' });
  expect(inboxTypes(subscriber)).toEqual(['pubrel', 'pingresp']);
};

const qos0: Case = async (scene) => {
  const watcher = await scene.watcher();
  const publisher = await scene.connect();
  await publisher.publish('a', { qos: 0 });
  await scene.watcher('a', { clientId: 'lower' });
  expect(watcher.take('publish')).toMatchObject({ qos: 0, dup: false, packetId: undefined });
  const lower = await scene.connect({ clientId: 'at 0' });
  await lower.subscribe('a', 0);
  await publisher.publish('a', { qos: 2, dup: true });
  expect(lower.take('publish')).toMatchObject({ qos: 0, dup: false, packetId: undefined });
};

export const deliveryCases: readonly Coverage[] = [
  both({ 5: '4.3.1-1', 4: '4.3.1-1' }, { 'to every subscriber that gets it at QoS 0': qos0 }),
  both({ 5: '4.3.2-1' }, { 'whatever is under way': unusedIds(1) }),
  both({ 5: '4.3.2-2' }, { 'whatever DUP was when it came in': sends(1) }),
  both({ 5: '4.3.2-3' }, { 'and sends it again over each new connection': heldUntil(1) }),
  both({ 5: '4.3.2-4' }, { 'when its subscribers have got it': pubackFollows }),
  both({ 5: '4.3.2-5' }, { 'and delivers it': newAfterPuback }),
  both(
    { 4: '4.3.2-1' },
    {
      'takes an unused Packet Identifier for each': unusedIds(1),
      'sends it first with DUP 0': sends(1),
      'holds it until PUBACK': heldUntil(1),
    },
  ),
  both(
    { 4: '4.3.2-2' },
    {
      'answers with PUBACK': pubackFollows,
      'takes the same Packet Identifier as a new message after that': newAfterPuback,
    },
  ),
  both({ 5: '4.3.3-1' }, { 'whatever is under way': unusedIds(2) }),
  both({ 5: '4.3.3-2' }, { 'whatever DUP was when it came in': sends(2) }),
  both({ 5: '4.3.3-3' }, { 'and sends it again over each new connection': heldUntil(2) }),
  both(
    { 5: '4.3.3-4' },
    {
      'and to no other': async (scene) => {
        await pubrelFollows(scene);
        const [subscriber, publisher] = await subscribed(scene.serve());
        await publisher.publish('a', { qos: 2 });
        await send(subscriber, ack('pubrec', idOf(subscriber.take('publish')), 0x80));
        expect(inboxTypes(subscriber)).toEqual([]);
      },
    },
  ),
  both({ 5: '4.3.3-5' }, { 'and sends it again over each new connection': pubrelHeld }),
  both({ 5: '4.3.3-6' }, { 'over a new connection only PUBREL comes': neverAfterPubrel }),
  both(
    { 5: '4.3.3-7' },
    {
      'it is sent again though its time is over, and so is its PUBREL': async (scene) => {
        const [subscriber, publisher] = await subscribed(scene);
        const properties = [number(PROPERTY.messageExpiryInterval, 1)];
        await publisher.publish('a', { qos: 2, properties });
        await publisher.publish('b', { qos: 2, properties });
        const [, two] = takePublishes(subscriber);
        await send(subscriber, ack('pubrec', two?.packetId ?? 0));
        await subscriber.reset();
        await scene.advance(60_000);
        const back = await again(scene, subscriber);
        expect(back.take('pubrel').packetId).toBe(two?.packetId);
        expect(takePublishes(back).map(({ topic, dup }) => [topic, dup])).toEqual([['a', true]]);
      },
    },
  ),
  both({ 5: '4.3.3-8' }, { 'when its subscribers have got it': pubrecFollows }),
  both(
    { 5: '4.3.3-9' },
    {
      'and does not hold what it refused against it': async (scene) => {
        const watcher = await scene.serve({ deny: [deny('secret', 'notAuthorized')] }).watcher();
        const publisher = await scene.connect();
        publisher.acknowledges = false;
        await publisher.publish('secret', { qos: 2, packetId: 5 });
        expect(publisher.take('pubrec').reasonCode).toBe(0x87);
        await publisher.publish('a', { qos: 2, packetId: 5 });
        expect(publisher.take('pubrec').reasonCode).toBe(0x00);
        expect(watcher.takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  both({ 5: '4.3.3-10' }, notTwice),
  both({ 5: '4.3.3-11' }, { 'each time': pubcompFollows }),
  both({ 5: '4.3.3-12' }, { 'and delivers it': newAfterPubcomp }),
  both(
    { 5: '4.3.3-13' },
    {
      'PUBREL of a message whose time is over gets PUBCOMP': async (scene) => {
        const publisher = await scene.lasting();
        publisher.acknowledges = false;
        const away = await scene.lasting('away');
        await away.subscribe('a', 2);
        await away.reset();
        const properties = [number(PROPERTY.messageExpiryInterval, 1)];
        await publisher.publish('a', { qos: 2, packetId: 5, properties });
        await scene.advance(60_000);
        await send(publisher, ack('pubrel', 5));
        expect(publisher.take('pubcomp')).toMatchObject({ packetId: 5, reasonCode: 0 });
        expect((await scene.lasting('away')).takeMessages()).toEqual([]);
      },
    },
  ),
  both(
    { 4: '4.3.3-1' },
    {
      'takes an unused Packet Identifier for each': unusedIds(2),
      'sends it first with DUP 0': sends(2),
      'holds it until PUBREC': heldUntil(2),
      'answers PUBREC with PUBREL': pubrelFollows,
      'holds PUBREL until PUBCOMP': pubrelHeld,
      'does not send PUBLISH again after PUBREL': neverAfterPubrel,
    },
  ),
  both(
    { 4: '4.3.3-2' },
    {
      'answers with PUBREC': pubrecFollows,
      ...Object.fromEntries(
        Object.entries(notTwice).map(([where, play]) => [`does not deliver it twice ${where}`, play]),
      ),
      'answers PUBREL with PUBCOMP': pubcompFollows,
      'takes the same Packet Identifier as a new message after that': newAfterPubcomp,
    },
  ),
  both({ 5: '4.4.0-1' }, { ...resent, 'and over the same connection never': onlyThen }),
  both({ 4: '4.4.0-1' }, resent),
  both(
    { 5: '4.4.0-2' },
    {
      'neither after PUBACK nor after PUBREC': async (scene) => {
        const [subscriber, publisher] = await subscribed(scene);
        await publisher.publish('a', { qos: 1 });
        await publisher.publish('a', { qos: 2 });
        const [one, two] = takePublishes(subscriber);
        await send(
          subscriber,
          ack('puback', one?.packetId ?? 0, 0x80),
          ack('pubrec', two?.packetId ?? 0, 0x97),
        );
        expect(inboxTypes(subscriber)).toEqual([]);
        const back = await again(scene, subscriber);
        expect(inboxTypes(back)).toEqual([]);
        const { inFlight } =
          scene.broker.state().sessions.find(({ clientId }) => clientId === 'subscriber') ?? {};
        expect(inFlight).toBe(0);
      },
    },
  ),
];
