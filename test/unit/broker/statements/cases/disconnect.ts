/** DISCONNECT (v5 3.14, v3.1.1 3.14). */
import { expect } from 'vitest';
import { type DisconnectPacket, TO_CLIENT } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY, propertyString } from '../../../../../src/mqtt/properties.ts';
import { reasonCodeProblem } from '../../../../../src/mqtt/reason-codes.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { number, type TestClient } from '../../test-client.ts';
import { connectBytes, packet, plainConnect } from '../bytes.ts';
import { both, type Case, type Coverage, client, server } from '../coverage.ts';
import { never } from '../dialogue.ts';
import { expectBreach, inboxTypes, type Scene, send } from '../scene.ts';

/** Ends connections from the Server's side in several ways; answers what each Client got. */
async function serverDisconnects(scene: Scene): Promise<readonly DisconnectPacket[]> {
  const ends: readonly ((client: TestClient) => unknown)[] = [
    (each) => each.sendBytes(packet(0x36, 'a', 0, 1, 0)),
    (each) => each.sendBytes(packet(0x82, 0, 0, 0, 'a', 0)),
    () => scene.connect(),
    () => scene.advance(1_500),
    () => {
      scene.broker.deleteSession('demo');
    },
    () => scene.broker.close(),
  ];
  const got: DisconnectPacket[] = [];
  for (const end of ends) {
    const connected = await scene.connect({ sessionExpiryInterval: 60, keepAliveSeconds: 1 });
    await end(connected);
    await settled();
    got.push(connected.take('disconnect'));
  }
  return got;
}

const last: Readonly<Record<string, Case>> = {
  'nothing follows it': async (scene) => {
    const { version } = scene;
    const { packets, closed } = await scene.bytes(
      plainConnect(version),
      Buffer.concat([packet(0x36, 'a', 0, 1, 0), packet(0xc0), packet(0x82, 0, 1, 0, 'a', 0)]),
      packet(0xc0),
    );
    expect(packets.map((each) => each.type)).toEqual(['connack', 'disconnect']);
    expect(closed).toBe(true);
  },
  'no message follows it': async (scene) => {
    const older = await scene.lasting();
    await older.subscribe('a', 0);
    await scene.lasting();
    await (await scene.connect({ clientId: 'publisher' })).publish('a');
    expect(inboxTypes(older)).toEqual(['disconnect']);
  },
  'what a Client sends behind its own is not processed': async (scene) => {
    const watcher = await scene.watcher();
    const leaving = await scene.connect();
    leaving.sendBytes(Buffer.concat([packet(0xe0), packet(0x30, 'a', 0)]));
    await settled();
    expect(inboxTypes(leaving)).toEqual([]);
    expect(watcher.takeMessages()).toEqual([]);
  },
};

const closes: Case = async (scene) => {
  const connected = await scene.connect();
  connected.sendBytes(packet(0x36, 'a', 0, 1, 0));
  await settled();
  expect(connected.take('disconnect').reasonCode).toBe(0x81);
  expect(connected.link.readableEnded).toBe(true);
  expect(scene.broker.state().clients).toEqual([]);
};

const discardsWill: Case = async (scene) => {
  const watcher = await scene.watcher();
  await (await scene.connect({ clientId: 'short', will: {} })).disconnect();
  await (await scene.lasting('long', { will: {} })).disconnect();
  await scene.advance(10_000_000);
  expect(watcher.takeMessages()).toEqual([]);
};

