import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Packet, ProtocolVersion } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../../src/mqtt/properties.ts';
import type { SandboxSettings } from '../../../src/profile/model.ts';
import { settled } from '../support/duplex-pair.ts';
import { deny, harness } from './harness.ts';
import { type ConnectWish, connectPacket, number, utf8 } from './test-client.ts';

interface RefusalRow {
  readonly why: string;
  readonly wish: ConnectWish;
  readonly settings?: Partial<SandboxSettings>;
  /** Of the CONNACK; undefined when the connection just closes. */
  readonly code: number | undefined;
}

const withUsers = { users: [{ username: 'demo', password: 'right' }] };

const refusals: readonly RefusalRow[] = [
  {
    why: 'v5 [MQTT-3.1.4-2]: a wrong password',
    wish: { userName: 'demo', password: 'wrong' },
    settings: withUsers,
    code: 0x86,
  },
  {
    why: 'v5 [MQTT-3.1.4-2]: an unknown user',
    wish: { userName: 'eve', password: 'right' },
    settings: withUsers,
    code: 0x86,
  },
  { why: 'v5 [MQTT-3.1.4-2]: no user name', wish: {}, settings: withUsers, code: 0x86 },
  {
    why: 'v3.1.1 3.1.4: a wrong password',
    wish: { version: 4, userName: 'demo', password: 'wrong' },
    settings: withUsers,
    code: 4,
  },
  {
    why: 'v3.1: a wrong password',
    wish: { version: 3, userName: 'demo', password: 'wrong' },
    settings: withUsers,
    code: 4,
  },
  {
    why: 'v3.1.1 [MQTT-3.1.3-8]: an empty identifier with Clean Session 0',
    wish: { version: 4, clientId: '', cleanStart: false },
    code: 2,
  },
  { why: 'v3.1: an empty identifier', wish: { version: 3, clientId: '' }, code: 2 },
  { why: 'v3.1: an identifier of 24 characters', wish: { version: 3, clientId: 'x'.repeat(24) }, code: 2 },
  {
    why: 'v5 [MQTT-4.12.0-1]: an Authentication Method',
    wish: { properties: [{ id: PROPERTY.authenticationMethod, kind: 'string', value: 'SCRAM-SHA-256' }] },
    code: 0x8c,
  },
  { why: 'v5 [MQTT-3.3.2-2]: a wildcard in the Will Topic', wish: { will: { topic: 'a/#' } }, code: 0x90 },
  {
    why: 'v3.1.1 [MQTT-3.1.4-1]: a wildcard in the Will Topic',
    wish: { version: 4, will: { topic: 'a/+' } },
    code: undefined,
  },
  {
    why: 'v5: a Will Topic that a deny rule names',
    wish: { will: { topic: 'test' } },
    settings: { deny: [deny('test', 'notAuthorized')] },
    code: 0x87,
  },
  {
    why: 'v3.1.1: a Will Topic that a deny rule names',
    wish: { version: 4, will: { topic: 'test' } },
    settings: { deny: [deny('#', 'disconnect')] },
    code: 5,
  },
  {
    why: 'v5 3.1.3.2.3: a Will Payload that is not the UTF-8 it says',
    wish: {
      will: { payload: new Uint8Array([0xff]), properties: [number(PROPERTY.payloadFormatIndicator, 1)] },
    },
    code: 0x99,
  },
  {
    why: 'v5 3.1.2.11.3: a Receive Maximum of 0',
    wish: { properties: [number(PROPERTY.receiveMaximum, 0)] },
    code: 0x82,
  },
];

