/** SUBSCRIBE and SUBACK (v5 3.8, 3.9; v3.1.1 3.8, 3.9). */
import { expect } from 'vitest';
import { encodePacket } from '../../../../../src/mqtt/encode.ts';
import type { QoS } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../../src/mqtt/properties.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { deny } from '../../harness.ts';
import { number, utf8 } from '../../test-client.ts';
import { illFormedTexts, noProperties, nullText, packet, text } from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import { never } from '../dialogue.ts';
import { expectBreach, inboxTypes, type Scene, send, subscribeTo, takePublishes } from '../scene.ts';

/** A broker that refuses `secret` and filters of more than two levels. */
function refusing(scene: Scene): Scene {
  return scene.serve({
    deny: [{ ...deny('none', 'notAuthorized'), subscribe: 'secret' }],
    topicFilterLevels: 2,
  });
}

/** SUBSCRIBE with these options for `a`. */
function withOptions(scene: Scene, options: number, topicFilter = 'a'): Uint8Array {
  return packet(0x82, 0, 1, noProperties(scene.version), topicFilter, options);
}

const otherFlags =
  (type: number, rest: (scene: Scene) => Uint8Array): Case =>
  async (scene) => {
    for (let flags = 0; flags < 16; flags++) {
      if (flags === 2) continue;
      const bytes = new Uint8Array(rest(scene));
      bytes[0] = (type << 4) | flags;
      await expectBreach(scene, bytes, 0x81);
    }
  };

const each: Readonly<Record<string, Case>> = {
  'comes for each, in their order': async (scene) => {
    const subscriber = await scene.connect();
    await send(
      subscriber,
      subscribeTo(5, [['a', 0]]),
      subscribeTo(3, [['a', 1]]),
      subscribeTo(4, [['b', 2]]),
    );
    expect(inboxTypes(subscriber)).toEqual(['suback', 'suback', 'suback']);
    expect([1, 2, 3].map(() => subscriber.take('suback').packetId)).toEqual([5, 3, 4]);
  },
  'comes also where nothing is granted': async (scene) => {
    const subscriber = await refusing(scene).connect();
    await send(subscriber, subscribeTo(9, [['secret', 0]]));
    expect(subscriber.take('suback').packetId).toBe(9);
  },
};

const replaces: Readonly<Record<string, Case>> = {
  'one copy comes, by the newer one': async (scene) => {
    const subscriber = await scene.connect();
    await subscriber.subscribe('a', 0);
    await subscriber.subscribe('a', 2);
    const publisher = await scene.connect({ clientId: 'publisher' });
    await publisher.publish('a', { qos: 2 });
    expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual([2]);
    await subscriber.subscribe('a', 1);
    await publisher.publish('a', { qos: 2 });
    expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual([1]);
    expect(scene.broker.state().sessions.find((session) => session.clientId === 'demo')?.subscriptions).toBe(
      1,
    );
  },
  'a filter that matches the same topics is another one': async (scene) => {
    const subscriber = await scene.connect();
    for (const filter of ['a/b', 'a/+', 'a/#']) await subscriber.subscribe(filter, 0);
    expect(scene.broker.state().sessions[0]?.subscriptions).toBe(3);
  },
};

const notInterrupted: Readonly<Record<string, Case>> = {
  'what was retained comes again': async (scene) => {
    await (await scene.connect({ clientId: 'publisher' })).publish('a', { retain: true });
    const subscriber = await scene.connect();
    await subscriber.subscribe('a', 1);
    expect(subscriber.takeMessages()).toEqual(['a=x']);
    await subscriber.subscribe('a', 1);
    expect(subscriber.takeMessages()).toEqual(['a=x']);
  },
  'nothing is lost before, between and behind': async (scene) => {
    const subscriber = await scene.connect();
    await subscriber.subscribe('a', 1);
    const none = noProperties(scene.version);
    const publish = (payload: string): Uint8Array => packet(0x30, 'a', none, utf8(payload));
    const again = encodePacket(subscribeTo(9, [['a', 2]]), scene.version);
    subscriber.sendBytes(Buffer.concat([publish('1'), again, publish('2'), again, publish('3')]));
    await settled();
    expect(subscriber.takeMessages()).toEqual(['a=1', 'a=2', 'a=3']);
  },
  'what waits under way is finished': async (scene) => {
    const subscriber = await scene.connect();
    subscriber.acknowledges = false;
    await subscriber.subscribe('a', 1);
    await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 1 });
    await subscriber.subscribe('a', 0);
    expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual([1]);
    expect(scene.broker.state().sessions[0]?.inFlight).toBe(1);
  },
};

