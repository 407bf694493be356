import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxHolding } from '../../../src/engine/messages.ts';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { file, plainSandbox, TestHost } from './support/test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.stop());

const keeping: Partial<ConnectionProfile> = {
  name: 'keeping',
  clientId: 'keeping',
  sessionExpiryInterval: 10,
  keepAliveSeconds: 0,
};

/** What the broker holds, once it satisfies the condition and a second has passed. */
async function holding(condition: (holds: SandboxHolding) => boolean): Promise<SandboxHolding> {
  for (;;) {
    const holds = host.sandboxes[0]?.holds;
    if (holds !== undefined && condition(holds)) return holds;
    await host.until(() => true);
    host.clock.advance(1_000);
    await host.until(() => true);
  }
}

describe('the state of a sandbox', () => {
  it('is told with its view, and anew when it has changed', async () => {
    const started = await host.request('startSandbox', { file, settings: plainSandbox, port: 0 });
    expect(started.holds).toEqual({
      clients: 0,
      sessions: 0,
      retained: 0,
      firstSessions: [],
      firstRetained: [],
    });
    const client = await host.connect({
      ...keeping,
      subscriptions: [
        { topicFilter: 'a', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
    });
    const message = { topic: 'kept', payload: 'x', qos: 1, retain: true } as const;
    await host.request('publish', { client: client.key, message });
    const holds = await holding(({ retained }) => retained === 1);
    expect(holds).toEqual({
      clients: 1,
      sessions: 1,
      retained: 1,
      firstSessions: [
        {
          clientId: 'keeping',
          connected: true,
          endsAtMs: undefined,
          will: false,
          willDueAtMs: undefined,
          subscriptions: 1,
          messages: 0,
        },
      ],
      firstRetained: ['kept'],
    });
  });

  it('says until when a Session is kept, and forgets it then', async () => {
    const client = await host.connect(keeping);
    await host.request('drop', { client: client.key });
    await host.until(() => host.logs.some((line) => line.includes('Connection of "keeping"')));
    const lostAtMs = host.clock.now();
    const away = await holding(({ clients, sessions }) => clients === 0 && sessions === 1);
    expect(away.firstSessions[0]).toMatchObject({ connected: false, endsAtMs: lostAtMs + 10_000 });
    expect(await holding(({ sessions }) => sessions === 0)).toMatchObject({ firstSessions: [] });
  });

  it('never tells of more than some, whatever the crowd', async () => {
    const client = await host.connect(keeping);
    for (let number = 0; number < 60; number++) {
      const message = { topic: `kept/${number}`, payload: 'x', qos: 1, retain: true } as const;
      await host.request('publish', { client: client.key, message });
    }
    const holds = await holding(({ retained }) => retained === 60);
    expect(holds.firstRetained).toHaveLength(50);
  });
});

describe('the settings of a sandbox', () => {
  it('tell what it does against the standard, in its view and in the log', async () => {
    const { sandbox } = parseProfileFile('sandbox: { deviations: [noWillAt0x04] }', '');
    const { key } = await host.connect({ ...keeping, name: 'before' }, sandbox);
    await host.until(() => host.sandboxes.some(({ deviations }) => deviations.includes('noWillAt0x04')));
    expect(host.logs.join('\n')).toContain('Against the standard, as asked: noWillAt0x04.');
    await host.request('drop', { client: key });
    await host.connect({ ...keeping, name: 'after', clientId: 'after' });
    await host.until(() => host.sandboxes.every(({ deviations }) => deviations.length === 0));
  });

  it('hold for its next connection, limits included', async () => {
    const { sandbox } = parseProfileFile('sandbox: { maximumQoS: 1, serverKeepAlive: 7s }', '');
    await host.connect({ ...keeping, name: 'before' });
    await host.connect({ ...keeping, name: 'after', clientId: 'after' }, sandbox);
    const connacks = (await host.trace()).filter(({ title }) => title === 'CONNACK');
    const told = connacks.map((record) => JSON.stringify(record.fields));
    expect(told).toHaveLength(2);
    expect(told[0]).not.toContain('Server Keep Alive');
    expect(told[1]).toMatch(/Maximum QoS.*1/);
    expect(told[1]).toMatch(/Server Keep Alive.*7/);
  });
});
