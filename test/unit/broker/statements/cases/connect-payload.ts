/** CONNECT: its payload, and what the Server does with it (v5 3.1.3, 3.1.4; v3.1.1 3.1.3, 3.1.4). */
import { expect } from 'vitest';
import { PROPERTY, propertyString } from '../../../../../src/mqtt/properties.ts';
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
import { expectRefused, inboxTypes, type Scene } from '../scene.ts';

const users = [{ username: 'user', password: 'right' }];
const letters = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** An empty Client Identifier. */
const empty = { clientId: '', cleanStart: true };

const assigns: Readonly<Record<string, Case>> = {
  'each Client without one gets a Session of its own': async (scene) => {
    await scene.connect({ clientId: 'demo' });
    await scene.connect(empty);
    await scene.connect(empty);
    expect(new Set(scene.sessions).size).toBe(3);
    expect(scene.sessions).not.toContain('');
    expect(scene.broker.state().clients).toHaveLength(3);
  },
};

/** The flags of a whole CONNECT: Clean Start, will, User Name and Password. */
const everything = 0xc6;

function wholeConnect({ version }: Scene): Uint8Array {
  const payload = ['demo', noProperties(version), 'offline', 'gone', 'user', 'right'];
  return connectBytes(version, { flags: everything, payload });
}

const notUserName: Case = async (scene) => {
  for (const bad of [...illFormedTexts, nullText]) {
    const payload = ['demo', text(bad)];
    await expectRefused(scene, connectBytes(scene.version, { flags: 0x82, payload }), 0x81);
  }
};

const notClientId: Case = async (scene) => {
  for (const bad of [...illFormedTexts, nullText]) {
    await expectRefused(scene, connectBytes(scene.version, { payload: [text(bad)] }), 0x81);
  }
};

/** CONNECTs that break the format, one way each. */
function brokenConnects({ version }: Scene): readonly Uint8Array[] {
  const none = noProperties(version);
  return [
    // Cut off behind the flags, and within the Client Identifier.
    packet(0x10, 'MQTT', version, 0x02),
    packet(0x10, 'MQTT', version, 0x02, 0, 0, none, 0, 4, utf8('de')),
    // Something behind the last field.
    connectBytes(version, { payload: ['demo', 0] }),
  ];
}

const brokenFormat: Readonly<Record<string, Case>> = {
  'a CONNECT that is cut off or too long is refused': async (scene) => {
    for (const broken of brokenConnects(scene)) await expectRefused(scene, broken, 0x81);
  },
};

const rejectsRest: Case = async (scene) => {
  const { version } = scene;
  const none = noProperties(version);
  const { packets, closed } = await scene.bytes(
    connectBytes(version, { flags: 0x03 }),
    plainConnect(version),
    packet(0x31, 'a', none, utf8('x')),
    packet(0xc0),
  );
  expect(packets.map((each) => each.type)).toEqual(version === 5 ? ['connack'] : []);
  expect(closed).toBe(true);
  expect(scene.broker.state()).toMatchObject({ clients: [], sessions: [], retained: 0 });
};

