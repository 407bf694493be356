import { describe, expect, it } from 'vitest';
import type { Property, ProtocolVersion, QoS } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../../src/mqtt/properties.ts';
import { settled } from '../support/duplex-pair.ts';
import { deny, harness } from './harness.ts';
import { number, utf8 } from './test-client.ts';

const everyQos: readonly QoS[] = [0, 1, 2];

describe('PUBLISH', () => {
  it.each(everyQos.flatMap((published) => everyQos.map((granted) => ({ published, granted }))))(
    'v5 [MQTT-3.8.4-8]: of QoS $published reaches a subscription of QoS $granted at the lower one',
    async ({ published, granted }) => {
      const { connected } = harness();
      const subscriber = await connected({ clientId: 'subscriber' });
      expect((await subscriber.subscribe('t', granted)).reasonCodes).toEqual([granted]);
      const publisher = await connected({ clientId: 'publisher' });
      await publisher.publish('t', { qos: published });
      expect(subscriber.take('publish').qos).toBe(Math.min(published, granted));
    },
  );

  it.each<{ readonly version: ProtocolVersion }>([{ version: 3 }, { version: 4 }, { version: 5 }])(
    'QoS 1 and 2 are acknowledged to the end in version $version, and nothing stays',
    async ({ version }) => {
      const { connected, watcher, broker } = harness();
      const subscriber = await watcher('#', { version });
      const publisher = await connected({ version });
      const one = await publisher.publish('a', { qos: 1 });
      const two = await publisher.publish('b', { qos: 2 });
      await settled();
      expect(publisher.take('puback').packetId).toBe(one);
      expect(publisher.take('pubrec').packetId).toBe(two);
      expect(publisher.take('pubcomp').packetId).toBe(two);
      expect(subscriber.takeMessages()).toEqual(['a=x', 'b=x']);
      expect(broker.state().sessions.map((session) => session.inFlight)).toEqual([0, 0]);
    },
  );

  it('v5 3.4.2.1: is told when nobody is subscribed', async () => {
    const { connected } = harness();
    const client = await connected();
    await client.publish('t', { qos: 1 });
    expect(client.take('puback').reasonCode).toBe(0x10);
  });

  it('v5 3.3.2.3.4: may use a Topic Alias, which can be set anew', async () => {
    const { connected, watcher } = harness();
    const subscriber = await watcher();
    const client = await connected();
    const alias = [number(PROPERTY.topicAlias, 1)];
    await client.publish('a', { properties: alias });
    await client.publish('', { properties: alias });
    await client.publish('b', { properties: alias });
    await client.publish('', { properties: alias });
    expect(
      subscriber.inbox.flatMap((packet) => (packet.type === 'publish' ? packet.properties : [])),
    ).toEqual([]);
    expect(subscriber.takeMessages()).toEqual(['a=x', 'a=x', 'b=x', 'b=x']);
  });

  it('v5 [MQTT-3.3.2-17], [MQTT-3.3.2-18]: its properties go on unaltered and in order; to 3.1.1 without', async () => {
    const properties: Property[] = [
      number(PROPERTY.payloadFormatIndicator, 1),
      { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
      { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '2' },
      { id: PROPERTY.responseTopic, kind: 'string', value: 'reply' },
      { id: PROPERTY.correlationData, kind: 'bytes', value: new Uint8Array([1, 2, 3]) },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
    ];
    const { connected, watcher } = harness();
    const subscriber = await watcher();
    const old = await watcher('#', { clientId: 'old', version: 4 });
    const client = await connected();
    await client.publish('t', { properties });
    expect(subscriber.take('publish').properties).toEqual(properties);
    expect(old.take('publish').properties).toEqual([]);
  });

  it('v5 [MQTT-3.3.4-7]: above the Receive Maximum ends the connection with 0x93', async () => {
    const { connected } = harness({}, { limits: { receiveMaximum: 2 } });
    const client = await connected();
    client.acknowledges = false;
    await client.publish('t', { qos: 2 });
    await client.publish('t', { qos: 2 });
    await client.publish('t', { qos: 1 });
    expect(client.closed).toBe(false);
    await client.publish('t', { qos: 2 });
    expect(client.take('disconnect').reasonCode).toBe(0x93);
  });

  it('v5 3.3.2.3.2: is refused when its payload is not the UTF-8 that it says it is', async () => {
    const { connected, watcher } = harness();
    const subscriber = await watcher();
    const client = await connected();
    const properties = [number(PROPERTY.payloadFormatIndicator, 1)];
    await client.publish('t', { qos: 1, properties, payload: new Uint8Array([0xc3, 0x28]) });
    expect(client.take('puback').reasonCode).toBe(0x99);
    expect(subscriber.takeMessages()).toEqual([]);
  });

  it('v5 [MQTT-3.3.2-5], [MQTT-3.3.2-6]: waits no longer than its Message Expiry Interval, and tells what is left', async () => {
    const { connected, open, advance } = harness();
    const away = await connected({ clientId: 'away', sessionExpiryInterval: 3_600 });
    await away.subscribe('#', 1);
    await away.reset();
    const client = await connected();
    const expiring = (seconds: number) => [number(PROPERTY.messageExpiryInterval, seconds)];
    await client.publish('short', { qos: 1, properties: expiring(10) });
    await client.publish('long', { qos: 1, properties: expiring(100) });
    await client.publish('kept', { qos: 1, retain: true, properties: expiring(100) });
    await advance(10_500);
    const back = open();
    await back.connect({ clientId: 'away', cleanStart: false, sessionExpiryInterval: 3_600 });
    await settled();
    const long = back.take('publish');
    expect([long.topic, propertyNumber(long.properties, PROPERTY.messageExpiryInterval)]).toEqual([
      'long',
      90,
    ]);
    expect(back.takeMessages()).toEqual(['kept=x']);
    await advance(89_500);
    await back.subscribe('kept');
    expect(back.takeMessages()).toEqual([]);
  });
});

describe('a deny rule', () => {
  const rules = { deny: [deny('cut/#', 'disconnect'), deny('no/+', 'notAuthorized')] };

  it.each(everyQos)('v5: disconnects with 0x87 at QoS %i, and the will is published', async (qos) => {
    const { connected, watcher } = harness(rules);
    const subscriber = await watcher();
    const client = await connected({ will: {} });
    await client.publish('cut/a', { qos });
    expect(client.take('disconnect').reasonCode).toBe(0x87);
    expect(client.inbox).toEqual([]);
    expect(client.closed).toBe(true);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
  });

  it('v3.1.1 [MQTT-3.3.5-2]: closes the connection', async () => {
    const { connected } = harness(rules);
    const client = await connected({ version: 4 });
    await client.publish('cut', { qos: 1 });
    expect(client.inbox).toEqual([]);
    expect(client.closed).toBe(true);
  });

  it('v5: or refuses the message with 0x87, and its identifier is free again', async () => {
    const { connected, watcher } = harness(rules);
    const subscriber = await watcher();
    const client = await connected();
    await client.publish('no/0');
    await client.publish('no/1', { qos: 1 });
    const packetId = await client.publish('no/2', { qos: 2 });
    const puback = client.take('puback');
    expect(puback.reasonCode).toBe(0x87);
    expect(propertyString(puback.properties, PROPERTY.reasonString)).toBe('Publishing to "no/1" is denied.');
    expect(client.take('pubrec').reasonCode).toBe(0x87);
    await client.publish('yes', { qos: 2, packetId });
    expect(subscriber.takeMessages()).toEqual(['yes=x']);
    expect(client.closed).toBe(false);
  });

  it('v5 [MQTT-3.1.2-29]: without a Reason String for a Client that wants none', async () => {
    const { connected } = harness(rules);
    const client = await connected({ properties: [number(PROPERTY.requestProblemInformation, 0)] });
    await client.publish('no/1', { qos: 1 });
    expect(client.take('puback').properties).toEqual([]);
  });

  it('v3.1.1 [MQTT-3.3.5-2]: or acknowledges the message and drops it', async () => {
    const { connected, watcher } = harness(rules);
    const subscriber = await watcher();
    const client = await connected({ version: 4 });
    await client.publish('no/1', { qos: 1 });
    await client.publish('no/2', { qos: 2 });
    await settled();
    client.take('puback');
    client.take('pubcomp');
    expect(subscriber.takeMessages()).toEqual([]);
  });

  it('sees through a Topic Alias', async () => {
    const { connected } = harness(rules);
    const client = await connected();
    await client.publish('no/1', { qos: 1, properties: [number(PROPERTY.topicAlias, 1)] });
    await client.publish('', { qos: 1, properties: [number(PROPERTY.topicAlias, 1)] });
    client.take('puback');
    expect(client.take('puback').reasonCode).toBe(0x87);
  });

  it('quotes even the longest topic', async () => {
    const { connected } = harness({ deny: [deny('#', 'disconnect')] });
    const client = await connected();
    await client.publish('ü'.repeat(32_000), { payload: utf8('x') });
    expect(client.take('disconnect').reasonCode).toBe(0x87);
  });
});

describe('acknowledgements of unknown identifiers', () => {
  it.each<{ readonly version: ProtocolVersion; readonly code: number }>([
    { version: 5, code: 0x92 },
    { version: 4, code: 0 },
  ])('still bring the exchange to its end in version $version', async ({ version, code }) => {
    const { connected } = harness();
    const client = await connected({ version });
    client.acknowledges = false;
    for (const type of ['puback', 'pubcomp', 'pubrec', 'pubrel'] as const) {
      client.send({ type, packetId: 77, reasonCode: 0, properties: [] });
    }
    await settled();
    expect(client.inbox.map((packet) => packet.type)).toEqual(['pubrel', 'pubcomp']);
    expect(client.take('pubrel').reasonCode).toBe(code);
    expect(client.take('pubcomp').reasonCode).toBe(code);
  });

  it.each<{ readonly qos: QoS; readonly type: 'puback' | 'pubrec' }>([
    { qos: 1, type: 'pubrec' },
    { qos: 2, type: 'puback' },
  ])('a $type for a QoS $qos message is a protocol error', async ({ qos, type }) => {
    const { connected } = harness();
    const client = await connected();
    client.acknowledges = false;
    await client.subscribe('t', 2);
    await client.publish('t', { qos });
    const { packetId = 0 } = client.take('publish');
    client.send({ type, packetId, reasonCode: 0, properties: [] });
    await settled();
    expect(client.take('disconnect').reasonCode).toBe(0x82);
  });

  it('v5 4.3.3: a PUBREC that refuses ends the exchange', async () => {
    const { connected, broker } = harness();
    const client = await connected();
    client.acknowledges = false;
    await client.subscribe('t', 2);
    await client.publish('t', { qos: 2 });
    const { packetId = 0 } = client.take('publish');
    client.send({ type: 'pubrec', packetId, reasonCode: 0x97, properties: [] });
    await settled();
    expect(client.takeIfAny('pubrel')).toBeUndefined();
    expect(broker.state().sessions[0]?.inFlight).toBe(0);
  });
});
