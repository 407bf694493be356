import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { neverExpires } from '../../../src/net/broker/session.ts';
import { settled } from '../support/duplex-pair.ts';
import { manualClockStartMs } from '../support/manual-clock.ts';
import { harness } from './harness.ts';
import { type ConnectWish, number, type TestClient } from './test-client.ts';

type Ending = (client: TestClient) => Promise<void>;
const reset: Ending = (client) => client.reset();
const farMs = 20 * 365 * 86_400_000;

interface LifeRow {
  readonly what: string;
  readonly wish: ConnectWish;
  readonly end?: Ending;
  readonly sessionExpiryMaximum?: number;
  /** From T0; 0 when it ends with the connection, undefined when it does not end. */
  readonly lastsSeconds: number | undefined;
}

const lives: readonly LifeRow[] = [
  { what: 'v5 3.1.2.11.2: no Session Expiry Interval', wish: { cleanStart: false }, lastsSeconds: 0 },
  { what: 'v5 3.1.2.11.2: 0', wish: { sessionExpiryInterval: 0 }, lastsSeconds: 0 },
  { what: 'v5 [MQTT-4.1.0-2]: 10 s', wish: { sessionExpiryInterval: 10 }, lastsSeconds: 10 },
  {
    what: 'v5 3.1.2.11.2: 0xFFFFFFFF',
    wish: { sessionExpiryInterval: neverExpires },
    lastsSeconds: undefined,
  },
  {
    what: 'v5 3.1.2.11.2: one less than never',
    wish: { sessionExpiryInterval: neverExpires - 1 },
    lastsSeconds: neverExpires - 1,
  },
  {
    what: 'v5 3.2.2.3.2: more than the maximum',
    wish: { sessionExpiryInterval: 100 },
    sessionExpiryMaximum: 60,
    lastsSeconds: 60,
  },
  {
    what: 'v5 3.14.2.2.2: changed in DISCONNECT',
    wish: { sessionExpiryInterval: 10 },
    end: (client) => client.disconnect(0, [number(PROPERTY.sessionExpiryInterval, 3)]),
    lastsSeconds: 3,
  },
  {
    what: 'v5 3.14.2.2.2: set to 0 in DISCONNECT',
    wish: { sessionExpiryInterval: 10 },
    end: (client) => client.disconnect(0, [number(PROPERTY.sessionExpiryInterval, 0)]),
    lastsSeconds: 0,
  },
  {
    what: 'A5: raised above the maximum in DISCONNECT',
    wish: { sessionExpiryInterval: 10 },
    end: (client) => client.disconnect(4, [number(PROPERTY.sessionExpiryInterval, 1_000)]),
    sessionExpiryMaximum: 60,
    lastsSeconds: 60,
  },
  {
    what: 'A4: not changed in DISCONNECT, with an override',
    wish: { sessionExpiryInterval: 100 },
    end: (client) => client.disconnect(),
    sessionExpiryMaximum: 60,
    lastsSeconds: 60,
  },
  { what: 'v3.1.1 [MQTT-3.1.2-6]: Clean Session 1', wish: { version: 4 }, lastsSeconds: 0 },
  {
    what: 'v3.1.1 [MQTT-3.1.2-4]: Clean Session 0',
    wish: { version: 4, cleanStart: false },
    lastsSeconds: undefined,
  },
  { what: 'v3.1: Clean Session 0', wish: { version: 3, cleanStart: false }, lastsSeconds: undefined },
  {
    what: 'A17: Clean Session 0 with a maximum',
    wish: { version: 4, cleanStart: false },
    sessionExpiryMaximum: 60,
    lastsSeconds: 60,
  },
];

