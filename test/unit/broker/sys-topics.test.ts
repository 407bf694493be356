import { describe, expect, it } from 'vitest';
import { harness } from './harness.ts';

describe('$SYS topics', () => {
  it('tell the broker’s own counts when somebody subscribes, with RETAIN 1', async () => {
    const { connected } = harness();
    await connected({ clientId: 'other' });
    const client = await connected();
    await client.subscribe('$SYS/broker/clients/connected');
    expect(client.inbox.map((packet) => packet.type === 'publish' && packet.retain)).toEqual([true]);
    expect(client.takeMessages()).toEqual(['$SYS/broker/clients/connected=2']);
  });

  it('are brought up to date in every interval while somebody is subscribed, and not afterwards', async () => {
    const { connected, advance, clock } = harness({ sysInterval: 5 });
    const client = await connected();
    expect(clock.nextAtMs()).toBe(undefined);
    await client.subscribe('$SYS/broker/uptime');
    client.takeMessages();
    await advance(5_000);
    await advance(5_000);
    expect(client.takeMessages()).toEqual(['$SYS/broker/uptime=5 seconds', '$SYS/broker/uptime=10 seconds']);
    client.send({ type: 'unsubscribe', packetId: 9, properties: [], topicFilters: ['$SYS/broker/uptime'] });
    await advance(5_000);
    expect(clock.nextAtMs()).toBe(undefined);
    expect(client.takeMessages()).toEqual([]);
  });

  it('are left out with an interval of 0', async () => {
    const { connected, clock } = harness({ sysInterval: 0 });
    const client = await connected();
    await client.subscribe('$SYS/#');
    expect(client.takeMessages()).toEqual([]);
    expect(clock.nextAtMs()).toBe(undefined);
  });

  it('v5 [MQTT-4.7.2-1]: are not part of #', async () => {
    const { connected, advance } = harness();
    const client = await connected();
    await client.subscribe('#');
    await client.subscribe('$SYS/broker/uptime');
    client.takeMessages();
    await advance(10_000);
    expect(client.takeMessages()).toHaveLength(1);
  });

  it('are the Server’s alone: publishing to them, and a will on them, is not authorized', async () => {
    const { connected, open, watcher } = harness();
    const watching = await watcher('$SYS/x');
    const client = await connected();
    await client.publish('$SYS/x', { qos: 1, retain: true });
    expect(client.take('puback').reasonCode).toBe(0x87);
    expect((await open().connect({ clientId: 'will', will: { topic: '$SYS/x' } })).reasonCode).toBe(0x87);
    expect(watching.takeMessages()).toEqual([]);
  });
});
