/**
 * The record of everything that was seen, append-only, within a byte budget. Packets are rows in columns and
 * a range of bytes; an object is made only of the one that is asked for.
 */
import type { Direction } from '../mqtt/packet.ts';
import { ROW_BYTES, type Row } from './columns.ts';
import { type DroppedOpening, DroppedOpenings } from './dropped-openings.ts';
import { RECORD, type RecordColumns, type RecordKind, type TraceStats } from './model.ts';
import type { SideObject, TraceRecord } from './record.ts';
import { isSecret, Segment, type SegmentView, versionOf } from './segment.ts';

export const defaultByteBudget = 268_435_456;

const LARGEST_SEGMENT_BYTES = 1_048_576;
const SMALLEST_SEGMENT_BYTES = 16_384;
/** Dropping one segment frees about this part of the budget at most. */
const SEGMENTS_PER_BUDGET = 16;
/** A segment is full of rows when they take about as much as its bytes. */
const SEGMENT_BYTES_PER_ROW = ROW_BYTES + 1;

/** A new segment has room for somewhat more rows than the last one had. */
const ROW_SPARE = 1 / 50;

export class Trace {
  /** In bytes of memory: what packets, columns and side objects take. */
  readonly byteBudget: number;
  /** Bytes that come in longer pieces than this are best given in several. */
  readonly pieceBytes: number;

  private readonly segmentBytes: number;
  private readonly rowLimit: number;
  private sealed: Segment[] = [];
  private sealedBytes = 0;
  private open: Segment;
  private droppedRecords = 0;
  private readonly openings = new DroppedOpenings();

  constructor(byteBudget = defaultByteBudget) {
    this.byteBudget = byteBudget;
    const share = Math.floor(byteBudget / SEGMENTS_PER_BUDGET);
    this.segmentBytes = Math.min(Math.max(share, SMALLEST_SEGMENT_BYTES), LARGEST_SEGMENT_BYTES);
    this.pieceBytes = Math.min(this.segmentBytes, 65_536);
    this.rowLimit = Math.ceil(this.segmentBytes / SEGMENT_BYTES_PER_ROW);
    this.open = new Segment(1);
  }

  /** The oldest record still held; `endSeq` when there is none. */
  get firstSeq(): number {
    return (this.sealed[0] ?? this.open).firstSeq;
  }

  /** One past the newest record. */
  get endSeq(): number {
    return this.open.firstSeq + this.open.count;
  }

  /** The segment that records are being added to. */
  get newest(): SegmentView {
    return this.open;
  }

  stats(): TraceStats {
    return {
      firstSeq: this.firstSeq,
      endSeq: this.endSeq,
      bytes: this.sealedBytes + this.open.allocated,
      byteBudget: this.byteBudget,
      dropped: this.droppedRecords,
    };
  }

  /** What left the trace of a connection that goes on in it; undefined when its opening is still there, or was long ago. */
  droppedOf(connection: number): DroppedOpening | undefined {
    return this.openings.of(connection);
  }

  /** Adds a record with a copy of `bytes[start, end)`. Returns its sequence number. */
  append(row: Row, bytes: Uint8Array, start: number, end: number, side?: SideObject): number {
    const offset = this.place(bytes, start, end);
    this.open.add(row, offset, end - start, side);
    return this.endSeq - 1;
  }

  /**
   * Copies bytes in which records will be found, so that many small packets cost one copy. Until `settle` the
   * records are added with `appendPlaced`, all of them to the same segment. Returns where the bytes begin in
   * `newest.bytes`.
   */
  place(bytes: Uint8Array, start: number, end: number): number {
    const { open } = this;
    const length = end - start;
    const full = open.byteLength + length > this.segmentBytes || open.count >= this.rowLimit;
    if (full && open.count > 0) this.roll();
    const offset = this.open.store(bytes, start, end);
    if (this.open.bytes.length > this.segmentBytes) this.keepToBudget();
    return offset;
  }

  /** Adds a record whose bytes have been placed at `newest.bytes[offset, offset + kept)`. */
  appendPlaced(row: Row, offset: number, kept: number, side?: SideObject): void {
    this.open.add(row, offset, kept, side);
  }

  /** Gives back what was placed from `end` on. */
  settle(end: number): void {
    this.open.byteLength = end;
  }

  /** The record, or undefined when it is not, or no longer, held. */
  read(seq: number): TraceRecord | undefined {
    const segment = this.segmentOf(seq);
    return segment === undefined ? undefined : recordAt(segment, seq - segment.firstSeq);
  }

