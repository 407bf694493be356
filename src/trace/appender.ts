/** Turns what the readers find into records of the trace. One serves all connections. */
import { type Direction, TO_SERVER } from '../mqtt/packet.ts';
import { packetTypeNumber } from '../mqtt/packet-types.ts';
import type { ConnectionState, PacketSink, StreamFault } from '../mqtt/reader.ts';
import type { Row } from './columns.ts';
import { RECORD, type RecordKind } from './model.ts';
import { type Shown, shownAfterConnect } from './secrets.ts';
import { recordState } from './segment.ts';
import type { Trace } from './trace.ts';

const CONNECT = packetTypeNumber('connect');

/** What the records of a connection need to know of it. */
export interface Connection extends ConnectionState {
  readonly id: number;
  shown: Shown;
}

/** A row without bytes. */
export function newRow(atMs: number, connection: number, kind: RecordKind, direction: Direction): Row {
  return {
    atMs,
    connection,
    kind,
    direction,
    state: 0,
    firstByte: 0,
    length: 0,
    packetId: 0,
    reasonCode: 0,
  };
}

export class Appender implements PacketSink {
  /** Whether the bytes that the reader looks at have been placed in the trace. */
  inPlace = false;
  /** Whether opaque bytes are the beginning of a packet that the end of the connection cuts short. */
  cutShort = false;
  private readonly trace: Trace;
  private readonly row: Row = newRow(0, 0, RECORD.packet, TO_SERVER);
  private connection: Connection = { id: 0, version: undefined, shown: 'nothing' };

  constructor(trace: Trace) {
    this.trace = trace;
  }

  /** What comes next belongs to this connection and direction. */
  enter(atMs: number, connection: Connection, direction: Direction): void {
    this.connection = connection;
    this.row.atMs = atMs;
    this.row.connection = connection.id;
    this.row.direction = direction;
  }

  packet(
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    _topicStart: number,
    _topicEnd: number,
    packetId: number,
    reasonCode: number,
  ): void {
    const { row, connection } = this;
    const firstByte = bytes[start] ?? 0;
    const toServer = row.direction === TO_SERVER;
    const isConnect = toServer && firstByte >> 4 === CONNECT;
    if (isConnect) connection.shown = shownAfterConnect(bytes, start, end);
    row.kind = RECORD.packet;
    // A CONNECT is shown field by field, as far as it can be read.
    const hidden = toServer && !isConnect && connection.shown === 'nothing';
    row.state = recordState(connection.version, hidden);
    row.firstByte = firstByte;
    row.length = length;
    row.packetId = hidden ? 0 : packetId;
    row.reasonCode = hidden ? 0 : reasonCode;
    if (this.inPlace) this.trace.appendPlaced(row, start, end - start);
    else this.trace.append(row, bytes, start, end);
  }

  opaque(
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    fault: StreamFault | undefined,
  ): void {
    const { row, connection } = this;
    const hidden = row.direction === TO_SERVER ? connection.shown !== 'all' : connection.shown === 'packets';
    row.kind = RECORD.opaque;
    row.state = recordState(connection.version, hidden);
    row.firstByte = this.cutShort ? (bytes[start] ?? 0) : 0;
    row.length = length;
    row.packetId = 0;
    row.reasonCode = 0;
    const side = fault === undefined ? undefined : ({ kind: RECORD.opaque, fault } as const);
    if (this.inPlace) this.trace.appendPlaced(row, start, end - start, side);
    else this.trace.append(row, bytes, start, end, side);
  }
}