const severalAtOnce: Readonly<Record<string, Case>> = {
  'each is granted, and one SUBACK comes': async (scene) => {
    const publisher = await scene.connect({ clientId: 'publisher' });
    await publisher.publish('b', { retain: true });
    const subscriber = await scene.connect();
    await send(
      subscriber,
      subscribeTo(1, [
        ['a', 0],
        ['b', 1],
        ['c/#', 2],
      ]),
    );
    expect(inboxTypes(subscriber)).toEqual(['suback', 'publish']);
    expect(subscriber.take('suback').reasonCodes).toEqual([0, 1, 2]);
    takePublishes(subscriber);
    for (const topic of ['a', 'b', 'c/d']) await publisher.publish(topic);
    expect(subscriber.takeMessages()).toEqual(['a=x', 'b=x', 'c/d=x']);
  },
  'the same filter twice is one subscription, by the last': async (scene) => {
    const subscriber = await scene.connect();
    await send(
      subscriber,
      subscribeTo(1, [
        ['a', 2],
        ['a', 0],
      ]),
    );
    expect(subscriber.take('suback').reasonCodes).toEqual([2, 0]);
    await (await scene.connect({ clientId: 'publisher' })).publish('a', { qos: 2 });
    expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual([0]);
  },
};

const granted: Readonly<Record<string, Case>> = {
  'one for each filter, granted or refused': async (scene) => {
    const subscriber = await refusing(scene).connect();
    await send(
      subscriber,
      subscribeTo(1, [
        ['a', 2],
        ['secret', 2],
        ['b', 0],
        ['a/b/c', 1],
        ['c', 1],
      ]),
    );
    const failures = scene.version === 5 ? [0x87, 0x8f] : [0x80, 0x80];
    expect(subscriber.take('suback').reasonCodes).toEqual([2, failures[0], 0, failures[1], 1]);
  },
  'what was granted is delivered, what was refused is not': async (scene) => {
    const subscriber = await refusing(scene).connect();
    await send(
      subscriber,
      subscribeTo(1, [
        ['secret', 2],
        ['a', 0],
      ]),
    );
    const publisher = await scene.connect({ clientId: 'publisher' });
    await publisher.publish('secret');
    await publisher.publish('a');
    expect(subscriber.takeMessages()).toEqual(['a=x']);
  },
};

const lowerQoS: Case = async (scene) => {
  const publisher = await scene.connect({ clientId: 'publisher' });
  const levels: readonly QoS[] = [0, 1, 2];
  for (const most of levels) {
    const subscriber = await scene.connect({ clientId: `at ${most}` });
    await subscriber.subscribe('a', most);
    for (const qos of levels) await publisher.publish('a', { qos });
    expect(takePublishes(subscriber).map(({ qos }) => qos)).toEqual(levels.map((qos) => Math.min(qos, most)));
  }
};

