/**
 * Reads pcap and pcapng files of either byte order and any resolution, in pieces as they come from a disk, and tells the
 * packets in them. What a file announces costs no memory; only what it holds does, up to a limit a block.
 */
import { decodeUtf8 } from '../../mqtt/utf8.ts';
import { BLOCK, BYTE_ORDER_MAGIC, LINK, OPTION } from './block-types.ts';
import { MICROSECONDS, millisecondsOf, NANOSECONDS, type UnitsPerSecond } from './timestamps.ts';

/** Takes what a file holds, in its order. `bytes` are only valid during the call. */
export interface CaptureFileSink {
  /** The beginning of a section: the program that wrote it, as far as it says so. */
  section(application: string): void;
  /** `length` is what the packet had on the wire; `bytes` are what was kept of it. */
  packet(atMs: number, link: number, bytes: Uint8Array, length: number, comments: readonly string[]): void;
  /** A packet of which the file does not tell when it was. */
  untimed(): void;
  /** An entry of the systemd journal, as its lines. */
  journal(lines: readonly string[]): void;
  /** The file says until when it was recorded. */
  recordedUntil(atMs: number): void;
}

/** Why reading stopped before the end of the file. */
export type FileProblem =
  /** It does not begin as a capture. */
  | { readonly code: 'not-a-capture' }
  /** From here on, in bytes from the start of the file, it makes no sense. */
  | { readonly code: 'damaged'; readonly offset: number }
  /** It ends within a block. */
  | { readonly code: 'truncated'; readonly offset: number };

interface Interface {
  readonly link: number;
  readonly unitsPerSecond: UnitsPerSecond;
  readonly offsetMs: number;
}

/** No packet and no other block that is looked into is longer. In bytes. */
const BLOCK_LIMIT = 16_777_216;
/** An interface takes some memory; no file has so many. */
const INTERFACE_LIMIT = 4096;
const PCAP_HEAD = 24;
const PCAP_PACKET_HEAD = 16;
/** The magic number of the format with a header of its own for each packet, which the kernel of old once wrote. */
const MODIFIED_PCAP = 0xa1b2cd34;

export class CaptureFileReader {
  readonly #sink: CaptureFileSink;
  #buffer = new Uint8Array(65_536);
  #view = new DataView(this.#buffer.buffer);
  /** What is held and not yet read: `#buffer[#start, #end)`. */
  #start = 0;
  #end = 0;
  /** Of a block that nobody looks into: so many bytes are still to come. */
  #skip = 0;
  /** In bytes from the start of the file: where `#start` is. */
  #offset = 0;
  #format: 'unknown' | 'pcap' | 'pcapng' = 'unknown';
  #little = true;
  #interfaces: Interface[] = [];
  #problem: FileProblem | undefined = undefined;

  constructor(sink: CaptureFileSink) {
    this.#sink = sink;
  }

  /** Set once the rest of the file cannot be read. */
  get problem(): FileProblem | undefined {
    return this.#problem;
  }

