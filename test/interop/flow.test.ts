import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireClient } from '../../src/check/wire-client.ts';
import { LoadClient } from '../bench/broker/load-client.ts';
import { publishing } from '../bench/broker/workloads.ts';
import { connectPacket } from './support/observer.ts';
import { type RunningSandbox, startSandbox } from './support/sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  expect(await sandbox.stop()).toBe(0);
});

const pairs = 4;
/** Of each pair. */
const messages = 50_000;

describe('publishers as fast as can be, whose subscribers keep up', () => {
  it.each([0, 1, 2] as const)('lose nothing at QoS %i, and keep nobody else waiting', async (qos) => {
    const { port } = sandbox.address;
    const open = (name: string, pair: number): Promise<LoadClient> =>
      LoadClient.open(port, `${name}-${qos}-${pair}`);
    const clients: LoadClient[] = [];
    const subscribers: LoadClient[] = [];
    const transfers: Promise<void>[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const topic = `flow/qos${qos}/${pair}`;
      const subscriber = await open('subscriber', pair);
      await subscriber.subscribe(topic, qos);
      const publisher = await open('publisher', pair);
      transfers.push(publishing(publisher, subscriber, topic, qos, messages));
      subscribers.push(subscriber);
      clients.push(subscriber, publisher);
    }
    const other = await WireClient.open(sandbox.address);
    await other.connect(connectPacket({ clientId: `other-${qos}` }));
    expect(subscribers.at(-1)?.received).toBeLessThan(messages);
    const received = (): number[] => subscribers.map((subscriber) => subscriber.received);
    await expect.poll(received, { timeout: 50_000 }).toEqual(Array(pairs).fill(messages));
    await Promise.all(transfers);
    for (const client of clients) client.close();
    await other.disconnect();
  });
});
