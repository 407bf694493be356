/** The IP and TCP headers of a segment that is written, checksums included (RFC 791, 8200, 9293). */

/** Bits of a TCP header. */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

export interface SegmentAddresses {
  /** Both of 4 bytes or both of 16. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly fromPort: number;
  readonly toPort: number;
}

export interface SegmentFields {
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
}

const TCP_BYTES = 20;
/** Maximum segment size, and a window that is never full, so that readers do not complain of one (RFC 7323). */
const SYN_OPTIONS = Uint8Array.of(2, 4, 0xff, 0xd7, 1, 3, 3, 14);
const V4_BYTES = 20;
const V6_BYTES = 40;
const TCP_PROTOCOL = 6;
const HOPS = 64;
const WINDOW = 0xffff;

/** So many bytes of data fit into one segment, whatever its headers. */
export const SEGMENT_DATA_LIMIT = 65_535 - V4_BYTES - TCP_BYTES - SYN_OPTIONS.length;

/** The headers of a segment with this data. */
export function segmentHeader(
  addresses: SegmentAddresses,
  { sequence, acknowledged, flags }: SegmentFields,
  data: Uint8Array,
  dataLength = data.length,
): Uint8Array {
  const options = (flags & TCP_FLAG.syn) === 0 ? undefined : SYN_OPTIONS;
  const tcpBytes = TCP_BYTES + (options?.length ?? 0);
  const { from, to, fromPort, toPort } = addresses;
  const ipBytes = from.length === 4 ? V4_BYTES : V6_BYTES;
  const header = new Uint8Array(ipBytes + tcpBytes);
  const view = new DataView(header.buffer);
  if (from.length === 4) writeV4(header, view, from, to, tcpBytes + dataLength);
  else writeV6(header, view, from, to, tcpBytes + dataLength);
  view.setUint16(ipBytes, fromPort);
  view.setUint16(ipBytes + 2, toPort);
  view.setUint32(ipBytes + 4, sequence >>> 0);
  view.setUint32(ipBytes + 8, acknowledged >>> 0);
  view.setUint16(ipBytes + 12, ((tcpBytes / 4) << 12) | flags);
  view.setUint16(ipBytes + 14, WINDOW);
  if (options !== undefined) header.set(options, ipBytes + TCP_BYTES);
  const pseudo =
    sumOf(from) +
    sumOf(to) +
    TCP_PROTOCOL +
    ((tcpBytes + dataLength) >>> 16) +
    ((tcpBytes + dataLength) & 0xffff);
  view.setUint16(ipBytes + 16, checksum(pseudo + sumOf(header.subarray(ipBytes)) + sumOf(data)));
  return header;
}

function writeV4(header: Uint8Array, view: DataView, from: Uint8Array, to: Uint8Array, length: number): void {
  header[0] = 0x45;
  view.setUint16(2, V4_BYTES + length);
  // Don't Fragment.
  view.setUint16(6, 0x4000);
  header[8] = HOPS;
  header[9] = TCP_PROTOCOL;
  header.set(from, 12);
  header.set(to, 16);
  view.setUint16(10, checksum(sumOf(header.subarray(0, V4_BYTES))));
}

function writeV6(header: Uint8Array, view: DataView, from: Uint8Array, to: Uint8Array, length: number): void {
  header[0] = 0x60;
  view.setUint16(4, length);
  header[6] = TCP_PROTOCOL;
  header[7] = HOPS;
  header.set(from, 8);
  header.set(to, 24);
}

/** The sum of the 16-bit words, the last one filled up with a zero. Stays exact for what a packet can hold. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return even === bytes.length ? sum : sum + ((bytes[even] ?? 0) << 8);
}

function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
