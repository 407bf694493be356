import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientView, TapView } from '../../../src/engine/messages.ts';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { message, plainProfile } from '../net/support/bench.ts';
import { file, plainSandbox, TestHost } from './support/test-host.ts';

let host: TestHost;
/** Another engine stands for the program under test. */
let program: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
  program = await TestHost.start();
});
afterEach(async () => {
  await program.stop();
  await host.stop();
  expect(host.logs.filter((line) => line.startsWith('error'))).toEqual([]);
});

const sandboxProfile: ConnectionProfile = { ...plainProfile, name: 'demo', broker: { kind: 'sandbox' } };

const startTap = (more: Partial<Parameters<typeof host.request<'startTap'>>[1]> = {}): Promise<TapView> =>
  host.request('startTap', { profile: sandboxProfile, file, folder: '/', sandbox: plainSandbox, ...more });

/** The program connects through the tap. */
async function connectProgram(tap: TapView, more: Partial<ConnectionProfile> = {}): Promise<ClientView> {
  const client = await program.connect({
    broker: { kind: 'network', scheme: 'mqtt', host: tap.host, port: tap.port, path: '' },
    clientId: 'demo',
    sessionExpiryInterval: 10,
    will: { ...message('offline', "I'm offline", { qos: 1 }), willDelayInterval: 5 },
    ...more,
  });
  await host.until(() => host.taps[0]?.connections.some(({ clientId }) => clientId === 'demo') === true);
  return client;
}

