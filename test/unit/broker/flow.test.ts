import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { settled } from '../support/duplex-pair.ts';
import { harness } from './harness.ts';
import { number, TestClient } from './test-client.ts';

describe('towards a Client', () => {
  it('v5 [MQTT-3.3.4-9]: never more is under way than its Receive Maximum, also after a resume', async () => {
    const { connected, open } = harness();
    const properties = [number(PROPERTY.receiveMaximum, 2)];
    const first = await connected({ clientId: 'slow', sessionExpiryInterval: 60 });
    first.acknowledges = false;
    await first.subscribe('t', 2);
    const publisher = await connected({ clientId: 'publisher' });
    for (const payload of ['1', '2', '3', '4', '5']) {
      await publisher.publish('t', { qos: payload === '2' ? 2 : 1, payload: Buffer.from(payload) });
    }
    expect(first.inbox).toHaveLength(5);
    await first.reset();

    const slow = open();
    slow.acknowledges = false;
    await slow.connect({ clientId: 'slow', cleanStart: false, properties });
    const order: string[] = [];
    for (;;) {
      await settled();
      expect(slow.inbox.length).toBeLessThanOrEqual(2);
      const packet = slow.inbox.shift();
      if (packet === undefined) break;
      if (packet.type === 'publish') {
        order.push(Buffer.from(packet.payload).toString());
        slow.send({
          type: packet.qos === 1 ? 'puback' : 'pubrec',
          packetId: packet.packetId ?? 0,
          reasonCode: 0,
          properties: [],
        });
      } else if (packet.type === 'pubrel') {
        slow.send({ type: 'pubcomp', packetId: packet.packetId, reasonCode: 0, properties: [] });
      }
    }
    expect(order).toEqual(['1', '2', '3', '4', '5']);
  });

  it('v5 [MQTT-3.1.2-24], [MQTT-3.1.2-25]: a message too large for it is dropped for it, and not for others', async () => {
    const { connected, watcher, broker } = harness();
    const small = await connected({
      clientId: 'small',
      properties: [number(PROPERTY.maximumPacketSize, 50)],
    });
    await small.subscribe('t', 2);
    const large = await watcher();
    await large.publish('t', { qos: 2, payload: new Uint8Array(100) });
    await large.publish('t', { qos: 1, payload: Buffer.from('fits') });
    await settled();
    expect(small.takeMessages()).toEqual(['t=fits']);
    expect(large.takeMessages()).toHaveLength(2);
    expect(broker.state().sessions.map((session) => session.inFlight)).toEqual([0, 0]);
  });

  it('what one Session holds is bounded; what is beyond is dropped', async () => {
    const { connected, open, broker } = harness({}, { limits: { queuedMessages: 3 } });
    const away = await connected({ clientId: 'away', sessionExpiryInterval: 60 });
    await away.subscribe('t', 1);
    await away.reset();
    const publisher = await connected();
    for (const payload of ['1', '2', '3', '4'])
      await publisher.publish('t', { qos: 1, payload: Buffer.from(payload) });
    expect(broker.state().sessions.find((session) => session.clientId === 'away')?.queued).toBe(3);
    const back = open();
    await back.connect({ clientId: 'away', cleanStart: false });
    await settled();
    expect(back.takeMessages()).toEqual(['t=1', 't=2', 't=3']);
  });

  it('the same in bytes, and room comes back when messages leave', async () => {
    const { connected } = harness({}, { limits: { queuedBytes: 1_000 } });
    const client = await connected();
    await client.subscribe('t', 1);
    for (let count = 0; count < 20; count++)
      await client.publish('t', { qos: 1, payload: new Uint8Array(500) });
    await settled();
    expect(client.takeMessages()).toHaveLength(20);
  });

  it('one that does not read is sent no more than the backlog, and gets the rest when it does', async () => {
    const made = harness({}, { limits: { backlogBytes: 20_000 } });
    const slow = new TestClient(made.broker, undefined, 4_096);
    await slow.connect({ clientId: 'slow' });
    await slow.subscribe('t', 0);
    slow.link.pause();
    const publisher = await made.connected({ clientId: 'publisher' });
    for (let count = 0; count < 100; count++)
      await publisher.publish('t', { payload: new Uint8Array(1_000) });
    const queued = made.broker.state().sessions.find((session) => session.clientId === 'slow')?.queued ?? 0;
    expect(queued).toBeGreaterThan(60);
    slow.link.resume();
    for (let turns = 0; turns < 100; turns++) await settled();
    expect(slow.takeMessages()).toHaveLength(100);
  });

  it('one that asks without reading the answers is not read any more, until it has', async () => {
    const made = harness({}, { limits: { backlogBytes: 10_000 } });
    const greedy = new TestClient(made.broker, undefined, 4_096);
    await greedy.connect({ clientId: 'greedy' });
    greedy.link.pause();
    const pings = new Uint8Array(2_000);
    for (let at = 0; at < pings.length; at += 2) pings[at] = 0xc0;
    for (let count = 0; count < 50; count++) {
      greedy.sendBytes(pings);
      await settled();
    }
    expect(greedy.link.writableLength).toBeGreaterThan(20_000);
    greedy.link.resume();
    for (let turns = 0; turns < 200; turns++) await settled();
    expect(greedy.inbox).toHaveLength(50_000);
    expect(greedy.link.writableLength).toBe(0);
  });
});

