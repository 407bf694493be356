/**
 * What there is to tell of a Network Connection beside its packets: where it ran, how it ended, and what was done to it. The trace
 * records it, and the session rules take it in.
 */

/** One end of a Network Connection: an IP address as numbers, without brackets or zone, and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Both ends of a Network Connection, and what carried it. */
export interface Endpoints {
  readonly client: Endpoint;
  /** Of a connection that passes a listener of ours: where the Server is, not where we listen. */
  readonly server: Endpoint;
  readonly carrier: 'tcp' | 'tls' | 'ws' | 'wss';
}

/** What is known of a Network Connection when it opens. */
export interface ConnectionInfo {
  /**
   * The key of the Server: connections with the same key share its sessions. For example `localhost:1883`.
   */
  readonly server: string;
  /** Where the bytes pass. Decides how exactly the moment of an end is known. */
  readonly tap: 'client' | 'listener' | 'capture';
  /** The key of our own client, when this is one of ours. */
  readonly client?: string | undefined;
  /** What to call it before its Client Identifier is known, for example the profile's name. */
  readonly label?: string | undefined;
  /** The key of the client of ours that watches for its will, if one does. */
  readonly watcher?: string | undefined;
  /** Undefined where there never was a connection, and where nobody knows. */
  readonly endpoints?: Endpoints | undefined;
  /** The record begins after the connection did, so that its CONNECT may be missing. */
  readonly startMissing?: true | undefined;
}

/** How a Network Connection ended, as the tap saw it. */
export interface ConnectionEnd {
  /** Who ended it: we cut it on the Client's side, the Server did, the link failed, or the tap cannot tell. */
  readonly by: 'client' | 'server' | 'network' | 'unknown';
  readonly how: 'fin' | 'reset' | 'error' | 'refused';
  /** The error's code, for example `ECONNRESET`. */
  readonly detail?: string | undefined;
}

/** What the user or a fault did; recorded so that Why can name it. Saved captures name them, and only these are read back. */
export const recordedActions = [
  'disconnect',
  'disconnect-with-will',
  'drop',
  'close',
  'freeze',
  'thaw',
  'take-over',
  'resume',
  'start-clean',
  'server-stopped',
  'session-deleted',
  'fault',
  'fault-cleared',
  'packet-dropped',
  'broker-away',
  'broker-back',
  'stood-still',
] as const;
export type RecordedAction = (typeof recordedActions)[number];

/** What faults a tap makes. Saved captures name them, too. */
export const faultKinds = [
  'reset_peer',
  'close',
  'timeout',
  'freeze',
  'latency',
  'bandwidth',
  'drop_disconnect',
  'drop_pingresp',
  'down',
] as const;

/** A fault; `detail` are its values, for example `200 ms`. */
export interface FaultNote {
  readonly kind: (typeof faultKinds)[number];
  readonly direction?: 'toServer' | 'toClient' | 'both' | undefined;
  readonly detail?: string | undefined;
  /** When it came by a rule: the rule's conditions, in words. */
  readonly rule?: string | undefined;
  /** Taken away by itself: both ends of the connection were gone, so that nothing that it held could pass any more. */
  readonly gone?: true | undefined;
}

/** `connection` is undefined for what is done to a Server as a whole; then `server` names it. */
export interface ActionTarget {
  readonly connection?: number | undefined;
  readonly server?: string | undefined;
  readonly clientId?: string | undefined;
  /** Which fault, when the action is about one. */
  readonly fault?: FaultNote | undefined;
  /** For so long, in milliseconds, what is told of had lasted. */
  readonly forMs?: number | undefined;
}