export const connectPayloadCases: readonly Coverage[] = [
  both(
    { 5: '3.1.3-1', 4: '3.1.3-1' },
    {
      'is the order in which they are read': async (scene) => {
        scene.serve({ users });
        const watcher = await scene.watcher('#', { userName: 'user', password: 'right' });
        const { packets } = await scene.bytes(wholeConnect(scene), packet(0x36));
        expect(packets[0]).toMatchObject({ type: 'connack', reasonCode: 0 });
        expect(watcher.takeMessages()).toEqual(['offline=gone']);
      },
    },
  ),
  both(
    { 5: '3.1.3-2', 4: '3.1.3-2' },
    {
      'two Clients have two Sessions, and the same one comes back to its own': async (scene) => {
        await (await scene.lasting('one')).subscribe('one', 1);
        await (await scene.lasting('two')).subscribe('two', 1);
        const back = await scene.lasting('one');
        const publisher = await scene.connect({ clientId: 'publisher' });
        await publisher.publish('one');
        await publisher.publish('two');
        expect(back.takeMessages()).toEqual(['one=x']);
      },
      'upper and lower case tell Clients apart': async (scene) => {
        await scene.connect({ clientId: 'demo' });
        const other = await scene.connect({ clientId: 'Demo' });
        expect(scene.sessions).toEqual(['demo', 'Demo']);
        expect(other.closed).toBe(false);
      },
    },
  ),
  both(
    { 5: '3.1.3-3', 4: '3.1.3-3' },
    {
      'a CONNECT without one is refused': (scene) =>
        expectRefused(scene, connectBytes(scene.version, { payload: [] }), 0x81),
    },
  ),
  both({ 5: '3.1.3-4', 4: '3.1.3-4' }, { 'anything else refuses the CONNECT': notClientId }),
  server(
    { 5: '3.1.3-5', 4: '3.1.3-5' },
    {
      'each length from 1 to 23 and each of these characters is accepted': async (scene) => {
        for (let length = 1; length <= 23; length++)
          await scene.connect({ clientId: letters.slice(-length) });
        for (let at = 0; at < letters.length; at += 23) {
          await scene.connect({ clientId: letters.slice(at, at + 23) });
        }
        expect(scene.sessions).toContain(letters.slice(0, 23));
      },
    },
  ),
  server(
    { 5: '3.1.3-6', 4: '3.1.3-6' },
    {
      ...assigns,
      'the Session is a Session like any other': async (scene) => {
        const nameless = await scene.connect(empty);
        await nameless.subscribe('a', 1);
        await (await scene.connect()).publish('a');
        expect(nameless.takeMessages()).toEqual(['a=x']);
      },
    },
  ),
  server(
    { 5: '3.1.3-7' },
    {
      'CONNACK tells the Client Identifier, and the Client can come back with it': async (scene) => {
        const first = scene.open();
        const wish = { clientId: '', cleanStart: false, sessionExpiryInterval: 60 };
        const { properties } = await first.connect(wish);
        const clientId = propertyString(properties, PROPERTY.assignedClientIdentifier) ?? '';
        expect(scene.sessions).toEqual([clientId]);
        await first.reset();
        const back = await scene.open().connect({ clientId, cleanStart: false });
        expect(back.sessionPresent).toBe(true);
        expect(propertyString(back.properties, PROPERTY.assignedClientIdentifier)).toBeUndefined();
      },
    },
  ),
  client(
    { 4: '3.1.3-7' },
    {
      'with CleanSession 0 the CONNECT is refused': async (scene) => {
        const { reasonCode } = await scene.open().connect({ version: 4, clientId: '', cleanStart: false });
        expect(reasonCode).toBe(2);
      },
    },
  ),
  server(
    { 4: ['3.1.3-8', '3.1.3-9'] },
    {
      'the CONNECT is answered with 0x02, and closed': async (scene) => {
        const nameless = scene.open();
        const connack = await nameless.connect({ version: 4, clientId: '', cleanStart: false });
        expect(connack).toMatchObject({ sessionPresent: false, reasonCode: 2 });
        expect(nameless.closed).toBe(true);
        expect(scene.sessions).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.1.3-8' },
    {
      'the CONNECT is answered with 0x85, and closed': async (scene) => {
        const nameless = scene.serve({ emptyClientId: false }).open();
        const connack = await nameless.connect({ clientId: '' });
        expect(connack).toMatchObject({ sessionPresent: false, reasonCode: 0x85 });
        expect(nameless.closed).toBe(true);
        expect(scene.sessions).toEqual([]);
      },
    },
  ),
  both({ 5: '3.1.3-12', 4: '3.1.3-11' }, { 'anything else refuses the CONNECT': notUserName }),
  server({ 4: '3.1.4-1' }, brokenFormat),
  server(
    { 5: '3.1.4-1' },
    {
      ...brokenFormat,
      'a property that may not stand there, or twice, or with another value refuses the CONNECT': async (
        scene,
      ) => {
        const connect = (...properties: number[]): Uint8Array =>
          packet(0x10, 'MQTT', 5, 0x02, 0, 0, properties.length, new Uint8Array(properties), 'demo');
        // Topic Alias; Receive Maximum twice, and 0; Maximum Packet Size 0; one that does not exist.
        await expectRefused(scene, connect(0x23, 0, 1), 0x81, 0x82);
        await expectRefused(scene, connect(0x21, 0, 1, 0x21, 0, 1), 0x82);
        await expectRefused(scene, connect(0x21, 0, 0), 0x82);
        await expectRefused(scene, connect(0x27, 0, 0, 0, 0), 0x82);
        await expectRefused(scene, connect(0x7e, 0), 0x81);
      },
    },
  ),
  server(
    { 5: '3.1.4-2' },
    {
      'a Client without the right password is refused and closed': async (scene) => {
        scene.serve({ users });
        for (const login of [
          {},
          { userName: 'user', password: 'wrong' },
          { userName: 'eve', password: 'right' },
        ]) {
          const stranger = scene.open();
          expect((await stranger.connect(login)).reasonCode).toBe(0x86);
          expect(stranger.closed).toBe(true);
        }
        expect(scene.sessions).toEqual([]);
        await scene.connect({ userName: 'user', password: 'right' });
      },
    },
  ),
  server(
    { 5: '3.1.4-3' },
    {
      'the older Client gets 0x8E and is closed, the newer one goes on': async (scene) => {
        const older = await scene.connect({ sessionExpiryInterval: 60 });
        const newer = await scene.connect({ cleanStart: false });
        expect(older.take('disconnect').reasonCode).toBe(0x8e);
        expect(older.closed).toBe(true);
        expect(newer.closed).toBe(false);
        expect(scene.broker.state().clients).toHaveLength(1);
      },
    },
  ),
  server(
    { 4: '3.1.4-2' },
    {
      'the older Client is closed without a word, the newer one goes on': async (scene) => {
        const older = await scene.lasting();
        const newer = await scene.lasting();
        expect(inboxTypes(older)).toEqual([]);
        expect(older.closed).toBe(true);
        expect(newer.closed).toBe(false);
        expect(scene.broker.state().clients).toHaveLength(1);
      },
    },
  ),
  server(
    { 5: '3.1.4-4', 4: '3.1.4-3' },
    {
      'after a takeover it is done as ever: 1 begins anew, 0 resumes': async (scene) => {
        await (await scene.lasting()).subscribe('a', 1);
        const resumed = scene.open();
        const { version, keeps } = scene;
        expect((await resumed.connect({ version, ...keeps })).sessionPresent).toBe(true);
        const fresh = scene.open();
        expect((await fresh.connect({ version, cleanStart: true })).sessionPresent).toBe(false);
        await (await scene.connect({ clientId: 'publisher' })).publish('a');
        expect(fresh.takeMessages()).toEqual([]);
      },
    },
  ),
  server(
    { 5: '3.1.4-5', 4: '3.1.4-4' },
    {
      'is 0 of every CONNECT that is accepted': async (scene) => {
        const { packets, closed } = await scene.bytes(wholeConnect(scene));
        expect(packets).toMatchObject([{ type: 'connack', reasonCode: 0 }]);
        expect(closed).toBe(false);
      },
    },
  ),
  server(
    { 5: '3.1.4-6', 4: '3.1.4-5' },
    {
      'what follows a CONNECT that is refused is thrown away': rejectsRest,
      'also when it comes later': async (scene) => {
        const refused = scene.serve({ users }).open();
        await refused.connect({ version: scene.version });
        await refused.publish('a', { retain: true });
        await settled();
        expect(inboxTypes(refused)).toEqual([]);
        expect(scene.broker.state().retained).toBe(0);
      },
    },
  ),
];
