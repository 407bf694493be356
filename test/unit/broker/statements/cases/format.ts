/** Chapters 1 and 2: data, and the parts of a packet. */
import { expect } from 'vitest';
import { settled } from '../../../support/duplex-pair.ts';
import { utf8 } from '../../test-client.ts';
import {
  connectBytes,
  illFormedTexts,
  noProperties,
  nullText,
  packet,
  plainConnect,
  text,
} from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import {
  ack,
  expectBreach,
  expectRefused,
  type Scene,
  send,
  subscribeTo,
  takePublishes,
  unsubscribeFrom,
} from '../scene.ts';

/** Every place of a Client's packets that holds a string, with `bad` in it. */
function breachesWith(bad: Uint8Array): Readonly<Record<string, Case>> {
  const connects =
    (flags: number, payload: (scene: Scene) => readonly (Uint8Array | string)[]): Case =>
    (scene) =>
      expectRefused(scene, connectBytes(scene.version, { flags, payload: payload(scene) }), 0x81);
  return {
    'in the Client Identifier refuses the CONNECT': connects(0x02, () => [text(bad)]),
    'in the Will Topic refuses the CONNECT': connects(0x06, ({ version }) => [
      'demo',
      noProperties(version),
      text(bad),
      'x',
    ]),
    'in the User Name refuses the CONNECT': connects(0x82, () => ['demo', text(bad)]),
    'in a Topic Name ends the connection': (scene) =>
      expectBreach(scene, packet(0x30, text(bad), noProperties(scene.version)), 0x81, 0x90),
    'in a Topic Filter of SUBSCRIBE ends the connection': (scene) =>
      expectBreach(scene, packet(0x82, 0, 1, noProperties(scene.version), text(bad), 0), 0x81, 0x8f),
    'in a Topic Filter of UNSUBSCRIBE ends the connection': (scene) =>
      expectBreach(scene, packet(0xa2, 0, 1, noProperties(scene.version), text(bad)), 0x81, 0x8f),
  };
}

function userPropertyPublish(name: Uint8Array, value: Uint8Array): Uint8Array {
  const property = [0x26, ...text(name), ...text(value)];
  return packet(0x30, 'a', property.length, new Uint8Array(property));
}

/** Plays most types of packets both ways; answers the first bytes of what the Server sent. */
async function firstBytesOfServer(scene: Scene): Promise<readonly number[]> {
  const { version } = scene;
  const none = noProperties(version);
  const { packets, frames } = await scene.bytes(
    plainConnect(version),
    packet(0x82, 0, 1, none, 'a', 2),
    packet(0x32, 'a', 0, 1, none),
    packet(0x34, 'a', 0, 2, none),
    packet(0x62, 0, 2),
    packet(0x50, 0, 2),
    packet(0xa2, 0, 3, none, 'a'),
    packet(0xc0),
    ...(version === 5 ? [packet(0x30, '', 0)] : []),
  );
  expect(new Set(packets.map((each) => each.type))).toEqual(
    new Set([
      'connack',
      'suback',
      'puback',
      'publish',
      'pubrec',
      'pubcomp',
      'pubrel',
      'unsuback',
      'pingresp',
      ...(version === 5 ? ['disconnect'] : []),
    ]),
  );
  return frames.map((frame) => frame[0] ?? 0);
}

const reservedFlags: Readonly<Record<string, Case>> = {
  'has the listed flags in every packet that the Server sends': async (scene) => {
    for (const first of await firstBytesOfServer(scene)) {
      // PUBLISH has flags of its own.
      if (first >> 4 !== 3) expect(first & 0x0f).toBe(first >> 4 === 6 ? 2 : 0);
    }
  },
  'refuses a CONNECT with other flags': (scene) =>
    expectRefused(scene, connectBytes(scene.version, { firstByte: 0x11 }), 0x81),
  'ends the connection at PUBACK, PUBREC, PUBREL or PUBCOMP with other flags': async (scene) => {
    for (const first of [0x41, 0x52, 0x60, 0x6a, 0x78]) {
      await expectBreach(scene, packet(first, 0, 1), 0x81);
    }
  },
  'ends the connection at SUBSCRIBE or UNSUBSCRIBE with other flags': async (scene) => {
    const none = noProperties(scene.version);
    await expectBreach(scene, packet(0x80, 0, 1, none, 'a', 0), 0x81);
    await expectBreach(scene, packet(0xa0, 0, 1, none, 'a'), 0x81);
  },
  'ends the connection at PINGREQ or DISCONNECT with other flags': async (scene) => {
    await expectBreach(scene, packet(0xc8), 0x81);
    await expectBreach(scene, packet(0xe1), 0x81);
  },
};

