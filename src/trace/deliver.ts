/**
 * Tells a listener what the trace holds. Living and replaying a trace go through here alike, so that they
 * cannot differ.
 */
import { assertNever } from '../mqtt/assert-never.ts';
import type { Direction } from '../mqtt/packet.ts';
import { mendCutPacket } from './cut-packet.ts';
import type { RecordListener } from './listener.ts';
import { RECORD } from './model.ts';
import type { SegmentView } from './segment.ts';
import type { Trace } from './trace.ts';

/** Tells all records that are held, in order. */
export function replay(trace: Trace, listener: RecordListener): void {
  for (const segment of trace.segments()) deliver(segment, segment.firstSeq, listener);
}

/** Tells the records of one segment from `fromSeq` on. */
export function deliver(segment: SegmentView, fromSeq: number, listener: RecordListener): void {
  const { firstSeq, count, columns } = segment;
  for (let index = fromSeq - firstSeq; index < count; index += 1) {
    if (columns.kind[index] === RECORD.packet) deliverPacket(segment, index, listener);
    else deliverSide(segment, index, listener);
  }
}

function deliverPacket(segment: SegmentView, index: number, listener: RecordListener): void {
  const { columns } = segment;
  const seq = segment.firstSeq + index;
  const atMs = columns.atMs[index] ?? 0;
  const connection = columns.connection[index] ?? 0;
  const direction = (columns.direction[index] ?? 0) as Direction;
  const start = columns.offset[index] ?? 0;
  const kept = columns.kept[index] ?? 0;
  if (kept < (columns.length[index] ?? 0)) {
    const { bytes } = mendCutPacket(segment.bytes, start, start + kept);
    listener.packet(seq, atMs, connection, direction, bytes, 0, bytes.length);
  } else {
    listener.packet(seq, atMs, connection, direction, segment.bytes, start, start + kept);
  }
}

function deliverSide(segment: SegmentView, index: number, listener: RecordListener): void {
  const side = segment.side(index);
  if (side === undefined) return;
  const { columns } = segment;
  const seq = segment.firstSeq + index;
  const atMs = columns.atMs[index] ?? 0;
  const connection = columns.connection[index] ?? 0;
  switch (side.kind) {
    case RECORD.opened:
      listener.opened(seq, atMs, connection, side.info);
      break;
    case RECORD.closed:
      listener.closed(seq, atMs, connection, side.end);
      break;
    case RECORD.opaque: {
      const direction = (columns.direction[index] ?? 0) as Direction;
      listener.unreadable(seq, atMs, connection, direction, side.fault.malformed.reason);
      break;
    }
    case RECORD.action:
      listener.action(seq, atMs, side.action, side.target);
      break;
    default:
      assertNever(side);
  }
}
