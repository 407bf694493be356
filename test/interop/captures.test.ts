/**
 * Captures and the programs that others use for them: what is written here is read by tshark, and what tcpdump and tshark
 * have captured of real traffic is read here; both say the same of each packet.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { decodePacket } from '../../src/mqtt/decode.ts';
import { TO_SERVER } from '../../src/mqtt/packet.ts';
import { RECORD } from '../../src/trace/model.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { type RunningMosquitto, startMosquitto } from '../e2e/support/mosquitto.ts';
import { plain, type Recording, reopen, save } from '../unit/capture/support.ts';
import { endPrograms, Program } from './support/program.ts';
import { type SharkPacket, type SharkReading, tshark } from './support/tshark.ts';

const folder = temporaryFolder('captures');
let broker: RunningMosquitto;
/** What each of the programs has captured of the same traffic. */
const captures = {
  'tcpdump on loopback': join(folder.path, 'lo.pcap'),
  'tcpdump on all interfaces, in nanoseconds': join(folder.path, 'any.pcap'),
  'tshark on loopback': join(folder.path, 'lo.pcapng'),
};
/** Each of these closes so many connections. */
const connections = 6;

beforeAll(async () => {
  broker = await startMosquitto();
  const filter = `port ${broker.port} or port ${broker.webSocketPort}`;
  const [lo, any, shark] = Object.values(captures) as [string, string, string];
  await Promise.all([
    capturing('tcpdump', '-Z', 'root', '-B', '65536', '-i', 'lo', '-U', '--immediate-mode', '-w', lo, filter),
    capturing(
      'tcpdump',
      '-Z',
      'root',
      '-B',
      '65536',
      '-i',
      'any',
      '-U',
      '--immediate-mode',
      '--nano',
      '-w',
      any,
      filter,
    ),
    capturing('tshark', '-i', 'lo', '-w', shark, '-f', filter),
  ]);
  await traffic();
  // What was captured reaches the file some time later.
  for (const file of Object.values(captures)) {
    await vi.waitFor(() => expect(closedIn(file)).toBe(connections), { timeout: 20_000, interval: 100 });
  }
  await endCapturing();
});
afterAll(async () => {
  await endCapturing();
  await endPrograms();
  await broker.stop();
  folder.remove();
});

const running = new Set<ChildProcess>();

async function endCapturing(): Promise<void> {
  for (const child of running) {
    const ended = once(child, 'close');
    child.kill('SIGINT');
    await ended;
    running.delete(child);
  }
}

async function capturing(...[command, ...args]: [string, ...string[]]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((settle, fail) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/listening on|Capture started/.test(said)) settle();
    });
    child.once('error', fail);
    child.once('close', () => fail(new Error(`${command} cannot capture, which takes root:\n${said}`)));
  });
  running.add(child);
}

/** Six connections: mosquitto_sub, mosquitto_pub twice, paho-mqtt, and MQTT.js over TCP and over a WebSocket. */
async function traffic(): Promise<void> {
  const port = ['-h', '127.0.0.1', '-p', `${broker.port}`];
  const watcher = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
    clientId: 'watcher',
    protocolVersion: 5,
    will: { topic: 'state/watcher', payload: Buffer.from('gone'), qos: 1, retain: true },
  });
  await watcher.subscribeAsync('#', { qos: 2 });
  const arrived = new Set<string>();
  const all = new Promise<void>((settle) => {
    watcher.on('message', (topic) => {
      arrived.add(topic);
      if (arrived.size === 5) settle();
    });
  });
  const sub = new Program(['mosquitto_sub', ...port, '-i', 'sub', '-t', 'a/#', '-C', '1', '-q', '1']);
  const pubs = [
    new Program(['mosquitto_pub', ...port, '-i', 'pub', '-t', 'a/b', '-m', 'hello', '-q', '1', '-r']),
    new Program([
      'mosquitto_pub',
      ...port,
      '-V',
      'mqttv5',
      '-t',
      'b/é',
      '-m',
      'x',
      '-q',
      '2',
      '-u',
      'ann',
      '-P',
      'secret',
    ]),
  ];
  const paho = new Program([
    existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3',
    '-c',
    [
      'import paho.mqtt.publish as publish',
      `publish.single("c/paho", "y" * 70000, qos=1, hostname="127.0.0.1", port=${broker.port}, client_id="paho")`,
    ].join('\n'),
  ]);
  const socket = await mqtt.connectAsync(`ws://127.0.0.1:${broker.webSocketPort}`, {
    clientId: 'socket',
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 60 },
  });
  await socket.subscribeAsync('own/#', { qos: 1 });
  await socket.publishAsync('own/long', 'z'.repeat(100_000), { qos: 1 });
  await socket.publishAsync('own/short', Buffer.from([0, 255]), { qos: 2 });
  const exits = await Promise.all([sub, ...pubs, paho].map(({ exited }) => exited));
  expect(exits).toEqual([0, 0, 0, 0]);
  await all;
  await socket.endAsync();
  await watcher.endAsync();
}

function closedIn(file: string): number {
  return recordsOf(file).filter(({ kind }) => kind === RECORD.closed).length;
}

function recordsOf(file: string): readonly TraceRecord[] {
  return reopen(readFileSync(file)).recording.records();
}