/**
 * Packet Identifiers of at least `count` new messages, of which the first is never acknowledged, and each other at
 * once. By bytes, because there are so many.
 */
async function manyPacketIds(scene: Scene, count: number): Promise<readonly number[]> {
  const publisher = await scene.connect({ clientId: 'publisher' });
  const subscriber = await scene.connect({ clientId: 'subscriber' });
  await subscriber.subscribe('a', 1);
  publisher.reads = false;
  subscriber.reads = false;
  const publish = packet(0x32, 'a', 0, 1, noProperties(scene.version));
  const ids: number[] = [];
  let received = Buffer.alloc(0);
  subscriber.link.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const acknowledgements: Uint8Array[] = [];
    // What comes is as what was sent, with another Packet Identifier: fixed header 2, topic 3.
    for (; received.length >= publish.length; received = received.subarray(publish.length)) {
      ids.push(received.readUInt16BE(5));
      if (ids.length > 1) acknowledgements.push(packet(0x40, received.subarray(5, 7)));
    }
    subscriber.link.write(Buffer.concat(acknowledgements));
  });
  publisher.sendBytes(publish);
  await settled();
  expect(ids).toEqual([expect.any(Number)]);
  const burst = Buffer.concat(Array.from({ length: 1_000 }, () => publish));
  while (ids.length < count) {
    const before = ids.length;
    publisher.sendBytes(burst);
    await settled();
    expect(ids.length).toBeGreaterThan(before);
  }
  return ids;
}

const freshIds: Readonly<Record<string, Case>> = {
  'gives messages under way different Packet Identifiers, and none of them 0': async (scene) => {
    const subscriber = await scene.connect({ clientId: 'subscriber' });
    subscriber.acknowledges = false;
    await subscriber.subscribe('a', 2);
    const publisher = await scene.connect({ clientId: 'publisher' });
    for (let count = 0; count < 20; count++) {
      await publisher.publish('a', { qos: count % 2 === 0 ? 1 : 2 });
    }
    const ids = takePublishes(subscriber).map(({ packetId }) => packetId);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
    expect(ids).not.toContain(0);
  },
  'passes over an identifier in use when all others have been used': async (scene) => {
    const ids = await manyPacketIds(scene, 0x1_0010);
    expect(ids).not.toContain(0);
    expect(ids.filter((id) => id === ids[0])).toHaveLength(1);
  },
};

const answersToPublish: Readonly<Record<string, Case>> = {
  'in PUBACK and PUBREC is that of the PUBLISH, in PUBCOMP that of the PUBREL': async (scene) => {
    const publisher = await scene.connect();
    publisher.acknowledges = false;
    await publisher.publish('a', { qos: 1, packetId: 7 });
    expect(publisher.take('puback').packetId).toBe(7);
    await publisher.publish('a', { qos: 2, packetId: 0xffff });
    expect(publisher.take('pubrec').packetId).toBe(0xffff);
    await send(publisher, ack('pubrel', 0xffff));
    expect(publisher.take('pubcomp').packetId).toBe(0xffff);
  },
  'in PUBREL is that of the PUBLISH': async (scene) => {
    const subscriber = await scene.watcher();
    await (await scene.connect()).publish('a', { qos: 2 });
    const { packetId } = subscriber.take('publish');
    expect(subscriber.take('pubrel').packetId).toBe(packetId);
  },
};