export const subscribeCases: readonly Coverage[] = [
  both(
    { 5: '3.8.1-1', 4: '3.8.1-1' },
    {
      'other flags end the connection': otherFlags(8, (scene) => withOptions(scene, 0)),
    },
  ),
  client(
    { 5: '3.8.3-1', 4: '3.8.3-1' },
    {
      'anything else ends the connection': async (scene) => {
        for (const bad of [...illFormedTexts, nullText]) {
          await expectBreach(
            scene,
            packet(0x82, 0, 1, noProperties(scene.version), text(bad), 0),
            0x81,
            0x8f,
          );
        }
      },
      'any other text is a filter': async (scene) => {
        const subscriber = await scene.connect();
        await subscriber.subscribe(' /ä€😀', 0);
        await subscriber.publish(' /ä€😀');
        expect(subscriber.takeMessages()).toEqual([' /ä€😀=x']);
      },
    },
  ),
  server(
    { 4: '3.8.3-2' },
    {
      'a filter with wildcards is refused, others are granted': async (scene) => {
        const subscriber = await scene.serve({ wildcardSubscriptions: false }).connect();
        await send(
          subscriber,
          subscribeTo(1, [
            ['a', 1],
            ['a/#', 1],
            ['+', 1],
          ]),
        );
        expect(subscriber.take('suback').reasonCodes).toEqual([1, 0x80, 0x80]);
        await (await scene.connect({ clientId: 'publisher' })).publish('a');
        expect(subscriber.takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  client(
    { 5: '3.8.3-2', 4: '3.8.3-3' },
    {
      'a SUBSCRIBE without one ends the connection': (scene) =>
        expectBreach(scene, packet(0x82, 0, 1, noProperties(scene.version)), 0x82),
      'a Topic Filter without options ends the connection': (scene) =>
        expectBreach(scene, packet(0x82, 0, 1, noProperties(scene.version), 'a'), 0x81),
    },
  ),
  server(
    { 5: '3.8.3-3' },
    {
      'the Client itself does not get it, others do': async (scene) => {
        const own = await scene.connect();
        await own.subscribe('a', 1, { noLocal: true });
        const other = await scene.watcher('a');
        await own.publish('a', { qos: 1 });
        expect(own.takeMessages()).toEqual([]);
        expect(other.takeMessages()).toEqual(['a=x']);
        await other.publish('a', 'y');
        expect(own.takeMessages()).toEqual(['a=y']);
      },
      'also over a later connection, and what was retained': async (scene) => {
        const first = await scene.lasting();
        await first.subscribe('a', 1, { noLocal: true });
        await first.publish('a', { qos: 1, retain: true });
        await first.reset();
        const back = await scene.lasting();
        await back.subscribe('a', 1, { noLocal: true });
        expect(back.takeMessages()).toEqual([]);
      },
      'without it the Client gets what it publishes': async (scene) => {
        const own = await scene.connect();
        await own.subscribe('a', 1);
        await own.publish('a');
        expect(own.takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  client(
    { 5: '3.8.3-4' },
    {
      'ends the connection': (scene) => expectBreach(scene, withOptions(scene, 0x04, '$share/g/a'), 0x82),
    },
  ),
  server(
    { 5: '3.8.3-5' },
    {
      'either of them ends the connection': async (scene) => {
        await expectBreach(scene, withOptions(scene, 0x40), 0x81);
        await expectBreach(scene, withOptions(scene, 0x80), 0x81);
      },
    },
  ),
  server(
    { 4: '3-8.3-4' },
    {
      'any reserved bit ends the connection': async (scene) => {
        for (let bit = 2; bit < 8; bit++) await expectBreach(scene, withOptions(scene, 1 << bit));
      },
      'QoS 3 ends the connection': (scene) => expectBreach(scene, withOptions(scene, 3)),
    },
  ),
  server({ 5: ['3.8.4-1', '3.8.4-2'], 4: ['3.8.4-1', '3.8.4-2'] }, each),
  server(
    { 5: '3.8.4-3' },
    {
      ...replaces,
      'its identifier and its options are those of the newer one': async (scene) => {
        const subscriber = await scene.connect();
        await subscriber.subscribe('a', 1, { noLocal: true }, [number(PROPERTY.subscriptionIdentifier, 1)]);
        await subscriber.subscribe('a', 1, {}, [number(PROPERTY.subscriptionIdentifier, 2)]);
        await subscriber.publish('a');
        expect(takePublishes(subscriber).map(({ properties }) => properties)).toEqual([
          [number(PROPERTY.subscriptionIdentifier, 2)],
        ]);
      },
    },
  ),
  server({ 4: '3.8.4-3' }, { ...replaces, ...notInterrupted }),
  server({ 5: '3.8.4-4' }, notInterrupted),
  server({ 5: '3.8.4-5', 4: '3.8.4-4' }, severalAtOnce),
  server({ 5: ['3.8.4-6', '3.8.4-7'], 4: '3.8.4-5' }, granted),
  server({ 5: '3.8.4-8', 4: '3.8.4-6' }, { 'for each QoS published and granted': lowerQoS }),
  server(
    { 5: '3.9.2-1' },
    {
      'SUBACK comes whole to a Client that takes little': async (scene) => {
        refusing(scene);
        const subscriber = await scene.connect({ properties: [number(PROPERTY.maximumPacketSize, 20)] });
        await send(subscriber, subscribeTo(1, [['secret', 0]]));
        expect(subscriber.take('suback')).toMatchObject({ reasonCodes: [0x87], properties: [] });
      },
    },
  ),
  server({ 5: '3.9.2-2' }, { 'none has one': never('suback', PROPERTY.userProperty) }),
  server(
    { 5: '3.9.3-1', 4: '3.9.3-1' },
    {
      'whatever they are': async (scene) => {
        const subscriber = await refusing(scene).connect();
        await send(
          subscriber,
          subscribeTo(1, [
            ['z', 2],
            ['secret', 0],
            ['a', 1],
            ['m', 0],
          ]),
        );
        const refused = scene.version === 5 ? 0x87 : 0x80;
        expect(subscriber.take('suback').reasonCodes).toEqual([2, refused, 1, 0]);
      },
    },
  ),
  server(
    { 5: '3.9.3-2', 4: '3.9.3-2' },
    {
      'a code of the list stands for each filter': async (scene) => {
        const subscriber = await refusing(scene).connect();
        const { reasonCodes } = await subscriber.subscribe('a', 1);
        expect(reasonCodes).toEqual([1]);
        const refused = [
          ...(await subscriber.subscribe('secret', 1)).reasonCodes,
          ...(await subscriber.subscribe('a/b/c/d', 1)).reasonCodes,
        ];
        expect(refused).toEqual(scene.version === 5 ? [0x87, 0x8f] : [0x80, 0x80]);
      },
    },
  ),
];