const subscribe = (): Promise<ClientView> =>
  host.connect({
    name: 'subscriber',
    clientId: 'subscriber',
    subscriptions: [{ topicFilter: '#', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
  });

const tapped = (): number => host.taps[0]?.connections[0]?.connection ?? 0;
const brokerLost = (clientId: string): Promise<void> =>
  host.until(() => host.logs.some((line) => line.includes(`Connection of "${clientId}"`)));
const why = (): readonly string[] => host.expectation('will', 'demo')?.facts.map(({ code }) => code) ?? [];

describe('a tap of a profile', () => {
  it('shows the session of another program, and its will', async () => {
    const tap = await startTap();
    expect(tap).toMatchObject({ key: `${file}#demo`, server: 'sandbox', scheme: 'mqtt', connectionsOpen: 0 });
    await subscribe();
    const client = await connectProgram(tap);
    await program.request('drop', { client: client.key });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    await brokerLost('demo');
    host.clock.advance(5000);
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
    expect(why()).toContain('endedCut');
    await host.until(() => host.taps[0]?.connectionsOpen === 0);
  });

  it('is there once, and gone when it is stopped', async () => {
    const tap = await startTap();
    expect(await startTap()).toEqual(tap);
    await connectProgram(tap);
    await host.request('stopTap', { tap: tap.key });
    await host.until(() => host.taps.length === 0);
    await host.until(() => host.expectation('will', 'demo') !== undefined);
    expect(why()).toContain('endedClosedByTap');
    expect((await host.refusal(host.request('stopTap', { tap: tap.key }))).error.code).toBe('no-such-tap');
  });

  it('does not listen for other machines unless that is confirmed', async () => {
    const listen = { host: '0.0.0.0', port: 0 };
    expect((await host.refusal(startTap({ listen }))).error.code).toBe('tap-not-allowed');
  });

  it('follows the sandbox to another port', async () => {
    const tap = await startTap();
    await host.request('stopSandbox', { file });
    await program.refusal(connectProgram(tap));
    await host.request('startSandbox', { file, settings: plainSandbox, port: 0 });
    await connectProgram(tap);
  });

  it('refuses while its broker is not there, and tells so in its view, the log and the trace', async () => {
    await startTap();
    await host.request('stopSandbox', { file });
    await host.until(() => host.taps[0]?.listening === 'broker-away');
    const [tap] = host.taps;
    if (tap === undefined) throw new Error('There is no tap.');
    expect((await program.refusal(connectProgram(tap))).message).toContain('ECONNREFUSED');
    await host.request('startSandbox', { file, settings: plainSandbox, port: 0 });
    await connectProgram(tap);
    expect(host.taps[0]?.listening).toBe('listening');
    const titles = (await host.trace()).map(({ title }) => title);
    expect(titles.filter((title) => title.startsWith('action'))).toEqual([
      'action: server-stopped',
      'action: broker-away',
      'action: broker-back',
    ]);
    expect(host.logs.filter((line) => line.includes('is not there (ECONNREFUSED)'))).toHaveLength(1);
  });

  it('is part of the whole state', async () => {
    const tap = await startTap();
    expect((await host.request('start', { byteBudget: 0 })).taps).toEqual([tap]);
  });
});

describe('a fault', () => {
  it('cuts a connection, and Why says so', async () => {
    const tap = await startTap();
    await subscribe();
    await connectProgram(tap);
    await host.request('fault', { tap: tap.key, connection: tapped(), fault: { kind: 'reset_peer' } });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    await brokerLost('demo');
    host.clock.advance(5000);
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
    expect(why()).toContain('endedCutByTap');
    expect([...host.connections.values()].find(({ clientId }) => clientId === 'demo')).toMatchObject({
      endCause: 'cut',
      faults: [{ kind: 'reset_peer' }],
    });
  });

  it('freezes what a client sends, so that its Keep Alive runs out', async () => {
    const tap = await startTap();
    await subscribe();
    await connectProgram(tap, { keepAliveSeconds: 10 });
    const connection = tapped();
    await host.request('fault', {
      tap: tap.key,
      connection,
      fault: { kind: 'freeze', direction: 'toServer' },
    });
    await host.until(() => host.expectation('keep-alive', 'demo')?.verdict === 'pending');
    expect(host.expectation('keep-alive', 'demo')?.facts.map(({ code }) => code)).toContain('frozenByTap');
    host.clock.advance(15_000);
    await host.until(() => host.expectation('keep-alive', 'demo')?.verdict === 'met');
    await brokerLost('demo');
    host.clock.advance(5000);
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'met');
  });

  it('is over when it is cleared, and what was held passes', async () => {
    const tap = await startTap();
    const client = await connectProgram(tap);
    const connection = tapped();
    await host.request('fault', {
      tap: tap.key,
      connection,
      fault: { kind: 'freeze', direction: 'both' },
    });
    const publishing = program.request('publish', {
      client: client.key,
      message: { topic: 'test', payload: 'x', qos: 1, retain: false },
    });
    await host.request('clearFaults', { tap: tap.key, connection });
    expect(await publishing).toEqual({ reasonCode: 0x10 });
    await host.until(() => host.connections.get(connection)?.faults?.[0]?.untilMs !== undefined);
  });

  it('is over one way when that is cleared: what the Client sends passes, and the rest is still held', async () => {
    const tap = await startTap();
    await connectProgram(tap, { keepAliveSeconds: 10 });
    const connection = tapped();
    const freeze = { kind: 'freeze', direction: 'both' } as const;
    await host.request('fault', { tap: tap.key, connection, fault: freeze });
    await host.until(() => host.expectation('keep-alive', 'demo')?.verdict === 'pending');
    const which = { kind: 'freeze', direction: 'toServer' } as const;
    await host.request('clearFaults', { tap: tap.key, connection, which });
    await host.until(() => host.connections.get(connection)?.faults?.[0]?.left !== undefined);
    expect(host.connections.get(connection)?.faults).toMatchObject([
      { kind: 'freeze', direction: 'both', left: { direction: 'toClient' } },
    ]);
    await host.until(
      () =>
        JSON.stringify(host.taps[0]?.connections[0]?.faults) === '[{"kind":"freeze","direction":"toClient"}]',
    );
  });

  it('keeps a DISCONNECT from the Server, so that the will is owed', async () => {
    const tap = await startTap();
    await subscribe();
    const client = await connectProgram(tap);
    await host.request('fault', { tap: tap.key, fault: { kind: 'drop_disconnect' } });
    await program.request('disconnect', { client: client.key, reasonCode: 0 });
    await host.until(() => host.expectation('will', 'demo')?.verdict === 'pending');
    expect(why()).toContain('endedDisconnectDropped');
    const titles = (await host.trace()).map(({ title }) => title);
    expect(titles).not.toContain('DISCONNECT');
    expect(titles).toContain('action: packet-dropped');
  });

  it('comes by rule', async () => {
    const tap = await startTap();
    const { rule } = await host.request('fault', {
      tap: tap.key,
      rule: { fault: { kind: 'reset_peer' }, clientId: 'dem*', packet: { type: 'publish' } },
    });
    const client = await connectProgram(tap);
    const publishing = program.request('publish', {
      client: client.key,
      message: { topic: 'test', payload: 'x', qos: 1, retain: false },
    });
    await program.refusal(publishing);
    await host.until(() => host.taps[0]?.rules[0]?.applied === 1);
    // The record of the fault names the rule, and so does Why.
    const words = 'each connection of dem*, after the 1st PUBLISH from the Client';
    await host.until(() => host.expectation('will', 'demo') !== undefined);
    const fact = host.expectation('will', 'demo')?.facts.find(({ code }) => code === 'faultByRule');
    expect(fact?.params).toEqual({ rule: words });
    const fields = JSON.stringify((await host.trace()).find(({ seq }) => seq === fact?.seq));
    expect(fields).toContain(words);
    await host.request('clearFaults', { tap: tap.key, rule });
    await host.until(() => host.taps[0]?.rules.length === 0);
  });

  it('comes by a rule of the profile, from the first connection on', async () => {
    const listen = { host: '127.0.0.1', port: 0 };
    const faults = [{ fault: { kind: 'down' }, nth: 1 } as const];
    const tap = await startTap({ profile: { ...sandboxProfile, tap: { listen, faults } } });
    expect(tap.rules).toEqual([{ id: 1, rule: faults[0], applied: 0 }]);
    await program.refusal(connectProgram(tap));
    await host.until(() => host.taps[0]?.rules[0]?.applied === 1);
    await connectProgram(tap);
  });

  it('is refused for a connection that is not there', async () => {
    const tap = await startTap();
    const fault = host.request('fault', { tap: tap.key, connection: 99, fault: { kind: 'close' } });
    expect((await host.refusal(fault)).error.code).toBe('no-such-connection');
  });
});
