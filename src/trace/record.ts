/** A record of the trace as an object, made when asked for. */

import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  RecordedAction,
} from '../mqtt/network-connection.ts';
import type { Direction, ProtocolVersion } from '../mqtt/packet.ts';
import type { StreamFault } from '../mqtt/reader.ts';
import type { RECORD } from './model.ts';

/** What the columns have no room for; kept beside them. Most packets have none. */
export type SideObject =
  | { readonly kind: typeof RECORD.opened; readonly info: ConnectionInfo }
  | { readonly kind: typeof RECORD.closed; readonly end: ConnectionEnd }
  | { readonly kind: typeof RECORD.opaque; readonly fault: StreamFault }
  | { readonly kind: typeof RECORD.action; readonly action: RecordedAction; readonly target: ActionTarget };

interface RecordHead {
  readonly seq: number;
  readonly atMs: number;
  /** 0 for what is done to a Server as a whole. */
  readonly connection: number;
  readonly direction: Direction;
  /** Of its connection, as far as it was known by then. */
  readonly version: ProtocolVersion | undefined;
  /** On the wire, in bytes. */
  readonly length: number;
  /** What is kept of it: a view into the trace, empty for what has no bytes. */
  readonly bytes: Uint8Array;
  /** Whether the bytes may hold a secret in a place that is not known, so that none of them may be shown. */
  readonly secret: boolean;
}

export interface PacketRecord extends RecordHead {
  readonly kind: typeof RECORD.packet;
  readonly firstByte: number;
  readonly packetId: number;
  readonly reasonCode: number;
}

export interface OpaqueRecord extends RecordHead {
  readonly kind: typeof RECORD.opaque;
  /** Of a packet that the end of the connection cut short; else 0. */
  readonly firstByte: number;
  /** On the first opaque record of a direction. */
  readonly fault: StreamFault | undefined;
}

export type TraceRecord =
  | PacketRecord
  | OpaqueRecord
  | (RecordHead &
      Extract<SideObject, { kind: typeof RECORD.opened | typeof RECORD.closed | typeof RECORD.action }>);
