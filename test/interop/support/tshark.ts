/** What tshark reads in a capture: its packets of MQTT, in their order, with their fields. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An MQTT Control Packet as tshark tells it; fields by their names, for example `mqtt.topic`. */
export interface SharkPacket {
  /** Nanoseconds since the Unix epoch. */
  readonly atNs: bigint;
  readonly fromPort: number;
  readonly toPort: number;
  readonly fields: ReadonlyMap<string, string>;
}

export interface SharkReading {
  readonly mqtt: readonly SharkPacket[];
  /** What it calls malformed, and other errors of the kind. */
  readonly malformed: number;
}

/** `ports`: which port carries what; those of WebSockets are told as HTTP. */
export async function tshark(
  file: string,
  ports: Readonly<Record<number, 'mqtt' | 'http'>>,
): Promise<SharkReading> {
  const decodeAs = Object.entries(ports).flatMap(([port, as]) => ['-d', `tcp.port==${port},${as}`]);
  const options = ['-n', '-r', file, ...decodeAs];
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
  const frame = flat(layers['frame']);
  const tcp = flat(layers['tcp']);
  const [seconds = '0', fraction = '0'] = (frame.get('frame.time_epoch') ?? '').split('.');
  const atNs = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
  const mqtt = layers['mqtt'];
  return (Array.isArray(mqtt) ? mqtt : [mqtt]).map((layer) => ({
    atNs,
    fromPort: Number(tcp.get('tcp.srcport')),
    toPort: Number(tcp.get('tcp.dstport')),
    fields: flat(layer),
  }));
}

/** All leaves, by their names; of several with one name, the first. */
function flat(value: unknown, into = new Map<string, string>()): Map<string, string> {
  if (typeof value !== 'object' || value === null) return into;
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === 'string') into.set(key, into.get(key) ?? each);
    else if (Array.isArray(each) && typeof each[0] === 'string') into.set(key, into.get(key) ?? each[0]);
    else flat(each, into);
  }
  return into;
}