export const disconnectCases: readonly Coverage[] = [
  server(
    { 5: '3.14.0-1' },
    {
      'a CONNECT that is refused gets CONNACK alone': async (scene) => {
        const { packets } = await scene.bytes(connectBytes(5, { flags: 0x03 }));
        expect(packets.map((each) => each.type)).toEqual(['connack']);
      },
      'what is not CONNECT, or is too large, gets nothing': async (scene) => {
        for (const first of [packet(0xc0), new Uint8Array([0x10, 0xff, 0xff, 0xff, 0x7f])]) {
          const { packets, closed } = await scene.bytes(first);
          expect({ packets, closed }).toEqual({ packets: [], closed: true });
        }
      },
      'nor does a Client that says nothing, or a Server that stops': async (scene) => {
        const silent = scene.open();
        await scene.advance(3_600_000);
        expect(silent.closed).toBe(true);
        const other = scene.open();
        scene.broker.close();
        await settled();
        expect([...silent.inbox, ...other.inbox]).toEqual([]);
      },
    },
  ),
  both(
    { 5: '3.14.1-1' },
    {
      'any other value gets 0x81': async (scene) => {
        for (let flags = 1; flags < 16; flags++) await expectBreach(scene, packet(0xe0 | flags), 0x81);
      },
      'such a DISCONNECT keeps the Will Message': async (scene) => {
        const watcher = await scene.watcher();
        (await scene.connect({ will: {} })).sendBytes(packet(0xe1));
        await settled();
        expect(watcher.takeMessages()).toHaveLength(1);
      },
    },
  ),
  server(
    { 4: '3.14.1-1' },
    {
      'any other value closes the connection, and the Will Message is published': async (scene) => {
        const watcher = await scene.watcher();
        for (let flags = 1; flags < 16; flags++) {
          const leaving = await scene.connect({ will: {} });
          leaving.sendBytes(packet(0xe0 | flags));
          await settled();
          expect(leaving.closed).toBe(true);
          expect(watcher.takeMessages()).toHaveLength(1);
        }
      },
    },
  ),
  both(
    { 5: '3.14.2-1' },
    {
      'what the Server sends is of the list': async (scene) => {
        const codes = (await serverDisconnects(scene)).map(({ reasonCode }) => reasonCode);
        expect(codes).toEqual([0x81, 0x82, 0x8e, 0x8d, 0x98, 0x8b]);
        for (const code of codes) expect(reasonCodeProblem('disconnect', 5, code, TO_CLIENT)).toBeUndefined();
      },
      'another from a Client, or one of the Server alone, ends the connection': async (scene) => {
        for (const code of [0x01, 0x8e, 0x8b, 0xff]) {
          await expectBreach(scene, packet(0xe0, code), 0x82, 0x81);
        }
      },
    },
  ),
  server(
    { 5: '3.14.2-2' },
    {
      'whatever ends the connection': async (scene) => {
        for (const { properties } of await serverDisconnects(scene)) {
          expect(properties.map(({ id }) => id)).not.toContain(PROPERTY.sessionExpiryInterval);
        }
      },
    },
  ),
  both(
    { 5: '3.14.2-3' },
    {
      'is left out where it does not fit': async (scene) => {
        const reasons: (string | undefined)[] = [];
        for (const most of [1_000, 20]) {
          const connected = await scene.connect({ properties: [number(PROPERTY.maximumPacketSize, most)] });
          connected.sendBytes(packet(0x82, 0, 0, 0, 'a', 0));
          await settled();
          const { reasonCode, properties } = connected.take('disconnect');
          expect(reasonCode).toBe(0x82);
          reasons.push(propertyString(properties, PROPERTY.reasonString));
        }
        expect(reasons).toEqual([expect.any(String), undefined]);
      },
    },
  ),
  both({ 5: '3.14.2-4' }, { 'none has one': never('disconnect', PROPERTY.userProperty) }),
  both({ 5: '3.14.4-1' }, last),
  both({ 5: '3.14.4-2' }, { 'the Server closes behind its own': closes }),
  client(
    { 4: '3.14.4-1' },
    {
      'the Server closes where the Client does not': async (scene) => {
        const lingering = await scene.connect();
        await send(lingering, { type: 'disconnect', reasonCode: 0, properties: [] });
        expect(lingering.closed).toBe(true);
        expect(scene.broker.state().clients).toEqual([]);
      },
    },
  ),
  client(
    { 4: '3.14.4-2' },
    {
      'what comes behind it is not processed': async (scene) => {
        const watcher = await scene.watcher();
        const leaving = await scene.connect();
        leaving.sendBytes(Buffer.concat([packet(0xe0), packet(0x30, 'a'), packet(0xc0)]));
        await settled();
        expect(inboxTypes(leaving)).toEqual([]);
        expect(watcher.takeMessages()).toEqual([]);
      },
    },
  ),
  server({ 5: '3.14.4-3', 4: '3.14.4-3' }, { 'at once, and after the Session too': discardsWill }),
];