describe('CONNECT is refused, and the connection closed, for', () => {
  it.each(refusals)('$why', async ({ wish, settings, code }) => {
    const { broker, open } = harness(settings);
    const client = open();
    client.send(connectPacket(wish));
    await settled();
    const connack = client.takeIfAny('connack');
    expect(connack?.reasonCode).toBe(code);
    expect(connack?.sessionPresent ?? false).toBe(false);
    expect(client.closed).toBe(true);
    expect(broker.state()).toEqual({ clients: [], sessions: [], retained: 0 });
  });

  it.each<{ readonly name: string; readonly level: number; readonly answer: string | undefined }>([
    { name: 'MQTT', level: 6, answer: '200300840' },
    { name: 'MQTT', level: 2, answer: '20020001' },
    { name: 'MQIsdp', level: 4, answer: '20020001' },
    { name: 'HTTP', level: 4, answer: undefined },
  ])('$name with level $level', async ({ name, level, answer }) => {
    const { open } = harness();
    const client = open();
    const received: Buffer[] = [];
    client.link.removeAllListeners('data');
    client.link.on('data', (chunk: Buffer) => received.push(chunk));
    const bytes = encodePacket(connectPacket({ version: 4 }), 4);
    const body = Buffer.from(bytes.subarray(8));
    body[0] = level;
    const named = Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), body]);
    client.sendBytes(Buffer.concat([Buffer.from([0x10, named.length]), named]));
    await settled();
    const hex = Buffer.concat(received).toString('hex');
    if (answer === undefined) expect(hex).toBe('');
    // In 5.0 properties follow, with a Reason String for people.
    else if (level > 5) expect(hex.slice(4, 8)).toBe('0084');
    else expect(hex).toBe(answer);
    expect(client.closed).toBe(true);
  });

  it('v5 [MQTT-3.1.0-1]: not being the first packet', async () => {
    const { open } = harness();
    const client = open();
    client.send({ type: 'pingreq' });
    await settled();
    expect(client.inbox).toEqual([]);
    expect(client.closed).toBe(true);
  });

  it('being something else from the first byte on', async () => {
    const { open } = harness();
    const client = open();
    client.sendBytes(utf8('GET / HTTP/1.1'));
    await settled();
    expect(client.closed).toBe(true);
  });

  it('v5 3.1.4: not coming in time', async () => {
    const { open, advance } = harness();
    const client = open();
    await advance(9_999);
    expect(client.closed).toBe(false);
    await advance(1);
    expect(client.closed).toBe(true);
  });

  it('too many sessions', async () => {
    const { connected, open } = harness({}, { limits: { sessions: 1 } });
    await connected({ clientId: 'first' });
    const second = open();
    expect((await second.connect({ clientId: 'second' })).reasonCode).toBe(0x97);
  });
});

describe('CONNECT is accepted', () => {
  it.each<ConnectWish>([
    { version: 5, clientId: 'a' },
    { version: 5, clientId: '' },
    { version: 5, clientId: '', cleanStart: false },
    { version: 4, clientId: '' },
    { version: 4, clientId: 'x'.repeat(200) },
    { version: 3, clientId: 'x'.repeat(23) },
    { version: 3, clientId: 'é'.repeat(23), cleanStart: false },
    { version: 5, clientId: 'demo', userName: 'demo', password: 'right' },
    { version: 5, will: { topic: '$odd', payload: new Uint8Array(0) } },
  ])('with %o', async (wish) => {
    const { broker, connected } = harness();
    await connected(wish);
    expect(broker.state().clients).toHaveLength(1);
  });

  it('with the right password', async () => {
    const { connected } = harness(withUsers);
    await connected({ userName: 'demo', password: 'right' });
    await connected({ version: 4, clientId: 'other', userName: 'demo', password: 'right' });
  });

  it('v5 [MQTT-3.1.3-7]: an assigned Client Identifier is told, and is new', async () => {
    const ids = ['taken', 'taken', 'free'];
    const { connected, open, broker } = harness({}, { newClientId: () => ids.shift() ?? 'none' });
    await connected({ clientId: 'taken' });
    const connack = await open().connect({ clientId: '' });
    expect(propertyString(connack.properties, PROPERTY.assignedClientIdentifier)).toBe('free');
    expect(broker.state().clients.map((client) => client.clientId)).toEqual(['taken', 'free']);
  });

  it('CONNACK tells the limits, and what the Server changed', async () => {
    const { open } = harness(
      { sessionExpiryMaximum: 60, serverKeepAlive: 30 },
      { limits: { receiveMaximum: 10 } },
    );
    const { properties } = await open().connect({ sessionExpiryInterval: 3_600, keepAliveSeconds: 5 });
    expect(propertyNumber(properties, PROPERTY.sessionExpiryInterval)).toBe(60);
    expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBe(30);
    expect(propertyNumber(properties, PROPERTY.receiveMaximum)).toBe(10);
    expect(propertyNumber(properties, PROPERTY.maximumPacketSize)).toBe(1_048_576);
    expect(propertyNumber(properties, PROPERTY.topicAliasMaximum)).toBe(100);
    expect(propertyString(properties, PROPERTY.assignedClientIdentifier)).toBeUndefined();
  });

  it('v5 3.2.2.3.2: CONNACK has no Session Expiry Interval where the wish of the Client holds', async () => {
    const { open } = harness({ sessionExpiryMaximum: 60 });
    const { properties } = await open().connect({ sessionExpiryInterval: 60 });
    expect(propertyNumber(properties, PROPERTY.sessionExpiryInterval)).toBeUndefined();
  });

  it('v5 [MQTT-3.1.2-24]: and closed when not even CONNACK fits the Maximum Packet Size', async () => {
    const { open } = harness();
    const client = open();
    client.send(connectPacket({ properties: [number(PROPERTY.maximumPacketSize, 4)] }));
    await settled();
    expect(client.inbox).toEqual([]);
    expect(client.closed).toBe(true);
  });
});

