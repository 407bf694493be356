import type { ProtocolVersion, WillMessage } from '../../mqtt/packet.ts';
import type { Cancel } from '../clock.ts';
import type { Connection } from './connection.ts';
import { Outgoing, type OutgoingWorld } from './outgoing.ts';
import type { Subscribed } from './subscriptions.ts';

/** The Session Expiry Interval that does not expire (v5 3.1.2.11.2). For it alone the value is special. */
export const neverExpires = 0xffff_ffff;

/** A Will Message that is tied to a Session (v5 [MQTT-3.1.2-7]), until it is published or removed. */
export interface Will {
  readonly message: WillMessage;
  /** In seconds; 0 before 5.0. */
  readonly willDelayInterval: number;
  /** When its CONNECT was accepted, in ms since the Unix epoch. */
  readonly heldSinceMs: number;
}

/** What the Server keeps of a Client (v5 4.1), for as long as the Session lasts. */
export class Session {
  readonly clientId: string;
  /** Of the newest CONNECT. */
  version: ProtocolVersion;
  /** The Network Connection that carries it now. */
  connection: Connection | undefined;
  /** Effective, in seconds: 0 ends it with its connection. */
  sessionExpiryInterval: number;
  will: Will | undefined;
  /** Of the newest CONNECT. */
  cleanStart: boolean;
  /** When it ends, while there is no connection and it does. */
  endsAtMs: number | undefined;
  /** When the will is published, while there is no connection and a will waits. */
  willDueAtMs: number | undefined;
  /** When its delay alone would be over, while it waits. */
  willDelayedToMs: number | undefined;
  readonly timers: Cancel[] = [];
  /** By Topic Filter. Changed through Subscriptions only. */
  readonly subscriptions = new Map<string, Subscribed>();
  readonly outgoing: Outgoing;
  /**
   * QoS 2 messages received and not released: a PUBLISH with one of these Packet Identifiers is the same
   * message again.
   */
  readonly receivedQos2 = new Set<number>();

  constructor(
    clientId: string,
    version: ProtocolVersion,
    cleanStart: boolean,
    sessionExpiryInterval: number,
    world: OutgoingWorld,
  ) {
    this.clientId = clientId;
    this.version = version;
    this.cleanStart = cleanStart;
    this.sessionExpiryInterval = sessionExpiryInterval;
    this.outgoing = new Outgoing(world, this);
  }

  cancelTimers(): void {
    for (const cancel of this.timers) cancel();
    this.timers.length = 0;
  }
}
