import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TO_SERVER } from '../../../src/mqtt/packet.ts';
import { type RunningMosquitto, startMosquitto } from '../../e2e/support/mosquitto.ts';
import { address, Bench, failureOf, message } from './support/bench.ts';

let mosquitto: RunningMosquitto;
const benches: Bench[] = [];

beforeAll(async () => {
  mosquitto = await startMosquitto();
});
afterEach(() => {
  for (const bench of benches.splice(0)) bench.client.dispose();
});
afterAll(() => mosquitto.stop());

const everything = {
  topicFilter: 'room/#',
  qos: 2,
  noLocal: false,
  retainAsPublished: true,
  retainHandling: 0,
} as const;

function bench(profile: ConstructorParameters<typeof Bench>[1]): Bench {
  const made = new Bench(address(mosquitto.port), profile);
  benches.push(made);
  return made;
}

describe.each([5, 4, 3] as const)('with Mosquitto, version %i', (protocolVersion) => {
  it('connects, publishes in every QoS, loses the connection, resumes and disconnects', async () => {
    const demo = bench({
      protocolVersion,
      clientId: `demo-${protocolVersion}`,
      cleanStart: false,
      sessionExpiryInterval: 30,
      keepAliveSeconds: 60,
      will: { ...message('room/will', 'gone', { qos: 2 }), willDelayInterval: 10 },
      subscriptions: [everything],
      afterConnect: [message('room/status', 'online', { qos: 2 })],
      beforeDisconnect: [message('room/status', 'offline', { qos: 1 })],
    });
    await demo.connect();
    expect(demo.client.error).toBeUndefined();
    for (const qos of [0, 1, 2] as const) {
      expect(await demo.client.publish(message('room/x', `QoS ${qos}`, { qos }))).toBe(0);
      await demo.tap.until(() => demo.tap.received(1).includes(`QoS ${qos}`));
    }
    demo.client.drop();
    await demo.client.resume();
    expect(demo.client.error).toBeUndefined();
    // Before 3.1.1 nobody tells whether the session was there, so the client subscribes again.
    expect(demo.tap.sent(2, TO_SERVER).includes('room/#')).toBe(protocolVersion === 3);
    await demo.disconnect();
    expect(demo.tap.sent(2, TO_SERVER).includes('offline')).toBe(true);
    expect(demo.tap.endOf(2)).toMatchObject({ by: 'client', how: 'fin' });
    expect(demo.logs).toEqual([]);
  });

  it('is told when a second client takes over', async () => {
    const profile = { protocolVersion, clientId: `both-${protocolVersion}` };
    const first = bench(profile);
    const second = bench(profile);
    await first.connect();
    await second.connect();
    await first.untilState('offline');
    expect(first.tap.endOf(1)?.by).toBe('server');
    expect(second.client.state).toBe('connected');
  });
});

it('is told by Mosquitto that an empty identifier needs a clean session in 3.1.1', async () => {
  const demo = bench({ protocolVersion: 4, clientId: '', cleanStart: false });
  expect((await failureOf(demo.connect())).code).toBe('client-identifier-rejected');
});