/** The fields of one packet, in the names of tshark. */
function fieldsOf(record: Extract<TraceRecord, { kind: typeof RECORD.packet }>): Record<string, string> {
  const { bytes, length, direction, version, firstByte } = record;
  const decoded = decodePacket(bytes, 0, bytes.length, version ?? 5, direction);
  if (!decoded.ok) return { malformed: decoded.malformed.message };
  let header = 1;
  while ((bytes[header] ?? 0) > 0x7f) header += 1;
  const { packet } = decoded;
  const fields: Record<string, string> = {
    'mqtt.hdrflags': `0x${firstByte.toString(16).padStart(2, '0')}`,
    'mqtt.len': `${length - header - 1}`,
  };
  if ('packetId' in packet && packet.packetId !== undefined) fields['mqtt.msgid'] = `${packet.packetId}`;
  if (packet.type === 'connect') {
    fields['mqtt.clientid'] = packet.clientId;
    fields['mqtt.kalive'] = `${packet.keepAliveSeconds}`;
    fields['mqtt.ver'] = `${packet.version}`;
    if (packet.userName !== undefined) fields['mqtt.username'] = packet.userName;
    if (packet.will !== undefined) {
      fields['mqtt.willtopic'] = packet.will.topic;
      fields['mqtt.willmsg'] = hex(packet.will.payload);
    }
  } else if (packet.type === 'publish') {
    fields['mqtt.topic'] = packet.topic;
    if (packet.payload.length > 0) fields['mqtt.msg'] = hex(packet.payload);
  } else if (packet.type === 'subscribe') fields['mqtt.topic'] = packet.subscriptions[0]?.topicFilter ?? '';
  return fields;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?=.)/g, '$&:');
}

interface Seen {
  readonly atMs: number;
  readonly fromPort: number;
  readonly fields: Record<string, string>;
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
      seen.push({
        atMs: record.atMs,
        fromPort: record.direction === TO_SERVER ? client : server,
        fields: fieldsOf(record),
      });
    }
  }
  return seen;
}

/** The same packets as tshark reads them, in the fields that we tell. */
function theirs({ mqtt: packets }: SharkReading, told: readonly Seen[]): Seen[] {
  return packets.map(({ atNs, fromPort, fields }: SharkPacket, index) => ({
    atMs: Number(atNs / 1_000_000_000n) * 1000 + Number(atNs % 1_000_000_000n) / 1e6,
    fromPort,
    fields: Object.fromEntries(
      Object.keys(told[index]?.fields ?? {}).map((name) => [name, fields.get(name) ?? 'not told']),
    ),
  }));
}

describe('captures of real traffic', () => {
  test.each([captures['tcpdump on loopback'], captures['tshark on loopback']])(
    'say the same here as in tshark, packet by packet and field by field',
    async (file) => {
      const { recording, summary } = reopen(readFileSync(file));
      expect(summary).toMatchObject({
        mqtt: connections,
        webSocket: 1,
        other: 0,
        gaps: 0,
        problem: undefined,
      });
      const all = ours(recording);
      const reading = await tshark(file, { [broker.port]: 'mqtt' });
      // tshark does not look for MQTT in a WebSocket; what we find there it reads in what we write of it, below.
      const [{ fromPort: socket }] = all.filter(({ fields }) => fields['mqtt.clientid'] === 'socket') as [
        Seen,
      ];
      const told = all.filter(({ fromPort }) => fromPort !== socket && fromPort !== broker.webSocketPort);
      expect(told.length).toBeGreaterThan(40);
      expect(all.length).toBeGreaterThan(told.length + 8);
      expect(theirs(reading, told)).toEqual(told);
    },
  );

  test('say the same from all interfaces, where each packet comes twice', () => {
    const [lo, any] = [
      captures['tcpdump on loopback'],
      captures['tcpdump on all interfaces, in nanoseconds'],
    ];
    const bare = (file: string): unknown[] =>
      ours(reopen(readFileSync(file)).recording).map(({ fromPort, fields }) => [fromPort, fields]);
    expect(bare(any)).toEqual(bare(lo));
  });

  test('yield no verdict that is wrong: nothing is missed of what a broker did as it should', () => {
    for (const file of Object.values(captures)) {
      const { recording, summary } = reopen(readFileSync(file));
      const { expectations } = recording.entitiesAt(summary.untilMs ?? 0);
      const verdicts = expectations.map(({ kind, clientId, verdict }) => `${kind} ${clientId} ${verdict}`);
      expect(verdicts.filter((each) => /missed|early|late/.test(each))).toEqual([]);
      expect(verdicts).toContain('will watcher cancelled');
    }
  });
});

describe('captures that are written here', () => {
  test('of the same traffic are read by tshark: same packets, fields and times, none malformed', async () => {
    const { recording, summary } = reopen(readFileSync(captures['tcpdump on loopback']));
    const file = join(folder.path, 'written.pcapng');
    const written = save(recording.records(), summary.untilMs ?? 0, { mask: false });
    writeFileSync(file, written);
    const told = ours(recording);
    const reading = await tshark(file, { [broker.port]: 'mqtt' });
    // A WebSocket is written as the MQTT that it carried, on the port of MQTT.
    const [, socket] = [broker.port, broker.webSocketPort];
    const moved = told.map((each) => ({
      ...each,
      fromPort: each.fromPort === socket ? 1883 : each.fromPort,
    }));
    expect(reading.malformed).toBe(0);
    expect(theirs(reading, moved)).toEqual(moved);
    const again = reopen(written).recording;
    expect(plain(again.records())).toEqual(plain(recording.records()));
  });

  test('with passwords replaced are read as well, none malformed', async () => {
    const { recording } = reopen(readFileSync(captures['tcpdump on loopback']));
    const file = join(folder.path, 'masked.pcapng');
    const masked = save(recording.records(), 0);
    writeFileSync(file, masked);
    const reading = await tshark(file, { [broker.port]: 'mqtt' });
    expect(reading.malformed).toBe(0);
    expect(reading.mqtt.length).toBe(ours(recording).length);
    expect(Buffer.from(masked).includes('secret')).toBe(false);
  });
});
