import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Packet, ProtocolVersion } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { Broker } from '../../../src/net/broker/broker.ts';
import { settled } from '../support/duplex-pair.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { deny } from './harness.ts';
import { connectPacket, number, TestClient, utf8 } from './test-client.ts';

const limits = { maximumPacketSize: 65_536, sessions: 50, retainedMessages: 20, queuedMessages: 50 };
const options = { noLocal: false, retainAsPublished: true, retainHandling: 0 } as const;

/** What a well-behaved Client sends, as material for mutations. */
function conversation(version: ProtocolVersion): Uint8Array[] {
  const properties = version === 5 ? [number(PROPERTY.topicAlias, 1)] : [];
  const ack = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'): Packet => ({
    type,
    packetId: 1,
    reasonCode: 0,
    properties: [],
  });
  const publish = (qos: 0 | 1 | 2): Packet => ({
    type: 'publish',
    dup: false,
    qos,
    retain: true,
    topic: 'fuzz/a',
    packetId: qos === 0 ? undefined : qos,
    properties,
    payload: utf8('payload'),
  });
  const packets: Packet[] = [
    connectPacket({
      version,
      clientId: 'fuzz',
      cleanStart: false,
      keepAliveSeconds: 10,
      ...(version === 5 ? { sessionExpiryInterval: 5 } : {}),
      will: { topic: 'fuzz/will', ...(version === 5 ? { willDelayInterval: 2 } : {}) },
      userName: 'u',
      password: 'p',
    }),
    {
      type: 'subscribe',
      packetId: 1,
      properties: [],
      subscriptions: [{ topicFilter: 'fuzz/#', qos: 2, ...options }],
    },
    publish(0),
    publish(1),
    publish(2),
    ack('pubrel'),
    ack('puback'),
    ack('pubrec'),
    ack('pubcomp'),
    { type: 'pingreq' },
    { type: 'unsubscribe', packetId: 2, properties: [], topicFilters: ['fuzz/#'] },
    { type: 'disconnect', reasonCode: version === 5 ? 4 : 0, properties: [] },
  ];
  return packets.map((packet) => encodePacket(packet, version));
}

const streams = fc.constantFrom<ProtocolVersion>(3, 4, 5).chain((version) => {
  const [connect = new Uint8Array(0), ...rest] = conversation(version);
  return fc
    .array(fc.constantFrom(...rest), { maxLength: 12 })
    .map((packets) => Buffer.concat([connect, ...packets]));
});

type Mutation = { readonly at: number; readonly kind: 'set' | 'cut' | 'insert'; readonly bytes: Uint8Array };

const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    kind: fc.constantFrom('set', 'cut', 'insert'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
  }),
  { maxLength: 4 },
);

function mutate(stream: Buffer, changes: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(stream);
  for (const { at, kind, bytes: values } of changes) {
    const index = Math.floor(at * bytes.length);
    const skipped = kind === 'insert' ? 0 : values.length;
    const middle = kind === 'cut' ? Buffer.alloc(0) : Buffer.from(values);
    bytes = Buffer.concat([bytes.subarray(0, index), middle, bytes.subarray(index + skipped)]);
  }
  return bytes;
}

const inputs = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(streams, mutations).map(([stream, changes]) => mutate(stream, changes)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);

const endings = fc.constantFrom<'reset' | 'close' | 'wait'>('reset', 'close', 'wait');

describe('the broker', () => {
  it('survives whatever Clients send, and serves the others', async () => {
    const faults: string[] = [];
    const clock = new ManualClock();
    const broker = new Broker(
      { deny: [deny('denied/#', 'disconnect')], users: [] },
      clock,
      (level, message) => {
        if (level === 'error') faults.push(message);
      },
      { limits },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ input: inputs, cut: fc.nat(40), ending: endings }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.nat(20_000),
        async (clients, ms) => {
          const made = clients.map(({ input, cut, ending }) => {
            const client = new TestClient(broker);
            client.reads = false;
            client.link.write(input.subarray(0, cut));
            client.link.write(input.subarray(cut));
            return { client, ending };
          });
          await settled();
          clock.advance(ms);
          for (const { client, ending } of made) {
            if (ending === 'reset') await client.reset();
            else if (ending === 'close') await client.close();
          }
          clock.advance(100_000);
          await settled();
          for (const { client } of made) await client.reset();

          const healthy = new TestClient(broker);
          expect((await healthy.connect({ clientId: 'healthy' })).reasonCode).toBe(0);
          await healthy.subscribe('healthy', 2);
          await healthy.publish('healthy', { qos: 2 });
          await settled();
          expect(healthy.takeMessages()).toEqual(['healthy=x']);
          await healthy.disconnect();
          expect(faults).toEqual([]);
          expect(broker.state().clients).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
    // Nothing is left half dead: after the longest linger no timer is armed for a connection.
    clock.advance(1_000);
    broker.close();
    expect(clock.nextAtMs()).toBeUndefined();
  });

  it('is not led to hold memory by what a header announces', async () => {
    const clock = new ManualClock();
    const broker = new Broker({ deny: [], users: [] }, clock);
    const before = process.memoryUsage().arrayBuffers;
    const clients: TestClient[] = [];
    for (let count = 0; count < 500; count++) {
      const client = new TestClient(broker);
      client.link.write(Buffer.from([0x10, 0xf0, 0xff, 0x3f, 0x00]));
      clients.push(client);
    }
    await settled();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 2 ** 20);
    clock.advance(10_000);
    await settled();
    expect(clients.every((client) => client.closed)).toBe(true);
  });

  it('takes a topic of 65,535 levels', async () => {
    const clock = new ManualClock();
    const broker = new Broker({ deny: [], users: [] }, clock);
    const client = new TestClient(broker);
    await client.connect();
    await client.subscribe('#', 0);
    const topic = '/'.repeat(65_535);
    await client.publish(topic, { retain: true });
    expect(client.take('publish').topic).toBe(topic);
    await client.subscribe('+/#', 0);
    expect(client.take('publish').topic).toBe(topic);
  });
});
