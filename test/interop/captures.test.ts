/**
 * Captures and the programs that others use for them: what is written here is read by tshark, and what tcpdump and tshark
 * have captured of real traffic is read here; both say the same of each packet, in every field.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TO_SERVER } from '../../src/mqtt/packet.ts';
import { CaptureReader } from '../../src/trace/capture/reader.ts';
import type { KnownOpening } from '../../src/trace/capture/writer.ts';
import { RECORD } from '../../src/trace/model.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import { Trace } from '../../src/trace/trace.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { type RunningMosquitto, startMosquitto } from '../e2e/support/mosquitto.ts';
import { fragmentsOf, packetsOf, pcapOf } from '../unit/capture/frames.ts';
import { plain, Recording, reopen, save } from '../unit/capture/support.ts';
import { bridged, connections, traffic } from './support/capture-traffic.ts';
import { capturing, endCapturing } from './support/capturing.ts';
import { type CompressingBridge, startCompressingBridge } from './support/compressing-bridge.ts';
import { fieldsOf, type PacketFields } from './support/mqtt-fields.ts';
import { endPrograms } from './support/program.ts';
import { type SharkReading, tshark, tsharkComplaints, tsharkEnds } from './support/tshark.ts';

const folder = temporaryFolder('captures');
let broker: RunningMosquitto;
/** With what came before as the window, and without. */
let bridges: readonly CompressingBridge[] = [];
/** What each of the programs has captured of the same traffic. */
const captures = {
  'tcpdump on loopback': join(folder.path, 'lo.pcap'),
  'tcpdump on all interfaces, in nanoseconds': join(folder.path, 'any.pcap'),
  'tshark on loopback': join(folder.path, 'lo.pcapng'),
};
const loopback = captures['tcpdump on loopback'];

beforeAll(async () => {
  broker = await startMosquitto();
  bridges = [
    await startCompressingBridge(broker.port, { threshold: 0 }),
    await startCompressingBridge(broker.port, {
      threshold: 0,
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 10,
      clientMaxWindowBits: 10,
    }),
  ];
  const compressed = bridges.map(({ port }) => port);
  const ports = [broker.port, broker.webSocketPort, ...compressed];
  const filter = ports.map((port) => `port ${port}`).join(' or ');
  const tcpdump = ['-Z', 'root', '-B', '65536', '-U', '--immediate-mode'];
  const [lo, any, shark] = Object.values(captures) as [string, string, string];
  await Promise.all([
    capturing('tcpdump', ...tcpdump, '-i', 'lo', '-w', lo, filter),
    capturing('tcpdump', ...tcpdump, '-i', 'any', '--nano', '-w', any, filter),
    capturing('tshark', '-i', 'lo', '-w', shark, '-f', filter),
  ]);
  await traffic({ broker: broker.port, webSocket: broker.webSocketPort, compressed });
  // What was captured reaches the file some time later.
  for (const file of Object.values(captures)) {
    await vi.waitFor(() => expect(closedIn(file)).toBe(connections.all), { timeout: 20_000, interval: 100 });
  }
  await endCapturing();
});
afterAll(async () => {
  await endCapturing();
  await endPrograms();
  for (const bridge of bridges) await bridge.stop();
  await broker.stop();
  folder.remove();
});

function closedIn(file: string): number {
  return recordsOf(file).filter(({ kind }) => kind === RECORD.closed).length;
}

function recordsOf(file: string): readonly TraceRecord[] {
  return reopen(readFileSync(file)).recording.records();
}

interface Seen {
  readonly atMs: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly fields: PacketFields;
}

/** Every packet as we read it. */
function ours(recording: Recording): Seen[] {
  const ports = new Map<number, readonly [number, number]>();
  const seen: Seen[] = [];
  for (const record of recording.records()) {
    if (record.kind === RECORD.opened) {
      const { client, server } = record.info.endpoints ?? {};
      ports.set(record.connection, [client?.port ?? 0, server?.port ?? 0]);
    } else if (record.kind === RECORD.packet) {
      const [client, server] = ports.get(record.connection) ?? [0, 0];
      const [fromPort, toPort] = record.direction === TO_SERVER ? [client, server] : [server, client];
      seen.push({ atMs: record.atMs, fromPort, toPort, fields: fieldsOf(record) });
    }
  }
  return seen;
}

