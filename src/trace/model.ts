/**
 * What the trace shows of itself to others. Times are milliseconds since the Unix epoch, with fractions.
 * Every record has a sequence number, from 1 up, never used twice.
 */
import type { Direction, Field, Malformed, ProtocolVersion } from '../mqtt/packet.ts';

/** The kind column. */
export const RECORD = {
  /** An MQTT Control Packet. */
  packet: 0,
  /** A Network Connection was opened. */
  opened: 1,
  /** A Network Connection ended. */
  closed: 2,
  /** Bytes that the reader could not read, kept as they were. */
  opaque: 3,
  /** Something that the user, or a fault, did. */
  action: 4,
} as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

/** `length` of the column is what the record had on the wire, also when the trace kept less. */
export interface RecordColumns {
  readonly firstSeq: number;
  readonly count: number;
  readonly atMs: Float64Array;
  readonly connection: Uint32Array;
  readonly kind: Uint8Array;
  readonly direction: Uint8Array;
  /** Type and flags: the first byte of the fixed header; 0 where there is none. */
  readonly firstByte: Uint8Array;
  /** In bytes. */
  readonly length: Uint32Array;
  /** 0 where there is none. */
  readonly packetId: Uint16Array;
  /** 0 where there is none. */
  readonly reasonCode: Uint8Array;
}

/** What goes to the page: the columns, and for each record its topic as an index into all topics sent so far, or -1. */
export interface RecordBatch extends RecordColumns {
  readonly topic: Int32Array;
  /** Topics that the page has not been sent before; they get the next indices. */
  readonly newTopics: readonly string[];
}

/** One record whole, on demand. Secrets are masked in `bytes` and `fields`. */
export interface RecordDetails {
  readonly seq: number;
  readonly atMs: number;
  readonly connection: number;
  readonly kind: RecordKind;
  readonly direction: Direction;
  readonly version?: ProtocolVersion | undefined;
  /** For example `PUBLISH`, `connection opened`. */
  readonly title: string;
  /** At most `detailsByteLimit` bytes. */
  readonly bytes: Uint8Array;
  /** On the wire, in bytes. */
  readonly length: number;
  readonly fields: readonly Field[];
  readonly malformed?: Malformed | undefined;
}

/** How many bytes of one record the page is shown at most. */
export const detailsByteLimit = 65_536;

/** What the trace holds now. */
export interface TraceStats {
  /** The oldest record still held. */
  readonly firstSeq: number;
  /** One past the newest. */
  readonly endSeq: number;
  readonly bytes: number;
  readonly byteBudget: number;
  /** Records that the budget pushed out. */
  readonly dropped: number;
}
