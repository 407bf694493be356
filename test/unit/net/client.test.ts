import { afterEach, describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { address, Bench, failureOf, message } from './support/bench.ts';
import { accepted, type ScriptedPeer, startScriptedPeer } from './support/peers.ts';

let peer: ScriptedPeer;
let bench: Bench | undefined;

afterEach(async () => {
  bench?.client.dispose();
  bench = undefined;
  await peer.close();
});

async function start(...args: [profile?: ConstructorParameters<typeof Bench>[1], options?: object]) {
  peer = await startScriptedPeer();
  bench = new Bench(address(peer.port), ...args);
  return bench;
}

async function connected(...args: Parameters<typeof start>) {
  const demo = await start(...args);
  const connecting = demo.connect();
  const server = await peer.next();
  await server.accept();
  await connecting;
  return { demo, server };
}

describe('connecting', () => {
  it('resolves when CONNACK has come, and tells its states in order', async () => {
    const { demo } = await connected();
    expect(demo.states).toEqual(['connecting', 'connected']);
    expect(demo.client.connection).toBe(1);
    expect(demo.tap.opens[0]?.info).toEqual({
      server: `localhost:${peer.port}`,
      tap: 'client',
      client: '#demo',
      label: 'demo',
      endpoints: {
        client: { address: expect.any(String), port: expect.any(Number) },
        server: { address: expect.any(String), port: peer.port },
        carrier: 'tcp',
      },
    });
  });

  it('waits for its subscriptions, and then for its afterConnect messages', async () => {
    const demo = await start({
      subscriptions: [
        { topicFilter: 'a/#', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 },
        { topicFilter: '1', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
      afterConnect: [message('status', 'online', { qos: 1, retain: true })],
    });
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    const first = await server.next('subscribe');
    expect(first.subscriptions).toEqual([demo.settings.profile.subscriptions[0]]);
    server.send({ type: 'suback', packetId: first.packetId, properties: [], reasonCodes: [1] });
    const second = await server.next('subscribe');
    expect(server.unread).toEqual([]);
    server.send({ type: 'suback', packetId: second.packetId, properties: [], reasonCodes: [0] });
    const birth = await server.next('publish');
    expect(birth).toMatchObject({ topic: 'status', qos: 1, retain: true, dup: false });
    server.send({ type: 'puback', packetId: birth.packetId ?? 0, reasonCode: 0, properties: [] });
    await connecting;
    expect(demo.client.error).toBeUndefined();
  });

  it('succeeds with a refused subscription, and says so', async () => {
    const demo = await start({
      subscriptions: [
        { topicFilter: 'secret', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
    });
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    const { packetId } = await server.next('subscribe');
    server.send({ type: 'suback', packetId, properties: [], reasonCodes: [0x87] });
    await connecting;
    expect(demo.client.state).toBe('connected');
    expect(demo.client.error?.message).toBe(
      `127.0.0.1:${peer.port} refused the subscription to "secret": 0x87 Not authorized.`,
    );
  });

  it('succeeds when the subscription is never answered, and says so', async () => {
    const clock = new ManualClock();
    const demo = await start(
      {
        subscriptions: [
          { topicFilter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        ],
      },
      { clock },
    );
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    await server.next('subscribe');
    clock.advance(20_000);
    await connecting;
    expect(demo.client.error?.message).toBe(`127.0.0.1:${peer.port} sent no SUBACK within 20 s.`);
  });

  it('can be cancelled while CONNACK is awaited', async () => {
    const demo = await start();
    const failing = failureOf(demo.connect());
    const server = await peer.next();
    await server.next('connect');
    demo.client.cancel();
    expect((await failing).code).toBe('cancelled');
    expect(demo.client.state).toBe('offline');
    await server.untilEnded();
    expect(await demo.tap.untilClosed()).toEqual({ by: 'client', how: 'fin', detail: 'cancelled' });
  });

  it('is refused while it is connected', async () => {
    const { demo } = await connected();
    expect((await failureOf(demo.connect())).code).toBe('already-connected');
    expect((await failureOf(demo.client.resume())).code).toBe('already-connected');
  });
});

describe('publishing and subscribing', () => {
  it.each([
    [1, 0x00],
    [1, 0x10],
    [1, 0x97],
  ] as const)('answers with the reason code of PUBACK (QoS %i, %i)', async (qos, reasonCode) => {
    const { demo, server } = await connected();
    const publishing = demo.client.publish(message('a', 'x', { qos }));
    const { packetId = 0 } = await server.next('publish');
    server.send({ type: 'puback', packetId, reasonCode, properties: [] });
    expect(await publishing).toBe(reasonCode);
  });

  it.each([0x00, 0x10])('goes through all four packets of QoS 2 (PUBREC 0x%i)', async (reasonCode) => {
    const { demo, server } = await connected();
    const publishing = demo.client.publish(message('a', 'x', { qos: 2 }));
    const { packetId = 0 } = await server.next('publish');
    server.send({ type: 'pubrec', packetId, reasonCode, properties: [] });
    await server.next('pubrel');
    server.send({ type: 'pubcomp', packetId, reasonCode: 0, properties: [] });
    expect(await publishing).toBe(reasonCode);
  });

  it('ends QoS 2 at a PUBREC that refuses', async () => {
    const { demo, server } = await connected();
    const publishing = demo.client.publish(message('a', 'x', { qos: 2 }));
    const { packetId = 0 } = await server.next('publish');
    server.send({ type: 'pubrec', packetId, reasonCode: 0x87, properties: [] });
    expect(await publishing).toBe(0x87);
  });

  it('keeps the order of User Properties, repeats and numbers included', async () => {
    const { demo, server } = await connected();
    const pairs = [
      ['b', '1'],
      ['2', 'x'],
      ['a', '2'],
      ['b', '3'],
      ['1', 'y'],
      ['__proto__', 'z'],
    ] as const;
    await demo.client.publish(message('a', 'x', { userProperties: pairs }));
    const { properties } = await server.next('publish');
    expect(properties.map((each) => each.kind === 'pair' && [each.name, each.value])).toEqual(pairs);
  });

  it('sends every property of a message', async () => {
    const { demo, server } = await connected();
    await demo.client.publish(
      message('a', 'x', {
        payloadFormatIndicator: 'utf8',
        messageExpiryInterval: 60,
        contentType: 'text/plain',
        responseTopic: 'reply',
        correlationData: { kind: 'base64', base64: '/w==' },
      }),
    );
    const { properties } = await server.next('publish');
    expect(new Map(properties.map((each) => [each.id, each.kind === 'pair' ? '' : each.value]))).toEqual(
      new Map<number, unknown>([
        [PROPERTY.payloadFormatIndicator, 1],
        [PROPERTY.messageExpiryInterval, 60],
        [PROPERTY.contentType, 'text/plain'],
        [PROPERTY.responseTopic, 'reply'],
        [PROPERTY.correlationData, Buffer.from([0xff])],
      ]),
    );
  });

  it('answers with the reason code of SUBACK', async () => {
    const { demo, server } = await connected();
    const subscription = {
      topicFilter: 'x',
      qos: 2,
      noLocal: false,
      retainAsPublished: true,
      retainHandling: 1,
    } as const;
    const subscribing = demo.client.subscribe(subscription);
    const { packetId, subscriptions } = await server.next('subscribe');
    expect(subscriptions).toEqual([subscription]);
    server.send({ type: 'suback', packetId, properties: [], reasonCodes: [0x8f] });
    expect(await subscribing).toBe(0x8f);
  });

  it('refuses what is no topic, and names the rule', async () => {
    const { demo } = await connected();
    expect((await failureOf(demo.client.publish(message('a/#', 'x')))).message).toBe(
      'The topic "a/#" is not valid: A Topic Name must not contain the wildcard characters + and #.',
    );
    expect(
      (
        await failureOf(
          demo.client.subscribe({
            topicFilter: 'a#',
            qos: 0,
            noLocal: false,
            retainAsPublished: false,
            retainHandling: 0,
          }),
        )
      ).code,
    ).toBe('invalid-topic');
  });

  it('fails what waits for an answer when the connection ends', async () => {
    const { demo, server } = await connected();
    const failing = failureOf(demo.client.publish(message('a', 'x', { qos: 1 })));
    await server.next('publish');
    server.fin();
    expect((await failing).code).toBe('closed-by-server');
    expect((await failureOf(demo.client.publish(message('a', 'x')))).code).toBe('not-connected');
  });
});

describe('losing the connection', () => {
  it('drops with RST', async () => {
    const { demo, server } = await connected();
    demo.client.drop();
    await server.untilEnded();
    expect(server.error?.code).toBe('ECONNRESET');
    expect(demo.tap.endOf(1)).toEqual({ by: 'client', how: 'reset' });
    expect(demo.client.state).toBe('offline');
    expect(demo.client.error).toBeUndefined();
  });

  it('closes with FIN and without DISCONNECT', async () => {
    const { demo, server } = await connected();
    demo.client.close();
    await server.untilEnded();
    expect(server.error).toBeUndefined();
    expect(server.unread).toEqual([]);
    expect(demo.tap.endOf(1)).toMatchObject({ by: 'client', how: 'fin' });
  });

  it.each([
    ['fin', 'closed-by-server', { by: 'server', how: 'fin' }],
    ['reset', 'ECONNRESET', { by: 'server', how: 'reset', detail: 'ECONNRESET' }],
  ] as const)('sees that the Server ends it (%s)', async (how, code, end) => {
    const { demo, server } = await connected();
    server[how]();
    await demo.untilState('offline');
    expect(demo.client.error?.code).toBe(code);
    expect(demo.tap.endOf(1)).toEqual(end);
  });

  it('tells the reason of the Server that it gave in DISCONNECT', async () => {
    const { demo, server } = await connected();
    const reason = { id: PROPERTY.reasonString, kind: 'string', value: 'elsewhere' } as const;
    server.send({ type: 'disconnect', reasonCode: 0x8e, properties: [reason] });
    server.fin();
    await demo.untilState('offline');
    expect(demo.client.error?.message).toBe(
      `127.0.0.1:${peer.port} ended the connection with DISCONNECT 0x8E Session taken over ("elsewhere").`,
    );
  });

  it('closes by itself when the Server does not after its DISCONNECT', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected({}, { clock });
    server.send({ type: 'disconnect', reasonCode: 0x8b, properties: [] });
    await demo.tap.until(() => demo.tap.received(1).length > 5);
    clock.advance(1000);
    await demo.untilState('offline');
    expect(demo.client.error?.code).toBe('disconnected-by-server');
    expect(demo.tap.endOf(1)).toMatchObject({ by: 'client', how: 'fin' });
  });
});

describe('disconnecting', () => {
  it('publishes the beforeDisconnect messages, has them acknowledged, and disconnects', async () => {
    const { demo, server } = await connected({
      beforeDisconnect: [message('status', 'offline', { qos: 1, retain: true })],
    });
    const order: string[] = [];
    const leaving = demo.client.disconnect(0, undefined, () => order.push('sending'));
    const last = await server.next('publish');
    expect(order).toEqual([]);
    server.send({ type: 'puback', packetId: last.packetId ?? 0, reasonCode: 0, properties: [] });
    await leaving;
    expect(order).toEqual(['sending']);
    expect((await server.next('disconnect')).reasonCode).toBe(0);
    await server.untilEnded();
    expect(demo.tap.endOf(1)).toMatchObject({ by: 'client', how: 'fin' });
    expect(demo.client.state).toBe('offline');
  });

  it('disconnects with a will without those messages, and with a changed Session Expiry Interval', async () => {
    const { demo, server } = await connected({ beforeDisconnect: [message('status', 'offline')] });
    await demo.disconnect(0x04, 7);
    expect(await server.next('disconnect')).toEqual({
      type: 'disconnect',
      reasonCode: 0x04,
      properties: [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: 7 }],
    });
    expect(server.unread).toEqual([]);
  });

  it('disconnects although nobody acknowledges the last message', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected(
      { beforeDisconnect: [message('status', 'offline', { qos: 1 })] },
      { clock },
    );
    const leaving = demo.disconnect();
    await server.next('publish');
    clock.advance(20_000);
    await leaving;
    await server.next('disconnect');
    expect(demo.logs).toEqual([
      `demo: 127.0.0.1:${peer.port} sent no acknowledgement for beforeDisconnect within 20 s.`,
    ]);
  });

  it('cannot ask for the will before 5.0', async () => {
    const { demo } = await connected({ protocolVersion: 4 });
    expect((await failureOf(demo.disconnect(0x04))).message).toBe(
      'MQTT 3.1.1 has no DISCONNECT with a Reason Code: it always removes the will.',
    );
    expect(demo.client.state).toBe('connected');
  });
});

describe('freezing', () => {
  it('writes nothing any more, keeps reading, and sees the Server close', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected({ keepAliveSeconds: 10 }, { clock });
    const waiting = failureOf(demo.client.publish(message('a', 'x', { qos: 1 })));
    await server.next('publish');
    demo.client.freeze();
    expect((await waiting).code).toBe('connection-ended');
    clock.advance(60_000);
    server.send({
      type: 'publish',
      topic: 'b',
      qos: 1,
      packetId: 9,
      dup: false,
      retain: false,
      properties: [],
      payload: new Uint8Array(3),
    });
    await demo.tap.until(() => demo.tap.received(1).length > 10);
    server.send({ type: 'disconnect', reasonCode: 0x8d, properties: [] });
    server.fin();
    await demo.untilState('offline');
    expect(server.unread).toEqual([]);
    expect(demo.client.error?.message).toContain('0x8D Keep Alive timeout');
    expect(demo.tap.endOf(1)).toEqual({ by: 'server', how: 'fin' });
  });

  it('refuses to send, and can be dropped', async () => {
    const { demo, server } = await connected();
    demo.client.freeze();
    expect((await failureOf(demo.client.publish(message('a', 'x')))).code).toBe('client-frozen');
    expect((await failureOf(demo.disconnect())).code).toBe('client-frozen');
    demo.client.drop();
    await server.untilEnded();
    expect(demo.client.state).toBe('offline');
  });

  it('can be resumed beside the frozen connection, which the Server then ends', async () => {
    const { demo, server } = await connected();
    demo.client.freeze();
    const resuming = demo.client.resume();
    const second = await peer.next();
    await second.accept(true);
    server.fin();
    await resuming;
    await demo.tap.untilClosed(1);
    expect(demo.client.state).toBe('connected');
    expect(demo.client.connection).toBe(2);
  });
});

describe('resuming', () => {
  it('connects with Clean Start 0 and sends again what is in flight, marked as duplicate', async () => {
    const { demo, server } = await connected({
      subscriptions: [],
      afterConnect: [],
      sessionExpiryInterval: 60,
    });
    const lost = failureOf(demo.client.publish(message('a', 'x', { qos: 1 })));
    const { packetId } = await server.next('publish');
    demo.client.drop();
    await lost;
    const resuming = demo.client.resume();
    const second = await peer.next();
    expect(await second.accept(true)).toMatchObject({ cleanStart: false, clientId: 'demo' });
    expect(await second.next('publish')).toMatchObject({ packetId, dup: true, topic: 'a' });
    await resuming;
  });

  it('drops what is in flight when the Server has no session any more', async () => {
    const { demo, server } = await connected();
    const lost = failureOf(demo.client.publish(message('a', 'x', { qos: 1 })));
    await server.next('publish');
    demo.client.drop();
    await lost;
    const resuming = demo.client.resume();
    const second = await peer.next();
    await second.accept(false);
    await resuming;
    await demo.disconnect();
    await second.next('disconnect');
    expect(second.unread).toEqual([]);
  });

  it('leaves out the subscriptions that the session still has', async () => {
    const subscription = {
      topicFilter: 'a',
      qos: 0,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0,
    } as const;
    const demo = await start({ subscriptions: [subscription], afterConnect: [message('up', '1')] });
    const connecting = demo.connect();
    const server = await peer.next();
    await server.accept();
    const { packetId } = await server.next('subscribe');
    server.send({ type: 'suback', packetId, properties: [], reasonCodes: [0] });
    await connecting;
    demo.client.drop();
    const resuming = demo.client.resume();
    const second = await peer.next();
    await second.accept(true);
    await resuming;
    expect((await second.next('publish')).topic).toBe('up');
    expect(second.unread).toEqual([]);
  });

  it('uses the identifier that the Server has assigned', async () => {
    const demo = await start({ clientId: '', cleanStart: false });
    const connecting = demo.connect();
    const server = await peer.next();
    const assigned = { id: PROPERTY.assignedClientIdentifier, kind: 'string', value: 'auto-7' } as const;
    expect(await server.accept(false, { ...accepted, properties: [assigned] })).toMatchObject({
      clientId: '',
      cleanStart: false,
    });
    await connecting;
    expect(demo.client.clientId).toBe('auto-7');
    demo.client.drop();
    const resuming = demo.client.resume();
    const second = await peer.next();
    expect(await second.accept(true)).toMatchObject({ clientId: 'auto-7', cleanStart: false });
    await resuming;
  });

  it('cannot resume a session whose identifier nobody knows', async () => {
    const { demo } = await connected({ clientId: '', protocolVersion: 4 });
    demo.client.drop();
    expect((await failureOf(demo.client.resume())).code).toBe('no-client-identifier');
  });

  it('starts clean with Clean Start 1', async () => {
    const { demo } = await connected({ cleanStart: false });
    demo.client.drop();
    const starting = demo.client.startClean();
    const second = await peer.next();
    expect(await second.accept()).toMatchObject({ cleanStart: true, clientId: 'demo' });
    await starting;
  });
});

describe('keep alive', () => {
  it('sends PINGREQ before the Keep Alive is over, and only when nothing else was sent', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected({ keepAliveSeconds: 10 }, { clock });
    clock.advance(8000);
    await demo.client.publish(message('a', 'x'));
    await server.next('publish');
    clock.advance(8000);
    expect(demo.tap.sent(1, 0).at(-2)).not.toBe(0xc0);
    clock.advance(1000);
    await server.next('pingreq');
    server.send({ type: 'pingresp' });
    await demo.tap.until(() => demo.tap.received(1).at(-2) === 0xd0);
    clock.advance(9000);
    await server.next('pingreq');
    expect(demo.client.state).toBe('connected');
  });

  it('closes the connection when PINGREQ is not answered', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected({ keepAliveSeconds: 10 }, { clock });
    clock.advance(9000);
    await server.next('pingreq');
    clock.advance(9000 + 1000);
    await demo.untilState('offline');
    expect(demo.client.error?.code).toBe('keep-alive-unanswered');
  });

  it('follows the Server Keep Alive, also when the Client asked for none', async () => {
    const clock = new ManualClock();
    const demo = await start({ keepAliveSeconds: 0 }, { clock });
    const connecting = demo.connect();
    const server = await peer.next();
    const serverKeepAlive = { id: PROPERTY.serverKeepAlive, kind: 'number', value: 5 } as const;
    await server.accept(false, { ...accepted, properties: [serverKeepAlive] });
    await connecting;
    clock.advance(4500);
    await server.next('pingreq');
  });
});