/** The same packets as tshark reads them. */
function theirs({ mqtt: packets }: SharkReading): Seen[] {
  return packets.map(({ atNs, ...packet }) => ({
    atMs: Number(atNs / 1_000_000_000n) * 1000 + Number(atNs % 1_000_000_000n) / 1e6,
    ...packet,
  }));
}

/** Those that did not come in a WebSocket, in which tshark does not look for MQTT. */
function bare(all: readonly Seen[]): Seen[] {
  return all.filter(({ fromPort, toPort }) => fromPort === broker.port || toPort === broker.port);
}

describe('captures of real traffic', () => {
  test.each(Object.entries(captures))('of %s say the same here as in tshark', async (_name, file) => {
    const { recording, summary } = reopen(readFileSync(file));
    const { all: mqtt, webSocket } = connections;
    expect(summary).toMatchObject({ mqtt, webSocket, other: 0, gaps: 0, problem: undefined });
    const told = bare(ours(recording));
    expect(told.length).toBeGreaterThan(150);
    expect(theirs(await tshark(file, { [broker.port]: 'mqtt' }))).toEqual(told);
  });

  test('tell who ended each connection, and how, as the flags of TCP do', async () => {
    const records = recordsOf(loopback);
    const ports = new Map<number, readonly [number, number]>();
    const ends = records.flatMap((record) => {
      if (record.kind === RECORD.opened) {
        const { client, server } = record.info.endpoints ?? {};
        ports.set(record.connection, [client?.port ?? 0, server?.port ?? 0]);
      }
      if (record.kind !== RECORD.closed) return [];
      const both = ports.get(record.connection) ?? [0, 0];
      const fromPort = both[record.end.by === 'client' ? 0 : 1];
      return { ports: both.map(String).sort().join(' '), fromPort, how: record.end.how };
    });
    const byPorts = (all: readonly { readonly ports: string }[]): unknown[] =>
      [...all].sort((a, b) => (a.ports < b.ports ? -1 : 1));
    expect(byPorts(ends.filter((end) => isBare(end.ports)))).toEqual(
      byPorts((await tsharkEnds(loopback)).filter((end) => isBare(end.ports))),
    );
    expect(ends.map(({ how }) => how)).toContain('reset');
  });

  test('say the same from all interfaces, where each packet comes twice', () => {
    const told = (file: string): unknown[] =>
      ours(reopen(readFileSync(file)).recording).map(({ fromPort, fields }) => [fromPort, fields]);
    expect(told(captures['tcpdump on all interfaces, in nanoseconds'])).toEqual(told(loopback));
  });

  test.each(bridged)('of the compressed WebSocket of %s hold what the bridge passed on', (clientId) => {
    const { recording } = reopen(readFileSync(loopback));
    const told = packetsByConnection(recording).filter(({ clientIds }) => clientIds.has(clientId));
    expect(told.map(({ carrier }) => carrier).sort()).toEqual(['tcp', 'ws']);
    const [one, other] = told;
    expect(one?.packets.length).toBeGreaterThan(60);
    expect(one?.packets).toEqual(other?.packets);
    expect(one?.answers).toEqual(other?.answers);
  });

  test('yield no verdict that is wrong: nothing is missed of what a broker did as it should', () => {
    for (const file of Object.values(captures)) {
      const { recording, summary } = reopen(readFileSync(file));
      const { expectations } = recording.entitiesAt(summary.untilMs ?? 0);
      const verdicts = expectations.map(({ kind, clientId, verdict }) => `${kind} ${clientId} ${verdict}`);
      expect(verdicts.filter((each) => / (missed|early|late)$/.test(each))).toEqual([]);
      expect(verdicts).toContain('will watcher cancelled');
    }
  });
});

function isBare(ports: string): boolean {
  return ports.split(' ').includes(String(broker.port));
}

interface Conversation {
  readonly carrier: string | undefined;
  readonly clientIds: ReadonlySet<string>;
  /** From the Client, and from the Server. */
  readonly packets: readonly string[];
  readonly answers: readonly string[];
}

function packetsByConnection(recording: Recording): readonly Conversation[] {
  const conversations = new Map<
    number,
    Conversation & { clientIds: Set<string>; packets: string[]; answers: string[] }
  >();
  for (const record of recording.records()) {
    if (record.kind === RECORD.opened) {
      const carrier = record.info.endpoints?.carrier;
      conversations.set(record.connection, { carrier, clientIds: new Set(), packets: [], answers: [] });
    } else if (record.kind === RECORD.packet) {
      const at = conversations.get(record.connection);
      const [clientId] = fieldsOf(record)['mqtt.clientid'] ?? [];
      if (clientId !== undefined) at?.clientIds.add(clientId);
      const list = record.direction === TO_SERVER ? at?.packets : at?.answers;
      list?.push(Buffer.from(record.bytes).toString('hex'));
    }
  }
  return [...conversations.values()];
}

