/** Segments of TCP taken out of IP packets, to be changed, and put into packets again. */
import { newFragment } from '../../../src/trace/capture/fragments.ts';
import { segmentHeader, TCP_FLAG } from '../../../src/trace/capture/segment-header.ts';
import { newSegment, readSegment } from '../../../src/trace/capture/segment-reader.ts';
import type { IpPacket } from '../../unit/capture/frames.ts';

export interface TcpSegment {
  readonly kind: 'segment';
  readonly atMs: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly data: Uint8Array;
  /** Of TCP, a multiple of four bytes. */
  readonly options: Uint8Array;
  readonly window: number;
  /** Headers of IPv6 before that of TCP; the first has this number. */
  readonly extensions?: { readonly first: number; readonly bytes: Uint8Array };
}

/** A packet that is left as it is: a fragment, or something else than TCP. */
export interface Other {
  readonly kind: 'other';
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export type Piece = TcpSegment | Other;

const NO_BYTES = new Uint8Array(0);

export function piecesOf(packets: readonly IpPacket[]): Piece[] {
  return packets.map(({ atMs, bytes }): Piece => {
    const segment = newSegment();
    if (readSegment(bytes, 0, 0, segment, newFragment()) !== 'segment') return { kind: 'other', atMs, bytes };
    const { from, to, fromPort, toPort, sequence, acknowledged, flags, dataStart, dataEnd } = segment;
    const data = bytes.subarray(dataStart, dataEnd);
    const isSyn = (flags & TCP_FLAG.syn) !== 0;
    const options = isSyn ? Uint8Array.of(2, 4, 0xff, 0xd7, 1, 3, 3, 14) : NO_BYTES;
    const ends = { from, to, fromPort, toPort };
    return { kind: 'segment', atMs, ...ends, sequence, acknowledged, flags, data, options, window: 0xffff };
  });
}

export function packetOf(piece: Piece): IpPacket {
  if (piece.kind === 'other') return piece;
  const { atMs, data, options, window, extensions } = piece;
  // The writer gives a SYN its own options.
  const flags = piece.flags & ~TCP_FLAG.syn;
  const plain = segmentHeader(piece, { ...piece, flags }, data);
  const ipBytes = plain.length - 20;
  const before = extensions?.bytes ?? NO_BYTES;
  const bytes = Buffer.concat([plain.subarray(0, ipBytes), before, plain.subarray(ipBytes), options, data]);
  const tcp = ipBytes + before.length;
  bytes[tcp + 12] = ((20 + options.length) / 4) << 4;
  bytes[tcp + 13] = piece.flags;
  bytes.writeUInt16BE(window, tcp + 14);
  if (ipBytes === 20) {
    bytes.writeUInt16BE(bytes.length, 2);
    bytes.writeUInt16BE(0, 10);
    let sum = 0;
    for (let word = 0; word < 20; word += 2) sum += bytes.readUInt16BE(word);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    bytes.writeUInt16BE(~sum & 0xffff, 10);
  } else {
    bytes.writeUInt16BE(bytes.length - 40, 4);
    if (extensions !== undefined) bytes[6] = extensions.first;
  }
  return { atMs, bytes };
}
