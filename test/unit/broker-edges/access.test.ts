import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Property, QoS } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyBytes, propertyString } from '../../../src/mqtt/properties.ts';
import type { DenyThen, SandboxSettings } from '../../../src/profile/model.ts';
import { type Harness, harness } from '../broker/harness.ts';
import { connectPacket, type PacketOf, type TestClient, utf8 } from '../broker/test-client.ts';
import { ScramClient } from './scram-client.ts';

const users = [
  { username: 'ann', password: 'secret' },
  { username: 'bob', password: 'hidden' },
];

/** Settings that deny everybody something of each kind. */
function denying(what: DenyThen): Partial<SandboxSettings> {
  // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
  return { deny: [{ publish: 'no/#', subscribe: 'no/#', then: what }] };
}

const publication = (qos: QoS) => ({ qos, payload: utf8('x') });

describe('what a rule denies with notAuthorized', () => {
  it('is refused in each acknowledgement of 5.0', async () => {
    const { connected, watcher } = harness(denying('notAuthorized'));
    const seen = await watcher();
    const client = await connected();
    await client.publish('no/a', publication(0));
    await client.publish('no/a', publication(1));
    expect(client.take('puback').reasonCode).toBe(0x87);
    await client.publish('no/a', publication(2));
    expect(client.take('pubrec').reasonCode).toBe(0x87);
    expect((await client.subscribe('no/+')).reasonCodes).toEqual([0x87]);
    expect((await client.subscribe('yes')).reasonCodes).toEqual([1]);
    expect(seen.takeMessages()).toEqual([]);
  });

  it.each([3, 4] as const)('is acknowledged and dropped, or fails, in version %d', async (version) => {
    const { connected, watcher } = harness(denying('notAuthorized'));
    const seen = await watcher();
    const client = await connected({ version });
    await client.publish('no/a', publication(1));
    client.take('puback');
    await client.publish('no/a', publication(2));
    client.take('pubcomp');
    expect((await client.subscribe('no/+')).reasonCodes).toEqual([0x80]);
    expect(seen.takeMessages()).toEqual([]);
  });
});

describe('what a rule denies with disconnect', () => {
  it.each([
    ['publishing', (client: TestClient) => client.publish('no/a', publication(1))],
    ['subscribing', (client: TestClient) => client.subscribe('no/a').catch(() => {})],
  ])('ends the connection: %s', async (_what, act) => {
    for (const version of [5, 4] as const) {
      const { connected } = harness(denying('disconnect'));
      const client = await connected({ version });
      await act(client);
      expect(client.closed).toBe(true);
      expect(client.takeIfAny('disconnect')?.reasonCode).toBe(version === 5 ? 0x87 : undefined);
    }
  });
});

describe('what a rule ignores', () => {
  it('seems to go well, and nothing comes of it', async () => {
    const { connected, watcher } = harness(denying('ignore'));
    const seen = await watcher();
    const client = await connected();
    await client.publish('no/a', publication(1));
    expect(client.take('puback').reasonCode).toBe(0);
    expect((await client.subscribe('no/a')).reasonCodes).toEqual([1]);
    await seen.publish('no/a', 'y');
    expect([...seen.takeMessages(), ...client.takeMessages()]).toEqual([]);
  });
});

describe('a will that is denied', () => {
  it.each([
    ['notAuthorized', 5, 0x87],
    ['disconnect', 5, 0x87],
    ['notAuthorized', 4, 5],
    ['disconnect', 3, 5],
  ] as const)('refuses its CONNECT: %s in version %d', async (what, version, code) => {
    const { open } = harness(denying(what));
    const client = open();
    expect((await client.connect({ version, will: { topic: 'no/a' } })).reasonCode).toBe(code);
    expect(client.closed).toBe(true);
  });

  it('is left out where it is ignored', async () => {
    const { connected, watcher } = harness(denying('ignore'));
    const seen = await watcher();
    const client = await connected({ will: { topic: 'no/a' } });
    await client.reset();
    expect(seen.takeMessages()).toEqual([]);
  });
});

describe('users', () => {
  it.each([
    [5, 0x86],
    [4, 4],
    [3, 4],
  ] as const)('are told in version %d that a name or password is wrong', async (version, code) => {
    for (const wish of [
      { userName: 'ann', password: 'guess' },
      { userName: 'eve', password: 'secret' },
      {},
    ]) {
      const client = harness({ users }).open();
      expect((await client.connect({ version, ...wish })).reasonCode).toBe(code);
      expect(client.closed).toBe(true);
    }
    const right = harness({ users }).open();
    expect((await right.connect({ version, userName: 'ann', password: 'secret' })).reasonCode).toBe(0);
  });

  it('are what rules know Clients by', async () => {
    // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
    const settings = { users, deny: [{ publish: 'a', username: 'ann', then: 'notAuthorized' as const }] };
    const { connected } = harness(settings);
    const ann = await connected({ clientId: '1', userName: 'ann', password: 'secret' });
    const bob = await connected({ clientId: '2', userName: 'bob', password: 'hidden' });
    for (const client of [ann, bob]) await client.publish('a', publication(1));
    expect(ann.take('puback').reasonCode).toBe(0x87);
    expect(bob.take('puback').reasonCode).toBeLessThan(0x80);
  });
});