  /** Reads what comes next in the file. */
  push(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.length && this.#problem === undefined) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - from);
        this.#skip -= skipped;
        this.#offset += skipped;
        from += skipped;
        continue;
      }
      // In pieces, so that the buffer follows the longest block and not the chunk.
      const piece = Math.min(chunk.length - from, 65_536);
      this.#hold(chunk.subarray(from, from + piece));
      from += piece;
      this.#readHeld();
    }
  }

  /** There is no more. */
  finish(): void {
    if (this.#problem !== undefined) return;
    if (this.#format === 'unknown') this.#problem = { code: 'not-a-capture' };
    else if (this.#end > this.#start || this.#skip > 0) {
      this.#problem = { code: 'truncated', offset: this.#offset };
    }
  }

  #hold(piece: Uint8Array): void {
    const held = this.#end - this.#start;
    const needed = held + piece.length;
    if (this.#end + piece.length > this.#buffer.length) {
      if (needed > this.#buffer.length) {
        const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
        grown.set(this.#buffer.subarray(this.#start, this.#end));
        this.#buffer = grown;
        this.#view = new DataView(grown.buffer);
      } else this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(piece, this.#end);
    this.#end += piece.length;
  }

  #readHeld(): void {
    while (this.#problem === undefined) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, this.#end - this.#start);
        if (skipped === 0) return;
        this.#skip -= skipped;
        this.#advance(skipped);
        continue;
      }
      const used = this.#readOne();
      if (used === 0 && this.#skip === 0) return;
      this.#advance(used);
    }
  }

  #advance(bytes: number): void {
    this.#start += bytes;
    this.#offset += bytes;
  }

  /** Reads one block or packet. Returns how many bytes it took; 0 when more must come first, or nothing more can be read. */
  #readOne(): number {
    const held = this.#end - this.#start;
    if (held < 4) return 0;
    switch (this.#format) {
      case 'unknown':
        return this.#readHead(held);
      case 'pcap':
        return this.#readPcapPacket(held);
      case 'pcapng':
        return this.#readBlock(held);
    }
  }

  #readHead(held: number): number {
    if (this.#view.getUint32(this.#start, true) === BLOCK.section) {
      this.#format = 'pcapng';
      return this.#readBlock(held);
    }
    for (const little of [true, false]) {
      const magic = this.#view.getUint32(this.#start, little);
      const units = magic === 0xa1b2c3d4 ? MICROSECONDS : magic === 0xa1b23c4d ? NANOSECONDS : undefined;
      if (units === undefined) {
        if (magic === MODIFIED_PCAP) return this.#fail({ code: 'not-a-capture' });
        continue;
      }
      if (held < PCAP_HEAD) return 0;
      this.#little = little;
      this.#format = 'pcap';
      const link = this.#u32(20) & 0xffff;
      this.#interfaces = [{ link, unitsPerSecond: units, offsetMs: 0 }];
      this.#sink.section('');
      return PCAP_HEAD;
    }
    return this.#fail({ code: 'not-a-capture' });
  }

  #readPcapPacket(held: number): number {
    if (held < PCAP_PACKET_HEAD) return 0;
    const kept = this.#u32(8);
    if (kept > BLOCK_LIMIT) return this.#damaged();
    if (held < PCAP_PACKET_HEAD + kept) return 0;
    const [{ link, unitsPerSecond } = { link: LINK.null, unitsPerSecond: MICROSECONDS }] = this.#interfaces;
    const atMs = this.#u32(0) * 1000 + (this.#u32(4) * 1000) / Number(unitsPerSecond);
    const from = this.#start + PCAP_PACKET_HEAD;
    const bytes = this.#buffer.subarray(from, from + kept);
    this.#sink.packet(atMs, link, bytes, Math.max(kept, this.#u32(12)), []);
    return PCAP_PACKET_HEAD + kept;
  }

  #readBlock(held: number): number {
    if (held < 12) return 0;
    const isSection = this.#view.getUint32(this.#start, true) === BLOCK.section;
    if (isSection) {
      const little = this.#view.getUint32(this.#start + 8, true) === BYTE_ORDER_MAGIC;
      if (!little && this.#view.getUint32(this.#start + 8, false) !== BYTE_ORDER_MAGIC)
        return this.#damaged();
      this.#little = little;
    }
    const type = this.#u32(0);
    const length = this.#u32(4);
    if (length < 12 || length % 4 !== 0) return this.#damaged();
    if (length > BLOCK_LIMIT || !isRead(type)) {
      if (isRead(type)) return this.#damaged();
      this.#skip = length;
      return 0;
    }
    if (held < length) return 0;
    if (this.#u32(length - 4) !== length) return this.#damaged();
    if (!this.#tell(type, length - 4)) return this.#damaged();
    return length;
  }

  /** Whether the block, whose body ends at `end`, makes sense. */
  #tell(type: number, end: number): boolean {
    switch (type) {
      case BLOCK.section:
        return this.#section(end);
      case BLOCK.interface:
        return this.#interface(end);
      case BLOCK.enhancedPacket:
        return this.#enhancedPacket(end);
      case BLOCK.packet:
        return this.#oldPacket(end);
      case BLOCK.simplePacket:
        return this.#simplePacket(end);
      case BLOCK.statistics:
        return this.#statistics(end);
      case BLOCK.journal:
        this.#sink.journal(this.#text(8, end).replace(/\0+$/, '').split('\n'));
        return true;
      default:
        return true;
    }
  }

  #section(end: number): boolean {
    if (end < 24) return false;
    this.#interfaces = [];
    let application = '';
    for (const [code, from, to] of this.#options(24, end)) {
      if (code === OPTION.userApplication) application = this.#text(from, to);
    }
    this.#sink.section(application);
    return true;
  }

  #interface(end: number): boolean {
    if (end < 16 || this.#interfaces.length >= INTERFACE_LIMIT) return false;
    let unitsPerSecond = MICROSECONDS;
    let offsetMs = 0;
    for (const [code, from, to] of this.#options(16, end)) {
      if (code === OPTION.timestampResolution && to > from) {
        unitsPerSecond = resolutionOf(this.#buffer[this.#start + from] ?? 6);
      } else if (code === OPTION.timestampOffset && to - from === 8) {
        const seconds = this.#view.getBigInt64(this.#start + from, this.#little);
        offsetMs = Number(seconds) * 1000;
      }
    }
    this.#interfaces.push({ link: this.#u16(8), unitsPerSecond, offsetMs });
    return true;
  }

  #enhancedPacket(end: number): boolean {
    if (end < 28) return false;
    const from = this.#interfaces[this.#u32(8)];
    const kept = this.#u32(20);
    if (from === undefined || 28 + kept > end) return false;
    const comments: string[] = [];
    for (const [code, at, to] of this.#options(28 + padded(kept), end)) {
      if (code === OPTION.comment) comments.push(this.#text(at, to));
    }
    this.#packet(from, 12, 28, kept, this.#u32(24), comments);
    return true;
  }

  #oldPacket(end: number): boolean {
    if (end < 28) return false;
    const from = this.#interfaces[this.#u16(8)];
    const kept = this.#u32(20);
    if (from === undefined || 28 + kept > end) return false;
    this.#packet(from, 12, 28, kept, this.#u32(24), []);
    return true;
  }

  /** It has no time, so nothing can be said of what is in it. */
  #simplePacket(end: number): boolean {
    if (end < 12 || this.#interfaces.length === 0) return false;
    this.#sink.untimed();
    return true;
  }

  #packet(
    { link, unitsPerSecond, offsetMs }: Interface,
    timeAt: number,
    at: number,
    kept: number,
    length: number,
    comments: readonly string[],
  ): void {
    const ticks = { high: this.#u32(timeAt), low: this.#u32(timeAt + 4) };
    const atMs = millisecondsOf(ticks, unitsPerSecond) + offsetMs;
    const bytes = this.#buffer.subarray(this.#start + at, this.#start + at + kept);
    this.#sink.packet(atMs, link, bytes, Math.max(kept, length), comments);
  }

  #statistics(end: number): boolean {
    const from = end < 20 ? undefined : this.#interfaces[this.#u32(8)];
    if (from === undefined) return false;
    for (const [code, at, to] of this.#options(20, end)) {
      if (code !== OPTION.endTime || to - at !== 8) continue;
      const ticks = { high: this.#u32(at), low: this.#u32(at + 4) };
      this.#sink.recordedUntil(millisecondsOf(ticks, from.unitsPerSecond) + from.offsetMs);
    }
    return true;
  }

  /** The options from `at` to `end`; what does not fit is not told. */
  *#options(at: number, end: number): Generator<readonly [code: number, from: number, to: number]> {
    let pos = at;
    while (pos + 4 <= end) {
      const code = this.#u16(pos);
      const length = this.#u16(pos + 2);
      if (code === OPTION.end || pos + 4 + length > end) return;
      yield [code, pos + 4, pos + 4 + length];
      pos += 4 + padded(length);
    }
  }

  #text(from: number, to: number): string {
    let end = to;
    // Some programs end their texts with a zero.
    while (end > from && this.#buffer[this.#start + end - 1] === 0) end -= 1;
    return decodeUtf8(this.#buffer, this.#start + from, this.#start + end) ?? '';
  }

  #damaged(): 0 {
    return this.#fail({ code: 'damaged', offset: this.#offset });
  }

  #fail(problem: FileProblem): 0 {
    this.#problem = problem;
    return 0;
  }

  #u32(at: number): number {
    return this.#view.getUint32(this.#start + at, this.#little);
  }

  #u16(at: number): number {
    return this.#view.getUint16(this.#start + at, this.#little);
  }
}

const readTypes: ReadonlySet<number> = new Set(Object.values(BLOCK));

function isRead(type: number): boolean {
  return readTypes.has(type);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** A power of ten, or with the highest bit set of two. */
function resolutionOf(option: number): UnitsPerSecond {
  const exponent = BigInt(option & 0x7f);
  return (option & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
}
