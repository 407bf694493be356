/**
 * Takes what the taps see, reads it, appends it to the trace and tells the listener, in this order for each
 * record.
 */

import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  RecordedAction,
} from '../mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../mqtt/packet.ts';
import { looksLikePackets } from '../mqtt/packet-chain.ts';
import { defaultReaderOptions, type ReaderOptions, StreamReader } from '../mqtt/reader.ts';
import { Appender, type Connection, newRow } from './appender.ts';
import { deliver } from './deliver.ts';
import type { RecordListener } from './listener.ts';
import { missingBytes } from './missing-bytes.ts';
import { RECORD } from './model.ts';
import type { SideObject } from './record.ts';
import { recordState } from './segment.ts';
import type { Trace } from './trace.ts';

const NO_BYTES = new Uint8Array(0);

/** A Network Connection that lives, with a reader for each direction. */
interface OpenConnection extends Connection {
  readonly readers: [toServer: StreamReader, toClient: StreamReader];
  /** By direction: whether it is not known where the next packet begins. */
  readonly lost: [boolean, boolean];
}

export class Recorder {
  private readonly trace: Trace;
  private readonly listener: RecordListener;
  private readonly options: ReaderOptions;
  private readonly appender: Appender;
  private readonly connections = new Map<number, OpenConnection>();
  private nextConnection = 1;

  constructor(trace: Trace, listener: RecordListener, options: ReaderOptions = defaultReaderOptions) {
    this.trace = trace;
    this.listener = listener;
    this.options = options;
    this.appender = new Appender(trace);
  }

  /** How many connections are open. */
  get openConnections(): number {
    return this.connections.size;
  }

  /**
   * A Network Connection was opened. Returns its id, which is never used again: `wanted`, if that was not used so far,
   * else one that is higher than all before.
   */
  opened(atMs: number, info: ConnectionInfo, wanted = 0): number {
    const id = wanted >= this.nextConnection ? wanted : this.nextConnection;
    this.nextConnection = id + 1;
    this.connections.set(id, this.newConnection(id, info.startMissing === true));
    this.appendSide(atMs, id, { kind: RECORD.opened, info });
    return id;
  }

  /**
   * Bytes have passed, whole or in part. They are copied; the caller may use the buffer again. Bytes of a
   * connection that is not open are kept as opaque.
   */
  bytes(atMs: number, connection: number, direction: Direction, chunk: Uint8Array): void {
    const open = this.connections.get(connection);
    if (open === undefined) {
      this.appendStray(atMs, connection, direction, chunk);
      return;
    }
    if (open.lost[direction] && !this.findAgain(open, direction, chunk)) {
      this.appendLost(atMs, open, direction, chunk);
      return;
    }
    const { trace } = this;
    const reader = open.readers[direction];
    for (let start = 0; start < chunk.length; ) {
      const end = Math.min(chunk.length, start + trace.pieceBytes);
      this.appender.enter(atMs, open, direction);
      let from = trace.endSeq;
      start = reader.resume(chunk, start, end);
      this.deliver(from);
      if (start === end) continue;

      from = trace.endSeq;
      const placed = trace.place(chunk, start, end);
      this.appender.inPlace = true;
      const used = reader.scan(trace.newest.bytes, placed, placed + end - start);
      this.appender.inPlace = false;
      trace.settle(used);
      this.deliver(from);
      start = end;
    }
  }

  /**
   * Bytes have passed that are not there; `count` is 0 when nobody knows how many. The rest of this direction is opaque until a
   * chunk looks like packets again, unless the bytes are missing within one packet. `told`: they are so, and the packet comes whole
   * after this, as the record of it has it.
   */
  missed(atMs: number, connection: number, direction: Direction, count: number, told = false): void {
    const open = this.connections.get(connection);
    if (open === undefined) return;
    const reader = open.readers[direction];
    const within = told || (!open.lost[direction] && count > 0 && reader.canSkip(count));
    // What has come before comes first, so that it is the same when the record is read again.
    if (!within) this.endPacket(atMs, open, direction);
    const from = this.trace.endSeq;
    this.appender.enter(atMs, open, direction);
    const row = newRow(atMs, connection, RECORD.opaque, direction);
    row.state = recordState(open.version, false);
    row.length = count;
    const malformed = missingBytes(count);
    const fault = { malformed, streamOffset: reader.streamOffset, ...(within ? { within } : {}) };
    this.trace.append(row, NO_BYTES, 0, 0, { kind: RECORD.opaque, fault });
    this.deliver(from);
    open.lost[direction] ||= !within;
    if (within && !told && reader.skip(count)) this.deliver(from + 1);
  }

