/** The properties of PUBLISH (v5 3.3.2.3). */
import { expect } from 'vitest';
import type { Property, PublishPacket } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../../../src/mqtt/properties.ts';
import { number, type TestClient, utf8 } from '../../test-client.ts';
import { illFormedTexts, nullText, packet, text } from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import { expectBreach, expectEnded, type Scene, takePublishes } from '../scene.ts';

const alias = (value: number): Property[] => [number(PROPERTY.topicAlias, value)];
const aliasesTaken = (most: number): Property[] => [number(PROPERTY.topicAliasMaximum, most)];
const expiry = (seconds: number): Property[] => [number(PROPERTY.messageExpiryInterval, seconds)];

/** Each way a message reaches a subscriber: at once, after a time away, and from the retained ones. */
async function copies(scene: Scene, message: Partial<PublishPacket>): Promise<readonly PublishPacket[]> {
  const watcher = await scene.watcher('a');
  const away = await scene.lasting('away');
  await away.subscribe('a', 1);
  await away.reset();
  await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 1, retain: true, ...message });
  const back = await scene.lasting('away');
  const late = await scene.watcher('a', { clientId: 'late' });
  return [watcher, back, late].map((subscriber) => subscriber.take('publish'));
}

const unaltered =
  (...properties: readonly Property[]): Case =>
  async (scene) => {
    for (const copy of await copies(scene, { properties })) expect(copy.properties).toEqual(properties);
  };

/** PUBLISH to `a` with a property that is a string. */
function withString(id: number, value: Uint8Array): Uint8Array {
  const property = [id, ...text(value)];
  return packet(0x30, 'a', property.length, new Uint8Array(property));
}

const notUtf8 =
  (id: number): Case =>
  async (scene) => {
    for (const bad of [...illFormedTexts, nullText]) await expectBreach(scene, withString(id, bad), 0x81);
  };

/** The Topic Aliases of what the Server sends for three topics, twice over. */
async function aliasesSent(scene: Scene, subscriber: TestClient): Promise<readonly PublishPacket[]> {
  await subscriber.subscribe('#', 0);
  const publisher = await scene.connect({ clientId: 'publisher' });
  for (const topic of ['a', 'b', 'c', 'a', 'b', 'c']) await publisher.publish(topic);
  return takePublishes(subscriber);
}

function aliasOf({ properties }: PublishPacket): number | undefined {
  return propertyNumber(properties, PROPERTY.topicAlias);
}

const atMost: Readonly<Record<string, Case>> = {
  'goes up to it and not beyond': async (scene) => {
    const subscriber = await scene.connect({ properties: aliasesTaken(2) });
    const sent = await aliasesSent(scene, subscriber);
    expect(sent).toHaveLength(6);
    const used = sent.map(aliasOf).filter((each) => each !== undefined);
    for (const each of used) expect([1, 2]).toContain(each);
    expect(used.length).toBeGreaterThan(0);
  },
  'a Topic Alias without a topic means the one that was set': async (scene) => {
    const subscriber = await scene.connect({ properties: aliasesTaken(2) });
    const topics = new Map<number, string>();
    const read = (await aliasesSent(scene, subscriber)).map((publish) => {
      const used = aliasOf(publish);
      if (used !== undefined && publish.topic !== '') topics.set(used, publish.topic);
      return publish.topic === '' ? topics.get(used ?? 0) : publish.topic;
    });
    expect(read).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  },
};

