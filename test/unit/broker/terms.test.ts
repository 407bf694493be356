import { describe, expect, it } from 'vitest';
import { PROPERTY, propertyNumber, propertyString } from '../../../src/mqtt/properties.ts';
import type { GivenServerSettings } from '../../../src/profile/sandbox-limits.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness, plainSettings } from './harness.ts';
import { type ConnectWish, connectPacket, number, type TestClient, utf8 } from './test-client.ts';

async function connackOf(settings: GivenServerSettings, wish: ConnectWish = {}) {
  const client = harness(settings).open();
  return await client.connect(wish);
}

describe('what CONNACK grants', () => {
  it.each<{
    readonly settings: GivenServerSettings;
    readonly property: keyof typeof PROPERTY;
    readonly value: number;
  }>([
    { settings: { maximumQoS: 1 }, property: 'maximumQoS', value: 1 },
    { settings: { maximumQoS: 0 }, property: 'maximumQoS', value: 0 },
    { settings: { retainAvailable: false }, property: 'retainAvailable', value: 0 },
    { settings: { maximumPacketSize: 1_000 }, property: 'maximumPacketSize', value: 1_000 },
    { settings: { receiveMaximum: 7 }, property: 'receiveMaximum', value: 7 },
    { settings: { topicAliasMaximum: 3 }, property: 'topicAliasMaximum', value: 3 },
    { settings: { wildcardSubscriptions: false }, property: 'wildcardSubscriptionAvailable', value: 0 },
    { settings: { subscriptionIdentifiers: false }, property: 'subscriptionIdentifiersAvailable', value: 0 },
    { settings: { sharedSubscriptions: false }, property: 'sharedSubscriptionAvailable', value: 0 },
  ])('v5 3.2.2.3: tells $property $value, and that to 5.0 Clients only', async (row) => {
    const { properties } = await connackOf(row.settings);
    expect(propertyNumber(properties, PROPERTY[row.property])).toBe(row.value);
    const old = await connackOf(row.settings, { version: 4 });
    expect(old.properties).toEqual([]);
  });

  it('v5 3.2.2.3: leaves out what is as the standard has it anyway', async () => {
    const { properties } = await connackOf({ receiveMaximum: 65_535, topicAliasMaximum: 0 });
    expect(properties.map(({ id }) => id)).toEqual([PROPERTY.maximumPacketSize]);
  });

  it.each([
    { asked: 61, settings: { keepAliveMaximum: 60 }, told: 60 },
    { asked: 60, settings: { keepAliveMaximum: 60 }, told: undefined },
    { asked: 0, settings: { keepAliveMaximum: 60 }, told: undefined },
    { asked: 10, settings: { serverKeepAlive: 30 }, told: 30 },
    { asked: 0, settings: { serverKeepAlive: 30 }, told: 30 },
    { asked: 120, settings: {}, told: 60 },
  ])(
    'v5 3.2.2.3.14: asked for Keep Alive $asked with $settings, tells $told',
    async ({ asked, settings, told }) => {
      const { properties } = await connackOf(settings, { keepAliveSeconds: asked });
      expect(propertyNumber(properties, PROPERTY.serverKeepAlive)).toBe(told);
    },
  );

  it('v5 [MQTT-3.1.2-28]: tells Response Information to Clients that ask for it', async () => {
    const settings = { responseInformation: 'reply/' };
    const asking = { properties: [number(PROPERTY.requestResponseInformation, 1)] };
    const told = await connackOf(settings, asking);
    expect(propertyString(told.properties, PROPERTY.responseInformation)).toBe('reply/');
    const untold = await connackOf(settings);
    expect(propertyString(untold.properties, PROPERTY.responseInformation)).toBe(undefined);
    const none = await connackOf({}, asking);
    expect(propertyString(none.properties, PROPERTY.responseInformation)).toBe(undefined);
  });

  it('keeps holding for a connection when the settings change', async () => {
    const { broker, connected, watcher } = harness({ maximumQoS: 2 });
    const before = await connected({ clientId: 'before' });
    broker.changeSettings({ ...plainSettings, maximumQoS: 0 });
    const after = await connected({ clientId: 'after' });
    await watcher();
    await before.publish('t', { qos: 2 });
    expect(before.take('pubrec').reasonCode).toBe(0);
    await after.publish('t', { qos: 1 });
    expect(after.take('disconnect').reasonCode).toBe(0x9b);
  });
});

