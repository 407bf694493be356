/**
 * Which records the filter lets through, in the three orders in which they are looked for: all of them for the list, and
 * each connection's by direction and time for the timeline.
 */
import { growableUints, lowerBound } from './growable.ts';
import { MarkColumn } from './mark-column.ts';
import type { RecordFilter } from './record-filter.ts';
import type { RecordStore } from './records.ts';

/** The marks of one connection, by direction: 0 to the Server, 1 to the Client. */
export interface ConnectionMarks {
  readonly toServer: MarkColumn;
  readonly toClient: MarkColumn;
}

export class PacketIndex {
  readonly #seqs = growableUints();
  #marks = new Map<number, ConnectionMarks>();
  #nextSeq = 0;

  /** How many records the filter lets through. */
  get count(): number {
    return this.#seqs.length;
  }

  /** The sequence number at this place of the list. */
  seqAt(place: number): number | undefined {
    return place >= 0 && place < this.#seqs.length ? this.#seqs.get(place) : undefined;
  }

  /** The place in the list of this record, or of the next one that is in it. */
  placeOf(seq: number): number {
    return lowerBound(this.#seqs.values, seq, 0, this.#seqs.length);
  }

  has(seq: number): boolean {
    return this.seqAt(this.placeOf(seq)) === seq;
  }

  marks(connection: number): ConnectionMarks | undefined {
    return this.#marks.get(connection);
  }

  clear(): void {
    this.#seqs.clear();
    this.#marks = new Map();
    this.#nextSeq = 0;
  }

  /** Begins anew, with another filter. */
  rebuild(records: RecordStore, filter: RecordFilter): void {
    this.clear();
    this.extend(records, filter);
  }

  /** Takes in the records that came since. */
  extend(records: RecordStore, filter: RecordFilter): void {
    const seqs = this.#seqs;
    records.visit(this.#nextSeq, (seq, atMs, connection, type, direction, topic) => {
      if (!filter.isEmpty && !filter.matchesRecord(connection, type, direction, topic)) return;
      seqs.push(seq);
      if (type > 15) return;
      let marks = this.#marks.get(connection);
      if (marks === undefined) {
        marks = { toServer: new MarkColumn(), toClient: new MarkColumn() };
        this.#marks.set(connection, marks);
      }
      (direction === 0 ? marks.toServer : marks.toClient).push(seq, atMs, type);
    });
    this.#nextSeq = records.endSeq;
  }

  dropBefore(seq: number): void {
    this.#seqs.dropFront(this.placeOf(seq));
    for (const { toServer, toClient } of this.#marks.values()) {
      toServer.dropBefore(seq);
      toClient.dropBefore(seq);
    }
  }
}
