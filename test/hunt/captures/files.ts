/** Files of packets in the formats, byte orders, resolutions and link layers that programs write. */
import type { IpPacket } from '../../unit/capture/frames.ts';
import { isV6, links } from '../../unit/capture/link-frames.ts';
import type { Dice } from './dice.ts';

/** Numbers in the byte order of a file. */
class Numbers {
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  u16(...values: readonly number[]): Buffer {
    const buffer = Buffer.alloc(2 * values.length);
    for (const [at, value] of values.entries()) {
      if (this.#little) buffer.writeUInt16LE(value, 2 * at);
      else buffer.writeUInt16BE(value, 2 * at);
    }
    return buffer;
  }

  u32(...values: readonly number[]): Buffer {
    const buffer = Buffer.alloc(4 * values.length);
    for (const [at, value] of values.entries()) {
      if (this.#little) buffer.writeUInt32LE(value >>> 0, 4 * at);
      else buffer.writeUInt32BE(value >>> 0, 4 * at);
    }
    return buffer;
  }

  u64(value: bigint): Buffer {
    return this.u32(Number(value >> 32n), Number(value & 0xffffffffn));
  }

  block(type: number, ...body: readonly Uint8Array[]): Buffer {
    const all = Buffer.concat(body);
    const filled = Buffer.concat([all, Buffer.alloc(-all.length & 3)]);
    const length = this.u32(filled.length + 12);
    return Buffer.concat([this.u32(type), length, filled, length]);
  }

  option(code: number, value: Uint8Array): Buffer {
    return Buffer.concat([this.u16(code, value.length), value, Buffer.alloc(-value.length & 3)]);
  }
}

export interface MadeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function fileOf(packets: readonly IpPacket[], dice: Dice): MadeFile {
  const little = dice.chance(60);
  return dice.chance(45) ? pcap(packets, dice, little) : pcapng(packets, dice, little);
}

/** Microseconds keep what a time has of them; so does each resolution. */
function ticks(atMs: number, unitsPerSecond: bigint): bigint {
  const nanoseconds = BigInt(Math.floor(atMs)) * 1_000_000n + BigInt(Math.floor((atMs % 1) * 1e6));
  return (nanoseconds * unitsPerSecond) / 1_000_000_000n;
}

function pcap(packets: readonly IpPacket[], dice: Dice, little: boolean): MadeFile {
  const nano = dice.chance(50);
  const link = dice.of(links);
  const numbers = new Numbers(little);
  const units = nano ? 1_000_000_000n : 1_000_000n;
  const snap = snapLength(dice);
  const parts: Uint8Array[] = [
    numbers.u32(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    numbers.u16(2, 4),
    numbers.u32(0, 0, snap, link.number),
  ];
  for (const { atMs, bytes } of packets) {
    const frame = link.frame(bytes, little);
    const at = ticks(atMs, units);
    const kept = Math.min(snap, frame.length);
    parts.push(
      numbers.u32(Number(at / units), Number(at % units), kept, frame.length),
      frame.subarray(0, kept),
    );
  }
  const words = [
    `pcap, ${little ? 'little' : 'big'} endian`,
    nano ? 'nanoseconds' : 'microseconds',
    link.name,
  ];
  return {
    name: [...words, ...(snap < 262_144 ? [`snap ${snap}`] : [])].join(', '),
    bytes: Buffer.concat(parts),
  };
}

function snapLength(dice: Dice): number {
  return dice.chance(10) ? 40 + dice.upTo(200) : 262_144;
}

/** Several sections, each with interfaces of its own, and blocks of all kinds between the packets. */
function pcapng(packets: readonly IpPacket[], dice: Dice, little: boolean): MadeFile {
  const parts: Uint8Array[] = [];
  const names = new Set<string>();
  const sections = 1 + dice.upTo(3);
  const perSection = Math.ceil(packets.length / sections);
  // Clocks of different resolution would run backwards at times.
  const resolution = dice.of([undefined, 3, 6, 7, 9, 0x80 | 20] as const);
  let order = little;
  let snapped = 262_144;
  // The packets of a connection come over one link; of fragments it cannot be told whose they are.
  const isCut = packets.some(({ bytes }) => !isV6(bytes) && ((bytes[6] ?? 0) & 0x3f) + (bytes[7] ?? 0) > 0);
  const isCutV6 = packets.some(({ bytes }) => isV6(bytes) && bytes[6] === 44);
  const kinds = Array.from({ length: isCut || isCutV6 ? 1 : 1 + dice.upTo(3) }, () => dice.of(links));
  for (let section = 0; section < sections; section += 1) {
    const numbers = new Numbers(order);
    const head = Buffer.concat([
      numbers.u32(0x1a2b3c4d),
      numbers.u16(1, 0),
      numbers.u32(0xffffffff, 0xffffffff),
    ]);
    const text = Buffer.from('somebody');
    const options = dice.chance(50)
      ? [numbers.option(4, text), numbers.option(1, Buffer.from('ü')), numbers.option(0, Buffer.alloc(0))]
      : [];
    parts.push(numbers.block(0x0a0d0d0a, head, ...options));
    const interfaces = kinds.map((link) => {
      names.add(link.name);
      const offset = dice.chance(15) ? 1_000_000_000 : 0;
      const snap = snapLength(dice);
      snapped = Math.min(snap, snapped);
      const details = [
        numbers.option(2, Buffer.from('eth0')),
        ...(resolution === undefined ? [] : [numbers.option(9, Uint8Array.of(resolution))]),
        // The kind of a filter, and the filter.
        numbers.option(11, Buffer.concat([Uint8Array.of(0), Buffer.from('tcp')])),
        ...(offset === 0 ? [] : [numbers.option(14, eight(offset, order))]),
        numbers.option(0, Buffer.alloc(0)),
      ];
      parts.push(numbers.block(1, numbers.u16(link.number, 0), numbers.u32(0), ...details));
      const exponent = BigInt(resolution ?? 6);
      const units = (exponent & 0x80n) === 0n ? 10n ** exponent : 2n ** (exponent & 0x7fn);
      return { link, units, offset, snap };
    });
    for (const { atMs, bytes } of packets.slice(section * perSection, (section + 1) * perSection)) {
      if (dice.chance(5)) parts.push(unknownBlock(numbers, dice));
      const at = Number(isV6(bytes)) % interfaces.length;
      const from = interfaces[at];
      if (from === undefined) continue;
      const frame = from.link.frame(bytes, order);
      const kept = Math.min(from.snap, frame.length);
      const data = Buffer.concat([frame.subarray(0, kept), Buffer.alloc(-kept & 3)]);
      const time = numbers.u64(ticks(atMs - from.offset * 1000, from.units));
      const lengths = numbers.u32(kept, frame.length);
      const options = dice.chance(20)
        ? [
            numbers.option(1, Buffer.from('a comment')),
            numbers.option(2, numbers.u32(1)),
            numbers.option(
              1,
              Buffer.from('mqtt-session {"note":"closed","connection":1,"end":{"by":"client","how":"fin"}}'),
            ),
            numbers.option(0, Buffer.alloc(0)),
          ]
        : [];
      parts.push(
        dice.chance(15)
          ? numbers.block(2, numbers.u16(at, 0), time, lengths, data)
          : numbers.block(6, numbers.u32(at), time, lengths, data, ...options),
      );
    }
    if (dice.chance(50)) parts.push(numbers.block(5, numbers.u32(0), numbers.u64(0n)));
    if (dice.chance(40)) order = !order;
  }
  const words = [`pcapng, ${sections} sections`, [...names].join('/'), `snap ${snapped}`];
  return { name: words.join(', '), bytes: Buffer.concat(parts) };
}

function eight(seconds: number, little: boolean): Buffer {
  const buffer = Buffer.alloc(8);
  if (little) buffer.writeBigInt64LE(BigInt(seconds));
  else buffer.writeBigInt64BE(BigInt(seconds));
  return buffer;
}

function unknownBlock(numbers: Numbers, dice: Dice): Uint8Array {
  const name = Buffer.concat([
    numbers.u16(1, 11),
    Buffer.from([10, 0, 0, 1]),
    Buffer.from('broker\0'),
    Buffer.alloc(1),
  ]);
  switch (dice.upTo(4)) {
    case 0:
      // Names of addresses.
      return numbers.block(4, name, numbers.u16(0, 0));
    case 1:
      // Secrets of TLS.
      return numbers.block(0x0a, numbers.u32(0x544c534b, 8), Buffer.from('# none\r\n'));
    case 2:
      // Of somebody else.
      return numbers.block(0x0bad, numbers.u32(32_473), dice.bytes(dice.upTo(30)));
    default:
      return numbers.block(0x8000_0001, dice.bytes(dice.upTo(100)));
  }
}
