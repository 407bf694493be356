/**
 * A stretch of the trace: columns, the bytes they point into, and the side objects. The oldest is dropped
 * whole.
 */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import { Columns, ROW_BYTES, type Row } from './columns.ts';
import type { SideObject } from './record.ts';

/** A segment as loops read it that want no objects: rows 0 to `count` - 1 of its columns. */
export interface SegmentView {
  readonly firstSeq: number;
  readonly count: number;
  readonly columns: Columns;
  readonly bytes: Uint8Array;
  side(index: number): SideObject | undefined;
}

/** How large the arrays of a new segment are. */
export interface SegmentSize {
  readonly rows: number;
  readonly bytes: number;
}

/** For the first one, which may be all there ever is. */
const FIRST_SIZE: SegmentSize = { rows: 64, bytes: 4096 };
/** What a side object and its place in the map take, as a careful guess. */
const SIDE_BYTES = 256;
/** A sealed segment gives back what it does not use when that is more than this part of it. */
const SLACK = 1 / 16;

const SECRET = 0x80;

/**
 * The state column: the version of the connection, and whether the bytes may hold a secret in an unknown
 * place.
 */
export function recordState(version: ProtocolVersion | undefined, secret: boolean): number {
  return (version ?? 0) | (secret ? SECRET : 0);
}

export function versionOf(state: number | undefined): ProtocolVersion | undefined {
  const version = (state ?? 0) & ~SECRET;
  return version === 3 || version === 4 || version === 5 ? version : undefined;
}

export function isSecret(state: number | undefined): boolean {
  return ((state ?? 0) & SECRET) !== 0;
}

export class Segment implements SegmentView {
  readonly firstSeq: number;
  count = 0;
  columns: Columns;
  bytes: Uint8Array;
  byteLength = 0;
  private sides: Map<number, SideObject> | undefined = undefined;

  constructor(firstSeq: number, size: SegmentSize = FIRST_SIZE) {
    this.firstSeq = firstSeq;
    this.columns = new Columns(size.rows);
    this.bytes = new Uint8Array(size.bytes);
  }

  get endSeq(): number {
    return this.firstSeq + this.count;
  }

  /** In bytes, as allocated. */
  get allocated(): number {
    return this.columns.rows * ROW_BYTES + this.bytes.length + (this.sides?.size ?? 0) * SIDE_BYTES;
  }

  side(index: number): SideObject | undefined {
    return this.sides?.get(index);
  }

  /** Copies `bytes[start, end)` behind what is there. Returns where they begin now. */
  store(bytes: Uint8Array, start: number, end: number): number {
    const at = this.byteLength;
    const needed = at + end - start;
    if (needed > this.bytes.length) this.growBytes(needed);
    this.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
    this.byteLength = needed;
    return at;
  }

  /** Adds a record whose bytes have been stored at `offset`. */
  add(row: Row, offset: number, kept: number, side: SideObject | undefined): void {
    const index = this.count;
    if (index === this.columns.rows) this.columns = this.columns.resized(index * 2, index);
    this.columns.set(index, row, offset, kept);
    if (side !== undefined) {
      this.sides ??= new Map();
      this.sides.set(index, side);
    }
    this.count = index + 1;
  }

  /** Nothing more will be added: gives back what is not used. */
  seal(): void {
    const { columns, count, bytes, byteLength } = this;
    if (columns.rows - count > columns.rows * SLACK) this.columns = columns.resized(count, count);
    if (bytes.length - byteLength > bytes.length * SLACK) this.bytes = bytes.slice(0, byteLength);
  }

  /** A view that was given out before stays as it is: the old bytes are copied, not moved. */
  private growBytes(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.byteLength));
    this.bytes = grown;
  }
}