describe('a session lasts', () => {
  it.each(lives)('$what', async ({ wish, end = reset, sessionExpiryMaximum, lastsSeconds }) => {
    const { connected, broker, advance } = harness({ sessionExpiryMaximum });
    const client = await connected(wish);
    await advance(1_000_000);
    expect(broker.state().sessions).toHaveLength(1);
    await end(client);
    const endsAtMs = broker.state().sessions[0]?.endsAtMs;
    if (lastsSeconds === undefined) {
      expect(endsAtMs).toBeUndefined();
      await advance(farMs);
      expect(broker.state().sessions).toHaveLength(1);
    } else if (lastsSeconds > 0) {
      expect(endsAtMs).toBe(manualClockStartMs + 1_000_000 + lastsSeconds * 1_000);
      await advance(lastsSeconds * 1_000 - 1);
      expect(broker.state().sessions).toHaveLength(1);
      await advance(1);
    }
    expect(broker.state().sessions).toHaveLength(lastsSeconds === undefined ? 1 : 0);
  });
});

describe('Session Present', () => {
  const rows: readonly {
    readonly what: string;
    readonly first: ConnectWish;
    readonly next: ConnectWish;
    readonly present: boolean;
  }[] = [
    {
      what: 'v5 [MQTT-3.2.2-3]: 1 for a session that is there',
      first: { sessionExpiryInterval: 10 },
      next: { cleanStart: false },
      present: true,
    },
    {
      what: 'v5 [MQTT-3.2.2-2]: 0 for Clean Start 1',
      first: { sessionExpiryInterval: 10 },
      next: { cleanStart: true },
      present: false,
    },
    {
      what: 'v5 [MQTT-3.2.2-3]: 0 when it ended with its connection',
      first: { cleanStart: false },
      next: { cleanStart: false },
      present: false,
    },
    {
      what: 'v3.1.1 [MQTT-3.2.2-2]: 1 for a session that is there',
      first: { version: 4, cleanStart: false },
      next: { version: 4, cleanStart: false },
      present: true,
    },
    {
      what: 'v3.1.1 [MQTT-3.2.2-1]: 0 for Clean Session 1',
      first: { version: 4, cleanStart: false },
      next: { version: 4 },
      present: false,
    },
    {
      what: 'A14: 1 across versions',
      first: { version: 4, cleanStart: false },
      next: { cleanStart: false },
      present: true,
    },
    {
      what: 'v3.1: never',
      first: { version: 3, cleanStart: false },
      next: { version: 3, cleanStart: false },
      present: false,
    },
  ];

  it.each(rows)('$what', async ({ first, next, present }) => {
    const { connected, open } = harness();
    await (await connected(first)).reset();
    expect((await open().connect(next)).sessionPresent).toBe(present);
  });

  it('v5 [MQTT-4.1.0-2]: 0 at the very moment at which the session ends', async () => {
    const { connected, open, advance } = harness();
    await (await connected({ sessionExpiryInterval: 10 })).reset();
    await advance(10_000);
    expect((await open().connect({ cleanStart: false })).sessionPresent).toBe(false);
  });

  it('v5 [MQTT-3.1.2-5]: a resumed session ends by the newest CONNECT', async () => {
    const { connected, broker } = harness();
    await (await connected({ sessionExpiryInterval: 10 })).reset();
    await (await connected({ cleanStart: false, sessionExpiryInterval: 0 })).reset();
    expect(broker.state().sessions).toEqual([]);
  });
});

