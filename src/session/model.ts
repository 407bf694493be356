/**
 * What the session rules take in and give out. Everything here is plain data: the engine feeds it, the page, the
 * host, the tests and the command line read it. Times are milliseconds since the Unix epoch, with fractions,
 * and come in with the events: this room owns no clock. `seq` numbers are those of the trace's records.
 */
import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  Endpoint,
  Endpoints,
  FaultNote,
  RecordedAction,
} from '../mqtt/network-connection.ts';
import type { Direction, ProtocolVersion, QoS, StatementRef } from '../mqtt/packet.ts';
import type { InsightKind } from './insights/kinds.ts';

export type { ConnectionEnd, ConnectionInfo, Endpoint, Endpoints, FaultNote, InsightKind };

export type SessionAction = RecordedAction;

/** A will that a CONNECT carried. */
export interface OfferedWill {
  readonly server: string;
  readonly topic: string;
  readonly connection: number;
  readonly tap: ConnectionInfo['tap'];
  /** The key of our own client, when it is one. */
  readonly client: string | undefined;
}

/** Who is told at once which wills a Server holds, so that somebody can be subscribed before they are due. */
export interface WillWatch {
  /**
   * A CONNECT carried a will. It can fall due as soon as the Server has accepted that, so this is told before: `held` follows when
   * it has, and `declined` when it has not.
   */
  offered(will: OfferedWill): void;
  /** The CONNECT of this connection was refused or not answered. It may have offered nothing. */
  declined(connection: number): void;
  /** An accepted CONNECT carried a will. `id` is that of its view. */
  held(will: OfferedWill & { readonly id: number }): void;
  /** Nothing more can come of the will. */
  released(id: number): void;
}

/**
 * The rules themselves, fed in the order of the trace. Implemented by `SessionRules` in rules.ts.
 * Feeding an event at time t first advances to t, so that the result does not depend on how events are batched
 * or on how often `advance` is called.
 */
