import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { message } from '../net/support/bench.ts';
import { file, plainSandbox, TestHost } from './support/test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.stop();
  expect(host.logs.filter((line) => line.startsWith('error'))).toEqual([]);
});

const demo: Partial<ConnectionProfile> = {
  name: 'demo',
  clientId: 'demo',
  sessionExpiryInterval: 10,
  will: { ...message('offline', "I'm offline", { qos: 1 }), willDelayInterval: 5 },
};
const subscriber: Partial<ConnectionProfile> = {
  name: 'subscriber',
  clientId: 'subscriber',
  subscriptions: [{ topicFilter: '#', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
};

/** Waits until the sandbox has seen the end of a client's connection: from then on its time counts. */
const brokerLost = (clientId: string): Promise<void> =>
  host.until(() => host.logs.some((line) => line.includes(`Connection of "${clientId}"`)));

describe('the story', () => {
  it('counts down to the will of a dropped client, and sees it published', async () => {
    await host.connect(subscriber);
    const client = await host.connect(demo);
    expect(client).toEqual({
      key: `${file}#demo`,
      profile: 'demo',
      file,
      server: 'sandbox',
      clientId: 'demo',
      state: 'connected',
      connection: 2,
      error: undefined,
    });
    await host.request('drop', { client: client.key });
    await host.untilState(client, 'offline');
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    expect(host.expectation('will', 'demo')?.dueAtMs).toBe(host.clock.now() + 5000);
    expect(host.expectation('session-end', 'demo')?.dueAtMs).toBe(host.clock.now() + 10_000);

    await brokerLost('demo');
    host.clock.advance(5000);
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
    expect([...host.wills.values()].map(({ state }) => state)).toEqual(['published']);
  });

  it('blames nobody for what came while the machine slept, and the trace says that it did', async () => {
    await host.connect(subscriber);
    const client = await host.connect(demo);
    await host.request('drop', { client: client.key });
    await brokerLost('demo');
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    host.clock.leap(60_000);
    await host.until(() => host.expectation('will', 'demo')?.observed !== undefined);

    const will = host.expectation('will', 'demo');
    expect(will?.verdict).toBe('undecided');
    expect(will?.facts.map(({ code }) => code)).toContain('stoodStill');
    const [stood, ...others] = (await host.trace()).filter(({ title }) => title === 'action: stood-still');
    expect(others).toEqual([]);
    expect(stood?.fields).toContainEqual(expect.objectContaining({ name: 'For', value: '60.0 s' }));
  });

  it('shows the will as cancelled when the session is resumed in time', async () => {
    await host.connect(subscriber);
    const client = await host.connect(demo);
    await host.request('drop', { client: client.key });
    host.clock.advance(2000);
    const resumed = await host.request('resume', { client: client.key });
    expect(resumed).toMatchObject({ key: client.key, state: 'connected', connection: 3 });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'cancelled');
    expect([...host.connections.values()].at(-1)).toMatchObject({ sessionPresent: true, cleanStart: false });
  });

  it('leads to the same countdown when a deny rule disconnects', async () => {
    const denying = parseProfileFile(
      'version: 1\nprofiles: {}\nsandbox: { deny: [{ publish: test, then: disconnect }] }',
      'demo.mqtt.yaml',
    ).sandbox;
    await host.connect(subscriber, denying);
    const client = await host.connect(demo, denying);
    const publishing = host.request('publish', {
      client: client.key,
      message: { topic: 'test', payload: 'x', qos: 1, retain: false },
    });
    expect((await host.refusal(publishing)).error.code).toBe('disconnected-by-server');
    await brokerLost('demo');
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    host.clock.advance(5000);
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
  });

  it.each(['drop', 'close'] as const)('publishes the will of 3.1.1 at once (%s)', async (how) => {
    await host.connect({ ...subscriber, protocolVersion: 4 });
    const client = await host.connect({ ...demo, protocolVersion: 4, cleanStart: false });
    await host.request(how, { client: client.key });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
    expect([...host.sessions.values()].find(({ clientId }) => clientId === 'demo')?.state).toBe('offline');
  });

  it('publishes the will of a frozen client after one and a half times the Keep Alive', async () => {
    await host.connect(subscriber);
    const client = await host.connect({ ...demo, keepAliveSeconds: 2, will: { ...message('offline', 'x') } });
    await host.request('freeze', { client: client.key });
    await host.untilState(client, 'frozen');
    host.clock.advance(3000);
    await host.untilState(client, 'offline');
    expect(host.clients.get(client.key)?.error?.message).toContain('0x8D Keep Alive timeout');
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
  });

  it('discards the will at Disconnect, and publishes it at Disconnect with Will', async () => {
    await host.connect(subscriber);
    const client = await host.connect(demo);
    await host.request('disconnect', { client: client.key, reasonCode: 0 });
    await host.until(() => [...host.wills.values()].at(-1)?.state === 'discarded');
    await host.request('resume', { client: client.key });
    await host.request('disconnect', { client: client.key, reasonCode: 4, sessionExpiryInterval: 3 });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    expect(host.expectation('will', 'demo')?.dueAtMs).toBe(host.clock.now() + 3000);
  });

  it('takes over with a second client, which has a key of its own', async () => {
    const client = await host.connect(demo);
    const second = await host.request('takeOver', { client: client.key, cleanStart: false });
    expect(second).toMatchObject({
      key: `${file}#demo#2`,
      profile: 'demo',
      clientId: 'demo',
      state: 'connected',
    });
    await host.untilState(client, 'offline');
    expect(host.clients.get(client.key)?.error?.message).toContain('0x8E Session taken over');
  });

  it('starts clean, and the old session ends', async () => {
    const client = await host.connect(demo);
    await host.request('drop', { client: client.key });
    await host.request('startClean', { client: client.key });
    await host.until(() =>
      [...host.sessions.values()].some(({ clientId, state }) => clientId === 'demo' && state === 'ended'),
    );
  });

  it('records each action before it is done', async () => {
    const client = await host.connect(demo);
    await host.request('drop', { client: client.key });
    await host.request('resume', { client: client.key });
    const titles = (await host.trace()).map(({ title, connection }) => `${connection} ${title}`);
    expect(titles).toEqual([
      '1 connection opened',
      '1 CONNECT',
      '1 CONNACK',
      '1 action: drop',
      '1 connection closed',
      '1 action: resume',
      '2 connection opened',
      '2 CONNECT',
      '2 CONNACK',
    ]);
  });
});

describe('requests', () => {
  it('answers what does not exist', async () => {
    expect((await host.refusal(host.request('drop', { client: 'nobody' }))).message).toBe(
      'There is no client "nobody" any more. Connect its profile again.',
    );
    expect((await host.refusal(host.request('toString' as 'drop', { client: 'x' }))).error.code).toBe(
      'unknown-method',
    );
    expect(await host.request('details', { seq: 999 })).toBeUndefined();
  });

  it('refuses what does not fit the state of the client', async () => {
    const client = await host.connect(demo);
    expect((await host.refusal(host.connect(demo))).error.code).toBe('already-connected');
    await host.request('drop', { client: client.key });
    for (const method of ['drop', 'close', 'freeze'] as const) {
      expect((await host.refusal(host.request(method, { client: client.key }))).message).toBe(
        'demo is not connected. Connect it, or Resume Session, and try again.',
      );
    }
    expect((await host.trace()).filter(({ title }) => title.startsWith('action'))).toHaveLength(1);
  });

  it('publishes and subscribes for the user', async () => {
    const client = await host.connect(demo);
    const subscription = {
      topicFilter: 'a',
      qos: 2,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0,
    } as const;
    expect(await host.request('subscribe', { client: client.key, subscription })).toEqual({ reasonCode: 2 });
    expect(
      await host.request('publish', {
        client: client.key,
        message: { topic: 'nobody', payload: 'x', qos: 1, retain: false, userProperties: [['a', 'b']] },
      }),
    ).toEqual({ reasonCode: 0x10 });
  });

  it('gives a profile that connects again its settings of now', async () => {
    const client = await host.connect(demo);
    await host.request('drop', { client: client.key });
    expect(await host.connect({ ...demo, clientId: 'other' })).toMatchObject({
      key: client.key,
      clientId: 'other',
    });
  });

  it('cancels an attempt', async () => {
    const connecting = host.refusal(host.connect(demo));
    await host.until(() => [...host.clients.values()].some(({ state }) => state === 'connecting'));
    await host.request('cancelConnect', { client: `${file}#demo` });
    expect((await connecting).error.code).toBe('cancelled');
  });

  it('connects to nothing any more once it stops', async () => {
    await host.request('shutdown', undefined);
    expect((await host.refusal(host.connect(demo))).error.code).toBe('stopping');
  });
});

describe('sandboxes', () => {
  it('gives each file a broker of its own, whose sessions nobody shares', async () => {
    const first = await host.connect(demo);
    const second = await host.connect(demo, plainSandbox, 'file:///work/other%20one.mqtt.yaml');
    expect([first.server, second.server]).toEqual(['sandbox', 'sandbox (other one.mqtt.yaml)']);
    expect(first.state).toBe('connected');
    await host.until(() => host.sandboxes.length === 2);
    expect(host.sandboxes.map(({ server }) => server)).toEqual([first.server, second.server]);
  });

  it('starts and stops for other programs, at the port that is asked for', async () => {
    const started = await host.request('startSandbox', { file, settings: plainSandbox, port: 0 });
    expect(started.address).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(started.address).port);
    expect(await host.request('startSandbox', { file, settings: plainSandbox, port: 0 })).toEqual(started);
    const elsewhere = host.request('startSandbox', { file, settings: plainSandbox, port: port - 1 });
    expect((await host.refusal(elsewhere)).error.code).toBe('sandbox-runs');
    const taken = host.request('startSandbox', { file: '', settings: plainSandbox, port });
    expect((await host.refusal(taken)).error.code).toBe('EADDRINUSE');
    await host.request('stopSandbox', { file });
    expect((await host.refusal(host.request('stopSandbox', { file }))).error.code).toBe('no-such-sandbox');
    expect(await host.request('startSandbox', { file, settings: plainSandbox, port })).toEqual(started);
  });

  it('ends the connections of its clients when it stops, and the trace says so', async () => {
    const client = await host.connect(demo);
    await host.request('stopSandbox', { file });
    await host.untilState(client, 'offline');
    expect(host.clients.get(client.key)?.error?.message).toContain('0x8B Server shutting down');
    expect((await host.trace()).some(({ title }) => title === 'action: server-stopped')).toBe(true);
  });

  it('follows the settings of its file while it runs', async () => {
    await host.connect(demo);
    const users = [{ username: 'u', password: 'secret-of-u' }];
    const stricter = { ...plainSandbox, users };
    const refused = await host.refusal(host.connect({ ...demo, name: 'b', clientId: 'b' }, stricter));
    expect(refused.error.code).toBe('bad-user-name-or-password');
    const known = { username: 'u', password: 'secret-of-u' };
    expect(await host.connect({ ...demo, name: 'c', clientId: 'c', ...known }, stricter)).toMatchObject({
      state: 'connected',
      server: 'sandbox',
    });
    expect(host.logs).toContain('info: sandbox follows the changed settings of its file.');
  });
});

