import { describe, expect, it } from 'vitest';
import type { Property, QoS } from '../../../src/mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../src/mqtt/properties.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';
import { number, utf8 } from './test-client.ts';

/** Every property that a will may have, but for its delay. */
const everyWillProperty: readonly Property[] = [
  { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
  number(PROPERTY.payloadFormatIndicator, 1),
  number(PROPERTY.messageExpiryInterval, 3_600),
  { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
  { id: PROPERTY.responseTopic, kind: 'string', value: 'reply' },
  { id: PROPERTY.correlationData, kind: 'bytes', value: utf8('c1') },
  { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '2' },
  { id: PROPERTY.userProperty, kind: 'pair', name: 'b', value: '1' },
];

describe('a published will', () => {
  it.each([
    { what: 'text', payload: utf8("I'm offline") },
    { what: 'bytes', payload: new Uint8Array([0, 255, 128, 10]) },
    { what: 'nothing', payload: new Uint8Array(0) },
    { what: 'as much as there can be', payload: new Uint8Array(65_535).fill(7) },
  ])('P1: has the topic and the payload of the CONNECT: $what', async ({ payload }) => {
    const { connected, watcher } = harness();
    const subscriber = await watcher();
    await (await connected({ will: { topic: 'a/ü/ ', payload } })).reset();
    const published = subscriber.take('publish');
    expect(published.topic).toBe('a/ü/ ');
    expect(Buffer.compare(published.payload, payload)).toBe(0);
  });

  const everyQos: readonly QoS[] = [0, 1, 2];
  it.each(everyQos.flatMap((will) => everyQos.map((granted) => ({ will, granted }))))(
    'P2: of QoS $will reaches a subscription of QoS $granted at the lower one',
    async ({ will, granted }) => {
      const { connected } = harness();
      const subscriber = await connected({ clientId: 'subscriber' });
      await subscriber.subscribe('#', granted);
      await (await connected({ will: { qos: will } })).reset();
      expect(subscriber.take('publish').qos).toBe(Math.min(will, granted));
    },
  );

  it.each([
    { retain: false, payload: 'x', live: false, later: undefined },
    { retain: true, payload: 'x', live: true, later: true },
    { retain: true, payload: '', live: true, later: undefined },
  ])(
    'P3: with Will Retain $retain and payload "$payload" is retained or not',
    async ({ retain, payload, live, later }) => {
      const { connected, watcher } = harness();
      const asPublished = await connected({ clientId: 'as published' });
      await asPublished.subscribe('#', 1, { retainAsPublished: true });
      const plain = await watcher();
      const old = await watcher('#', { clientId: 'old', version: 4 });
      await (await connected({ will: { retain, payload: utf8(payload) } })).reset();
      expect(asPublished.take('publish').retain).toBe(live);
      expect(plain.take('publish').retain).toBe(false);
      expect(old.take('publish').retain).toBe(false);
      const late = await watcher('#', { clientId: 'late' });
      expect(late.takeIfAny('publish')?.retain).toBe(later);
    },
  );

  it('P3: with an empty payload and Will Retain removes what was retained', async () => {
    const { connected, broker } = harness();
    const client = await connected({ will: { retain: true, payload: new Uint8Array(0) } });
    await client.publish('offline', { retain: true });
    expect(broker.state().retained).toBe(1);
    await client.reset();
    expect(broker.state().retained).toBe(0);
  });

  it('P4: has all its properties in order, and no Will Delay Interval; its lifetime starts when it is published', async () => {
    const { connected, watcher, advance, open } = harness();
    const subscriber = await watcher();
    const away = await connected({ clientId: 'away', sessionExpiryInterval: 3_600 });
    await away.subscribe('#', 1);
    await away.reset();
    const will = { willDelayInterval: 50, properties: [...everyWillProperty] };
    await (await connected({ sessionExpiryInterval: 100, will })).reset();
    await advance(50_000);
    expect(subscriber.take('publish').properties).toEqual(everyWillProperty);
    await advance(20_900);
    const back = open();
    await back.connect({ clientId: 'away', cleanStart: false });
    await settled();
    const { properties } = back.take('publish');
    expect(propertyNumber(properties, PROPERTY.messageExpiryInterval)).toBe(3_580);
    expect(properties.map((property) => property.id)).toEqual(
      everyWillProperty.map((property) => property.id),
    );
  });

  it('P5: comes once, also through overlapping subscriptions, and never again', async () => {
    const { connected, watcher, advance } = harness();
    const subscriber = await watcher();
    await subscriber.subscribe('offline', 1);
    await subscriber.subscribe('+', 0);
    await (await connected({ sessionExpiryInterval: 10, will: { willDelayInterval: 5 } })).reset();
    await advance(3_600_000);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
  });

  it('P6: reaches a 3.1.1 subscriber without its properties', async () => {
    const { connected, watcher } = harness();
    const old = await watcher('#', { version: 4 });
    await (await connected({ will: { properties: [...everyWillProperty] } })).reset();
    const published = old.take('publish');
    expect(published.properties).toEqual([]);
    expect(Buffer.from(published.payload).toString()).toBe("I'm offline");
  });

  it('v5 [MQTT-4.5.0-1]: waits for subscribers that are away', async () => {
    const { connected, open } = harness();
    const away = await connected({ clientId: 'away', version: 4, cleanStart: false });
    await away.subscribe('offline', 1);
    await away.disconnect();
    await (await connected({ will: {} })).reset();
    const back = open();
    await back.connect({ clientId: 'away', version: 4, cleanStart: false });
    await settled();
    expect(back.takeMessages()).toEqual(["offline=I'm offline"]);
  });

  it('v5 [MQTT-3.8.3-3], A13: does not reach its own Client with No Local', async () => {
    const { connected, open } = harness();
    const client = await connected({ sessionExpiryInterval: 60, will: {} });
    await client.subscribe('offline', 1, { noLocal: true });
    await client.reset();
    const back = open();
    await back.connect({ cleanStart: false });
    await settled();
    expect(back.takeMessages()).toEqual([]);
  });

  it('A15: on a $ topic is published, and a # subscription does not see it', async () => {
    const { connected, watcher } = harness();
    const everything = await watcher();
    const exact = await watcher('$status/demo', { clientId: 'exact' });
    await (await connected({ will: { topic: '$status/demo' } })).reset();
    expect(everything.takeMessages()).toEqual([]);
    expect(exact.takeMessages()).toEqual(["$status/demo=I'm offline"]);
  });

  it('comes to the Session that resumes, when it was published in between', async () => {
    const { connected, open } = harness();
    const first = await connected({ sessionExpiryInterval: 60, will: {} });
    await first.subscribe('offline', 1);
    const second = open();
    await second.connect({ cleanStart: false, sessionExpiryInterval: 60 });
    await settled();
    expect(second.takeMessages()).toEqual(["offline=I'm offline"]);
  });
});

describe('a will', () => {
  it('is not published a moment before it is due', async () => {
    const { connected, watcher, advance } = harness();
    const subscriber = await watcher();
    await (await connected({ sessionExpiryInterval: 10, will: { willDelayInterval: 5 } })).reset();
    await advance(4_999.9);
    expect(subscriber.takeMessages()).toEqual([]);
    await advance(0.1);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
  });

  it('that is due, and whose timer has not run, is not cancelled by a CONNECT at that moment', async () => {
    const { connected, watcher, broker, clock, open } = harness();
    const subscriber = await watcher();
    await (await connected({ sessionExpiryInterval: 10, will: { willDelayInterval: 5 } })).reset();
    const dueAtMs =
      broker.state().sessions.find((session) => session.willDueAtMs !== undefined)?.willDueAtMs ?? 0;
    // A busy process: time has passed, and its timers have not run.
    clock.now = () => dueAtMs + 3;
    expect((await open().connect({ cleanStart: false })).sessionPresent).toBe(true);
    expect(subscriber.takeMessages()).toEqual(["offline=I'm offline"]);
  });

  it('is published together with two hundred others that are due then', async () => {
    const { connected, watcher, advance } = harness();
    const subscriber = await watcher();
    for (let index = 0; index < 200; index++) {
      const will = { topic: `offline/${index}`, willDelayInterval: 5 };
      await (await connected({ clientId: `client ${index}`, sessionExpiryInterval: 10, will })).reset();
    }
    await advance(5_000);
    expect(subscriber.takeMessages()).toHaveLength(200);
  });
});