describe('a session keeps', () => {
  it('subscriptions, and messages of QoS 1 and 2 for an absent Client, in order', async () => {
    const { connected, open } = harness();
    const away = await connected({ clientId: 'away', sessionExpiryInterval: 60 });
    await away.subscribe('news/#', 2);
    await away.reset();
    const other = await connected({ clientId: 'other' });
    await other.publish('news/a', { qos: 1, payload: Buffer.from('1') });
    await other.publish('news/b', { qos: 0, payload: Buffer.from('lost') });
    await other.publish('news/c', { qos: 2, payload: Buffer.from('2') });
    const back = open();
    expect((await back.connect({ clientId: 'away', cleanStart: false })).sessionPresent).toBe(true);
    await settled();
    expect(back.takeMessages()).toEqual(['news/a=1', 'news/c=2']);
  });

  it('v5 [MQTT-4.4.0-1]: what was not acknowledged, which is sent again with DUP and its identifier', async () => {
    const { connected, open } = harness();
    const first = await connected({ clientId: 'slow', sessionExpiryInterval: 60 });
    await first.subscribe('t/#', 2);
    first.acknowledges = false;
    const other = await connected({ clientId: 'other' });
    await other.publish('t/1', { qos: 1 });
    await other.publish('t/2', { qos: 2 });
    const [one, two] = [first.take('publish'), first.take('publish')];
    expect([one.dup, two.dup]).toEqual([false, false]);
    await first.reset();

    const second = open();
    second.acknowledges = false;
    await second.connect({ clientId: 'slow', cleanStart: false, sessionExpiryInterval: 60 });
    await settled();
    const [again1, again2] = [second.take('publish'), second.take('publish')];
    expect(again1).toEqual({ ...one, dup: true });
    expect(again2).toEqual({ ...two, dup: true });
    second.send({ type: 'puback', packetId: one.packetId ?? 0, reasonCode: 0, properties: [] });
    second.send({ type: 'pubrec', packetId: two.packetId ?? 0, reasonCode: 0, properties: [] });
    await settled();
    expect(second.take('pubrel').packetId).toBe(two.packetId);
    await second.reset();

    const third = open();
    await third.connect({ clientId: 'slow', cleanStart: false });
    await settled();
    expect(third.takeMessages()).toEqual([]);
    expect(third.take('pubrel').packetId).toBe(two.packetId);
  });

  it('v5 [MQTT-4.3.3-10]: the identifiers of QoS 2 messages, so that one sent again is not delivered twice', async () => {
    const { connected, watcher } = harness();
    const subscriber = await watcher();
    const first = await connected({ sessionExpiryInterval: 60 });
    first.acknowledges = false;
    const packetId = await first.publish('t', { qos: 2 });
    expect(first.take('pubrec').packetId).toBe(packetId);
    await first.reset();
    const second = await connected({ cleanStart: false });
    await second.publish('t', { qos: 2, packetId, dup: true });
    await settled();
    expect(second.take('pubcomp').packetId).toBe(packetId);
    expect(subscriber.takeMessages()).toEqual(['t=x']);
    await second.publish('t', { qos: 2, packetId });
    expect(subscriber.takeMessages()).toEqual(['t=x']);
  });

  it('nothing of all that after Clean Start 1 (v5 [MQTT-3.1.2-4])', async () => {
    const { connected, broker } = harness();
    const first = await connected({ sessionExpiryInterval: 60 });
    await first.subscribe('t');
    await first.reset();
    const other = await connected({ clientId: 'other' });
    await other.publish('t', { qos: 1 });
    const second = await connected({ cleanStart: true });
    await other.publish('t', { qos: 1 });
    expect(second.takeMessages()).toEqual([]);
    expect(broker.state().sessions.map((session) => session.subscriptions)).toEqual([0, 0]);
  });
});

describe('a second connection with the same Client Identifier', () => {
  it('v5 [MQTT-3.1.4-3]: takes over: the first is told 0x8E, and closed', async () => {
    const { connected, broker } = harness();
    const first = await connected({ sessionExpiryInterval: 60 });
    await first.subscribe('t');
    const second = await connected({ cleanStart: false });
    expect(first.take('disconnect').reasonCode).toBe(0x8e);
    expect(first.closed).toBe(true);
    expect(broker.state().clients).toHaveLength(1);
    await second.publish('t');
    expect(second.takeMessages()).toEqual(['t=x']);
  });

  it('v3.1.1 [MQTT-3.1.4-2]: takes over: the first is closed', async () => {
    const { connected } = harness();
    const first = await connected({ version: 4 });
    await connected({ version: 4 });
    expect(first.inbox).toEqual([]);
    expect(first.closed).toBe(true);
  });

  it('D60: changes nothing when it is refused', async () => {
    const { connected, open } = harness({ users: [{ username: 'demo', password: 'right' }] });
    const first = await connected({ userName: 'demo', password: 'right' });
    expect((await open().connect({ userName: 'demo', password: 'wrong' })).reasonCode).toBe(0x86);
    expect(first.closed).toBe(false);
  });
});
