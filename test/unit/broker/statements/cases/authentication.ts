/** AUTH, and enhanced authentication (v5 3.15, 4.12). */
import { once } from 'node:events';
import { expect } from 'vitest';
import type { AuthPacket, Property } from '../../../../../src/mqtt/packet.ts';
import { PROPERTY, propertyBytes, propertyString } from '../../../../../src/mqtt/properties.ts';
import { ScramClient } from '../../../broker-edges/scram-client.ts';
import { settled } from '../../../support/duplex-pair.ts';
import { connectPacket, type TestClient, utf8 } from '../../test-client.ts';
import { packet } from '../bytes.ts';
import { both, type Coverage, client, server } from '../coverage.ts';
import { expectBreach, expectEnded, inboxTypes, type Scene, send } from '../scene.ts';

const method = 'SCRAM-SHA-256';
const users = [{ username: 'user', password: 'right' }];

function authProperties(data: string | undefined, name: string = method): Property[] {
  const properties: Property[] = [{ id: PROPERTY.authenticationMethod, kind: 'string', value: name }];
  if (data !== undefined) {
    properties.push({ id: PROPERTY.authenticationData, kind: 'bytes', value: utf8(data) });
  }
  return properties;
}

function auth(reasonCode: number, data: string | undefined, name?: string): AuthPacket {
  return { type: 'auth', reasonCode, properties: authProperties(data, name) };
}

function dataOf(packet: { readonly properties: readonly Property[] }): string {
  return Buffer.from(propertyBytes(packet.properties, PROPERTY.authenticationData) ?? []).toString();
}

function methodOf(packet: { readonly properties: readonly Property[] }): string | undefined {
  return propertyString(packet.properties, PROPERTY.authenticationMethod);
}

/** Sends a packet whose answer takes work outside of this thread, and awaits it. */
async function sendAndAwait(connected: TestClient, sent: AuthPacket): Promise<void> {
  const answered = once(connected.link, 'data');
  connected.send(sent);
  await answered;
  await settled();
}

/** A CONNECT whose exchange has begun: the Server has asked. */
async function begun(
  scene: Scene,
  scram: ScramClient,
): Promise<{ readonly connecting: TestClient; readonly asked: AuthPacket }> {
  const connecting = scene.serve({ users }).open();
  await send(connecting, connectPacket({ properties: authProperties(scram.first) }));
  return { connecting, asked: connecting.take('auth') };
}

/** A Client that has proven who it is. */
async function authenticated(scene: Scene): Promise<TestClient> {
  const scram = new ScramClient('user', 'right');
  const { connecting, asked } = await begun(scene, scram);
  await sendAndAwait(connecting, auth(0x18, scram.final(dataOf(asked))));
  const connack = connecting.take('connack');
  expect(connack.reasonCode).toBe(0);
  expect(dataOf(connack)).toBe(scram.signature);
  return connecting;
}

/** The Server puts this property into no AUTH; so it makes none too large. */
async function neverInAuth(scene: Scene, propertyId: number): Promise<void> {
  const { asked } = await begun(scene, new ScramClient('user', 'right'));
  const connected = await authenticated(scene);
  const again = new ScramClient('user', 'right');
  await send(connected, auth(0x19, again.first));
  const askedAgain = connected.take('auth');
  await sendAndAwait(connected, auth(0x18, again.final(dataOf(askedAgain))));
  for (const { properties } of [asked, askedAgain, connected.take('auth')]) {
    expect(properties.map(({ id }) => id)).not.toContain(propertyId);
  }
}

