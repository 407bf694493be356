/**
 * The whole depth of reading beside `mqtt-packet`: the same bytes in the same chunks, each finding the borders itself and
 * making an object of every packet. 95 of 100 packets are small PUBLISH, in 5.0.
 */
import { parser } from 'mqtt-packet';
import { decodePacket } from '../../src/mqtt/decode.ts';
import { encodePacket } from '../../src/mqtt/encode.ts';
import { type Packet, TO_SERVER } from '../../src/mqtt/packet.ts';
import { PROPERTY } from '../../src/mqtt/properties.ts';
import { StreamReader } from '../../src/mqtt/reader.ts';
import { encodeUtf8 } from '../../src/mqtt/utf8.ts';

const packets = 100_000;
const chunkBytes = 65_536;
const rounds = 5;
const leastRatio = 1.5;

export async function bench(
  report: (line: {
    name: string;
    value: number;
    unit: string;
    yardstick: string;
    yardstickValue: number;
    ratio: number;
    bar: string;
    met: boolean;
  }) => void,
): Promise<void> {
  const chunks = traffic();
  const expected = countOurs(chunks);
  if (expected !== packets || countTheirs(chunks) !== packets) throw new Error('The readers disagree.');
  let ours = 0;
  let theirs = 0;
  // In turns, best of each, so that whatever else the machine does weighs on both.
  for (let round = 0; round < rounds; round += 1) {
    theirs = Math.max(
      theirs,
      rate(() => countTheirs(chunks)),
    );
    ours = Math.max(
      ours,
      rate(() => countOurs(chunks)),
    );
  }
  const ratio = ours / theirs;
  report({
    name: 'decoding packets, whole depth',
    value: ours,
    unit: 'packets/s',
    yardstick: 'mqtt-packet, packets/s',
    yardstickValue: theirs,
    ratio,
    bar: `at least ${leastRatio} times`,
    met: ratio >= leastRatio,
  });
}

function rate(run: () => number): number {
  const startedAt = performance.now();
  const count = run();
  return (count * 1000) / (performance.now() - startedAt);
}

function countOurs(chunks: readonly Uint8Array[]): number {
  let count = 0;
  const reader = new StreamReader(
    TO_SERVER,
    { version: undefined },
    {
      packet: (bytes, start, end) => {
        if (decodePacket(bytes, start, end, 5, TO_SERVER).ok) count += 1;
      },
      opaque: () => undefined,
    },
  );
  for (const chunk of chunks) reader.push(chunk);
  return count;
}

function countTheirs(chunks: readonly Uint8Array[]): number {
  let count = 0;
  const reader = parser({ protocolVersion: 5 });
  reader.on('packet', () => {
    count += 1;
  });
  for (const chunk of chunks) reader.parse(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  return count;
}

/** What one Client sends, cut into chunks as a socket would. */
function traffic(): Uint8Array[] {
  const encoded: Uint8Array[] = [];
  for (let index = 0; index < packets; index += 1) encoded.push(encodePacket(packetAt(index), 5));
  const bytes = new Uint8Array(encoded.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of encoded) {
    bytes.set(each, at);
    at += each.length;
  }
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    chunks.push(bytes.subarray(start, start + chunkBytes));
  }
  return chunks;
}

function packetAt(index: number): Packet {
  if (index === 0) {
    const session = { id: PROPERTY.sessionExpiryInterval, kind: 'number', value: 3600 } as const;
    return {
      type: 'connect',
      protocolName: 'MQTT',
      version: 5,
      cleanStart: true,
      keepAliveSeconds: 60,
      clientId: 'bench',
      properties: [session],
    };
  }
  const packetId = (index % 0xffff) + 1;
  switch (index % 100) {
    case 20:
      return { type: 'pingreq' };
    case 40:
    case 60:
    case 80:
      return { type: 'puback', packetId, reasonCode: 0, properties: [] };
    case 90: {
      const topicFilter = `plant/line${index % 7}/+/temperature`;
      const options = { qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
      return { type: 'subscribe', packetId, properties: [], subscriptions: [{ topicFilter, ...options }] };
    }
    default:
      return {
        type: 'publish',
        dup: false,
        qos: index % 4 === 0 ? 1 : 0,
        retain: false,
        topic: `plant/line${index % 7}/machine${index % 91}/temperature`,
        packetId: index % 4 === 0 ? packetId : undefined,
        properties:
          index % 10 === 0 ? [{ id: PROPERTY.messageExpiryInterval, kind: 'number', value: 300 }] : [],
        payload: encodeUtf8(`{"celsius":${(index % 500) / 10}}`),
      };
  }
}
