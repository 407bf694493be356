import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observerLimits } from '../../../src/engine/observer.ts';
import type { ConnectionProfile, SandboxSettings } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import type { ConnectionView, ExpectationView } from '../../../src/session/model.ts';
import { renderFact } from '../../../src/session/sentences.ts';
import type { RecordDetails } from '../../../src/trace/model.ts';
import { message, plainProfile } from '../net/support/bench.ts';
import { file, plainSandbox, TestHost } from './support/test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start(undefined, true);
});
afterEach(async () => {
  await host.stop();
  expect(host.logs.filter((line) => line.startsWith('error'))).toEqual([]);
});

const demo: Partial<ConnectionProfile> = {
  name: 'demo',
  clientId: 'demo',
  sessionExpiryInterval: 10,
  will: { ...message('status/demo', 'offline', { qos: 1, retain: true }), willDelayInterval: 5 },
};

/** What observers have sent, as titles. */
async function sent(title: string): Promise<readonly RecordDetails[]> {
  const observers = new Set(
    [...host.connections.values()].filter((each) => each.observer).map(({ id }) => id),
  );
  return (await host.trace()).filter((each) => observers.has(each.connection) && each.title === title);
}

const observers = (): readonly string[] => [
  ...new Set([...host.connections.values()].filter((each) => each.observer).map(({ clientId }) => clientId)),
];

/** Waits until an observer's SUBSCRIBE is answered, as often as `times`. */
async function subscribed(times = 1): Promise<void> {
  for (;;) {
    await host.until(() => observers().length > 0);
    const answers = await sent('SUBACK');
    if (answers.length >= times) return;
    host.clock.advance(0);
    await setImmediate();
  }
}

/** Waits until no observer is connected. */
function allLeft(): Promise<void> {
  return host.until(() =>
    [...host.connections.values()].every(({ observer, closedAtMs }) => !observer || closedAtMs !== undefined),
  );
}

/** Drops the client and waits until the sandbox knows. */
async function drop(client: { readonly key: string }, clientId: string): Promise<void> {
  await host.request('drop', { client: client.key });
  await host.until(() => host.logs.some((line) => line.includes(`Connection of "${clientId}"`)));
}

const sentences = ({ facts }: ExpectationView): readonly string[] => facts.map((each) => renderFact(each));

async function decided(clientId: string): Promise<ExpectationView> {
  await host.until(() => (host.expectation('will', clientId)?.verdict ?? 'pending') !== 'pending');
  const expectation = host.expectation('will', clientId);
  if (expectation === undefined) throw new Error('There is no expectation.');
  return expectation;
}

/** A tap of a profile, and programs that come by it. */
async function tapped(profile: Partial<ConnectionProfile> = {}, sandbox = plainSandbox) {
  const settings = await host.request('startTap', {
    profile: { ...plainProfile, name: 'tapped', broker: { kind: 'sandbox' }, ...profile },
    file,
    folder: '/',
    sandbox,
  });
  const { port } = settings;
  return {
    settings,
    program: (clientId: string, more: Partial<ConnectionProfile> = {}) =>
      host.connect({
        ...demo,
        name: clientId,
        clientId,
        will: message(`status/${clientId}`, 'offline'),
        broker: { kind: 'network', scheme: 'mqtt', host: '127.0.0.1', port, path: '' },
        ...more,
      }),
  };
}