describe('the broker', () => {
  it('tells its state', async () => {
    const { connected, broker, clock, advance } = harness();
    const startMs = clock.now();
    await connected({ clientId: 'here', keepAliveSeconds: 30 });
    const gone = await connected({
      clientId: 'gone',
      version: 5,
      sessionExpiryInterval: 10,
      will: { willDelayInterval: 20 },
    });
    await gone.subscribe('a');
    await gone.publish('kept', { retain: true });
    await advance(1_000);
    await gone.reset();
    expect(broker.state()).toEqual({
      clients: [{ clientId: 'here', version: 5, connectedAtMs: startMs, keepAliveSeconds: 30 }],
      sessions: [
        {
          clientId: 'here',
          version: 5,
          connected: true,
          sessionExpiryInterval: 0,
          endsAtMs: undefined,
          will: false,
          willDueAtMs: undefined,
          subscriptions: 0,
          queued: 0,
          inFlight: 0,
        },
        {
          clientId: 'gone',
          version: 5,
          connected: false,
          sessionExpiryInterval: 10,
          endsAtMs: startMs + 11_000,
          will: true,
          willDueAtMs: startMs + 11_000,
          subscriptions: 1,
          queued: 0,
          inFlight: 0,
        },
      ],
      retained: 1,
    });
  });

  it('D33: deletes a session, online with 0x98 and offline, and publishes its will then', async () => {
    const { connected, watcher, broker } = harness();
    const subscriber = await watcher();
    const will = { willDelayInterval: 60 };
    const online = await connected({
      clientId: 'online',
      sessionExpiryInterval: 600,
      will: { ...will, topic: 'online' },
    });
    await (
      await connected({
        clientId: 'offline',
        sessionExpiryInterval: 600,
        will: { ...will, topic: 'offline' },
      })
    ).reset();
    expect(broker.deleteSession('online')).toBe(true);
    expect(broker.deleteSession('offline')).toBe(true);
    expect(broker.deleteSession('offline')).toBe(false);
    await settled();
    expect(online.take('disconnect').reasonCode).toBe(0x98);
    expect(subscriber.takeMessages()).toEqual(["online=I'm offline", "offline=I'm offline"]);
    expect(broker.state().sessions).toHaveLength(1);
  });

  it('closes: 0x8B to 5.0, a plain end to 3.1.1, no will, no timer left, nobody let in', async () => {
    const { connected, watcher, broker, clock, open } = harness();
    const subscriber = await watcher();
    const old = await connected({ clientId: 'old', version: 4, keepAliveSeconds: 60, will: {} });
    await (
      await connected({ clientId: 'away', sessionExpiryInterval: 60, will: { willDelayInterval: 30 } })
    ).reset();
    const silent = open();
    broker.close();
    broker.close();
    await settled();
    await settled();
    expect(subscriber.inbox.map((packet) => packet.type)).toEqual(['disconnect']);
    expect(subscriber.take('disconnect').reasonCode).toBe(0x8b);
    expect([subscriber.closed, old.closed, silent.closed]).toEqual([true, true, true]);
    expect(old.inbox).toEqual([]);
    expect(broker.state()).toEqual({ clients: [], sessions: [], retained: 0 });
    expect(clock.nextAtMs()).toBeUndefined();
    const late = open();
    await settled();
    expect(late.closed).toBe(true);
  });

  it('gives up a connection that its Client does not close', async () => {
    const { connected, advance, clock } = harness();
    const client = await connected();
    client.link.allowHalfOpen = true;
    client.send({ type: 'disconnect', reasonCode: 0, properties: [] });
    await settled();
    expect(clock.nextAtMs()).toBeDefined();
    await advance(1_000);
    expect(clock.nextAtMs()).toBeUndefined();
  });
});