export const publishPropertyCases: readonly Coverage[] = [
  server({ 5: '3.1.2-26' }, atMost),
  server(
    { 5: '3.1.2-27' },
    {
      'none is sent': async (scene) => {
        for (const properties of [[], aliasesTaken(0)]) {
          const subscriber = await scene.connect({ properties });
          const sent = await aliasesSent(scene, subscriber);
          expect(sent.map((publish) => [publish.topic, aliasOf(publish)])).toEqual(
            ['a', 'b', 'c', 'a', 'b', 'c'].map((topic) => [topic, undefined]),
          );
        }
      },
    },
  ),
  server(
    { 5: '3.3.2-4' },
    {
      'is 0 or 1 as published': async (scene) => {
        await unaltered(number(PROPERTY.payloadFormatIndicator, 1))(scene);
        await unaltered(number(PROPERTY.payloadFormatIndicator, 0))(scene.serve());
      },
    },
  ),
  server(
    { 5: '3.3.2-5' },
    {
      'a message that waited for its Client is gone': async (scene) => {
        const away = await scene.lasting();
        await away.subscribe('#', 1);
        await away.reset();
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('a', { qos: 1, properties: expiry(10) });
        await publisher.publish('b', { qos: 1, properties: expiry(11) });
        await scene.advance(10_000);
        expect((await scene.lasting()).takeMessages()).toEqual(['b=x']);
      },
      'a message that waited for the Receive Maximum is gone': async (scene) => {
        const subscriber = await scene.connect({ properties: [number(PROPERTY.receiveMaximum, 1)] });
        subscriber.acknowledges = false;
        await subscriber.subscribe('#', 1);
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('a', { qos: 1 });
        await publisher.publish('b', { qos: 1, properties: expiry(10) });
        await publisher.publish('c', { qos: 1 });
        await scene.advance(10_000);
        subscriber.acknowledges = true;
        subscriber.send({
          type: 'puback',
          packetId: subscriber.take('publish').packetId ?? 0,
          reasonCode: 0,
          properties: [],
        });
        await scene.advance(0);
        expect(subscriber.takeMessages()).toEqual(['c=x']);
      },
      'a retained message is gone': async (scene) => {
        await (await scene.connect()).publish('a', { retain: true, properties: expiry(10) });
        await scene.advance(10_000);
        expect((await scene.watcher()).takeMessages()).toEqual([]);
        await (await scene.connect()).publish('a', { retain: true, properties: expiry(10) });
        await scene.advance(10_000);
        expect((await scene.watcher('a')).takeMessages()).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.3.2-6' },
    {
      'is what was received where the message did not wait': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect()).publish('a', { properties: expiry(100) });
        expect(watcher.take('publish').properties).toEqual(expiry(100));
      },
      'is less by the seconds that it waited, for a Client or as a retained message': async (scene) => {
        const away = await scene.lasting();
        await away.subscribe('a', 1);
        await away.reset();
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('a', { qos: 1, retain: true, properties: expiry(100) });
        await scene.advance(30_000);
        const back = await scene.lasting();
        expect(back.take('publish').properties).toEqual(expiry(70));
        const late = await scene.watcher('a');
        expect(late.take('publish').properties).toEqual(expiry(70));
      },
    },
  ),
  both(
    { 5: '3.3.2-7' },
    {
      'a Topic Alias of an earlier connection is not known': async (scene) => {
        const first = await scene.lasting();
        await first.publish('a', { properties: alias(1) });
        await first.reset();
        const back = await scene.lasting();
        await back.publish('', { properties: alias(1) });
        expectEnded(back, 0x82);
      },
      'the Server sets its own anew for each connection': async (scene) => {
        const publisher = await scene.connect({ clientId: 'publisher' });
        const first = await scene.lasting('demo', { properties: aliasesTaken(5) });
        await first.subscribe('a', 0);
        await publisher.publish('a');
        await publisher.publish('a');
        await first.reset();
        const back = await scene.lasting('demo', { properties: aliasesTaken(5) });
        await publisher.publish('a');
        expect(back.take('publish').topic).toBe('a');
      },
      'those of one connection mean nothing on another': async (scene) => {
        await (await scene.connect()).publish('a', { properties: alias(1) });
        const other = await scene.connect({ clientId: 'other' });
        await other.publish('', { properties: alias(1) });
        expectEnded(other, 0x82);
      },
    },
  ),
  both(
    { 5: '3.3.2-8' },
    {
      'in a PUBLISH of a Client ends the connection': async (scene) => {
        const publisher = await scene.connect();
        await publisher.publish('a', { properties: alias(0) });
        expectEnded(publisher, 0x94, 0x82);
      },
      'never comes from the Server': async (scene) => {
        const subscriber = await scene.connect({ properties: aliasesTaken(1) });
        const sent = await aliasesSent(scene, subscriber);
        expect(sent).toHaveLength(6);
        expect(sent.map(aliasOf)).not.toContain(0);
      },
    },
  ),
  client(
    { 5: '3.3.2-9' },
    {
      'one above it ends the connection with 0x94': async (scene) => {
        const publisher = await scene.serve({ topicAliasMaximum: 2 }).connect();
        await publisher.publish('a', { properties: alias(2) });
        expect(publisher.closed).toBe(false);
        await publisher.publish('a', { properties: alias(3) });
        expectEnded(publisher, 0x94);
      },
    },
  ),
  client({ 5: '3.3.2-10' }, 'What a Client accepts is its own affair; the Server is not told.'),
  server({ 5: '3.3.2-11' }, atMost),
  server(
    { 5: '3.3.2-12' },
    {
      'each can be set, used and set again': async (scene) => {
        const watcher = await scene.serve({ topicAliasMaximum: 5 }).watcher();
        const publisher = await scene.connect();
        for (const value of [1, 2, 3, 4, 5])
          await publisher.publish(`t${value}`, { properties: alias(value) });
        for (const value of [5, 4, 3, 2, 1]) await publisher.publish('', { properties: alias(value) });
        await publisher.publish('new', { properties: alias(5) });
        await publisher.publish('', { properties: alias(5) });
        expect(watcher.takeMessages().map((message) => message.replace('=x', ''))).toEqual([
          ...['t1', 't2', 't3', 't4', 't5', 't5', 't4', 't3', 't2', 't1'],
          ...['new', 'new'],
        ]);
      },
      'it is not sent on to subscribers': async (scene) => {
        const watcher = await scene.watcher();
        await (await scene.connect()).publish('a', { properties: alias(1) });
        expect(watcher.take('publish').properties).toEqual([]);
      },
    },
  ),
  both({ 5: '3.3.2-13' }, { 'anything else ends the connection': notUtf8(PROPERTY.responseTopic) }),
  both(
    { 5: '3.3.2-14' },
    {
      'wildcards end the connection': async (scene) => {
        for (const topic of ['#', 'a/+']) {
          await expectBreach(scene, withString(PROPERTY.responseTopic, utf8(topic)), 0x90, 0x82);
        }
      },
    },
  ),
  server(
    { 5: '3.3.2-15' },
    {
      'whoever gets it, and when': unaltered({ id: PROPERTY.responseTopic, kind: 'string', value: 're/ä' }),
    },
  ),
  server(
    { 5: '3.3.2-16' },
    {
      'whoever gets it, and when': unaltered({
        id: PROPERTY.correlationData,
        kind: 'bytes',
        value: new Uint8Array([0, 255, 128]),
      }),
    },
  ),
  server(
    { 5: '3.3.2-17' },
    {
      'whoever gets it, and when': unaltered(
        { id: PROPERTY.userProperty, kind: 'pair', name: '', value: '' },
        { id: PROPERTY.userProperty, kind: 'pair', name: 'ä', value: ' x ' },
      ),
    },
  ),
  server(
    { 5: '3.3.2-18' },
    {
      'with repeats, and with other properties between': unaltered(
        { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
        { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '2' },
        { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
        { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
        { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '0' },
      ),
    },
  ),
  both({ 5: '3.3.2-19' }, { 'anything else ends the connection': notUtf8(PROPERTY.contentType) }),
  server(
    { 5: '3.3.2-20' },
    {
      'whoever gets it, and when': unaltered({ id: PROPERTY.contentType, kind: 'string', value: 'text/ä' }),
    },
  ),
];