describe('notifications', () => {
  it('bring records only while somebody follows, each once', async () => {
    const client = await host.connect(demo);
    await host.until(() => host.clients.get(client.key)?.state === 'connected');
    expect(host.batches).toEqual([]);
    const first = await host.request('records', { fromSeq: 1, anew: true });
    expect([first.firstSeq, first.count]).toEqual([1, 3]);
    await host.request('follow', { on: true });
    await host.request('publish', {
      client: client.key,
      message: { topic: 'a', payload: 'x', qos: 0, retain: false },
    });
    await host.until(() => host.batches.length > 0);
    expect(host.batches.map(({ firstSeq, count, newTopics }) => ({ firstSeq, count, newTopics }))).toEqual([
      { firstSeq: 4, count: 1, newTopics: ['a'] },
    ]);
    await host.request('follow', { on: false });
    await host.request('publish', {
      client: client.key,
      message: { topic: 'b', payload: 'x', qos: 0, retain: false },
    });
    await host.until(() => host.changes.at(-1)?.stats.endSeq === 6);
    expect(host.batches).toHaveLength(1);
  });

  it('do not come when nothing has changed', async () => {
    const client = await host.connect({ ...demo, keepAliveSeconds: 0 });
    await host.untilState(client, 'connected');
    await host.until(() => host.changes.at(-1)?.stats.endSeq === 4);
    // The broker's state is told a little later.
    host.clock.advance(1000);
    await host.until(() => host.sandboxes[0]?.holds.clients === 1);
    const { length } = host.changes;
    host.clock.advance(1000);
    await host.request('details', { seq: 1 });
    expect(host.changes.length - length).toBe(0);
  });

  it('start from the whole state', async () => {
    await host.connect(demo);
    const snapshot = await host.request('start', { byteBudget: 1 });
    expect(snapshot.clients.map(({ profile }) => profile)).toEqual(['demo']);
    expect(snapshot.sandboxes).toHaveLength(1);
    expect(snapshot.entities.connections).toHaveLength(1);
    expect(snapshot.stats.endSeq).toBe(4);
  });

  it('tell that the trace was cleared, and what lives on', async () => {
    const gone = await host.connect({ ...demo, name: 'gone', clientId: 'gone', sessionExpiryInterval: 0 });
    await host.request('disconnect', { client: gone.key, reasonCode: 0 });
    const client = await host.connect(demo);
    await host.until(() => host.connections.size === 2);
    await host.request('clear', undefined);
    await host.until(() => host.changes.at(-1)?.cleared === true);
    expect([...host.clients.keys()]).toEqual([client.key]);
    expect([...host.connections.values()].map(({ clientId }) => clientId)).toEqual(['demo']);
    expect([...host.sessions.values()].map(({ clientId }) => clientId)).toEqual(['demo']);
    expect((await host.request('records', { fromSeq: 1 })).count).toBe(0);
    await host.request('drop', { client: client.key });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
  });
});