describe('a 5.0 Client that does not keep to CONNACK', () => {
  const oneSubscription = (client: TestClient, topicFilter: string, identified = false): void =>
    client.send({
      type: 'subscribe',
      packetId: 1,
      properties: identified ? [number(PROPERTY.subscriptionIdentifier, 1)] : [],
      subscriptions: [{ topicFilter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
    });

  it.each<{
    readonly what: string;
    readonly settings: GivenServerSettings;
    readonly act: (client: TestClient) => unknown;
    readonly reasonCode: number;
  }>([
    {
      what: '[MQTT-3.2.2-11]: a QoS above the Maximum QoS',
      settings: { maximumQoS: 1 },
      act: (client) => client.publish('t', { qos: 2 }),
      reasonCode: 0x9b,
    },
    {
      what: '[MQTT-3.2.2-14]: RETAIN where nothing is retained',
      settings: { retainAvailable: false },
      act: (client) => client.publish('t', { retain: true }),
      reasonCode: 0x9a,
    },
    {
      what: '3.2.2.3.11: a wildcard',
      settings: { wildcardSubscriptions: false },
      act: (client) => oneSubscription(client, 'a/+'),
      reasonCode: 0xa2,
    },
    {
      what: '3.2.2.3.13: a Shared Subscription',
      settings: { sharedSubscriptions: false },
      act: (client) => oneSubscription(client, '$share/group/a'),
      reasonCode: 0x9e,
    },
    {
      what: '3.2.2.3.12: a Subscription Identifier',
      settings: { subscriptionIdentifiers: false },
      act: (client) => oneSubscription(client, 'a', true),
      reasonCode: 0xa1,
    },
    {
      what: '[MQTT-3.2.2-17]: a Topic Alias above the maximum',
      settings: { topicAliasMaximum: 2 },
      act: (client) => client.publish('t', { properties: [number(PROPERTY.topicAlias, 3)] }),
      reasonCode: 0x94,
    },
    {
      what: '[MQTT-3.2.2-15]: a packet above the Maximum Packet Size',
      settings: { maximumPacketSize: 100 },
      act: (client) => client.publish('t', { payload: new Uint8Array(100) }),
      reasonCode: 0x95,
    },
  ])('v5 $what is answered with DISCONNECT and the end', async ({ settings, act, reasonCode }) => {
    const { connected } = harness(settings);
    const client = await connected();
    await act(client);
    await settled();
    expect(client.take('disconnect').reasonCode).toBe(reasonCode);
    expect(client.closed).toBe(true);
  });

  it.each([
    {
      what: '[MQTT-3.2.2-12]',
      settings: { maximumQoS: 0 } as const,
      will: { qos: 1 } as const,
      reasonCode: 0x9b,
    },
    {
      what: '[MQTT-3.2.2-13]',
      settings: { retainAvailable: false },
      will: { retain: true },
      reasonCode: 0x9a,
    },
  ])('v5 $what: a will of that kind is refused with its CONNECT', async ({ settings, will, reasonCode }) => {
    const client = harness(settings).open();
    expect((await client.connect({ will })).reasonCode).toBe(reasonCode);
  });
});

describe('a Client before 5.0, which could not be told', () => {
  it('v3.1.1: has its messages and wills taken at the highest QoS there is, and not retained', async () => {
    const { connected, watcher, broker } = harness({ maximumQoS: 0, retainAvailable: false });
    const subscriber = await watcher();
    const client = await connected({
      clientId: 'old',
      version: 4,
      will: { topic: 'will', qos: 2, retain: true, payload: utf8('w') },
    });
    await client.publish('t', { qos: 2, retain: true });
    expect(client.take('pubcomp').reasonCode).toBe(0);
    await client.reset();
    const got = [subscriber.take('publish'), subscriber.take('publish')];
    expect(got.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['t', 0],
      ['will', 0],
    ]);
    expect(broker.state().retained).toBe(0);
  });

  it('v3.1.1 [MQTT-3.8.4-5]: has a wildcard refused in SUBACK, and a lower QoS granted', async () => {
    const { connected } = harness({ wildcardSubscriptions: false, maximumQoS: 1 });
    const client = await connected({ version: 4 });
    expect((await client.subscribe('a/#', 1)).reasonCodes).toEqual([0x80]);
    expect((await client.subscribe('a', 2)).reasonCodes).toEqual([1]);
  });

  it('may have as many QoS 2 messages under way as there are Packet Identifiers', async () => {
    const { connected } = harness({ receiveMaximum: 1 });
    const client = await connected({ version: 4 });
    client.acknowledges = false;
    for (let each = 0; each < 5; each++) await client.publish('t', { qos: 2 });
    expect(client.closed).toBe(false);
  });
});

describe('the room there is', () => {
  it('for connections: one more is closed as it comes', async () => {
    const { connected, open } = harness({ connections: 1 });
    const first = await connected();
    const second = open();
    await settled();
    expect(second.closed).toBe(true);
    await first.close();
    expect((await open().connect()).reasonCode).toBe(0);
  });

  it.each([
    { version: 5, reasonCode: 0x85 },
    { version: 4, reasonCode: 0x02 },
  ] as const)('for Clients without an identifier: none when it is set so, version $version', async (row) => {
    const client = harness({ emptyClientId: false }).open();
    const { reasonCode } = await client.connect({ version: row.version, clientId: '' });
    expect(reasonCode).toBe(row.reasonCode);
  });
});

describe('Maximum Packet Size of the Client', () => {
  it('v5 [MQTT-3.2.2-19]: a refusal leaves its Reason String out, and itself where even that is too large', async () => {
    const wish = (maximum: number): ConnectWish => ({
      clientId: '',
      properties: [number(PROPERTY.maximumPacketSize, maximum)],
    });
    const { open } = harness({ emptyClientId: false });
    const small = await open().connect(wish(20));
    expect(small).toMatchObject({ reasonCode: 0x85, properties: [] });
    const silent = open();
    silent.send(connectPacket(wish(4)));
    await settled();
    expect(silent.closed).toBe(true);
    expect(silent.inbox).toEqual([]);
  });

  it('v5 [MQTT-3.1.2-25]: keeps a message from that Client alone', async () => {
    const { connected } = harness();
    const small = await connected({
      clientId: 'small',
      properties: [number(PROPERTY.maximumPacketSize, 64)],
    });
    const large = await connected({ clientId: 'large' });
    for (const client of [small, large]) await client.subscribe('t', 1);
    await large.publish('t', { qos: 1, payload: new Uint8Array(100) });
    await large.publish('t', { qos: 1, payload: utf8('fits') });
    expect(small.takeMessages()).toEqual(['t=fits']);
    expect(large.takeMessages()).toHaveLength(2);
  });
});