describe('reconnecting', () => {
  it('does not, unless the profile says so', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected({}, { clock });
    server.fin();
    await demo.untilState('offline');
    clock.advance(600_000);
    expect(demo.states).toEqual(['connecting', 'connected', 'offline']);
  });

  it('waits longer after each failure, up to the limit, and stops when told', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected(
      { reconnect: { afterMs: 2000, atMostMs: 3000 }, cleanStart: false },
      { clock },
    );
    server.fin();
    await demo.untilState('reconnecting');
    clock.advance(1999);
    expect(demo.client.state).toBe('reconnecting');
    clock.advance(1);
    const second = await peer.next();
    expect(await second.next('connect')).toMatchObject({ cleanStart: false });
    second.fin();
    await demo.untilState('reconnecting');
    clock.advance(2999);
    expect(demo.client.state).toBe('reconnecting');
    clock.advance(1);
    const third = await peer.next();
    await third.accept(true);
    await demo.untilState('connected');
    third.reset();
    await demo.untilState('reconnecting');
    demo.client.cancel();
    expect(demo.client.state).toBe('offline');
    clock.advance(600_000);
    expect(demo.client.state).toBe('offline');
  });

  it('does not fight for a session that another client has taken over', async () => {
    const { demo, server } = await connected({ reconnect: { afterMs: 1000, atMostMs: 1000 } });
    server.send({ type: 'disconnect', reasonCode: 0x8e, properties: [] });
    server.fin();
    await demo.untilState('offline');
    expect(demo.states).toEqual(['connecting', 'connected', 'offline']);
  });

  it('does not after Disconnect, and not after a refusal that lasts', async () => {
    const clock = new ManualClock();
    const { demo, server } = await connected({ reconnect: { afterMs: 1000, atMostMs: 1000 } }, { clock });
    server.fin();
    await demo.untilState('reconnecting');
    clock.advance(1000);
    const second = await peer.next();
    await second.next('connect');
    second.send({ ...accepted, reasonCode: 0x86 });
    second.fin();
    await demo.untilState('offline');
    clock.advance(1000);
    expect(demo.client.error?.code).toBe('bad-user-name-or-password');

    const connecting = demo.connect();
    await (await peer.next()).accept();
    await connecting;
    await demo.disconnect();
    clock.advance(10_000);
    expect(demo.client.state).toBe('offline');
  });
});
