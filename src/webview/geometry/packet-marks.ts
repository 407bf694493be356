/** Where packets are marked: those that fall on one place become one mark, so that drawing costs pixels, not packets. */
import { gallop } from '../model/growable.ts';
import type { MarkColumn } from '../model/mark-column.ts';
import type { TimeScale } from './time-scale.ts';

/** The width of a place in CSS pixels. */
export const placePx = 3;

/** Marks as columns, reused from frame to frame. */
export class MarkBuffer {
  count = 0;
  /** The left edge, in pixels. */
  x = new Float32Array(1024);
  /** How many packets. */
  packets = new Uint32Array(1024);
  /** Their types: bit n is record type n. */
  bits = new Uint16Array(1024);
  /** The first one's row in the column. */
  row = new Uint32Array(1024);

  clear(): void {
    this.count = 0;
  }

  push(x: number, packets: number, bits: number, row: number): void {
    if (this.count === this.x.length) this.#grow();
    this.x[this.count] = x;
    this.packets[this.count] = packets;
    this.bits[this.count] = bits;
    this.row[this.count] = row;
    this.count += 1;
  }

  #grow(): void {
    const size = this.x.length * 2;
    const { x, packets, bits, row } = this;
    this.x = new Float32Array(size);
    this.packets = new Uint32Array(size);
    this.bits = new Uint16Array(size);
    this.row = new Uint32Array(size);
    this.x.set(x);
    this.packets.set(packets);
    this.bits.set(bits);
    this.row.set(row);
  }
}

/**
 * Adds the marks of what the scale shows. Places are fixed in time, not on the screen, so that packets do not change
 * their company while the view pans.
 */
export function collectMarks(column: MarkColumn, scale: TimeScale, into: MarkBuffer): void {
  const placeMs = scale.msPerPx * placePx;
  const { times, length } = column;
  let row = column.indexAtTime(Math.floor(scale.startMs / placeMs) * placeMs);
  while (row < length) {
    const atMs = times[row] ?? Number.POSITIVE_INFINITY;
    if (atMs > scale.endMs) break;
    const endMs = (Math.floor(atMs / placeMs) + 1) * placeMs;
    // One row at least, also where rounding puts the end of a place at its start.
    const next = gallop(times, endMs, row + 1, length);
    const packets = next - row;
    const x = packets === 1 ? scale.xOf(atMs) : scale.xOf(endMs - placeMs / 2);
    into.push(x, packets, column.bitsBetween(row, next), row);
    row = next;
  }
}

/** How tall the mark of one packet is, as a share of the room it has. */
export const singleHeight = 0.65;

/** How tall a mark of this many packets is, as a share of the room it has. */
export function markHeight(packets: number): number {
  return packets === 1 ? singleHeight : Math.min(1, 0.7 + Math.log10(packets) * 0.1);
}
