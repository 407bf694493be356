/**
 * The session rules with 100,000 sessions alive, each with a will of its own: packets a second, most of them PUBLISH,
 * beside the reader alone over the same bytes.
 */
import { encodePacket } from '../../src/mqtt/encode.ts';
import {
  type ConnectPacket,
  type Direction,
  type Packet,
  TO_CLIENT,
  TO_SERVER,
} from '../../src/mqtt/packet.ts';
import { PROPERTY } from '../../src/mqtt/properties.ts';
import { type PacketSink, StreamReader } from '../../src/mqtt/reader.ts';
import { SessionRules } from '../../src/session/rules.ts';
import { inTurns, type Report } from './measure.ts';

const SESSIONS = 100_000;
const PACKETS = 400_000;
const ROUNDS = 15;
const BAR = 2_000_000;
/** A time that makes 20,000 packets a second, so that Keep Alive timers run as they would. */
const MS_PER_PACKET = 0.05;

const nobody: PacketSink = { packet: () => undefined, opaque: () => undefined };

/** Packets one behind the other, as they would be on the wire, and where each begins. */
interface Wire {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly directions: Uint8Array;
  readonly connections: Uint32Array;
}

export async function bench(report: Report): Promise<void> {
  const rules = new SessionRules();
  let atMs = Date.UTC(2026, 0, 1);
  let seq = populate(rules, atMs);
  rules.takeChanges();
  const wire = traffic();
  const connect = encodePacket(connectPacket('reader'), 5);
  const seconds = inTurns(
    ROUNDS,
    () => {
      for (let index = 0; index < PACKETS; index += 1) {
        seq += 1;
        atMs += MS_PER_PACKET;
        rules.packet(
          seq,
          atMs,
          wire.connections[index] ?? 0,
          (wire.directions[index] ?? 0) as Direction,
          wire.bytes,
          wire.starts[index] ?? 0,
          wire.starts[index + 1] ?? 0,
        );
      }
      rules.takeChanges();
    },
    () => {
      const reader = new StreamReader(TO_SERVER, { version: undefined }, nobody);
      reader.push(connect);
      reader.push(wire.bytes);
      if (reader.unreadable) throw new Error('The reader could not read its own traffic.');
    },
  );
  const alive = rules.held.connections;
  if (alive !== SESSIONS) throw new Error(`${alive} sessions are alive instead of ${SESSIONS}.`);
  const value = PACKETS / seconds.subject;
  const yardstickValue = PACKETS / seconds.yardstick;
  report({
    name: `session rules, ${SESSIONS.toLocaleString('en')} sessions alive`,
    value,
    unit: 'packets/s',
    yardstick: 'the reader alone',
    yardstickValue,
    ratio: value / yardstickValue,
    bar: `at least ${BAR.toLocaleString('en')} packets/s`,
    met: value >= BAR,
  });
}

function deviceName(connection: number): string {
  return `device-${String(connection).padStart(6, '0')}`;
}

function connectPacket(clientId: string): ConnectPacket {
  return {
    type: 'connect',
    protocolName: 'MQTT',
    version: 5,
    cleanStart: true,
    keepAliveSeconds: 300,
    clientId,
    properties: [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: 60 }],
    will: {
      topic: `status/${clientId}`,
      payload: Uint8Array.of(0x30),
      qos: 1,
      retain: true,
      properties: [{ id: PROPERTY.willDelayInterval, kind: 'number', value: 5 }],
    },
  };
}

/** Connects everybody. Returns the last sequence number. */
function populate(rules: SessionRules, atMs: number): number {
  let seq = 0;
  const connack = encodePacket({ type: 'connack', sessionPresent: false, reasonCode: 0, properties: [] }, 5);
  for (let connection = 1; connection <= SESSIONS; connection += 1) {
    const connect = encodePacket(connectPacket(deviceName(connection)), 5);
    rules.opened(seq + 1, atMs, connection, { server: 'bench:1883', tap: 'listener' });
    rules.packet(seq + 2, atMs, connection, TO_SERVER, connect, 0, connect.length);
    rules.packet(seq + 3, atMs, connection, TO_CLIENT, connack, 0, connack.length);
    seq += 3;
  }
  return seq;
}

/** Of 100 packets 95 are PUBLISH: 60 from Clients, 35 to them; one in a thousand is on the topic of a will. */
function traffic(): Wire {
  const parts: Uint8Array[] = [];
  const starts = new Uint32Array(PACKETS + 1);
  const directions = new Uint8Array(PACKETS);
  const connections = new Uint32Array(PACKETS);
  let length = 0;
  for (let index = 0; index < PACKETS; index += 1) {
    // Spread over all connections, in no order that a cache could like.
    const connection = 1 + ((index * 48_271) % SESSIONS);
    const kind = index % 100;
    const toClient = kind >= 60 && kind < 95;
    const bytes = encodePacket(packet(index, connection, kind), 5);
    parts.push(bytes);
    starts[index] = length;
    directions[index] = toClient ? TO_CLIENT : TO_SERVER;
    connections[index] = connection;
    length += bytes.length;
  }
  starts[PACKETS] = length;
  const bytes = new Uint8Array(length);
  for (const [index, part] of parts.entries()) bytes.set(part, starts[index] ?? 0);
  return { bytes, starts, directions, connections };
}

function packet(index: number, connection: number, kind: number): Packet {
  if (kind >= 97) return { type: 'pingreq' };
  if (kind >= 95) return { type: 'puback', packetId: 1 + (index % 1000), reasonCode: 0, properties: [] };
  const name = deviceName(connection);
  const topic = index % 1000 === 0 ? `status/${name}` : `sensors/${name}/temperature`;
  return {
    type: 'publish',
    dup: false,
    qos: 0,
    retain: false,
    topic,
    properties: [],
    payload: new Uint8Array(24),
  };
}