  /** The rest of a packet that was longer than what a capture kept of it: counted, and nothing to tell of. */
  unkept(atMs: number, connection: number, direction: Direction, count: number): void {
    const open = this.connections.get(connection);
    if (open === undefined) return;
    const from = this.trace.endSeq;
    this.appender.enter(atMs, open, direction);
    if (!open.lost[direction] && open.readers[direction].skip(count)) this.deliver(from);
    else this.missed(atMs, connection, direction, count);
  }

  /** A Network Connection has ended. What had come of an unfinished packet is recorded before. */
  closed(atMs: number, connection: number, end: ConnectionEnd): void {
    const open = this.connections.get(connection);
    if (open === undefined) return;
    for (const direction of [TO_SERVER, TO_CLIENT] as const) this.endPacket(atMs, open, direction);
    this.connections.delete(connection);
    this.appendSide(atMs, connection, { kind: RECORD.closed, end }, open);
  }

  /** The user, or a fault, did something. */
  action(atMs: number, action: RecordedAction, target: ActionTarget): void {
    const connection = target.connection ?? 0;
    this.appendSide(
      atMs,
      connection,
      { kind: RECORD.action, action, target },
      this.connections.get(connection),
    );
  }

  private newConnection(id: number, startMissing: boolean): OpenConnection {
    // A CONNECT that is missing hides no password in what follows it.
    const state: Connection = { id, version: undefined, shown: startMissing ? 'packets' : 'nothing' };
    const reader = (direction: Direction): StreamReader =>
      new StreamReader(direction, state, this.appender, this.options);
    const lost: [boolean, boolean] = [startMissing, startMissing];
    return Object.assign(state, {
      readers: [reader(TO_SERVER), reader(TO_CLIENT)] as [StreamReader, StreamReader],
      lost,
    });
  }

  /** The packet that has come in part will not go on. */
  private endPacket(atMs: number, open: OpenConnection, direction: Direction): void {
    const from = this.trace.endSeq;
    this.appender.enter(atMs, open, direction);
    this.appender.cutShort = true;
    open.readers[direction].finish();
    this.appender.cutShort = false;
    this.deliver(from);
  }

  /** Whether packets can be read again from the beginning of this chunk on. */
  private findAgain(open: OpenConnection, direction: Direction, chunk: Uint8Array): boolean {
    if (!looksLikePackets(chunk, direction, open)) return false;
    const { appender, options } = this;
    open.readers[direction] = new StreamReader(direction, open, appender, options, true);
    open.lost[direction] = false;
    return true;
  }

  private appendLost(atMs: number, open: OpenConnection, direction: Direction, chunk: Uint8Array): void {
    const hidden = direction === TO_SERVER ? open.shown !== 'all' : open.shown === 'packets';
    this.appendOpaque(atMs, open.id, direction, chunk, recordState(open.version, hidden));
  }

  private appendSide(atMs: number, connection: number, side: SideObject, open?: OpenConnection): void {
    const from = this.trace.endSeq;
    const row = newRow(atMs, connection, side.kind, TO_SERVER);
    row.state = recordState(open?.version, false);
    this.trace.append(row, NO_BYTES, 0, 0, side);
    this.deliver(from);
  }

  private appendStray(atMs: number, connection: number, direction: Direction, chunk: Uint8Array): void {
    this.appendOpaque(atMs, connection, direction, chunk, recordState(undefined, true));
  }

  private appendOpaque(
    atMs: number,
    connection: number,
    direction: Direction,
    chunk: Uint8Array,
    state: number,
  ): void {
    for (let start = 0; start < chunk.length; start += this.trace.pieceBytes) {
      const end = Math.min(chunk.length, start + this.trace.pieceBytes);
      const row = newRow(atMs, connection, RECORD.opaque, direction);
      row.state = state;
      row.length = end - start;
      this.trace.append(row, chunk, start, end);
    }
  }

  /** All records since `from` are in the newest segment: each step above adds to one only. */
  private deliver(from: number): void {
    if (this.trace.endSeq > from) deliver(this.trace.newest, from, this.listener);
  }
}
