/**
 * The columns of a segment: typed arrays side by side in one buffer, so that a segment costs the collector
 * few objects.
 */
import type { Direction } from '../mqtt/packet.ts';
import type { RecordKind } from './model.ts';

/** What the columns say of a record. */
export interface Row {
  atMs: number;
  connection: number;
  kind: RecordKind;
  direction: Direction;
  /** See `recordState`. */
  state: number;
  firstByte: number;
  length: number;
  packetId: number;
  reasonCode: number;
}

/** A row takes so many bytes. */
export const ROW_BYTES = 8 + 4 * 4 + 2 + 5;

export class Columns {
  /** How many rows there is room for. */
  readonly rows: number;
  readonly atMs: Float64Array;
  readonly connection: Uint32Array;
  /** On the wire. */
  readonly length: Uint32Array;
  /** Where the kept bytes of the record begin in the bytes of the segment. */
  readonly offset: Uint32Array;
  /** How many bytes of the record are kept. */
  readonly kept: Uint32Array;
  readonly packetId: Uint16Array;
  readonly kind: Uint8Array;
  readonly direction: Uint8Array;
  readonly firstByte: Uint8Array;
  readonly reasonCode: Uint8Array;
  readonly state: Uint8Array;

  constructor(rows: number) {
    this.rows = rows;
    const buffer = new ArrayBuffer(rows * ROW_BYTES);
    let at = 0;
    const take = (bytesPerRow: number): number => {
      const start = at;
      at += rows * bytesPerRow;
      return start;
    };
    // The wide ones first, so that each begins where its type must.
    this.atMs = new Float64Array(buffer, take(8), rows);
    this.connection = new Uint32Array(buffer, take(4), rows);
    this.length = new Uint32Array(buffer, take(4), rows);
    this.offset = new Uint32Array(buffer, take(4), rows);
    this.kept = new Uint32Array(buffer, take(4), rows);
    this.packetId = new Uint16Array(buffer, take(2), rows);
    this.kind = new Uint8Array(buffer, take(1), rows);
    this.direction = new Uint8Array(buffer, take(1), rows);
    this.firstByte = new Uint8Array(buffer, take(1), rows);
    this.reasonCode = new Uint8Array(buffer, take(1), rows);
    this.state = new Uint8Array(buffer, take(1), rows);
  }

  set(index: number, row: Row, offset: number, kept: number): void {
    this.atMs[index] = row.atMs;
    this.connection[index] = row.connection;
    this.length[index] = row.length;
    this.offset[index] = offset;
    this.kept[index] = kept;
    this.packetId[index] = row.packetId;
    this.kind[index] = row.kind;
    this.direction[index] = row.direction;
    this.firstByte[index] = row.firstByte;
    this.reasonCode[index] = row.reasonCode;
    this.state[index] = row.state;
  }

  /** A copy of the first `count` rows, with room for `rows`. */
  resized(rows: number, count: number): Columns {
    const copy = new Columns(rows);
    copy.atMs.set(this.atMs.subarray(0, count));
    copy.connection.set(this.connection.subarray(0, count));
    copy.length.set(this.length.subarray(0, count));
    copy.offset.set(this.offset.subarray(0, count));
    copy.kept.set(this.kept.subarray(0, count));
    copy.packetId.set(this.packetId.subarray(0, count));
    copy.kind.set(this.kind.subarray(0, count));
    copy.direction.set(this.direction.subarray(0, count));
    copy.firstByte.set(this.firstByte.subarray(0, count));
    copy.reasonCode.set(this.reasonCode.subarray(0, count));
    copy.state.set(this.state.subarray(0, count));
    return copy;
  }
}