interface ViolationRow {
  readonly why: string;
  readonly version?: ProtocolVersion;
  readonly packet?: Packet;
  readonly bytes?: readonly number[];
  /** Of the DISCONNECT in 5.0. */
  readonly code: number;
}

const violations: readonly ViolationRow[] = [
  { why: 'v5 [MQTT-3.1.0-2]: a second CONNECT', packet: connectPacket(), code: 0x82 },
  {
    why: 'v3.1.1 [MQTT-3.1.0-2]: a second CONNECT',
    version: 4,
    packet: connectPacket({ version: 4 }),
    code: 0x82,
  },
  {
    why: 'v5 [MQTT-4.12.0-7]: AUTH without a method',
    packet: {
      type: 'auth',
      reasonCode: 0x19,
      properties: [{ id: PROPERTY.authenticationMethod, kind: 'string', value: 'x' }],
    },
    code: 0x82,
  },
  { why: 'a packet that only a Server sends', packet: { type: 'pingresp' }, code: 0x82 },
  { why: 'v5 [MQTT-2.1.3-1]: reserved flags', bytes: [0xc1, 0x00], code: 0x81 },
  { why: 'packet type 0', bytes: [0x00, 0x00], code: 0x81 },
  {
    why: 'v5 1.5.5: a Remaining Length of five bytes',
    bytes: [0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
    code: 0x81,
  },
  {
    why: 'v5 3.1.2.11.4: a packet above the Maximum Packet Size',
    bytes: [0x30, 0xff, 0xff, 0x7f],
    code: 0x95,
  },
  { why: 'v5 [MQTT-3.3.1-4]: QoS 3', bytes: [0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01], code: 0x81 },
  { why: 'v5 [MQTT-3.3.2-2]: a wildcard in a Topic Name', packet: publishOf('a/#'), code: 0x90 },
  {
    why: 'v3.1.1 [MQTT-3.3.2-2]: a wildcard in a Topic Name',
    version: 4,
    packet: publishOf('+'),
    code: 0x90,
  },
  { why: 'v5 [MQTT-3.3.2-8]: a Topic Alias of 0', packet: publishOf('a', 0), code: 0x94 },
  { why: 'v5 [MQTT-3.3.2-9]: a Topic Alias above the maximum', packet: publishOf('a', 101), code: 0x94 },
  { why: 'v5 3.3.2.3.4: a Topic Alias that was not set', packet: publishOf('', 7), code: 0x82 },
  { why: 'v5 [MQTT-4.7.1-1]: a Topic Filter with # inside', packet: subscribeOf('a/#/b'), code: 0x8f },
  {
    why: 'v3.1.1 [MQTT-4.7.1-2]: a Topic Filter with # inside',
    version: 4,
    packet: subscribeOf('a/#/b'),
    code: 0x8f,
  },
];

function publishOf(topic: string, alias?: number): Packet {
  const properties = alias === undefined ? [] : [number(PROPERTY.topicAlias, alias)];
  return { type: 'publish', dup: false, qos: 0, retain: false, topic, properties, payload: utf8('x') };
}

function subscribeOf(topicFilter: string): Packet {
  const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  return {
    type: 'subscribe',
    packetId: 1,
    properties: [],
    subscriptions: [{ topicFilter, qos: 0, ...options }],
  };
}

describe('the connection is ended, and the will published, for', () => {
  it.each(violations)('$why', async ({ version = 5, packet, bytes, code }) => {
    const { connected, watcher, broker } = harness();
    const subscriber = await watcher();
    const client = await connected({ version, will: {} });
    if (packet !== undefined) client.send(packet);
    if (bytes !== undefined) client.sendBytes(new Uint8Array(bytes));
    await settled();
    // Before 5.0 a Server sends no DISCONNECT.
    expect(client.takeIfAny('disconnect')?.reasonCode).toBe(version === 5 ? code : undefined);
    expect(client.closed).toBe(true);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
    expect(broker.state().clients.map((each) => each.clientId)).toEqual(['watcher']);
  });
});
