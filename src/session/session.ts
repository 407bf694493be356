/** One Session, from its first connection to its end. */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import type { Viewable } from './changed.ts';
import { maximumInterval } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { SessionView } from './model.ts';
import type { Subscribed } from './subscriptions.ts';

export class Session implements Viewable<SessionView> {
  readonly id: number;
  readonly client: Client;
  readonly version: ProtocolVersion;
  readonly startedAtMs: number;
  readonly startedSeq: number;
  state: 'connected' | 'offline' | 'ended' = 'connected';
  connection: Connection;
  /** Effective, in seconds; Infinity does not expire. */
  expiry: number;
  endsAtMs: number | undefined = undefined;
  endedAtMs: number | undefined = undefined;
  /** Why the trace no longer knows what the Server holds: a word for the sentence. */
  uncertain: string | undefined = undefined;
  /** An operator deleted it. */
  deleted = false;
  readonly subscriptions = new Map<string, Subscribed>();
  /** When it was last taken to be resumed without a CONNACK that could say so: who subscribed before may be subscribed no longer. */
  resumedUnsaidAtMs = Number.NEGATIVE_INFINITY;
  /** How many there were when it ended. */
  subscriptionsAtEnd = 0;
  /** It is older than the trace, so it may have subscriptions that the trace has not seen. */
  readonly olderThanTrace: boolean;

  constructor(
    id: number,
    client: Client,
    connection: Connection,
    version: ProtocolVersion,
    start: { readonly seq: number; readonly atMs: number },
    expiry: number,
    olderThanTrace: boolean,
  ) {
    this.id = id;
    this.client = client;
    this.connection = connection;
    this.version = version;
    this.startedAtMs = start.atMs;
    this.startedSeq = start.seq;
    this.expiry = expiry;
    this.olderThanTrace = olderThanTrace;
  }

  view(): SessionView {
    return {
      id: this.id,
      server: this.client.server.key,
      clientId: this.client.clientId,
      version: this.connection.version || this.version,
      startedAtMs: this.startedAtMs,
      startedSeq: this.startedSeq,
      state: this.state,
      connection: this.connection.id,
      sessionExpiryInterval: this.expiry === Number.POSITIVE_INFINITY ? maximumInterval : this.expiry,
      endsAtMs: this.state === 'offline' ? this.endsAtMs : undefined,
      endedAtMs: this.endedAtMs,
    };
  }
}
