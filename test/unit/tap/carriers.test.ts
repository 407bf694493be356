import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TapScheme, TapView } from '../../../src/engine/messages.ts';
import { Broker } from '../../../src/net/broker/broker.ts';
import { type Listener, type ListenerScheme, listen } from '../../../src/net/broker/listener.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { makeIdentity, tapIdentity } from '../../../src/net/tap/identity.ts';
import type { BrokerAddress, ConnectionProfile } from '../../../src/profile/model.ts';
import { file, plainSandbox, TestHost } from '../engine/support/test-host.ts';
import { plainProfile } from '../net/support/bench.ts';
import { fixture } from '../net/support/peers.ts';

const schemes = ['mqtt', 'mqtts', 'ws', 'wss'] as const satisfies readonly ListenerScheme[];
const folder = mkdtempSync(join(tmpdir(), 'tap-'));
const broker = new Broker(plainSandbox, systemClock, () => {});
const listeners = new Map<ListenerScheme, Listener>();

beforeAll(async () => {
  const identity = {
    cert: readFileSync(fixture('server.pem')),
    key: readFileSync(fixture('test-only.key')),
  };
  for (const scheme of schemes) {
    listeners.set(scheme, await listen(broker, { scheme, host: '127.0.0.1', port: 0, identity }));
  }
});
afterAll(async () => {
  broker.close();
  await Promise.all([...listeners.values()].map((listener) => listener.close()));
  rmSync(folder, { recursive: true });
});

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
});

const addressOf = (scheme: ListenerScheme, port: number): BrokerAddress => ({
  kind: 'network',
  scheme,
  host: 'localhost',
  port,
  path: scheme === 'ws' || scheme === 'wss' ? '/mqtt' : '',
});

function startTap(scheme: TapScheme, to: ListenerScheme, ca = 'authority.pem'): Promise<TapView> {
  const profile: ConnectionProfile = {
    ...plainProfile,
    name: 'tapped',
    broker: addressOf(to, listeners.get(to)?.port ?? 0),
    tls: { ca: fixture(ca), rejectUnauthorized: true },
  };
  return host.request('startTap', {
    profile,
    file,
    folder: '/',
    sandbox: plainSandbox,
    scheme,
    certificateFolder: folder,
  });
}

const connectTo = (tap: TapView): ReturnType<TestHost['connect']> =>
  program.connect({
    broker: addressOf(tap.scheme, tap.port),
    clientId: 'demo',
    tls: tap.caFile === undefined ? undefined : { ca: tap.caFile, rejectUnauthorized: true },
    subscriptions: [
      { topicFilter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
    ],
  });

describe.each(schemes)('a tap that listens with %s', (scheme) => {
  it.each(schemes)('forwards to a broker with %s', async (to) => {
    const tap = await startTap(scheme, to);
    expect(tap.address.startsWith(`${scheme}://`)).toBe(true);
    const client = await connectTo(tap);
    await program.request('publish', {
      client: client.key,
      message: { topic: 'a', payload: 'x', qos: 1, retain: false },
    });
    await program.request('disconnect', { client: client.key, reasonCode: 0 });
    await host.until(() => [...host.connections.values()].some(({ closedAtMs }) => closedAtMs !== undefined));
    const seen = (await host.trace()).map(({ title }) => title);
    const sent = (await program.trace()).map(({ title }) => title);
    const packets = (titles: readonly string[]): readonly string[] =>
      titles.filter((title) => /^[A-Z]+$/.test(title)).sort();
    expect(packets(seen)).toEqual(packets(sent));
    expect(packets(seen)).toContain('PUBLISH');
    expect([...host.connections.values()][0]).toMatchObject({ clientId: 'demo', endCause: 'disconnect' });
  });

  it('drops a DISCONNECT, and leaves the rest as it is', async () => {
    const tap = await startTap(scheme, scheme);
    const client = await connectTo(tap);
    await host.request('fault', { tap: tap.key, fault: { kind: 'drop_disconnect' } });
    await program.request('publish', {
      client: client.key,
      message: { topic: 'a', payload: 'x', qos: 1, retain: false },
    });
    await program.request('disconnect', { client: client.key, reasonCode: 0 });
    await host.until(() => [...host.connections.values()].some(({ closedAtMs }) => closedAtMs !== undefined));
    const titles = (await host.trace()).map(({ title }) => title);
    expect(titles).toContain('PUBLISH');
    expect(titles).toContain('action: packet-dropped');
    expect(titles).not.toContain('DISCONNECT');
  });
});

describe('a tap with TLS', () => {
  it('does not forward to a broker whose certificate it does not trust', async () => {
    const tap = await startTap('mqtt', 'mqtts', 'self-signed.pem');
    await program.refusal(connectTo(tap));
    await host.until(() => [...host.connections.values()].some(({ closedAtMs }) => closedAtMs !== undefined));
    const closed = (await host.trace()).find(({ title }) => title === 'connection closed');
    expect(closed?.fields.find(({ name }) => name === 'Error')?.value).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });

  it('shows in the trace that a program did not trust it', async () => {
    const tap = await startTap('mqtts', 'mqtt');
    await program.refusal(connectTo({ ...tap, caFile: fixture('authority.pem') }));
    const trace = await host.traceWith('connection closed');
    expect(trace.map(({ title }) => title)).toEqual(['connection opened', 'connection closed']);
  });

  it('keeps its certificate, so that a program has to be told of it once', async () => {
    const now = systemClock.now();
    const first = await tapIdentity(folder, '127.0.0.1', now);
    expect(await tapIdentity(folder, 'localhost', now)).toEqual(first);
    expect(statSync(join(folder, 'tap-key.pem')).mode & 0o077).toBe(0);
    expect((await tapIdentity(folder, 'tap.example', now)).cert).not.toBe(first.cert);
  });

  it('makes a certificate that is of no use to sign others', async () => {
    const { cert } = await makeIdentity('127.0.0.1', systemClock.now());
    const { X509Certificate } = await import('node:crypto');
    const certificate = new X509Certificate(cert);
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toContain('IP Address:127.0.0.1');
  });
});