describe('captures of packets in fragments', () => {
  test('of a real router say the same here as in tshark', async () => {
    const file = join(import.meta.dirname, '../fixtures/captures/fragments.pcap');
    const told = ours(reopen(readFileSync(file)).recording);
    expect(told.length).toBe(19);
    expect(theirs(await tshark(file, {}))).toEqual(told);
  });

  test.each([
    ['in their order', (parts: readonly unknown[]) => parts.map((_, at) => at)],
    ['the last first', (parts: readonly unknown[]) => parts.map((_, at) => parts.length - 1 - at)],
    ['each twice', (parts: readonly unknown[]) => parts.flatMap((_, at) => [at, at])],
  ])('that come %s say the same here as in tshark', async (_name, order) => {
    const packets = packetsOf(readFileSync(loopback)).flatMap((packet, index) => {
      const parts = fragmentsOf(packet, index + 1, 1480);
      return order(parts).flatMap((at) => parts[at] ?? []);
    });
    const file = join(folder.path, 'fragments.pcap');
    writeFileSync(file, pcapOf(packets));
    const { recording, summary } = reopen(readFileSync(file));
    expect(summary).toMatchObject({ mqtt: connections.all, fragments: 0, gaps: 0 });
    expect(theirs(await tshark(file, { [broker.port]: 'mqtt' }))).toEqual(bare(ours(recording)));
  });
});

describe('captures that are written here', () => {
  test('of the same traffic are read by tshark: same packets, fields and times, none malformed', async () => {
    const { recording, summary } = reopen(readFileSync(loopback));
    const file = join(folder.path, 'written.pcapng');
    const written = save(recording.records(), summary.untilMs ?? 0, { mask: false });
    writeFileSync(file, written);
    const reading = await tshark(file, { [broker.port]: 'mqtt' });
    // A WebSocket is written as the MQTT that it carried, on the port of MQTT.
    const webSockets = [broker.webSocketPort, ...bridges.map(({ port }) => port)];
    const shown = (port: number): number => (webSockets.includes(port) ? 1883 : port);
    const moved = ours(recording).map(({ fromPort, toPort, ...each }) => ({
      ...each,
      fromPort: shown(fromPort),
      toPort: shown(toPort),
    }));
    expect(reading.malformed).toBe(0);
    expect(await tsharkComplaints(file)).toBe('');
    expect(theirs(reading)).toEqual(moved);
    const again = reopen(written).recording;
    expect(plain(again.records())).toEqual(plain(recording.records()));
  });

  test('of a trace that has dropped its oldest records go on in their numbers, and nothing is malformed', async () => {
    const cut = new Recording(new Trace(600_000));
    const reader = new CaptureReader(cut.recorder);
    reader.push(readFileSync(loopback));
    reader.finish();
    const { dropped } = cut.trace.stats();
    const openingOf = (connection: number): KnownOpening | undefined => {
      const opening = cut.trace.droppedOf(connection);
      return opening && { info: opening.info, passed: opening.bytes };
    };
    const file = join(folder.path, 'dropped.pcapng');
    writeFileSync(file, save(cut.records(), 0, { mask: false, dropped, openingOf }));
    const reading = await tshark(file, { [broker.port]: 'mqtt' });
    expect(dropped).toBeGreaterThan(100);
    expect(reading.malformed).toBe(0);
    expect(await tsharkComplaints(file)).toBe('');
    expect(theirs(reading).map(({ atMs }) => atMs)).toEqual(ours(cut).map(({ atMs }) => atMs));
  });

  test('with passwords replaced are read as well, none malformed', async () => {
    const { recording } = reopen(readFileSync(loopback));
    const file = join(folder.path, 'masked.pcapng');
    const masked = save(recording.records(), 0);
    writeFileSync(file, masked);
    const reading = await tshark(file, { [broker.port]: 'mqtt' });
    expect(reading.malformed).toBe(0);
    expect(reading.mqtt.length).toBe(ours(recording).length);
    expect(Buffer.from(masked).includes('secret')).toBe(false);
  });
});
