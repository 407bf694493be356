/** One capture as we read it, beside what tshark reads in it, and beside the capture that it was made from. */
import { readFileSync } from 'node:fs';
import { TO_SERVER } from '../../../src/mqtt/packet.ts';
import { RECORD } from '../../../src/trace/model.ts';
import { fieldsOf, type PacketFields } from '../../interop/support/mqtt-fields.ts';
import { tshark } from '../../interop/support/tshark.ts';
import { inOrder, type Recording, reopen } from '../../unit/capture/support.ts';

import { secrets } from './sources.ts';
import { writtenDifferences } from './written.ts';

export interface Difference {
  readonly what: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

interface Told {
  readonly atMs: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly fields: PacketFields;
  readonly bytes: string;
  readonly carrier: string;
}

function packetsIn(recording: Recording): Told[] {
  const ends = new Map<number, readonly [client: number, server: number, carrier: string]>();
  const told: Told[] = [];
  for (const record of recording.records()) {
    if (record.kind === RECORD.opened) {
      const { client, server, carrier = '' } = record.info.endpoints ?? {};
      ends.set(record.connection, [client?.port ?? 0, server?.port ?? 0, carrier]);
    } else if (record.kind === RECORD.packet) {
      const [client, server, carrier] = ends.get(record.connection) ?? [0, 0, ''];
      const [fromPort, toPort] = record.direction === TO_SERVER ? [client, server] : [server, client];
      const bytes = Buffer.from(record.bytes).toString('hex');
      told.push({ atMs: record.atMs, fromPort, toPort, fields: fieldsOf(record), bytes, carrier });
    }
  }
  return told;
}

/** `whole` is what it was made from. `lossless`: nothing of that is missing. `again`: it may come twice. */
export async function differences(
  file: string,
  whole: Recording,
  { lossless, again }: { readonly lossless: boolean; readonly again: boolean },
): Promise<readonly Difference[]> {
  const { recording, summary } = reopen(readFileSync(file));
  const ours = packetsIn(recording);
  const written = { secrets, lossless };
  const found = [...(await writtenDifferences(recording, summary.untilMs ?? 0, file, written))];
  for (const [key, mine] of byConnection(ours)) {
    const original = byConnection(packetsIn(whole)).get(key) ?? [];
    const { strange, lost } = beyond(mine, original, again);
    if (strange.length > 0) found.push({ what: `made up, ${key}`, ours: strange.map(short), theirs: '' });
    if (lossless && lost.length > 0) found.push({ what: `lost, ${key}`, ours: '', theirs: lost.map(short) });
  }
  // tshark waits until the end for what is missing.
  if (!lossless) return found;
  const bare = ours.filter(({ carrier }) => carrier === 'tcp');
  const ports = new Set(bare.map(({ fromPort, toPort }) => (fromPort > 20_000 ? toPort : fromPort)));
  const decodeAs = Object.fromEntries([...ports].map((port) => [port, 'mqtt' as const]));
  const reading = await tshark(file, decodeAs, ['tcp.reassemble_out_of_order:TRUE']);
  const theirs = reading.mqtt.filter(({ fromPort, toPort }) => ports.has(fromPort) || ports.has(toPort));
  const line = ({ fromPort, toPort, fields }: Pick<Told, 'fromPort' | 'toPort' | 'fields'>): string =>
    `${fromPort}>${toPort} ${inOrder(fields)}`;
  const [mine, his] = [bare.map(line), theirs.map(line)];
  // Some of what comes late tshark does not tell; that it was said, the original has shown.
  if (found.length === 0 && his.length < mine.length && isPartOf(his, mine)) return found;
  if (mine.join('\n') !== his.join('\n')) {
    found.push({ what: `of ${mine.length}, tshark ${his.length}`, ...apart(mine, his) });
    return found;
  }
  // Clocks that run backwards stand still here; and a time holds a quarter of a microsecond.
  let reached = 0;
  for (const [at, { atNs }] of theirs.entries()) {
    reached = Math.max(reached, Number(atNs / 1_000_000n) + Number(atNs % 1_000_000n) / 1e6);
    const here = bare[at]?.atMs ?? 0;
    if (Math.abs(here - reached) < 0.0006) continue;
    found.push({ what: `time of packet ${at}`, ours: here, theirs: reached });
    break;
  }
  return found;
}

function isPartOf(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const each of all) if (each === some[at]) at += 1;
  return at === some.length;
}

function byConnection(all: readonly Told[]): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const { fromPort, toPort, bytes } of all) {
    const key = `${fromPort} to ${toPort}`;
    const list = said.get(key);
    if (list === undefined) said.set(key, [bytes]);
    else list.push(bytes);
  }
  return said;
}

/** What is not in the original, in its order, and what of it is not there. A packet of which less was kept is the same packet. */
function beyond(
  mine: readonly string[],
  original: readonly string[],
  again: boolean,
): { readonly strange: readonly string[]; readonly lost: readonly string[] } {
  const expected = again ? [...original, ...original] : original;
  const strange: string[] = [];
  const lost: string[] = [];
  let at = 0;
  for (const each of mine) {
    let place = at;
    while (place < expected.length && expected[place]?.startsWith(each) !== true) place += 1;
    if (place === expected.length) strange.push(each);
    else {
      lost.push(...expected.slice(at, place));
      at = place + 1;
    }
  }
  return { strange, lost: [...lost, ...expected.slice(at)] };
}

const short = (bytes: string): string => bytes.slice(0, 100);

/** Where they begin to differ. */
function apart(ours: readonly string[], theirs: readonly string[]): Pick<Difference, 'ours' | 'theirs'> {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at += 1;
  const begin = (lines: readonly string[]): readonly string[] =>
    lines.slice(at, at + 2).map((line) => `${at}: ${line.slice(0, 200)}`);
  return { ours: begin(ours), theirs: begin(theirs) };
}