describe('an observer', () => {
  it('sees a will that nobody else is subscribed to, and tells it from what is retained', async () => {
    const client = await host.connect(demo);
    await subscribed();
    await drop(client, 'demo');
    host.clock.advance(5000);
    const will = await decided('demo');
    expect(will.verdict).toBe('met');
    expect(sentences(will).at(-1)).toMatch(/^The observer received it/);
    expect(will.checks.map(({ id, passed }) => [id, passed])).toEqual([
      ['P1', true],
      ['P2', true],
      ['P3', true],
      ['P4', true],
      ['P5', true],
    ]);
  });

  it('subscribes to exactly the topic of the will, once, and to nothing else', async () => {
    await host.connect(demo);
    await host.connect({ ...demo, name: 'other', clientId: 'other', will: message('status/other', 'x') });
    await host.connect({ ...demo, name: 'third', clientId: 'third' });
    await subscribed(2);
    const filters = (await sent('SUBSCRIBE')).map(({ fields }) => JSON.stringify(fields));
    expect(filters).toHaveLength(2);
    expect(filters[0]).toContain('status/demo');
    expect(filters[1]).toContain('status/other');
    expect(observers()).toHaveLength(1);
  });

  it('unsubscribes when nothing more can come, and leaves some time later', async () => {
    const client = await host.connect({ ...demo, will: message('status/demo', 'offline') });
    await subscribed();
    await host.request('disconnect', { client: client.key, reasonCode: 0 });
    await host.until(() => [...host.wills.values()].at(-1)?.state === 'discarded');
    host.clock.advance(20_000);
    await host.traceWith('UNSUBACK');
    expect((await sent('DISCONNECT')).length).toBe(0);
    host.clock.advance(observerLimits.lingerMs);
    await host.traceWith('DISCONNECT');
    await allLeft();
  });

  it('comes back with all its topics after its connection is lost', async () => {
    const settings: SandboxSettings = plainSandbox;
    await host.connect(demo, settings);
    await host.connect(
      { ...demo, name: 'other', clientId: 'other', will: message('status/other', 'x') },
      settings,
    );
    await subscribed(2);
    const [name = ''] = observers();
    // Somebody takes its Client Identifier.
    const thief = await host.connect({ name: 'thief', clientId: name });
    await host.request('disconnect', { client: thief.key, reasonCode: 0 });
    await allLeft();
    host.clock.advance(observerLimits.retryMs.last);
    await subscribed(4);
  });

  it.each([
    ['the profile says so', { ...demo, observe: false }],
    ['the topic belongs to the Server', { ...demo, will: message('$app/demo', 'x') }],
    ['subscribing would be something else', { ...demo, will: message('$share/g/demo', 'x') }],
    ['there is no will', { ...demo, will: undefined }],
  ])('is not made when %s', async (_why, profile) => {
    await host.connect({ name: 'first', clientId: 'first' });
    await host.connect(profile).catch(() => undefined);
    await host.connect({ name: 'last', clientId: 'last' });
    expect(observers()).toEqual([]);
  });

  it('follows the setting, also while it runs', async () => {
    await host.connect(demo);
    await subscribed();
    await host.request('observe', { on: false });
    await allLeft();
    await host.request('observe', { on: true });
    await host.until(() => observers().length === 2);
    await subscribed(2);
  });

  it('that may not subscribe leaves the will unobserved, and Why says what to do', async () => {
    const denying =
      "version: 1\nprofiles: {}\nsandbox: { deny: [{ subscribe: 'status/#', then: notAuthorized }] }";
    const settings = parseProfileFile(denying, 'demo.mqtt.yaml').sandbox;
    const client = await host.connect(demo, settings);
    await subscribed();
    await drop(client, 'demo');
    host.clock.advance(5000);
    host.clock.advance(5000);
    const will = await decided('demo');
    expect(will.verdict).toBe('unobserved');
    expect(sentences(will).at(-1)).toBe(
      'The observer wanted to see it, but the Server refused the subscription to "status/demo" with 0x87 (Not authorized): allow these credentials to subscribe to it, or connect a profile that may',
    );
  });

  it('uses the credentials of the profile', async () => {
    const settings: SandboxSettings = { ...plainSandbox, users: [{ username: 'ann', password: 'secret' }] };
    const client = await host.connect({ ...demo, username: 'ann', password: 'secret' }, settings);
    await subscribed();
    await drop(client, 'demo');
    host.clock.advance(5000);
    expect((await decided('demo')).verdict).toBe('met');
    expect(host.logs.join('\n')).not.toContain('secret');
  });

  it('speaks 3.1.1 where the profile does, without the options that it lacks', async () => {
    const client = await host.connect({ ...demo, protocolVersion: 4, cleanStart: false });
    await subscribed();
    await drop(client, 'demo');
    const will = await decided('demo');
    expect(will.verdict).toBe('met');
    expect([...host.connections.values()].find(({ observer }) => observer)?.version).toBe(4);
  });

  it('watches behind a tap for the wills of the programs that it lets through, and for each only once', async () => {
    const settings = plainSandbox;
    const tapped = { ...plainProfile, name: 'tapped', broker: { kind: 'sandbox' } as const };
    const tap = await host.request('startTap', { profile: tapped, file, folder: '/', sandbox: settings });
    const program = await host.connect({
      ...demo,
      broker: { kind: 'network', scheme: 'mqtt', host: '127.0.0.1', port: tap.port, path: '' },
    });
    await subscribed();
    await drop(program, 'demo');
    host.clock.advance(5000);
    await host.until(() =>
      [...host.expectations.values()].some(
        ({ kind, server, verdict }) => kind === 'will' && server === tap.server && verdict === 'met',
      ),
    );
    expect(observers()).toHaveLength(1);
    const [one] = [...host.connections.values()].filter(({ observer }) => observer);
    expect(one?.server).toBe(tap.server);
    expect(host.connections.size).toBe(3);
  });

  it('is connected already when a further program comes, and subscribes before its CONNECT is answered', async () => {
    const { settings, program } = await tapped();
    await program('first', { will: undefined });
    await host.traceWith('CONNACK');
    await host.until(() => observers().length === 1);
    await program('second');
    await subscribed();
    const behind = (): readonly ConnectionView[] =>
      [...host.connections.values()].filter(({ server }) => server === settings.server);
    await host.until(() => behind().some(({ clientId }) => clientId === 'second'));
    const names = new Map(
      behind().map(({ id, observer, clientId }) => [id, observer === true ? 'observer' : clientId]),
    );
    const titles = (await host.trace()).map(({ title, connection }) => `${names.get(connection)}: ${title}`);
    const order = ['second: CONNECT', 'observer: SUBSCRIBE', 'second: CONNACK'];
    expect(titles.filter((title) => order.includes(title))).toEqual(order);
    // It stays without a will to wait for, as long as the tap is there.
    await host.request('stopTap', { tap: settings.key });
    await host.until(() => host.taps.length === 0);
    host.clock.advance(60_000);
    host.clock.advance(observerLimits.lingerMs);
    await allLeft();
  });

  it('unsubscribes when the CONNECT with the will was refused', async () => {
    const users = { ...plainSandbox, users: [{ username: 'ann', password: 'secret' }] };
    const { program } = await tapped({ username: 'ann', password: 'secret' }, users);
    await program('first', { password: 'secret', username: 'ann', will: undefined });
    await host.until(() => observers().length === 1);
    await program('demo', { password: 'wrong', username: 'ann' }).catch(() => undefined);
    await host.traceWith('UNSUBACK');
    expect((await sent('SUBSCRIBE')).length).toBe(1);
    expect(host.wills.size).toBe(0);
  });

  it('has the credentials of the profile by whose tap a will came', async () => {
    const names = ['ann', 'bob'];
    const users = { ...plainSandbox, users: names.map((username) => ({ username, password: 'secret' })) };
    for (const username of names) {
      const credentials = { username, password: 'secret' };
      const { program } = await tapped({ name: username, ...credentials }, users);
      await program(username, credentials);
    }
    await subscribed(2);
    const connects = (await sent('CONNECT')).map(
      ({ fields }) => fields.find(({ name }) => name === 'User Name')?.value,
    );
    expect(connects.toSorted()).toEqual(names);
  });

  it('leaves no expectation and no insight of its own', async () => {
    await host.connect(demo);
    await subscribed();
    await host.request('observe', { on: false });
    await allLeft();
    const [name] = observers();
    expect([...host.expectations.values()].filter(({ clientId }) => clientId === name)).toEqual([]);
  });
});