export interface SessionRulesInput {
  opened(seq: number, atMs: number, connection: number, info: ConnectionInfo): void;
  /** One whole MQTT Control Packet, header included, at `bytes[start, end)`. */
  packet(
    seq: number,
    atMs: number,
    connection: number,
    direction: Direction,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** From here on the bytes of this direction are not MQTT. */
  unreadable(seq: number, atMs: number, connection: number, direction: Direction, reason: string): void;
  closed(seq: number, atMs: number, connection: number, end: ConnectionEnd): void;
  /** `connection` is undefined for what is done to a Server as a whole; then `server` names it. */
  action(seq: number, atMs: number, action: SessionAction, target: ActionTarget): void;
  /** Moves "now" forward: verdicts whose grace has run out fall. Never backwards. */
  advance(nowMs: number): void;
  /** What changed since the last call, each entity once, whole. */
  takeChanges(): SessionChanges;
}

/**
 * What became of an expectation. `demands` says what was owed, the verdict says how it went:
 *
 * - `pending`: its time has not come, or the grace that follows has not run out.
 * - `met`: seen, in time. `early`: seen before its time, which the standard does not allow. `late`: seen, but not promptly.
 * - `missed`: the Server did not do what it owes. Of what must *not* happen (`demands: 'does-not-happen'`): it did happen,
 *   and a fact says when it was seen.
 * - `cancelled`: the duty fell away, and a fact says why: DISCONNECT 0x00 removed the will, the Session was resumed in
 *   time, the CONNECT was refused, a silent Client spoke again. Nothing to the contrary was seen.
 * - `unobserved`: the trace could not have shown it; a fact says what would.
 * - `undecided`: the standard leaves it open, or the trace shows too little to tell.
 *
 * A verdict can still change when evidence comes late: `missed` becomes `late`, `unobserved` becomes `met`.
 */
export type Verdict =
  | 'pending'
  | 'met'
  | 'early'
  | 'late'
  | 'missed'
  | 'cancelled'
  | 'unobserved'
  | 'undecided';

/** How heavy a deviation weighs. */
export type Severity = 'must' | 'derivable' | 'should' | 'policy' | 'indeterminate';

/** A row of the decision table, `D01` to `D71`. */
export type RowId = `D${number}`;

/** One numbered sentence of an explanation, as data. `code` is a key of the template table in sentences.ts. */
export interface Fact {
  readonly code: string;
  /** Values for the template's `{name}` places. A name that ends in `AtMs` is a time of day, in `Seconds` or `Ms` a duration. */
  readonly params: Readonly<Record<string, string | number>>;
  /** The record in the trace that shows it. */
  readonly seq?: number | undefined;
  readonly statement?: StatementRef | undefined;
}

export interface ConnectionView {
  readonly id: number;
  readonly server: string;
  /** Effective: as assigned by the Server if it did. Empty while unknown. */
  readonly clientId: string;
  readonly label: string;
  /** The key of our own client, when it is one. */
  readonly client?: string | undefined;
  readonly version?: ProtocolVersion | undefined;
  readonly cleanStart?: boolean | undefined;
  readonly openedAtMs: number;
  readonly openedSeq: number;
  readonly connectSeq?: number | undefined;
  readonly connackSeq?: number | undefined;
  /** When CONNACK with success was seen. */
  readonly acceptedAtMs?: number | undefined;
  readonly sessionPresent?: boolean | undefined;
  /** Of the CONNACK. */
  readonly reasonCode?: number | undefined;
  /** Effective Keep Alive (KAe) in seconds, 0 is off. */
  readonly keepAliveSeconds?: number | undefined;
  readonly closedAtMs?: number | undefined;
  readonly closedSeq?: number | undefined;
  /** In a word or two, for the track: a key of the end-cause table in sentences.ts, for example `cut`. */
  readonly endCause?: string | undefined;
  readonly session?: number | undefined;
  /** Set when it is a connection of this extension that only watches for wills: see observer-name.ts. */
  readonly observer?: true | undefined;
  /** What a tap has done to it, in order; the newest when there were very many. */
  readonly faults?: readonly FaultView[] | undefined;
}

/** A fault while it lasted; at once over when it ended the connection. */
export interface FaultView extends FaultNote {
  readonly seq: number;
  readonly atMs: number;
  /** When it was taken away, and the record of that. */
  readonly untilMs?: number | undefined;
  readonly untilSeq?: number | undefined;
  /** When it was taken away on one of its two ways: the other, where it stayed, and the record of that. */
  readonly left?:
    | { readonly direction: 'toServer' | 'toClient'; readonly seq: number; readonly atMs: number }
    | undefined;
}

export interface SessionView {
  readonly id: number;
  readonly server: string;
  readonly clientId: string;
  readonly version: ProtocolVersion;
  readonly startedAtMs: number;
  readonly startedSeq: number;
  readonly state: 'connected' | 'offline' | 'ended';
  /** The connection that carries it, or carried it last. */
  readonly connection: number;
  /** Effective Session Expiry Interval in seconds; 0xFFFFFFFF does not expire. */
  readonly sessionExpiryInterval: number;
  /** Set while offline and finite. */
  readonly endsAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
}

/** The will of one CONNECT and what became of it. */
export interface WillView {
  readonly id: number;
  readonly server: string;
  readonly clientId: string;
  readonly connection: number;
  readonly session: number;
  /** The CONNECT that carried it. */
  readonly connectSeq: number;
  readonly version: ProtocolVersion;
  readonly topic: string;
  /** At most 200 characters, as text when it is UTF-8, else as hexadecimal. */
  readonly payloadPreview: string;
  readonly payloadLength: number;
  readonly qos: QoS;
  readonly retain: boolean;
  /** In seconds; 0 when absent and before 5.0. */
  readonly willDelayInterval: number;
  readonly armedAtMs: number;
  /**
   * armed: the connection lives. waiting: T0 has passed, due at `dueAtMs`. published: seen. discarded: removed by
   * DISCONNECT 0x00. cancelled: the session was resumed in time. due: owed, not seen (yet).
   */
  readonly state: 'armed' | 'waiting' | 'published' | 'discarded' | 'cancelled' | 'due';
  readonly dueAtMs?: number | undefined;
  /**
   * Set while it is armed and its Client is silent: when it is due if nothing more comes, and the expectation (of kind
   * `keep-alive`) from which that follows.
   */
  readonly foreseen?: { readonly dueAtMs: number; readonly expectation: number } | undefined;
  readonly publishedAtMs?: number | undefined;
  /** The PUBLISH that a subscriber received. */
  readonly publishSeq?: number | undefined;
  /** The expectation that judges it, once T0 has passed. */
  readonly expectation?: number | undefined;
}

export interface Check {
  readonly id: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6';
  readonly passed: boolean | 'undecided';
  readonly facts: readonly Fact[];
}

/** Something that the standard makes the Server owe. */
export interface ExpectationView {
  readonly id: number;
  /**
   * will: publish this will, or do not. session-end: end this session. keep-alive: close this silent connection.
   * session-present: answer with this Session Present.
   */
  readonly kind: 'will' | 'session-end' | 'keep-alive' | 'session-present';
  readonly server: string;
  readonly clientId: string;
  readonly connection: number;
  readonly session?: number | undefined;
  readonly will?: number | undefined;
  /** The row of the decision table that it follows from; undefined where a statement stands alone. */
  readonly row?: RowId | undefined;
  /** Whether it is owed that something happens, or that it does not. */
  readonly demands: 'happens' | 'does-not-happen';
  readonly createdAtMs: number;
  /** Undefined when the standard sets no time. */
  readonly dueAtMs?: number | undefined;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** When it was decided. */
  readonly decidedAtMs?: number | undefined;
  /** The trace ended while it was pending: it is `undecided` because nothing more will be seen. See end-of-trace.ts. */
  readonly leftOpen?: true | undefined;
  readonly observed?:
    | { readonly seq: number; readonly atMs: number; readonly connection: number }
    | undefined;
  /** Observed minus due, in milliseconds. */
  readonly deviationMs?: number | undefined;
  readonly checks: readonly Check[];
  /** In the order of the telling. */
  readonly facts: readonly Fact[];
}

/** A habit of one or more Clients that leads to trouble, with the packets that show it. */
export interface InsightView {
  readonly id: number;
  readonly kind: InsightKind;
  /** Whether somebody already gets something wrong, or will when the connection is lost. */
  readonly weight: 'trouble' | 'advice';
  readonly server: string;
  /** The Client that showed it last. */
  readonly clientId: string;
  /** The first Clients that showed it, and how many there are in all. */
  readonly clientIds: readonly string[];
  readonly clients: number;
  /** The newest connection that showed it. */
  readonly connection: number;
  /** How often it was seen. */
  readonly count: number;
  readonly firstSeq: number;
  readonly firstAtMs: number;
  readonly lastSeq: number;
  readonly lastAtMs: number;
  /** The newest packets that it rests on, in their order. */
  readonly packets: readonly number[];
  /** The reason, in the order of the telling. */
  readonly facts: readonly Fact[];
  /** What to do. */
  readonly remedy: Fact;
}

/** Entities that are new or changed. Each replaces the one with the same id. */
export interface SessionChanges {
  readonly connections: readonly ConnectionView[];
  readonly sessions: readonly SessionView[];
  readonly wills: readonly WillView[];
  readonly expectations: readonly ExpectationView[];
  readonly insights: readonly InsightView[];
}
