/** Finds the TCP segment in an IP packet (RFC 791, 8200, 9293). */
import type { Fragment, Payload } from './fragments.ts';

/** A segment, with its data at `frame[dataStart, dataEnd)`. One object serves all segments. */
export interface Segment {
  from: Uint8Array;
  to: Uint8Array;
  fromPort: number;
  toPort: number;
  sequence: number;
  acknowledged: number;
  /** See `TCP_FLAG`. */
  flags: number;
  dataStart: number;
  dataEnd: number;
  /** What the segment carried; more than is there when the capture kept less. */
  dataLength: number;
}

/** What an IP packet was taken for. */
export type Found = 'segment' | 'fragment' | 'cut' | 'other';

const TCP = 6;
/** Extension headers of IPv6 that tell their length in units of eight bytes. */
const EXTENSIONS: readonly number[] = [0, 43, 60, 135];
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const EXTENSION_LIMIT = 16;
const NO_BYTES = new Uint8Array(0);

export function newSegment(): Segment {
  return {
    from: NO_BYTES,
    to: NO_BYTES,
    fromPort: 0,
    toPort: 0,
    sequence: 0,
    acknowledged: 0,
    flags: 0,
    dataStart: 0,
    dataEnd: 0,
    dataLength: 0,
  };
}

/**
 * Reads the IP packet at `frame[start]` into `segment`. `missing` is how many bytes of the frame the capture did not keep. Of a
 * fragment `segment` gets the addresses, and `fragment` the rest.
 */
export function readSegment(
  frame: Uint8Array,
  start: number,
  missing: number,
  segment: Segment,
  fragment: Fragment,
): Found {
  const version = byte(frame, start) >> 4;
  if (version === 4) return readV4(frame, start, missing, segment, fragment);
  if (version === 6) return readV6(frame, start, missing, segment, fragment);
  return frame.length > start ? 'other' : 'cut';
}

/** Reads the payload of a packet that was put together; `segment` has its addresses. */
export function readPayload({ bytes, length }: Payload, protocol: number, segment: Segment): Found {
  return readUpper(bytes, protocol, 0, length, segment);
}

function readV4(
  frame: Uint8Array,
  start: number,
  missing: number,
  segment: Segment,
  fragment: Fragment,
): Found {
  if (frame.length < start + 20) return 'cut';
  const header = (byte(frame, start) & 0x0f) * 4;
  if (header < 20) return 'other';
  if (byte(frame, start + 9) !== TCP) return 'other';
  segment.from = frame.subarray(start + 12, start + 16);
  segment.to = frame.subarray(start + 16, start + 20);
  const whole = frame.length + missing - start;
  // Hardware that cuts large packets for the system leaves 0 here.
  const total = two(frame, start + 2) || whole;
  const end = start + Math.min(total, whole);
  const cut = two(frame, start + 6);
  if ((cut & 0x3fff) === 0) return readTcp(frame, start + header, end, segment);
  fragment.identification = two(frame, start + 4);
  fragment.protocol = TCP;
  fragment.offset = (cut & 0x1fff) * 8;
  fragment.more = (cut & 0x2000) !== 0;
  return placeData(frame, start + header, end, fragment);
}

function readV6(
  frame: Uint8Array,
  start: number,
  missing: number,
  segment: Segment,
  fragment: Fragment,
): Found {
  if (frame.length < start + 40) return 'cut';
  segment.from = frame.subarray(start + 8, start + 24);
  segment.to = frame.subarray(start + 24, start + 40);
  const whole = frame.length + missing - start;
  const payload = two(frame, start + 4);
  const end = start + (payload === 0 ? whole : Math.min(40 + payload, whole));
  return readUpper(frame, byte(frame, start + 6), start + 40, end, segment, fragment);
}

/** Passes extension headers of IPv6. Without `fragment` there must be no more fragments: one cannot be cut again. */
function readUpper(
  frame: Uint8Array,
  protocol: number,
  start: number,
  end: number,
  segment: Segment,
  fragment?: Fragment,
): Found {
  let next = protocol;
  let pos = start;
  for (let headers = 0; next !== TCP; headers += 1) {
    const known = next === FRAGMENT || EXTENSIONS.includes(next) || next === AUTHENTICATION;
    if (!known || headers === EXTENSION_LIMIT) return 'other';
    if (frame.length < pos + 2) return 'cut';
    if (next === FRAGMENT) {
      if (fragment === undefined) return 'other';
      if (frame.length < pos + 8) return 'cut';
      const cut = two(frame, pos + 2);
      fragment.identification = four(frame, pos + 4);
      fragment.protocol = byte(frame, pos);
      fragment.offset = cut & 0xfff8;
      fragment.more = (cut & 1) === 1;
      const isWhole = fragment.offset === 0 && !fragment.more;
      if (!isWhole) return placeData(frame, pos + 8, end, fragment);
    }
    const length = byte(frame, pos + 1);
    const bytes = next === FRAGMENT ? 8 : next === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
    next = byte(frame, pos);
    pos += bytes;
  }
  return readTcp(frame, pos, end, segment);
}

function placeData(frame: Uint8Array, start: number, end: number, fragment: Fragment): Found {
  if (!mayBeTcp(fragment.protocol)) return 'other';
  fragment.dataStart = Math.min(start, frame.length);
  fragment.dataEnd = Math.max(fragment.dataStart, Math.min(end, frame.length));
  fragment.dataLength = end - start;
  return 'fragment';
}

function mayBeTcp(protocol: number): boolean {
  return protocol === TCP || EXTENSIONS.includes(protocol) || protocol === AUTHENTICATION;
}

function readTcp(frame: Uint8Array, start: number, end: number, segment: Segment): Found {
  if (frame.length < start + 20) return 'cut';
  const header = (byte(frame, start + 12) >> 4) * 4;
  if (header < 20 || start + header > end) return 'other';
  segment.fromPort = two(frame, start);
  segment.toPort = two(frame, start + 2);
  segment.sequence = four(frame, start + 4);
  segment.acknowledged = four(frame, start + 8);
  segment.flags = byte(frame, start + 13);
  segment.dataLength = end - start - header;
  segment.dataStart = Math.min(start + header, frame.length);
  segment.dataEnd = Math.min(end, frame.length);
  return 'segment';
}

function byte(frame: Uint8Array, at: number): number {
  return frame[at] ?? 0;
}

function two(frame: Uint8Array, at: number): number {
  return (byte(frame, at) << 8) | byte(frame, at + 1);
}

function four(frame: Uint8Array, at: number): number {
  return ((two(frame, at) << 16) | two(frame, at + 2)) >>> 0;
}
