/** Ways to break what a Client sends: whole packets, so that all that is known of them is met out of order, and bytes. */
import { packetStarts } from './corpus.ts';
import type { Random } from './random.ts';

type Mutation = (stream: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

const telling = [0x00, 0x01, 0x7f, 0x80, 0xff, 0xc0, 0xe0, 0x10, 0x30, 0x82, 0x23, 0x2b];
const mostBytes = 8_192;
const DISCONNECT = 0xe0;

function packets(stream: Buffer): Buffer[] {
  const starts = packetStarts(stream);
  return starts.slice(1).map((end, index) => stream.subarray(starts[index], end));
}

/** A place, and how many bytes from there on. */
function range(stream: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(stream.length + 1);
  return [from, Math.min(stream.length, from + 1 + random.below(8))];
}

/** Changes a byte in its place. */
function change(stream: Buffer, random: Random, to: (byte: number) => number): Buffer {
  const changed = Buffer.from(stream);
  if (changed.length === 0) return changed;
  const at = random.below(changed.length);
  changed[at] = to(changed[at] ?? 0);
  return changed;
}

/** CONNECT stays first: what is behind it is met only by a connection that was accepted. */
function reorder(stream: Buffer, change: (rest: Buffer[]) => void): Buffer {
  const [first = Buffer.alloc(0), ...rest] = packets(stream);
  change(rest);
  return Buffer.concat([first, ...rest]);
}

export const mutations: Readonly<Record<string, Mutation>> = {
  bit: (stream, random) => change(stream, random, (byte) => byte ^ (1 << random.below(8))),
  byte: (stream, random) => change(stream, random, () => random.byte()),
  telling: (stream, random) => change(stream, random, () => random.pick(telling)),
  header: (stream, random) => {
    const changed = Buffer.from(stream);
    const at = random.pick(packetStarts(stream)) + random.below(2);
    if (at < changed.length) changed[at] = random.byte();
    return changed;
  },
  drop: (stream, random) => {
    const [from, to] = range(stream, random);
    return Buffer.concat([stream.subarray(0, from), stream.subarray(to)]);
  },
  insert: (stream, random) => {
    const [from, to] = range(stream, random);
    const bytes = Buffer.from(Array.from({ length: to - from + 1 }, () => random.byte()));
    return Buffer.concat([stream.subarray(0, from), bytes, stream.subarray(from)]);
  },
  repeat: (stream, random) => {
    const [from, to] = range(stream, random);
    return Buffer.concat([stream.subarray(0, to), stream.subarray(from)]);
  },
  cut: (stream, random) => stream.subarray(0, random.below(stream.length + 1)),
  repeatPacket: (stream, random) =>
    reorder(stream, (rest) => {
      if (rest.length > 0) rest.splice(random.below(rest.length), 0, random.pick(rest));
    }),
  dropPacket: (stream, random) => reorder(stream, (rest) => rest.splice(random.below(rest.length + 1), 1)),
  swapPackets: (stream, random) =>
    reorder(stream, (rest) => {
      const [moved] = rest.splice(random.below(rest.length + 1), 1);
      if (moved !== undefined) rest.splice(random.below(rest.length + 1), 0, moved);
    }),
  foreignPacket: (stream, random, corpus) =>
    reorder(stream, (rest) =>
      rest.splice(random.below(rest.length + 1), 0, random.pick(packets(random.pick(corpus)))),
    ),
  splice: (stream, random, corpus) => {
    const other = random.pick(corpus);
    return Buffer.concat([
      stream.subarray(0, random.below(stream.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
};

const all = Object.values(mutations);

/** Most often without the DISCONNECT at its end, as then the connection may live. */
function opened(stream: Buffer, random: Random): Buffer {
  const last = packetStarts(stream).at(-2) ?? 0;
  return stream[last] === DISCONNECT && random.below(8) > 0 ? stream.subarray(0, last) : stream;
}

/** A stream of the corpus with up to five mutations, one after the other. */
export function mutated(corpus: readonly Buffer[], random: Random): Buffer {
  let stream = opened(random.pick(corpus), random);
  for (let left = random.below(6); left > 0; left -= 1) {
    stream = random.pick(all)(stream, random, corpus).subarray(0, mostBytes);
  }
  return stream;
}
