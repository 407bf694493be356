/** Observers beside brokers that are not ours: the wills of programs behind a tap are seen, and nothing else is asked for. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TapView } from '../../src/engine/messages.ts';
import type { ConnectionProfile } from '../../src/profile/model.ts';
import type { ExpectationView } from '../../src/session/model.ts';
import { startMosquitto } from '../e2e/support/mosquitto.ts';
import { file, plainSandbox, TestHost } from '../unit/engine/support/test-host.ts';
import { message, plainProfile } from '../unit/net/support/bench.ts';
import { startAedes } from './support/aedes.ts';
import { startEjabberd } from './support/ejabberd.ts';
import type { RunningBroker } from './support/sandbox.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start(undefined, true);
});
afterEach(() => host.stop());

const at = (port: number): ConnectionProfile['broker'] => ({
  kind: 'network',
  scheme: 'mqtt',
  host: '127.0.0.1',
  port,
  path: '',
});

const program: Partial<ConnectionProfile> = {
  name: 'program',
  clientId: 'program',
  cleanStart: true,
  keepAliveSeconds: 60,
  will: message('observed/program', 'offline', { qos: 1, retain: true }),
};

/** A tap for a broker, and a program that connects to it; waits until an observer has subscribed. */
async function tapped(
  { port, credentials }: Running,
  protocolVersion: ConnectionProfile['protocolVersion'],
): Promise<TapView> {
  const user = credentials && { username: credentials.userName, password: credentials.password };
  const profile = { ...plainProfile, ...user, name: 'tapped', broker: at(port) };
  const tap = await host.request('startTap', { profile, file, folder: '/', sandbox: plainSandbox });
  const client = await host.connect({ ...program, ...user, protocolVersion, broker: at(tap.port) });
  const trace = await host.traceWith('SUBACK');
  expect(trace.filter(({ title }) => title === 'SUBSCRIBE')).toHaveLength(1);
  await host.request('drop', { client: client.key });
  return tap;
}

async function judged(tap: TapView): Promise<ExpectationView> {
  const found = (): ExpectationView | undefined =>
    [...host.expectations.values()].find(
      ({ kind, server, verdict }) => kind === 'will' && server === tap.server && verdict !== 'pending',
    );
  await host.until(() => found() !== undefined);
  const expectation = found();
  if (expectation === undefined) throw new Error('Nothing was judged.');
  return expectation;
}

interface Running {
  readonly port: number;
  readonly credentials?: RunningBroker['credentials'];
  stop(): Promise<unknown>;
}

async function withPort(starting: Promise<RunningBroker>): Promise<Running> {
  const { address, credentials, stop } = await starting;
  return { port: address.port, credentials, stop };
}

const observerVersions = (): readonly unknown[] =>
  [...host.connections.values()].filter(({ observer }) => observer).map(({ version }) => version);

describe.each([
  ['Mosquitto', startMosquitto],
  ['ejabberd', () => withPort(startEjabberd())],
] as const)('beside %s', (_name, start) => {
  let broker: Running;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(() => broker.stop());

  it.each([5, 4] as const)(
    'an observer sees the will of a program that speaks version %s',
    async (version) => {
      const tap = await tapped(broker, version);
      const will = await judged(tap);
      expect(will.verdict).toBe('met');
      expect(
        will.checks.map(({ id, passed }) => [id, passed]).filter(([, passed]) => passed !== true),
      ).toEqual([]);
      expect(observerVersions()).toEqual([5]);
    },
  );
});

describe('beside aedes', () => {
  it('an observer falls back to 3.1.1, which that broker speaks', async () => {
    const broker = await withPort(startAedes());
    try {
      const will = await judged(await tapped(broker, 4));
      expect(will.verdict).toBe('met');
      expect(observerVersions()).toEqual([5, 4]);
    } finally {
      await broker.stop();
    }
  });
});

describe('beside a Mosquitto where each user may read only what is its own', () => {
  const names = ['ann', 'bob'];
  let broker: Running;
  beforeAll(async () => {
    broker = await startMosquitto({
      passwords: Object.fromEntries(names.map((name) => [name, `secret of ${name}`])),
      acl: ['pattern readwrite own/%u/#'],
    });
  });
  afterAll(() => broker.stop());

  it('the will that came by the tap of a profile is watched for as that profile', async () => {
    const wills: string[] = [];
    let server = '';
    for (const username of names) {
      const user = { username, password: `secret of ${username}` };
      const profile = { ...plainProfile, ...user, name: username, broker: at(broker.port) };
      const tap = await host.request('startTap', { profile, file, folder: '/', sandbox: plainSandbox });
      const client = await host.connect({
        ...program,
        ...user,
        name: `program of ${username}`,
        clientId: username,
        will: message(`own/${username}/status`, 'offline', { qos: 1 }),
        broker: at(tap.port),
      });
      server = tap.server;
      wills.push(client.key);
    }
    const answered = async (): Promise<number> =>
      (await host.trace()).filter(({ title }) => title === 'SUBACK').length;
    while ((await answered()) < names.length) await setImmediate();
    for (const client of wills) await host.request('drop', { client });
    const judgedWills = (): readonly ExpectationView[] =>
      [...host.expectations.values()].filter(
        (each) => each.kind === 'will' && each.server === server && each.verdict !== 'pending',
      );
    await host.until(() => judgedWills().length === names.length);
    expect(judgedWills().map(({ clientId, verdict }) => [clientId, verdict])).toEqual(
      names.map((name) => [name, 'met']),
    );
  });

  it('a refusal is told of the wills that were to be watched for with those credentials alone', async () => {
    const ends = new Map<string, string>();
    let server = '';
    for (const name of ['wrong', 'right']) {
      const user = { username: 'ann', password: 'secret of ann' };
      const profile = { ...plainProfile, ...user, name, broker: at(broker.port) };
      const tap = await host.request('startTap', {
        profile: name === 'right' ? profile : { ...profile, password: 'forgotten' },
        file,
        folder: '/',
        sandbox: plainSandbox,
      });
      const client = await host.connect({
        ...program,
        ...user,
        name: `program by the ${name} tap`,
        clientId: name,
        will: message(`own/ann/${name}`, 'offline', { qos: 1 }),
        broker: at(tap.port),
      });
      ends.set(name, client.key);
      ({ server } = tap);
      // The observer's is the one that is refused.
      if (name === 'right') await host.traceWith('SUBACK');
      else
        await host.until(() =>
          [...host.connections.values()].some(
            ({ observer, reasonCode = 0 }) => observer === true && reasonCode > 0,
          ),
        );
    }
    for (const client of ends.values()) await host.request('drop', { client });
    const judgedWills = (): readonly ExpectationView[] =>
      [...host.expectations.values()].filter(
        (each) => each.kind === 'will' && each.server === server && each.verdict !== 'pending',
      );
    await host.until(() => judgedWills().length > 0);
    // That of the other is waited for until it cannot come any more.
    host.clock.advance(20_000);
    await host.until(() => judgedWills().length === ends.size);
    const told = judgedWills().map(({ clientId, verdict, facts }) => [
      clientId,
      verdict,
      facts.some(({ code }) => code === 'observerRefused'),
    ]);
    expect(told).toEqual([
      ['wrong', 'unobserved', true],
      ['right', 'met', false],
    ]);
  });
});