  /**
   * The segments that hold the records from `fromSeq` on, in order, for loops over columns. The first one may
   * begin earlier.
   */
  *segments(fromSeq = 0): Generator<SegmentView, void, undefined> {
    const all = [...this.sealed, this.open];
    for (const segment of all) {
      if (segment.endSeq > fromSeq && segment.count > 0) yield segment;
    }
  }

  /**
   * Copies of the columns, at most `maxCount` rows, from `fromSeq` on or from the oldest record held if that
   * is later.
   */
  batch(fromSeq: number, maxCount: number): RecordColumns {
    const firstSeq = Math.min(Math.max(fromSeq, this.firstSeq), this.endSeq);
    const count = Math.max(0, Math.min(maxCount, this.endSeq - firstSeq));
    const columns = emptyColumns(firstSeq, count);
    for (const segment of this.segments(firstSeq)) {
      const source = segment.columns;
      const from = Math.max(0, firstSeq - segment.firstSeq);
      const at = segment.firstSeq + from - firstSeq;
      const to = Math.min(segment.count, from + count - at);
      if (to <= from) break;
      columns.atMs.set(source.atMs.subarray(from, to), at);
      columns.connection.set(source.connection.subarray(from, to), at);
      columns.kind.set(source.kind.subarray(from, to), at);
      columns.direction.set(source.direction.subarray(from, to), at);
      columns.firstByte.set(source.firstByte.subarray(from, to), at);
      columns.length.set(source.length.subarray(from, to), at);
      columns.packetId.set(source.packetId.subarray(from, to), at);
      columns.reasonCode.set(source.reasonCode.subarray(from, to), at);
    }
    return columns;
  }

  /** Forgets all records. Sequence numbers go on from where they were. */
  clear(): void {
    for (const segment of this.segments()) this.openings.dropped(segment);
    this.open = new Segment(this.endSeq);
    this.sealed = [];
    this.sealedBytes = 0;
    this.droppedRecords = 0;
  }

  /** The next segment begins as large as the last one ended, so that steady traffic allocates once. */
  private roll(): void {
    const { open } = this;
    open.seal();
    const rows = Math.ceil(open.count * (1 + ROW_SPARE));
    this.open = new Segment(open.endSeq, { rows, bytes: this.segmentBytes });
    this.sealed.push(open);
    this.sealedBytes += open.allocated;
    this.keepToBudget();
  }

  /** Leaves room for the open segment to fill up. */
  private keepToBudget(): void {
    const reserve = Math.max(this.open.allocated, this.segmentBytes + this.rowLimit * ROW_BYTES);
    while (this.sealedBytes + reserve > this.byteBudget) {
      const oldest = this.sealed.shift();
      if (oldest === undefined) return;
      this.sealedBytes -= oldest.allocated;
      this.droppedRecords += oldest.count;
      this.openings.dropped(oldest);
    }
  }

  private segmentOf(seq: number): Segment | undefined {
    if (!Number.isInteger(seq) || seq < this.firstSeq || seq >= this.endSeq) return undefined;
    if (seq >= this.open.firstSeq) return this.open;
    let low = 0;
    let high = this.sealed.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.sealed[middle]?.firstSeq ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    return this.sealed[low];
  }
}

function emptyColumns(firstSeq: number, count: number): RecordColumns {
  return {
    firstSeq,
    count,
    atMs: new Float64Array(count),
    connection: new Uint32Array(count),
    kind: new Uint8Array(count),
    direction: new Uint8Array(count),
    firstByte: new Uint8Array(count),
    length: new Uint32Array(count),
    packetId: new Uint16Array(count),
    reasonCode: new Uint8Array(count),
  };
}

function recordAt(segment: SegmentView, index: number): TraceRecord {
  const { columns } = segment;
  const offset = columns.offset[index] ?? 0;
  const head = {
    seq: segment.firstSeq + index,
    atMs: columns.atMs[index] ?? 0,
    connection: columns.connection[index] ?? 0,
    direction: (columns.direction[index] ?? 0) as Direction,
    version: versionOf(columns.state[index]),
    length: columns.length[index] ?? 0,
    bytes: segment.bytes.subarray(offset, offset + (columns.kept[index] ?? 0)),
    secret: isSecret(columns.state[index]),
  };
  const kind = (columns.kind[index] ?? 0) as RecordKind;
  const firstByte = columns.firstByte[index] ?? 0;
  if (kind === RECORD.packet) {
    return {
      ...head,
      kind,
      firstByte,
      packetId: columns.packetId[index] ?? 0,
      reasonCode: columns.reasonCode[index] ?? 0,
    };
  }
  const side = segment.side(index);
  if (side === undefined || side.kind === RECORD.opaque) {
    return { ...head, kind: RECORD.opaque, firstByte, fault: side?.fault };
  }
  return { ...head, ...side };
}