export const formatCases: readonly Coverage[] = [
  both(
    { 5: '1.5.4-1', 4: '1.5.3-1' },
    {
      ...Object.fromEntries(
        Object.keys(breachesWith(nullText)).map((what) => [
          `ill-formed UTF-8 ${what}`,
          async (scene: Scene) => {
            for (const bad of illFormedTexts) await breachesWith(bad)[what]?.(scene);
          },
        ]),
      ),
    },
  ),
  both(
    { 5: '1.5.4-2', 4: '1.5.3-2' },
    Object.fromEntries(
      Object.entries(breachesWith(nullText)).map(([what, play]) => [`U+0000 ${what}`, play]),
    ),
  ),
  both(
    { 5: '1.5.4-3', 4: '1.5.3-3' },
    {
      'keeps U+FEFF in topics, where it makes another topic': async (scene) => {
        const subscriber = await scene.watcher('\ufeffa');
        const publisher = await scene.connect();
        await publisher.publish('a');
        await publisher.publish('\ufeffa');
        expect(takePublishes(subscriber).map(({ topic }) => topic)).toEqual(['\ufeffa']);
      },
      'keeps U+FEFF in Client Identifiers, where it makes another Session': async (scene) => {
        await scene.lasting('\ufeffdemo');
        await scene.lasting('demo');
        expect(scene.sessions).toEqual(['\ufeffdemo', 'demo']);
      },
    },
  ),
  both(
    { 5: '1.5.5-1' },
    {
      'writes Remaining Length in the fewest bytes': async (scene) => {
        // `a` with its length and no properties take four bytes.
        for (const [payload, bytes] of [
          [0, 1],
          [123, 1],
          [124, 2],
          [16_379, 2],
          [16_380, 3],
        ] as const) {
          const publish = packet(0x30, 'a', 0, new Uint8Array(payload));
          const { frames } = await scene.bytes(plainConnect(5), packet(0x82, 0, 1, 0, 'a', 0), publish);
          expect(frames.at(-1)).toEqual(publish);
          expect(publish).toHaveLength(1 + bytes + 4 + payload);
        }
      },
      'ends the connection at a Property Length that takes more bytes than it needs': (scene) =>
        expectBreach(scene, packet(0x30, 'a', 0x80, 0x00), 0x81),
      'ends the connection at a Subscription Identifier that takes more bytes than it needs': (scene) =>
        expectBreach(scene, packet(0x82, 0, 1, 3, 0x0b, 0x81, 0x00, 'a', 0), 0x81),
      'ends the connection at a Remaining Length that takes more bytes than it needs': (scene) =>
        expectBreach(scene, new Uint8Array([0xc0, 0x80, 0x00]), 0x81),
    },
  ),
  both(
    { 5: '1.5.7-1' },
    {
      'ends the connection at a User Property whose name or value is not UTF-8': async (scene) => {
        for (const bad of [...illFormedTexts, nullText]) {
          await expectBreach(scene, userPropertyPublish(bad, utf8('v')), 0x81);
          await expectBreach(scene, userPropertyPublish(utf8('n'), bad), 0x81);
        }
      },
    },
  ),
  both({ 5: '2.1.3-1', 4: ['2.2.2-1', '2.2.2-2'] }, reservedFlags),
  both(
    { 5: '2.2.1-2', 4: '2.3.1-5' },
    {
      'holds for what the Server sends': async (scene) => {
        const { frames } = await scene.bytes(
          plainConnect(scene.version),
          packet(0x82, 0, 1, noProperties(scene.version), 'a', 0),
          packet(0x30, 'a', noProperties(scene.version), utf8('x')),
        );
        expect(frames.at(-1)).toEqual(packet(0x30, 'a', noProperties(scene.version), utf8('x')));
      },
      'makes two bytes behind the topic of QoS 0 no Packet Identifier': async (scene) => {
        const subscriber = await scene.watcher();
        const publisher = await scene.connect();
        // In 5.0 the first of them would be a Property Length.
        const [first, second] = scene.version === 5 ? [0, 0x41] : [0x42, 0x41];
        publisher.sendBytes(packet(0x30, 'a', first, second));
        await settled();
        expect(subscriber.take('publish').payload).toEqual(
          new Uint8Array(scene.version === 5 ? [0x41] : [0x42, 0x41]),
        );
      },
    },
  ),
  client(
    { 5: '2.2.1-3' },
    {
      'a SUBSCRIBE with Packet Identifier 0 ends the connection': (scene) =>
        expectBreach(scene, packet(0x82, 0, 0, noProperties(scene.version), 'a', 0), 0x82),
      'an UNSUBSCRIBE with Packet Identifier 0 ends the connection': (scene) =>
        expectBreach(scene, packet(0xa2, 0, 0, noProperties(scene.version), 'a'), 0x82),
      'a PUBLISH of QoS 1 or 2 with Packet Identifier 0 ends the connection': async (scene) => {
        await expectBreach(scene, packet(0x32, 'a', 0, 0, noProperties(scene.version)), 0x82);
        await expectBreach(scene, packet(0x34, 'a', 0, 0, noProperties(scene.version)), 0x82);
      },
    },
  ),
  both(
    { 4: '2.3.1-1' },
    {
      'a SUBSCRIBE with Packet Identifier 0 ends the connection': (scene) =>
        expectBreach(scene, packet(0x82, 0, 0, 'a', 0)),
      'an UNSUBSCRIBE with Packet Identifier 0 ends the connection': (scene) =>
        expectBreach(scene, packet(0xa2, 0, 0, 'a')),
      'a PUBLISH of QoS 1 or 2 with Packet Identifier 0 ends the connection': async (scene) => {
        await expectBreach(scene, packet(0x32, 'a', 0, 0));
        await expectBreach(scene, packet(0x34, 'a', 0, 0));
      },
      'messages from the Server have one': async (scene) => {
        const subscriber = await scene.watcher();
        await (await scene.connect()).publish('a', { qos: 1 });
        expect(subscriber.take('publish').packetId).toBeGreaterThan(0);
      },
    },
  ),
  client(
    { 4: ['2.3.1-2', '2.3.1-3'] },
    'A Server cannot tell a new packet with an identifier in use from one that is sent again; what it makes of either is shown at 4.3.2 and 4.3.3.',
  ),
  server({ 5: '2.2.1-4', 4: '2.3.1-4' }, freshIds),
  both({ 5: '2.2.1-5', 4: '2.3.1-6' }, answersToPublish),
  server(
    { 5: '2.2.1-6', 4: '2.3.1-7' },
    {
      'in SUBACK is that of the SUBSCRIBE': async (scene) => {
        const subscriber = await scene.connect();
        await send(subscriber, subscribeTo(0x1234, [['a', 0]]), subscribeTo(1, [['b', 0]]));
        expect(subscriber.take('suback').packetId).toBe(0x1234);
        expect(subscriber.take('suback').packetId).toBe(1);
      },
      'in UNSUBACK is that of the UNSUBSCRIBE': async (scene) => {
        const subscriber = await scene.connect();
        await send(subscriber, unsubscribeFrom(0xffff, 'a'), unsubscribeFrom(2, 'b'));
        expect(subscriber.take('unsuback').packetId).toBe(0xffff);
        expect(subscriber.take('unsuback').packetId).toBe(2);
      },
    },
  ),
  both(
    { 5: '2.2.2-1' },
    {
      'holds for what the Server sends': async (scene) => {
        const { frames } = await scene.bytes(
          plainConnect(5),
          packet(0x82, 0, 1, 0, 'a', 0),
          packet(0x30, 'a', 0, utf8('x')),
          packet(0xa2, 0, 2, 0, 'a'),
        );
        expect(frames.slice(1)).toEqual([
          packet(0x90, 0, 1, 0, 0),
          packet(0x30, 'a', 0, utf8('x')),
          packet(0xb0, 0, 2, 0, 0),
        ]);
      },
      'ends the connection at a PUBLISH without Property Length': (scene) =>
        expectBreach(scene, packet(0x30, 'a'), 0x81),
      'ends the connection at a SUBSCRIBE or UNSUBSCRIBE without Property Length': async (scene) => {
        await expectBreach(scene, packet(0x82, 0, 1), 0x81, 0x82);
        await expectBreach(scene, packet(0xa2, 0, 1), 0x81, 0x82);
      },
      'refuses a CONNECT without Property Length': (scene) =>
        expectRefused(scene, packet(0x10, 'MQTT', 5, 0x02, 0, 0), 0x81),
    },
  ),
];
