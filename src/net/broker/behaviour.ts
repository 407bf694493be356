/** Where the broker asks what becomes of wills and Sessions: the standard's answers, which deviations replace one by one. */
import type { ProtocolVersion, WillMessage } from '../../mqtt/packet.ts';
import { type Message, publishProperties } from './message.ts';
import type { Session, Will } from './session.ts';

/** A connection that has ended with a will, and is not one of those whose will was removed. */
export interface Loss {
  readonly version: ProtocolVersion;
  /** Of the CONNECT. */
  readonly cleanStart: boolean;
  /** Effective, in seconds. */
  readonly sessionExpiryInterval: number;
  /** In seconds. */
  readonly willDelayInterval: number;
  /** For how long the will had been held when the connection ended. */
  readonly heldMs: number;
}

/** Why a Session ends. */
export type SessionEnd = 'its connection ended' | 'expired' | 'clean start' | 'operator';

/** What becomes of a will that waits when its Session ends or is resumed. `waits`: it is published when its delay is over. */
export type WaitingWill = 'published' | 'removed' | 'waits';

/** Read where it is needed, never kept, so that other settings hold at once. */
export interface Behaviour {
  /** How many Keep Alive intervals a Client may be silent. */
  readonly keepAliveGrace: number;
  /** Whether a DISCONNECT with this Reason Code removes the will. */
  removesWill(reasonCode: number): boolean;
  /** Whether a DISCONNECT whose Reason Code is none of the Client's is taken for one with 0x00. */
  readonly takesReservedReasonCodes: boolean;
  /**
   * The Session Expiry Interval that a DISCONNECT changes to, in seconds; undefined leaves it as it is, and `refused` makes the
   * DISCONNECT a Protocol Error. `connect` is what the CONNECT asked for.
   */
  changedExpiry(asked: number | undefined, connect: number): number | undefined | 'refused';
  /** How long the Session is kept, in seconds, of what CONNACK has granted. */
  keptFor(granted: number, cleanStart: boolean, version: ProtocolVersion): number;
  /** Whether a second CONNECT leaves the will to be published. */
  readonly secondConnectKeepsWill: boolean;
  /** Whether the one who is taken over learns why, with DISCONNECT 0x8E. */
  readonly tellsTakeover: boolean;
  /** Whether the will of a connection that is taken over is published as after any other end. */
  takeoverKeepsWill(session: Session, cleanStart: boolean): boolean;
  /** Whether a Session that ends with its connection is resumed by the one who takes over. */
  takeoverResumesEnded(session: Session, cleanStart: boolean): boolean;
  /** How long the will waits, in seconds, while the Session lasts; undefined removes it. */
  delayOf(loss: Loss): number | undefined;
  /** Until when a will that is due is held back by others, in ms since the Unix epoch. */
  heldBackUntil(session: Session, all: Iterable<Session>, nowMs: number): number | undefined;
  atSessionEnd(why: SessionEnd): WaitingWill;
  /** `kept`: it is the will of the new connection, too. */
  atResume(next: Will | undefined): Exclude<WaitingWill, 'published'> | 'kept';
  /** Whether a Session is discarded when it has expired. */
  readonly discardsExpired: boolean;
  /** Session Present of CONNACK. `existed`: there was a Session, which Clean Start may have ended. */
  sessionPresent(present: boolean, existed: boolean): boolean;
  /** The message that a will becomes. `waited`: for its delay or the end of its Session. */
  published(will: WillMessage, waited: boolean): WillMessage;
  /** Those of a will's properties that its PUBLISH carries. */
  willProperties(will: WillMessage): WillMessage['properties'];
  readonly timesPublished: number;
  /** What a new subscription gets of a message that is retained. */
  retainedCopy(message: Message, nowMs: number): Message;
}

/** As v5 and v3.1.1 have it. */
export const standardBehaviour: Behaviour = {
  // v5 [MQTT-3.1.2-22], v3.1.1 [MQTT-3.1.2-24].
  keepAliveGrace: 1.5,
  // v5 [MQTT-3.14.4-3], [MQTT-3.1.2-10]; v3.1.1 [MQTT-3.14.4-3], [MQTT-3.1.2-10]. No other code does.
  removesWill: (reasonCode) => reasonCode === 0,
  // v5 [MQTT-3.14.2-1].
  takesReservedReasonCodes: false,
  // v5 3.14.2.2.2: not a valid DISCONNECT, so the will stays.
  changedExpiry: (asked, connect) => (connect === 0 && asked !== undefined && asked > 0 ? 'refused' : asked),
  // v5 [MQTT-3.1.2-23], [MQTT-4.1.0-2]; v3.1.1 [MQTT-3.1.2-4], [MQTT-3.1.2-6].
  keptFor: (granted) => granted,
  // v5 [MQTT-3.1.2-8], v3.1.1 [MQTT-3.1.2-8].
  secondConnectKeepsWill: true,
  // v5 [MQTT-3.1.4-3].
  tellsTakeover: true,
  // v5 3.1.4 step 1, v3.1.1 [MQTT-3.1.2-8].
  takeoverKeepsWill: () => true,
  // v5 3.1.2.11.2.
  takeoverResumesEnded: () => false,
  // v5 [MQTT-3.1.3-9].
  delayOf: ({ willDelayInterval }) => willDelayInterval,
  heldBackUntil: () => undefined,
  // v5 [MQTT-3.1.3-9]: the delay or the end of the Session, whichever comes first.
  atSessionEnd: () => 'published',
  // v5 [MQTT-3.1.3-9]: resumed before the delay has passed. Whatever the new Session Expiry Interval is.
  atResume: () => 'removed',
  // v5 [MQTT-4.1.0-2].
  discardsExpired: true,
  // v5 [MQTT-3.2.2-2], [MQTT-3.2.2-3]; v3.1.1 [MQTT-3.2.2-1] to [MQTT-3.2.2-3].
  sessionPresent: (present) => present,
  published: (will) => will,
  // v5 [MQTT-3.1.3-10] and 3.3.2.3; the Will Delay Interval is no property of PUBLISH.
  willProperties: ({ properties }) => publishProperties(properties),
  // v5 [MQTT-3.1.2-10], v3.1.1 [MQTT-3.1.2-10].
  timesPublished: 1,
  // v5 [MQTT-3.3.2-6].
  retainedCopy: (message) => message,
};
