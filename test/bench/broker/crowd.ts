/**
 * Clients of a broker, a process of its own: `crowd wills PORT COUNT SECONDS` connects so many, each with a will that is
 * due so many seconds after its end and a Session that ends then too; `crowd watch PORT COUNT` sees their wills and
 * prints when each arrived, in the order of the Clients, in ms since the Unix epoch.
 */

import { WireClient } from '../../../src/check/wire-client.ts';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';

const dialling = 50;
const [role, port, clients, seconds] = process.argv.slice(2);
const address = { host: '127.0.0.1', port: Number(port) };
const count = Number(clients);
const payload = new Uint8Array([1]);

/** All are of one length, so that bytes tell how many have come. */
function topicOf(client: number): string {
  return `crowd/${String(client).padStart(6, '0')}`;
}

function connectPacket(clientId: string, expiry: number, topic?: string) {
  const number = (id: number, value: number) => ({ id, kind: 'number', value }) as const;
  return {
    type: 'connect',
    protocolName: 'MQTT',
    version: 5,
    cleanStart: true,
    keepAliveSeconds: 0,
    clientId,
    properties: [number(PROPERTY.sessionExpiryInterval, expiry)],
    will:
      topic === undefined
        ? undefined
        : {
            topic,
            payload,
            qos: 0 as const,
            retain: false,
            properties: [number(PROPERTY.willDelayInterval, expiry)],
          },
  } as const;
}

async function connectAll(): Promise<void> {
  let next = 0;
  const dial = async (): Promise<void> => {
    for (;;) {
      const client = next;
      next += 1;
      if (client >= count) return;
      const topic = topicOf(client);
      const { reasonCode } = await (await WireClient.open(address)).connect(
        connectPacket(topic, Number(seconds), topic),
      );
      if (reasonCode !== 0) throw new Error(`${topic} was refused: ${reasonCode}.`);
    }
  };
  await Promise.all(Array.from({ length: dialling }, dial));
  process.stdout.write('connected\n');
}

/** Chunks are only kept while wills arrive: what reading costs must not count. */
async function watch(): Promise<void> {
  const client = await WireClient.open(address);
  await client.connect(connectPacket('watcher', 0));
  await client.subscribe('crowd/+', 0);
  const packet = encodePacket(
    {
      type: 'publish',
      dup: false,
      qos: 0,
      retain: false,
      topic: topicOf(0),
      properties: [],
      payload,
    },
    5,
  );
  const chunks: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  let missing = packet.length * count;
  await new Promise<void>((resolve) => {
    client.handOver((bytes, atMs) => {
      chunks.push({ atMs, bytes });
      missing -= bytes.length;
      if (missing <= 0) resolve();
    });
    process.stdout.write('watching\n');
  });
  const all = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const arrivals = new Float64Array(count).fill(Number.NaN);
  let chunk = 0;
  let chunkEnd = chunks[0]?.bytes.length ?? 0;
  for (let end = packet.length; end <= all.length; end += packet.length) {
    while (chunkEnd < end) {
      chunk += 1;
      chunkEnd += chunks[chunk]?.bytes.length ?? 0;
    }
    const topic = all.toString('utf8', end - packet.length, end).match(/crowd\/(\d+)/);
    arrivals[Number(topic?.[1])] = chunks[chunk]?.atMs ?? Number.NaN;
  }
  process.stdout.write(`${JSON.stringify([...arrivals])}\n`, () => process.exit());
}

await (role === 'watch' ? watch() : connectAll());
