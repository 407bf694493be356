/** PUBLISH: its flags, its topic, and who gets it (v5 3.3.1, 3.3.2.1, 3.3.4; v3.1.1 3.3). */
import { expect } from 'vitest';
import type { Property } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { deny } from '../../harness.ts';
import { number, type TestClient } from '../../test-client.ts';
import { illFormedTexts, noProperties, nullText, packet, text } from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import { ack, expectBreach, expectEnded, inboxTypes, type Scene, send, takePublishes } from '../scene.ts';

/** A Client whose Session has a QoS 1 and a QoS 2 message under way; it is away and will come back. */
async function underWay(scene: Scene): Promise<void> {
  const subscriber = await scene.lasting('subscriber');
  subscriber.acknowledges = false;
  await subscriber.subscribe('#', 2);
  const publisher = await scene.connect({ clientId: 'publisher' });
  await publisher.publish('one', { qos: 1 });
  await publisher.publish('two', { qos: 2 });
  expect(takePublishes(subscriber).map(({ dup }) => dup)).toEqual([false, false]);
  await subscriber.reset();
}

const wildcardTopics: Case = async (scene) => {
  for (const topic of ['#', '+', 'a/#', 'a/+/b', 'a+', 'a#b']) {
    await expectBreach(scene, packet(0x30, topic, noProperties(scene.version)), 0x90);
  }
};

const answersByQoS: Readonly<Record<string, Case>> = {
  'nothing at QoS 0, PUBACK at QoS 1, PUBREC at QoS 2': async (scene) => {
    const publisher = await scene.connect();
    publisher.acknowledges = false;
    await publisher.publish('a', { qos: 0 });
    expect(inboxTypes(publisher)).toEqual([]);
    await publisher.publish('a', { qos: 1 });
    expect(inboxTypes(publisher)).toEqual(['puback']);
    await publisher.publish('a', { qos: 2 });
    expect(inboxTypes(publisher)).toEqual(['puback', 'pubrec']);
  },
};

const highestQoS: Case = async (scene) => {
  const subscriber = await scene.connect();
  await subscriber.subscribe('a/+', 0);
  await subscriber.subscribe('a/b', 2);
  await subscriber.subscribe('#', 1);
  const publisher = await scene.connect({ clientId: 'publisher' });
  for (const qos of [0, 1, 2] as const) {
    await publisher.publish('a/b', { qos });
    expect(takePublishes(subscriber).map((publish) => publish.qos)).toEqual([qos]);
  }
};

function identifiers(properties: readonly Property[]): readonly number[] {
  return properties.flatMap((property) =>
    property.id === PROPERTY.subscriptionIdentifier && property.kind === 'number' ? [property.value] : [],
  );
}

const identifier = (value: number): Property[] => [number(PROPERTY.subscriptionIdentifier, value)];

/** Subscribed to `a/b` by three filters, of which two have identifiers. */
async function overlapping(scene: Scene): Promise<TestClient> {
  const subscriber = await scene.connect();
  await subscriber.subscribe('a/b', 1, {}, identifier(1));
  await subscriber.subscribe('a/+', 1, {}, identifier(268_435_455));
  await subscriber.subscribe('a/#', 1);
  return subscriber;
}

/** The Client's Receive Maximum is 2; it acknowledges nothing, and five messages wait for it. */
async function fullWindow(scene: Scene): Promise<TestClient> {
  const subscriber = await scene.connect({ properties: [number(PROPERTY.receiveMaximum, 2)] });
  subscriber.acknowledges = false;
  await subscriber.subscribe('a', 2);
  const publisher = await scene.connect({ clientId: 'publisher' });
  for (const qos of [1, 2, 1, 2, 1] as const) await publisher.publish('a', { qos });
  return subscriber;
}