const method = 'SCRAM-SHA-256';

function authProperties(data: string | undefined, name = method): Property[] {
  const properties: Property[] = [{ id: PROPERTY.authenticationMethod, kind: 'string', value: name }];
  if (data !== undefined) {
    properties.push({ id: PROPERTY.authenticationData, kind: 'bytes', value: utf8(data) });
  }
  return properties;
}

const dataOf = (packet: PacketOf<'auth'> | PacketOf<'connack'>): string =>
  Buffer.from(propertyBytes(packet.properties, PROPERTY.authenticationData) ?? []).toString();

/** Waits for a packet that comes after a derivation in another thread. */
async function eventually<T extends 'auth' | 'connack' | 'disconnect'>(
  client: TestClient,
  type: T,
): Promise<PacketOf<T>> {
  for (;;) {
    const packet = client.takeIfAny(type);
    if (packet !== undefined) return packet;
    await setImmediate();
  }
}

async function login(world: Harness, username: string, password: string) {
  const client = world.open();
  const scram = new ScramClient(username, password);
  client.send(connectPacket({ properties: authProperties(scram.first) }));
  const asked = await eventually(client, 'auth');
  expect(asked.reasonCode).toBe(0x18);
  client.send({ type: 'auth', reasonCode: 0x18, properties: authProperties(scram.final(dataOf(asked))) });
  return { client, scram, connack: await eventually(client, 'connack') };
}

async function loginAgain(client: TestClient, username: string, password: string): Promise<ScramClient> {
  const scram = new ScramClient(username, password);
  client.send({ type: 'auth', reasonCode: 0x19, properties: authProperties(scram.first) });
  const asked = await eventually(client, 'auth');
  expect(asked.reasonCode).toBe(0x18);
  client.send({ type: 'auth', reasonCode: 0x18, properties: authProperties(scram.final(dataOf(asked))) });
  return scram;
}

describe('SCRAM-SHA-256 over AUTH (v5 4.12)', () => {
  it('lets a user in, and the Server proves itself in CONNACK', async () => {
    const { connack, scram, client } = await login(harness({ users }), 'ann', 'secret');
    expect(connack.reasonCode).toBe(0);
    expect(propertyString(connack.properties, PROPERTY.authenticationMethod)).toBe(method);
    expect(dataOf(connack)).toBe(scram.signature);
    expect(client.closed).toBe(false);
  });

  it.each([
    ['a wrong password', 'ann', 'guess'],
    ['an unknown user', 'eve', 'secret'],
  ])('refuses %s in the same way', async (_what, username, password) => {
    const { connack, client } = await login(harness({ users }), username, password);
    expect(connack.reasonCode).toBe(0x87);
    expect(dataOf(connack)).toBe('');
    expect(client.closed).toBe(true);
  });

  it('refuses other methods with Bad authentication method', async () => {
    for (const [settings, name] of [
      [{ users }, 'GS2-KRB5'],
      [{}, method],
    ] as const) {
      const client = harness(settings).open();
      expect((await client.connect({ properties: authProperties('x', name) })).reasonCode).toBe(0x8c);
      expect(client.closed).toBe(true);
    }
  });

  it('knows the user of the exchange in its rules, not the User Name beside it', async () => {
    // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
    const deny = [{ publish: 'a', username: 'ann', then: 'notAuthorized' as const }];
    const { client } = await login(harness({ users, deny }), 'ann', 'secret');
    await client.publish('a', publication(1));
    expect(client.take('puback').reasonCode).toBe(0x87);
  });

  it('authenticates again, and the connection goes on', async () => {
    const { client } = await login(harness({ users }), 'ann', 'secret');
    const scram = await loginAgain(client, 'ann', 'secret');
    const done = await eventually(client, 'auth');
    expect(done.reasonCode).toBe(0);
    expect(dataOf(done)).toBe(scram.signature);
    await client.publish('a', publication(1));
    client.take('puback');
  });

  it.each([
    ['with a wrong password', 'ann', 'guess'],
    ['as another user', 'bob', 'hidden'],
  ])('ends the connection that authenticates again %s', async (_what, username, password) => {
    const { client } = await login(harness({ users }), 'ann', 'secret');
    await loginAgain(client, username, password);
    expect((await eventually(client, 'disconnect')).reasonCode).toBe(0x87);
    expect(client.closed).toBe(true);
  });
});
