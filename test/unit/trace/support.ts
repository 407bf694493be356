/** Packets, sinks and listeners for the tests of reading and recording. */
import fc from 'fast-check';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { ConnectPacket, Packet, ProtocolVersion, PublishPacket } from '../../../src/mqtt/packet.ts';
import type { PacketSink, StreamFault } from '../../../src/mqtt/reader.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';
import type { RecordListener } from '../../../src/trace/listener.ts';

export function connect(changes: Partial<ConnectPacket> = {}): ConnectPacket {
  return {
    type: 'connect',
    protocolName: changes.version === 3 ? 'MQIsdp' : 'MQTT',
    version: 5,
    cleanStart: true,
    keepAliveSeconds: 60,
    clientId: 'demo',
    properties: [],
    ...changes,
  };
}

export function publish(changes: Partial<PublishPacket> = {}): PublishPacket {
  return {
    type: 'publish',
    dup: false,
    qos: 0,
    retain: false,
    topic: 'a/b',
    properties: [],
    payload: encodeUtf8('hello'),
    ...changes,
  };
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const bytesOf = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What a sink was told of one packet. */
export interface SeenPacket {
  readonly bytes: string;
  readonly length: number;
  readonly topic: string;
  readonly packetId: number;
  readonly reasonCode: number;
}

/** Notes what a reader tells. Opaque bytes are put together, because their pieces follow the chunks. */
export class CollectingSink implements PacketSink {
  readonly packets: SeenPacket[] = [];
  readonly faults: StreamFault[] = [];
  opaqueLength = 0;
  private readonly opaqueParts: Uint8Array[] = [];

  get opaqueBytes(): string {
    return hexOf(concat(...this.opaqueParts));
  }

  packet(...seen: Parameters<PacketSink['packet']>): void {
    const [bytes, start, end, length, topicStart, topicEnd, packetId, reasonCode] = seen;
    const topic = Buffer.from(bytes.slice(topicStart, topicEnd)).toString();
    this.packets.push({ bytes: hexOf(bytes.slice(start, end)), length, topic, packetId, reasonCode });
  }

  opaque(...seen: Parameters<PacketSink['opaque']>): void {
    const [bytes, start, end, length, fault] = seen;
    this.opaqueParts.push(bytes.slice(start, end));
    this.opaqueLength += length;
    if (fault !== undefined) this.faults.push(fault);
  }
}

/** Notes each call of a listener as one line. Packets are copied. */
export class CollectingListener implements RecordListener {
  readonly lines: string[] = [];

  opened(...[seq, atMs, connection, info]: Parameters<RecordListener['opened']>): void {
    this.lines.push(`#${seq} ${atMs} c${connection} opened ${info.server}`);
  }

  packet(...seen: Parameters<RecordListener['packet']>): void {
    const [seq, atMs, connection, direction, bytes, start, end] = seen;
    this.lines.push(
      `#${seq} ${atMs} c${connection} packet ${direction} ${hexOf(bytes.subarray(start, end))}`,
    );
  }

  unreadable(...seen: Parameters<RecordListener['unreadable']>): void {
    const [seq, atMs, connection, direction, reason] = seen;
    this.lines.push(`#${seq} ${atMs} c${connection} unreadable ${direction} ${reason}`);
  }

  closed(...[seq, atMs, connection, end]: Parameters<RecordListener['closed']>): void {
    this.lines.push(`#${seq} ${atMs} c${connection} closed by ${end.by}`);
  }

  action(...[seq, atMs, action, target]: Parameters<RecordListener['action']>): void {
    this.lines.push(`#${seq} ${atMs} action ${action} ${JSON.stringify(target)}`);
  }
}

export const server = { server: 'localhost:1883', tap: 'listener' } as const;

const packetId = fc.integer({ min: 1, max: 65_535 });
const word = fc.stringMatching(/^[a-z/]{1,12}$/);

/** What a Client may send behind its CONNECT. */
export const clientPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc
    .record({
      topic: word,
      packetId,
      qos: fc.constantFrom(0, 1, 2),
      payload: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ qos, packetId: id, topic, payload }) =>
      publish({ topic, qos, payload, packetId: qos === 0 ? undefined : id }),
    ),
  packetId.map((id): Packet => ({ type: 'puback', packetId: id, reasonCode: 0, properties: [] })),
  packetId.map((id): Packet => ({ type: 'pubrel', packetId: id, reasonCode: 0, properties: [] })),
  fc.record({ packetId, topicFilter: word }).map(
    ({ packetId: id, topicFilter }): Packet => ({
      type: 'subscribe',
      packetId: id,
      properties: [],
      subscriptions: [{ topicFilter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
    }),
  ),
  fc.constant<Packet>({ type: 'pingreq' }),
);

/** A CONNECT and what follows, as bytes. */
export const clientStream: fc.Arbitrary<{
  readonly version: ProtocolVersion;
  readonly packets: readonly Uint8Array[];
}> = fc
  .record({
    version: fc.constantFrom<ProtocolVersion>(3, 4, 5),
    packets: fc.array(clientPacket, { maxLength: 12 }),
  })
  .map(({ version, packets }) => ({
    version,
    packets: [connect({ version }), ...packets].map((packet) => encodePacket(packet, version)),
  }));

/** Cuts `bytes` at random places; the pieces may be empty. */
export function chunkings(bytes: Uint8Array): fc.Arbitrary<readonly Uint8Array[]> {
  return fc.array(fc.nat(bytes.length), { maxLength: 20 }).map((cuts) => cutAt(bytes, cuts));
}

export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.slice(places[index], place));
}