export const publishCases: readonly Coverage[] = [
  both(
    { 5: '3.3.1-1', 4: '3.3.1-1' },
    {
      'what was not acknowledged comes again with DUP 1': async (scene) => {
        await underWay(scene);
        const back = await scene.lasting('subscriber');
        expect(takePublishes(back).map(({ topic, dup }) => [topic, dup])).toEqual([
          ['one', true],
          ['two', true],
        ]);
      },
    },
  ),
  both(
    { 5: '3.3.1-2', 4: '3.3.1-2' },
    {
      'holds for what the Server sends': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect()).publish('a');
        expect(watcher.take('publish')).toMatchObject({ qos: 0, dup: false });
      },
      'a PUBLISH of QoS 0 with DUP 1 ends the connection': (scene) =>
        expectBreach(scene, packet(0x38, 'a', noProperties(scene.version)), 0x81),
    },
  ),
  server(
    { 5: '3.3.1-3', 4: '3.3.1-3' },
    {
      'DUP of a PUBLISH that came in is not sent on': async (scene) => {
        const watcher = await scene.watcher();
        const publisher = await scene.connect();
        await publisher.publish('a', { qos: 1, dup: true });
        await publisher.publish('a', { qos: 2, dup: true });
        expect(takePublishes(watcher).map(({ qos, dup }) => [qos, dup])).toEqual([
          [1, false],
          [2, false],
        ]);
      },
      'a PUBLISH that is sent again has it, though the one that came in had not': async (scene) => {
        await underWay(scene);
        const back = await scene.lasting('subscriber');
        expect(back.take('publish').dup).toBe(true);
      },
    },
  ),
  both(
    { 5: '3.3.1-4', 4: '3.3.1-4' },
    {
      'QoS 3 ends the connection': async (scene) => {
        await expectBreach(scene, packet(0x36, 'a', 0, 1, noProperties(scene.version)), 0x81);
        await expectBreach(scene, packet(0x3f, 'a', 0, 1, noProperties(scene.version)), 0x81);
      },
    },
  ),
  both(
    { 5: '3.3.2-1', 4: '3.3.2-1' },
    {
      'a PUBLISH without, or with one that is cut off, ends the connection': async (scene) => {
        await expectBreach(scene, packet(0x30), 0x81);
        await expectBreach(scene, packet(0x30, 0, 5, 0x61), 0x81);
      },
      'a Topic Name that is not UTF-8 ends the connection': async (scene) => {
        for (const bad of [...illFormedTexts, nullText]) {
          await expectBreach(scene, packet(0x30, text(bad), noProperties(scene.version)), 0x81);
        }
      },
      'any other text is a topic': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect()).publish(' /ä€😀\u0001');
        expect(watcher.take('publish').topic).toBe(' /ä€😀\u0001');
      },
    },
  ),
  both(
    { 5: '3.3.2-2', 4: '3.3.2-2' },
    {
      'a PUBLISH to a topic with wildcards ends the connection': wildcardTopics,
    },
  ),
  server(
    { 5: '3.3.2-3', 4: '3.3.2-3' },
    {
      'each subscriber gets the topic as it was published': async (scene) => {
        const filters = ['a/b/c', 'a/+/c', 'a/#', '+/+/+', '#'];
        const subscribers = await Promise.all(
          filters.map(async (filter) => {
            const subscriber = await scene.connect({ clientId: filter });
            await subscriber.subscribe(filter, 0);
            return subscriber;
          }),
        );
        await (await scene.connect()).publish('a/b/c');
        for (const subscriber of subscribers) expect(subscriber.takeMessages()).toEqual(['a/b/c=x']);
      },
    },
  ),
  both({ 5: '3.3.4-1', 4: '3.3.4-1' }, answersByQoS),
  server(
    { 5: '3.3.4-2', 4: '3.3.5-1' },
    {
      'one copy comes, at the highest QoS granted': highestQoS,
      'with a copy for each subscription, each has the QoS of its own': async (scene) => {
        const subscriber = await scene.serve({ overlapping: 'each' }).connect();
        await subscriber.subscribe('a/+', 0);
        await subscriber.subscribe('a/b', 2);
        await (await scene.connect({ clientId: 'publisher' })).publish('a/b', { qos: 2 });
        expect(
          takePublishes(subscriber)
            .map(({ qos }) => qos)
            .sort(),
        ).toEqual([0, 2]);
      },
    },
  ),
  server(
    { 5: '3.3.4-3' },
    {
      'a message carries that of its subscription': async (scene) => {
        const subscriber = await scene.connect();
        await subscriber.subscribe('a', 1, {}, identifier(7));
        await (await scene.connect({ clientId: 'publisher' })).publish('a');
        expect(identifiers(subscriber.take('publish').properties)).toEqual([7]);
      },
      'a retained message, and one that waited, carry it too': async (scene) => {
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('a', { retain: true });
        const subscriber = await scene.lasting();
        await subscriber.subscribe('a', 1, {}, identifier(7));
        expect(identifiers(subscriber.take('publish').properties)).toEqual([7]);
        await subscriber.reset();
        await publisher.publish('a', { qos: 1 });
        expect(identifiers((await scene.lasting()).take('publish').properties)).toEqual([7]);
      },
      'a message of a subscription without one carries none': async (scene) => {
        const subscriber = await scene.connect();
        await subscriber.subscribe('a', 1, {}, identifier(7));
        await subscriber.subscribe('b', 1);
        await subscriber.subscribe('a', 1);
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('a');
        await publisher.publish('b');
        expect(takePublishes(subscriber).map(({ properties }) => identifiers(properties))).toEqual([[], []]);
      },
    },
  ),
  server(
    { 5: '3.3.4-4' },
    {
      'one copy carries all of them': async (scene) => {
        const subscriber = await overlapping(scene);
        await (await scene.connect({ clientId: 'publisher' })).publish('a/b');
        const copies = takePublishes(subscriber).map(({ properties }) => [...identifiers(properties)].sort());
        expect(copies).toEqual([[1, 268_435_455]]);
      },
    },
  ),
  server(
    { 5: '3.3.4-5' },
    {
      'each copy carries its own': async (scene) => {
        const subscriber = await overlapping(scene.serve({ overlapping: 'each' }));
        await (await scene.connect({ clientId: 'publisher' })).publish('a/b');
        const copies = takePublishes(subscriber).map(({ properties }) => identifiers(properties));
        expect([...copies].sort()).toEqual([[], [1], [268_435_455]]);
      },
    },
  ),
  client(
    { 5: '3.3.4-6' },
    {
      'one in a PUBLISH ends the connection': async (scene) => {
        const publisher = await scene.connect();
        await publisher.publish('a', { properties: identifier(1) });
        expectEnded(publisher, 0x82);
      },
    },
  ),
  client(
    { 5: '3.3.4-7' },
    {
      'one QoS 2 message more than the Receive Maximum ends the connection': async (scene) => {
        const publisher = await scene.serve({ receiveMaximum: 2 }).connect();
        publisher.acknowledges = false;
        await publisher.publish('a', { qos: 2 });
        await publisher.publish('a', { qos: 2 });
        expect(publisher.closed).toBe(false);
        await publisher.publish('a', { qos: 2 });
        expectEnded(publisher, 0x93);
      },
      'a message that is acknowledged makes room for the next': async (scene) => {
        const publisher = await scene.serve({ receiveMaximum: 1 }).connect();
        for (const qos of [1, 2, 2, 1, 2] as const) await publisher.publish('a', { qos });
        expect(publisher.closed).toBe(false);
      },
    },
  ),
  client(
    { 5: '3.3.4-8' },
    'A packet that a Client holds back is not seen by the Server; that it answers them meanwhile is shown at [MQTT-4.9.0-3].',
  ),
  server(
    { 5: '3.3.4-9' },
    {
      'no more come than the Receive Maximum, until some are acknowledged': async (scene) => {
        const subscriber = await fullWindow(scene);
        const [one, two] = takePublishes(subscriber);
        expect(takePublishes(subscriber)).toEqual([]);
        await send(subscriber, ack('puback', one?.packetId ?? 0));
        expect(takePublishes(subscriber)).toHaveLength(1);
        // PUBREC alone makes no room, PUBCOMP does.
        await send(subscriber, ack('pubrec', two?.packetId ?? 0));
        expect(takePublishes(subscriber)).toEqual([]);
        await send(subscriber, ack('pubcomp', two?.packetId ?? 0));
        expect(takePublishes(subscriber)).toHaveLength(1);
      },
      'a PUBREC that refuses makes room': async (scene) => {
        const subscriber = await fullWindow(scene);
        const [, two] = takePublishes(subscriber);
        await send(subscriber, ack('pubrec', two?.packetId ?? 0, 0x80));
        expect(takePublishes(subscriber)).toHaveLength(1);
      },
      'counts what is sent again over a new connection': async (scene) => {
        const subscriber = await scene.lasting();
        subscriber.acknowledges = false;
        await subscriber.subscribe('a', 2);
        const publisher = await scene.connect({ clientId: 'publisher' });
        for (let count = 0; count < 5; count++) await publisher.publish('a', { qos: 2 });
        await subscriber.reset();
        const back = scene.open();
        back.acknowledges = false;
        await back.connect({ ...scene.keeps, properties: [number(PROPERTY.receiveMaximum, 2)] });
        expect(takePublishes(back)).toHaveLength(2);
      },
    },
  ),
  server(
    { 5: '3.3.4-10' },
    {
      'QoS 0 messages and answers come all the same': async (scene) => {
        const subscriber = await fullWindow(scene);
        takePublishes(subscriber);
        await (await scene.connect({ clientId: 'other' })).publish('a');
        expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual([0]);
        await send(subscriber, { type: 'pingreq' });
        expect(inboxTypes(subscriber)).toEqual(['pingresp']);
        await subscriber.subscribe('b', 0);
        await subscriber.publish('c', { qos: 1 });
        await settled();
        expect(inboxTypes(subscriber)).toContain('puback');
      },
    },
  ),
  server(
    { 4: '3.3.5-2' },
    {
      'is acknowledged as ever and goes nowhere': async (scene) => {
        const watcher = await scene.serve({ deny: [deny('a', 'notAuthorized')] }).watcher();
        const publisher = await scene.connect();
        await publisher.publish('a', { qos: 1 });
        expect(publisher.take('puback')).toMatchObject({ reasonCode: 0 });
        await publisher.publish('a', { qos: 2 });
        expect(inboxTypes(publisher)).toEqual(['pubrec', 'pubcomp']);
        expect(watcher.takeMessages()).toEqual([]);
      },
      'or the connection is closed': async (scene) => {
        const watcher = await scene.serve({ deny: [deny('a', 'disconnect')] }).watcher();
        const publisher = await scene.connect();
        await publisher.publish('a', { qos: 1 });
        expectEnded(publisher);
        expect(inboxTypes(publisher)).toEqual([]);
        expect(watcher.takeMessages()).toEqual([]);
      },
    },
  ),
];