export const authenticationCases: readonly Coverage[] = [
  client(
    { 5: '3.1.2-30' },
    {
      'another packet before CONNACK is not processed, and refused': async (scene) => {
        const { connecting } = await begun(scene, new ScramClient('user', 'right'));
        await connecting.publish('a', { retain: true });
        expect(connecting.take('connack').reasonCode).toBe(0x82);
        expect(connecting.closed).toBe(true);
        expect(scene.broker.state()).toMatchObject({ clients: [], sessions: [], retained: 0 });
      },
      'DISCONNECT before CONNACK ends the attempt': async (scene) => {
        const { connecting } = await begun(scene, new ScramClient('user', 'right'));
        await send(connecting, { type: 'disconnect', reasonCode: 0, properties: [] });
        expect(inboxTypes(connecting)).toEqual([]);
        expect(connecting.closed).toBe(true);
      },
    },
  ),
  both(
    { 5: '3.15.1-1' },
    {
      'any other value ends the connection': async (scene) => {
        for (let flags = 1; flags < 16; flags++) await expectBreach(scene, packet(0xf0 | flags), 0x81);
      },
    },
  ),
  both(
    { 5: '3.15.2-1' },
    {
      'what the Server sends is 0x18 until it is done, and 0x00 then': async (scene) => {
        const connected = await authenticated(scene);
        const again = new ScramClient('user', 'right');
        await send(connected, auth(0x19, again.first));
        const asked = connected.take('auth');
        expect(asked.reasonCode).toBe(0x18);
        await sendAndAwait(connected, auth(0x18, again.final(dataOf(asked))));
        expect(connected.take('auth').reasonCode).toBe(0x00);
      },
      'another from a Client, or the one of the Server alone, ends the connection': async (scene) => {
        for (const code of [0x00, 0x01, 0x80]) {
          const connected = await authenticated(scene);
          await send(connected, auth(code, 'x'));
          expectEnded(connected, 0x82, 0x81);
        }
      },
    },
  ),
  both({ 5: '3.15.2-2' }, { 'none has one': (scene) => neverInAuth(scene, PROPERTY.reasonString) }),
  both({ 5: '3.15.2-3' }, { 'none has one': (scene) => neverInAuth(scene, PROPERTY.userProperty) }),
  server(
    { 5: '4.12.0-1' },
    {
      'is refused with 0x8C, and closed, with users and without': async (scene) => {
        for (const settings of [{ users }, {}]) {
          const refused = scene.serve(settings).open();
          const { reasonCode } = await refused.connect({ properties: authProperties('x', 'GS2-KRB5') });
          expect(reasonCode).toBe(0x8c);
          expect(refused.closed).toBe(true);
          expect(scene.sessions).toEqual([]);
        }
      },
    },
  ),
  server(
    { 5: '4.12.0-2' },
    {
      'when the Server asks for a proof': async (scene) => {
        const { asked } = await begun(scene, new ScramClient('user', 'right'));
        expect(asked.reasonCode).toBe(0x18);
        expect(dataOf(asked)).toMatch(/^r=client.+,s=.+,i=\d+$/);
      },
    },
  ),
  client(
    { 5: '4.12.0-3' },
    {
      'with another Reason Code the CONNECT is refused': async (scene) => {
        const scram = new ScramClient('user', 'right');
        const { connecting, asked } = await begun(scene, scram);
        await send(connecting, auth(0x19, scram.final(dataOf(asked))));
        expect(connecting.take('connack').reasonCode).toBe(0x82);
        expect(connecting.closed).toBe(true);
      },
    },
  ),
  server(
    { 5: '4.12.0-4' },
    {
      'a Client that cannot prove who it is is refused, and closed': async (scene) => {
        const scram = new ScramClient('user', 'wrong');
        const { connecting, asked } = await begun(scene, scram);
        await sendAndAwait(connecting, auth(0x18, scram.final(dataOf(asked))));
        expect(connecting.take('connack')).toMatchObject({ reasonCode: 0x87, sessionPresent: false });
        expect(connecting.closed).toBe(true);
        expect(scene.sessions).toEqual([]);
      },
      'one that says something else, at once': async (scene) => {
        const refused = scene.serve({ users }).open();
        const { reasonCode } = await refused.connect({ properties: authProperties('nonsense') });
        expect(reasonCode).toBe(0x87);
        expect(refused.closed).toBe(true);
      },
    },
  ),
  both(
    { 5: '4.12.0-5' },
    {
      'AUTH and CONNACK of the Server carry it': async (scene) => {
        const scram = new ScramClient('user', 'right');
        const { connecting, asked } = await begun(scene, scram);
        expect(methodOf(asked)).toBe(method);
        await sendAndAwait(connecting, auth(0x18, scram.final(dataOf(asked))));
        expect(methodOf(connecting.take('connack'))).toBe(method);
      },
      'an AUTH of the Client with another refuses the CONNECT': async (scene) => {
        const scram = new ScramClient('user', 'right');
        const { connecting, asked } = await begun(scene, scram);
        await send(connecting, auth(0x18, scram.final(dataOf(asked)), 'PLAIN'));
        expect(connecting.take('connack').reasonCode).toBe(0x82);
        expect(connecting.closed).toBe(true);
      },
    },
  ),
  server(
    { 5: '4.12.0-6' },
    {
      'CONNACK comes at once and without one': async (scene) => {
        const connected = scene.serve({ users }).open();
        const connack = await connected.connect({ userName: 'user', password: 'right' });
        expect(connack.reasonCode).toBe(0);
        expect(methodOf(connack)).toBeUndefined();
        expect(inboxTypes(connected)).toEqual([]);
      },
      'nor does a refusal have one': async (scene) => {
        const connack = await scene.serve({ users }).open().connect({ userName: 'user', password: 'wrong' });
        expect(connack.reasonCode).toBe(0x86);
        expect(methodOf(connack)).toBeUndefined();
      },
    },
  ),
  client(
    { 5: '4.12.0-7' },
    {
      'AUTH ends the connection': async (scene) => {
        const connected = await scene.connect();
        await send(connected, auth(0x19, 'x'));
        expectEnded(connected, 0x82);
      },
    },
  ),
  client(
    { 5: '4.12.1-1' },
    {
      'the same one is taken, as often as the Client likes': async (scene) => {
        const connected = await authenticated(scene);
        for (let times = 0; times < 2; times++) {
          const again = new ScramClient('user', 'right');
          await send(connected, auth(0x19, again.first));
          await sendAndAwait(connected, auth(0x18, again.final(dataOf(connected.take('auth')))));
          expect(connected.take('auth').reasonCode).toBe(0x00);
        }
        expect(connected.closed).toBe(false);
      },
      'another one ends the connection': async (scene) => {
        const connected = await authenticated(scene);
        await send(connected, auth(0x19, 'x', 'PLAIN'));
        expectEnded(connected, 0x82, 0x8c);
      },
    },
  ),
  both(
    { 5: '4.12.1-2' },
    {
      'with a DISCONNECT that says so': async (scene) => {
        const connected = await authenticated(scene);
        const again = new ScramClient('user', 'wrong');
        await send(connected, auth(0x19, again.first));
        await sendAndAwait(connected, auth(0x18, again.final(dataOf(connected.take('auth')))));
        expectEnded(connected, 0x87);
        expect(scene.broker.state().clients).toEqual([]);
      },
    },
  ),
];
