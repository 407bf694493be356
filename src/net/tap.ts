/**
 * A point where the bytes of a Network Connection pass and are copied. The shapes are those of the trace's recorder,
 * declared here anew because this room does not see that one: the engine hands a recorder in as the tap.
 */

import type { FaultNote } from '../mqtt/network-connection.ts';
import type { Direction } from '../mqtt/packet.ts';

/** One end of a Network Connection: an IP address as numbers, without brackets or zone, and a port. */
export interface TappedEndpoint {
  readonly address: string;
  readonly port: number;
}

/** Both ends of a Network Connection, and what carries it. */
export interface TappedEndpoints {
  readonly client: TappedEndpoint;
  /** Of a connection that passes a listener of ours: where the Server is, not where we listen. */
  readonly server: TappedEndpoint;
  readonly carrier: 'tcp' | 'tls' | 'ws' | 'wss';
}

/** What is known of a Network Connection when it opens. */
export interface TappedConnection {
  /** The key of the Server. */
  readonly server: string;
  readonly tap: 'client' | 'listener';
  /** The key of our own client, when this is one of ours. */
  readonly client?: string | undefined;
  /** What to call it before its Client Identifier is known. */
  readonly label?: string | undefined;
  /** The key of the client of ours that watches for its will, if one does. */
  readonly watcher?: string | undefined;
  /** Undefined where there never was a connection. */
  readonly endpoints?: TappedEndpoints | undefined;
}

/** How a Network Connection ended, as seen from where the tap is. */
export interface TappedEnd {
  /** Who ended it. */
  readonly by: 'client' | 'server' | 'network';
  readonly how: 'fin' | 'reset' | 'error' | 'refused';
  /** The error's code, for example `ECONNRESET`. */
  readonly detail?: string | undefined;
}

/** Takes what passes. Times are milliseconds since the Unix epoch. */
export interface Tap {
  /** Returns the id of the connection. */
  opened(atMs: number, info: TappedConnection): number;
  /** The bytes as they were sent or received, in their order; the tap copies what it keeps. */
  bytes(atMs: number, connection: number, direction: Direction, chunk: Uint8Array): void;
  /** Once for each connection; nothing of it follows. */
  closed(atMs: number, connection: number, end: TappedEnd): void;
}

/** What is recorded of faults: set, taken away, and what of the wire they have kept from passing. */
export type FaultAction = 'fault' | 'fault-cleared' | 'packet-dropped';

/** A tap between other programs and a Server, which can make faults. */
export interface FaultTap extends Tap {
  fault(atMs: number, action: FaultAction, connection: number, fault: FaultNote): void;
}
