/** The form of a row of the decision table, and the conditions that choose it. */
import type { ProtocolVersion, StatementRef } from '../../mqtt/packet.ts';
import type { RowId, Severity } from '../model.ts';
import type { FactCode } from '../sentences.ts';

/** How a Network Connection ended, as far as the rules care. */
export const endKinds = [
  /** A valid DISCONNECT 0x00; before 5.0, any valid DISCONNECT. */
  'normal',
  /** DISCONNECT 0x00 that asks for a Session Expiry Interval though CONNECT had none (v5 3.14.2.2.2). */
  'normal-invalid-expiry',
  /** DISCONNECT 0x00 that is malformed; before 5.0, DISCONNECT with flag bits set. */
  'normal-malformed',
  /** DISCONNECT 0x04. */
  'with-will',
  /** DISCONNECT with a Reason Code of 0x80 or above that a Client may send. */
  'client-error',
  /** DISCONNECT with a Reason Code that a Client must not send. */
  'client-illegal-code',
  /** FIN, RST or an I/O error, not by the Server. */
  'abrupt',
  /** One and a half times the Keep Alive ran out. */
  'keep-alive',
  /** A Client is silent and its Keep Alive is 0: no end, and no deadline for one. */
  'silent',
  /** The Server closed, with or without DISCONNECT, for a reason that has no kind of its own. */
  'server-closed',
  /** The Server sent DISCONNECT 0x9C or 0x9D. */
  'redirected',
  /** The Client broke the protocol, and the Server closed. */
  'client-violation',
  /** Re-authentication failed. */
  'reauthentication-failed',
  /** An operator deleted the Session. */
  'session-deleted',
  /** The Server stopped. */
  'server-stopped',
  /** Another connection with the same Client Identifier took over. */
  'taken-over',
  /** CONNECT was refused, or the Server closed before CONNACK. */
  'connect-refused',
  /** The link was lost between CONNECT and CONNACK. */
  'connect-unanswered',
] as const;
export type EndKind = (typeof endKinds)[number];

/**
 * When a row is asked for.
 * end: a connection ended. reconnect: a CONNECT of the same Client comes after the end. takeover: it comes before.
 * after-resume: the connection that resumed the Session ended in its turn. silence: a Client stays silent.
 */
export type Phase = 'end' | 'reconnect' | 'takeover' | 'after-resume' | 'silence';

/** All that is given must hold. `delay` is the Will Delay Interval, `expiry` the effective Session Expiry Interval of the connection that ended. */
export interface Condition {
  readonly will?: boolean | undefined;
  /** `below-maximum` is positive and not 0xFFFFFFFF. */
  readonly delay?: 'zero' | 'positive' | 'below-maximum' | 'maximum' | undefined;
  readonly expiry?: 'zero' | 'positive' | 'finite' | 'infinite' | undefined;
  /** The delay compared with the expiry. */
  readonly delayToExpiry?: 'less' | 'equal' | 'more' | 'not-less' | undefined;
  /** What the Session Expiry Interval of DISCONNECT did. `none`: absent, or 0 where it was 0. */
  readonly expiryChange?: 'none' | 'to-zero' | 'to-positive' | undefined;
  /** Clean Start of the new CONNECT. */
  readonly cleanStart?: boolean | undefined;
  /** CleanSession of the connection that ended. */
  readonly oldCleanStart?: boolean | undefined;
  /** The version of the new CONNECT: there is none, that of the old connection, 3.1 or 3.1.1 after 5.0, any other. */
  readonly newVersion?: 'none' | 'same' | 'before-5' | 'other' | undefined;
  /** Whether the new CONNECT was accepted. */
  readonly accepted?: boolean | undefined;
  readonly newExpiry?: 'zero' | 'positive' | undefined;
  readonly newWill?: boolean | undefined;
  /** Whether the new CONNECT came before the will was due. */
  readonly beforeDue?: boolean | undefined;
  /** Whether the Session still existed when the new CONNECT came. */
  readonly sessionAlive?: boolean | undefined;
}

/**
 * publish: the will must be published. withhold: it must not. none: there is no will.
 * open: the standard or the trace leaves it open. as-old-version: as the row for the old connection's version says.
 */
export type WillDuty = 'publish' | 'withhold' | 'none' | 'open' | 'as-old-version';

/**
 * When the will is due, counted from T0: at the end itself, after the delay, after the expiry, after the shorter of the two, when the new
 * CONNECT is accepted; unbounded when the standard sets no limit.
 */
export type DueRule = 'none' | 'end' | 'delay' | 'expiry' | 'shorter' | 'reconnect' | 'unbounded';

/**
 * What becomes of the Session: it ends with the connection, after the expiry, never, when the new CONNECT is accepted; it goes on under the
 * new connection; `by-expiry`: whichever of the first three the expiry says.
 */
export type SessionRule =
  | 'ends-with-connection'
  | 'expires'
  | 'never'
  | 'by-expiry'
  | 'ends-at-reconnect'
  | 'goes-on'
  | 'unchanged'
  | 'open'
  | 'none';

/** How an ambiguous passage is read here, A1 to A17 of docs/decision-table.md; `readingA1` is its sentence. */
export type ReadingId =
  | 'A1'
  | 'A2'
  | 'A3'
  | 'A4'
  | 'A5'
  | 'A6'
  | 'A7'
  | 'A8'
  | 'A9'
  | 'A10'
  | 'A11'
  | 'A12'
  | 'A13'
  | 'A14'
  | 'A15'
  | 'A16'
  | 'A17';

/** Facts that tell the rule of a row. They have no places to fill. */
export type RuleCode = Extract<FactCode, `rule${string}`>;

export interface DecisionRow {
  readonly id: RowId;
  /** Versions of the connection that ended. */
  readonly versions: readonly ProtocolVersion[];
  readonly phases: readonly Phase[];
  /** Undefined: however it ended. */
  readonly ended?: readonly EndKind[] | undefined;
  /** One of these must hold. */
  readonly when: readonly Condition[];
  /** The case in words. */
  readonly title: string;
  readonly will: WillDuty;
  readonly due: DueRule;
  readonly session: SessionRule;
  /** Session Present of the new CONNACK, where the row has a new CONNECT that is accepted. */
  readonly sessionPresent?: 0 | 1 | undefined;
  /** How heavy a deviation weighs. */
  readonly severity: Severity;
  readonly statements: readonly StatementRef[];
  readonly reading?: ReadingId | undefined;
  /** A fact code of sentences.ts that tells the rule, where more than the general rule is to be told. */
  readonly rule?: RuleCode | undefined;
}
