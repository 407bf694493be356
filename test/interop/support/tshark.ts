/** What tshark reads in a capture: its packets of MQTT, in their order, with their fields. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PacketFields } from './mqtt-fields.ts';

const run = promisify(execFile);

/**
 * An MQTT Control Packet as tshark tells it; fields by their names, for example `mqtt.topic`, with all their values in their order. The names
 * of what stands with the Will Properties begin with `will: `.
 */
export interface SharkPacket {
  /** Nanoseconds since the Unix epoch. */
  readonly atNs: bigint;
  readonly fromPort: number;
  readonly toPort: number;
  readonly fields: PacketFields;
}

export interface SharkReading {
  readonly mqtt: readonly SharkPacket[];
  /** What it calls malformed, and other errors of the kind. */
  readonly malformed: number;
}

/** `ports`: which port carries what; those of WebSockets are told as HTTP. `preferences` of tshark are `name:value`. */
export async function tshark(
  file: string,
  ports: Readonly<Record<number, 'mqtt' | 'http'>>,
  preferences: readonly string[] = [],
): Promise<SharkReading> {
  const decodeAs = Object.entries(ports).flatMap(([port, as]) => ['-d', `tcp.port==${port},${as}`]);
  const options = ['-n', '-r', file, ...decodeAs, ...preferences.flatMap((each) => ['-o', each])];
  const json = ['-Y', 'mqtt', '-T', 'json', '--no-duplicate-keys', '-J', 'frame tcp mqtt'];
  const told = await run('tshark', [...options, ...json], { maxBuffer: 1 << 28 });
  const bad = await run('tshark', [...options, '-Y', '_ws.malformed || _ws.expert.group == "Malformed"'], {
    maxBuffer: 1 << 24,
  });
  const frames = JSON.parse(told.stdout) as readonly Frame[];
  return {
    mqtt: frames.flatMap(packetsOf),
    malformed: bad.stdout.split('\n').filter((line) => line.trim() !== '').length,
  };
}

interface Frame {
  readonly _source: { readonly layers: Readonly<Record<string, unknown>> };
}

function packetsOf({ _source: { layers } }: Frame): SharkPacket[] {
  const frame = leavesOf(layers['frame']);
  const tcp = leavesOf(layers['tcp']);
  const mqtt = layers['mqtt'];
  return (Array.isArray(mqtt) ? mqtt : [mqtt]).map((layer) => ({
    atNs: nanosecondsOf(frame['frame.time_epoch']?.[0] ?? ''),
    fromPort: Number(tcp['tcp.srcport']?.[0]),
    toPort: Number(tcp['tcp.dstport']?.[0]),
    fields: leavesOf(layer),
  }));
}

function nanosecondsOf(epoch: string): bigint {
  const [seconds = '0', fraction = '0'] = epoch.split('.');
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/** All values below, by the names of their fields. */
function leavesOf(layer: unknown): PacketFields {
  const leaves = new Map<string, string[]>();
  const walk = (value: unknown, name: string, prefix: string): void => {
    if (typeof value === 'string') {
      const known = leaves.get(prefix + name);
      if (known === undefined) leaves.set(prefix + name, [value]);
      else known.push(value);
    } else if (Array.isArray(value)) {
      for (const each of value) walk(each, name, prefix);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        walk(each, key, key === 'mqtt.will_properties' ? 'will: ' : prefix);
      }
    }
  };
  walk(layer, '', '');
  return Object.fromEntries(leaves);
}

/** The first end of each TCP connection, by the ports of both: who sent it, and whether it was a FIN or a RST. */
export interface SharkEnd {
  readonly ports: string;
  readonly fromPort: number;
  readonly how: 'fin' | 'reset';
}

export async function tsharkEnds(file: string): Promise<readonly SharkEnd[]> {
  const fields = ['tcp.stream', 'tcp.srcport', 'tcp.dstport', 'tcp.flags.reset'];
  const wanted = fields.flatMap((field) => ['-e', field]);
  const filter = 'tcp.flags.fin == 1 || tcp.flags.reset == 1';
  const { stdout } = await run('tshark', ['-n', '-r', file, '-Y', filter, '-T', 'fields', ...wanted]);
  const ends = new Map<string, SharkEnd>();
  for (const line of stdout.trim().split('\n')) {
    const [stream = '', from = '', to = '', reset = ''] = line.split('\t');
    const how = reset === '1' || reset === 'True' ? 'reset' : 'fin';
    if (!ends.has(stream))
      ends.set(stream, { ports: [from, to].sort().join(' '), fromPort: Number(from), how });
  }
  return [...ends.values()];
}

/** What tshark finds wrong with the order of segments: lost, out of order, sent again, and the like. */
export async function tsharkComplaints(file: string): Promise<string> {
  const { stdout } = await run('tshark', ['-n', '-r', file, '-Y', 'tcp.analysis.flags']);
  return stdout;
}
