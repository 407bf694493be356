/**
 * The decision table: what the standard makes of a will when its connection ends. One row a case; rules, tests and docs
 * all read it here. `choose-row.ts` picks the row for the facts of a connection's end.
 */
import type { ProtocolVersion, StatementRef } from '../mqtt/packet.ts';
import type { RowId, Severity } from './model.ts';
import type { FactCode } from './sentences.ts';

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

/** How an ambiguous passage is read here: PROTOCOL-FACTS A1 to A17; `readingA1` is its sentence. */
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

function v5(...ids: readonly string[]): StatementRef[] {
  return ids.map((id) => ({ version: 5, id }));
}

function v311(...ids: readonly string[]): StatementRef[] {
  return ids.map((id) => ({ version: 4, id }));
}

function v31(...ids: readonly string[]): StatementRef[] {
  return ids.map((id) => ({ version: 3, id }));
}

const always: readonly Condition[] = [{}];
const withWill: readonly Condition[] = [{ will: true }];
const only5 = [5] as const;
const only311 = [4] as const;
const only31 = [3] as const;
const before5 = [3, 4] as const;
const everyVersion = [3, 4, 5] as const;
const atEnd = ['end'] as const;
const atReconnect = ['reconnect'] as const;
const atTakeover = ['takeover'] as const;

const delayed = 'MQTT-3.1.3-9';
const published = 'MQTT-3.1.2-8';
const expired = 'MQTT-4.1.0-2';
const discarded = 'MQTT-3.14.4-3';
const noExpiry = '3.1.2.11.2';

/** v5.0, no reconnect before the will is due. */
const ends5: readonly DecisionRow[] = [
  {
    id: 'D01',
    versions: only5,
    phases: ['end', 'takeover', 'reconnect'],
    when: [{ will: false }],
    title: 'However it ended, CONNECT carried no Will Message',
    will: 'none',
    due: 'none',
    session: 'by-expiry',
    severity: 'must',
    statements: v5(expired, 'MQTT-3.1.2-23'),
  },
  {
    id: 'D02',
    versions: only5,
    phases: atEnd,
    ended: ['normal'],
    when: [{ will: true, expiry: 'zero', expiryChange: 'none' }],
    title: 'DISCONNECT 0x00, no Session Expiry Interval',
    will: 'withhold',
    due: 'none',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5(discarded, 'MQTT-3.1.2-10'),
    rule: 'ruleDiscarded',
  },
  {
    id: 'D03',
    versions: only5,
    phases: atEnd,
    ended: ['normal'],
    when: [{ will: true, expiry: 'finite', expiryChange: 'none' }],
    title: 'DISCONNECT 0x00 while the Session has an expiry',
    will: 'withhold',
    due: 'none',
    session: 'expires',
    severity: 'must',
    statements: v5(discarded, 'MQTT-3.1.2-10', expired),
    rule: 'ruleDiscarded',
  },
  {
    id: 'D04',
    versions: only5,
    phases: atEnd,
    ended: ['normal'],
    when: [{ will: true, expiry: 'infinite' }],
    title: 'DISCONNECT 0x00 while the Session does not expire',
    will: 'withhold',
    due: 'none',
    session: 'never',
    severity: 'must',
    statements: v5(discarded, 'MQTT-3.1.2-10', noExpiry),
    rule: 'ruleDiscarded',
  },
  {
    id: 'D05',
    versions: only5,
    phases: atEnd,
    ended: ['normal'],
    when: [{ will: true, expiry: 'finite', expiryChange: 'to-positive' }],
    title: 'DISCONNECT 0x00 that changes the Session Expiry Interval',
    will: 'withhold',
    due: 'none',
    session: 'expires',
    severity: 'must',
    statements: v5(discarded, '3.14.2.2.2'),
    rule: 'ruleDiscarded',
  },
  {
    id: 'D06',
    versions: only5,
    phases: atEnd,
    ended: ['normal'],
    when: [{ will: true, expiry: 'zero', expiryChange: 'to-zero' }],
    title: 'DISCONNECT 0x00 that sets the Session Expiry Interval to 0',
    will: 'withhold',
    due: 'none',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5(discarded, '3.14.2.2.2'),
    rule: 'ruleDiscardedFirst',
  },
  {
    id: 'D07',
    versions: only5,
    phases: atEnd,
    ended: ['normal-invalid-expiry'],
    when: withWill,
    title: 'DISCONNECT 0x00 that asks for a Session Expiry Interval though CONNECT said 0',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('3.14.2.2.2', published, 'MQTT-4.13.1-1'),
    reading: 'A9',
    rule: 'ruleInvalidExpiry',
  },
  {
    id: 'D08',
    versions: only5,
    phases: atEnd,
    ended: ['normal-malformed'],
    when: withWill,
    title: 'Malformed DISCONNECT 0x00',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('MQTT-4.13.1-1', 'MQTT-3.14.1-1', published),
    reading: 'A9',
    rule: 'ruleMalformedDisconnect',
  },
  {
    id: 'D09',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [{ will: true, delay: 'zero', expiry: 'zero' }],
    title: 'DISCONNECT 0x04, no delay, no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5('3.14.2.1', published),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D10',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [{ will: true, delay: 'zero', expiry: 'positive' }],
    title: 'DISCONNECT 0x04, no delay, the Session goes on',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('3.14.2.1', published),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D11',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [{ will: true, delay: 'positive', expiry: 'positive', delayToExpiry: 'less' }],
    title: 'DISCONNECT 0x04, the delay is shorter than the Session',
    will: 'publish',
    due: 'delay',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('3.14.2.1', delayed),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D12',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [
      { will: true, expiry: 'finite', delayToExpiry: 'not-less', expiryChange: 'none' },
      { will: true, expiry: 'finite', delayToExpiry: 'equal', expiryChange: 'to-positive' },
    ],
    title: 'DISCONNECT 0x04, the Session ends before the delay has passed',
    will: 'publish',
    due: 'expiry',
    session: 'expires',
    severity: 'must',
    statements: v5('3.14.2.1', delayed, expired),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D13',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [{ will: true, delay: 'positive', expiry: 'zero', expiryChange: 'none' }],
    title: 'DISCONNECT 0x04 with a delay, but no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5('3.14.2.1', noExpiry, delayed),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D14',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [{ will: true, delay: 'positive', expiry: 'zero', expiryChange: 'to-zero' }],
    title: 'DISCONNECT 0x04 that sets the Session Expiry Interval to 0',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5('3.14.2.1', '3.14.2.2.2', delayed),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D15',
    versions: only5,
    phases: atEnd,
    ended: ['with-will'],
    when: [{ will: true, expiry: 'finite', delayToExpiry: 'more', expiryChange: 'to-positive' }],
    title: 'DISCONNECT 0x04 that sets the Session Expiry Interval below the delay',
    will: 'publish',
    due: 'expiry',
    session: 'expires',
    severity: 'must',
    statements: v5('3.14.2.1', '3.14.2.2.2', delayed),
    rule: 'ruleAskedForWill',
  },
  {
    id: 'D16',
    versions: only5,
    phases: atEnd,
    ended: ['client-error'],
    when: withWill,
    title: 'DISCONNECT with an error code that a Client may send',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'derivable',
    statements: v5('3.14', published),
    reading: 'A6',
    rule: 'ruleOnlyZeroDiscards',
  },
  {
    id: 'D17',
    versions: only5,
    phases: atEnd,
    ended: ['client-illegal-code'],
    when: withWill,
    title: 'DISCONNECT with a Reason Code that a Client must not send',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('MQTT-3.14.2-1', 'MQTT-4.13.1-1', published),
    rule: 'ruleIllegalCode',
  },
  {
    id: 'D18',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'zero', expiry: 'zero' }],
    title: 'Ended without DISCONNECT, no delay, no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5(published),
  },
  {
    id: 'D19',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'zero', expiry: 'positive' }],
    title: 'Ended without DISCONNECT, no delay, the Session goes on',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v5(published),
  },
  {
    id: 'D20',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'positive', expiry: 'finite', delayToExpiry: 'less' }],
    title: 'Ended without DISCONNECT, the delay is shorter than the Session',
    will: 'publish',
    due: 'delay',
    session: 'expires',
    severity: 'must',
    statements: v5(delayed),
  },
  {
    id: 'D21',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, expiry: 'finite', delayToExpiry: 'equal' }],
    title: 'Ended without DISCONNECT, delay and Session end together',
    will: 'publish',
    due: 'expiry',
    session: 'expires',
    severity: 'must',
    statements: v5(delayed),
  },
  {
    id: 'D22',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'below-maximum', expiry: 'finite', delayToExpiry: 'more' }],
    title: 'Ended without DISCONNECT, the Session ends before the delay has passed',
    will: 'publish',
    due: 'expiry',
    session: 'expires',
    severity: 'must',
    statements: v5(delayed, expired),
  },
  {
    id: 'D23',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'positive', expiry: 'zero' }],
    title: 'Ended without DISCONNECT, with a delay, but no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v5(noExpiry, delayed),
  },
  {
    id: 'D24',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'maximum', expiry: 'finite' }],
    title: 'Ended without DISCONNECT, a delay of 0xFFFFFFFF, the Session expires',
    will: 'publish',
    due: 'expiry',
    session: 'expires',
    severity: 'must',
    statements: v5(delayed, expired),
  },
  {
    id: 'D25',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'below-maximum', expiry: 'infinite' }],
    title: 'Ended without DISCONNECT, with a delay, the Session does not expire',
    will: 'publish',
    due: 'delay',
    session: 'never',
    severity: 'must',
    statements: v5(delayed),
  },
  {
    id: 'D26',
    versions: only5,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ will: true, delay: 'maximum', expiry: 'infinite' }],
    title: 'Ended without DISCONNECT, a delay of 0xFFFFFFFF, the Session does not expire',
    will: 'publish',
    due: 'delay',
    session: 'never',
    severity: 'must',
    statements: v5(delayed),
    rule: 'ruleHardlyEver',
  },
  {
    id: 'D27',
    versions: only5,
    phases: ['end', 'silence'],
    ended: ['keep-alive'],
    when: withWill,
    title: 'Nothing came for one and a half times the Keep Alive',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('MQTT-3.1.2-22'),
    rule: 'ruleKeepAlive',
  },
  {
    id: 'D28',
    versions: everyVersion,
    phases: ['silence'],
    ended: ['silent'],
    when: always,
    title: 'Silence while the Keep Alive is 0',
    will: 'open',
    due: 'unbounded',
    session: 'open',
    severity: 'indeterminate',
    statements: [...v5('3.1.2.10'), ...v311('3.1.2.10'), ...v31('3.1')],
    rule: 'ruleNoKeepAlive',
  },
  {
    id: 'D29',
    versions: only5,
    phases: atEnd,
    ended: ['server-closed'],
    when: withWill,
    title: 'The Server closed, with or without DISCONNECT',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5(published, '3.1.2.5'),
    rule: 'ruleServerClosed',
  },
  {
    id: 'D30',
    versions: only5,
    phases: atEnd,
    ended: ['redirected'],
    when: withWill,
    title: 'The Server sent the Client to another Server',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5(published, '4.11'),
    rule: 'ruleRedirected',
  },
  {
    id: 'D31',
    versions: only5,
    phases: atEnd,
    ended: ['client-violation'],
    when: withWill,
    title: 'The Client broke the protocol, and the Server closed',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('MQTT-4.13.1-1', 'MQTT-3.1.0-2', published),
    rule: 'ruleViolation',
  },
  {
    id: 'D32',
    versions: only5,
    phases: atEnd,
    ended: ['reauthentication-failed'],
    when: withWill,
    title: 'Re-authentication failed',
    will: 'publish',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('MQTT-4.12.1-2', published),
    rule: 'ruleReauthentication',
  },
  {
    id: 'D33',
    versions: only5,
    phases: atEnd,
    ended: ['session-deleted'],
    when: withWill,
    title: 'An operator deleted the Session',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'derivable',
    statements: v5('4.1.1', published),
    rule: 'ruleDeleted',
  },
  {
    id: 'D34',
    versions: only5,
    phases: atEnd,
    ended: ['server-stopped'],
    when: withWill,
    title: 'The Server stopped',
    will: 'publish',
    due: 'unbounded',
    session: 'open',
    severity: 'indeterminate',
    statements: v5('3.1.2.5'),
    reading: 'A11',
    rule: 'ruleServerStopped',
  },
  {
    id: 'D35',
    versions: only5,
    phases: atEnd,
    ended: ['connect-refused'],
    when: withWill,
    title: 'CONNECT was refused, or the Server closed before CONNACK',
    will: 'withhold',
    due: 'none',
    session: 'none',
    severity: 'must',
    statements: v5('MQTT-3.1.4-6', 'MQTT-3.1.4-2'),
    reading: 'A10',
    rule: 'ruleRefused',
  },
  {
    id: 'D36',
    versions: everyVersion,
    phases: atEnd,
    ended: ['connect-unanswered'],
    when: withWill,
    title: 'The link was lost between CONNECT and CONNACK',
    will: 'open',
    due: 'shorter',
    session: 'open',
    severity: 'indeterminate',
    statements: [...v5('3.1.4'), ...v311('MQTT-3.1.2-8'), ...v31('3.1')],
    rule: 'ruleUnanswered',
  },
];

/** v5.0, the old connection has ended and the Client comes back. */
const reconnects5: readonly DecisionRow[] = [
  {
    id: 'D37',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        beforeDue: true,
        cleanStart: false,
        accepted: true,
        newVersion: 'same',
        newExpiry: 'positive',
      },
    ],
    title: 'Resumed before the will was due',
    will: 'withhold',
    due: 'none',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v5(delayed, 'MQTT-3.1.2-5'),
    rule: 'ruleResumed',
  },
  {
    id: 'D38',
    versions: only5,
    phases: atReconnect,
    when: [{ will: true, delay: 'positive', expiry: 'positive', beforeDue: true, accepted: false }],
    title: 'A new CONNECT before the will was due was refused',
    will: 'publish',
    due: 'shorter',
    session: 'unchanged',
    severity: 'must',
    statements: v5(delayed, 'MQTT-3.1.4-6'),
    reading: 'A8',
    rule: 'ruleRefusedDoesNotCancel',
  },
  {
    id: 'D39',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        beforeDue: true,
        cleanStart: true,
        accepted: true,
        newVersion: 'same',
      },
    ],
    title: 'Started clean before the will was due',
    will: 'publish',
    due: 'reconnect',
    session: 'ends-at-reconnect',
    sessionPresent: 0,
    severity: 'derivable',
    statements: v5('MQTT-3.1.2-4', delayed),
    reading: 'A1',
    rule: 'ruleCleanStart',
  },
  {
    id: 'D40',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        delayToExpiry: 'less',
        beforeDue: false,
        sessionAlive: true,
        cleanStart: false,
        accepted: true,
      },
    ],
    title: 'Resumed after the will was due, while the Session lived',
    will: 'publish',
    due: 'delay',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v5(delayed, 'MQTT-3.1.2-10'),
    rule: 'ruleAlreadyDue',
  },
  {
    id: 'D41',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        expiry: 'finite',
        delayToExpiry: 'not-less',
        beforeDue: false,
        sessionAlive: false,
        cleanStart: false,
        accepted: true,
      },
    ],
    title: 'Came back after the Session had expired',
    will: 'publish',
    due: 'expiry',
    session: 'expires',
    sessionPresent: 0,
    severity: 'must',
    statements: v5(expired, 'MQTT-3.2.2-3'),
    rule: 'ruleAlreadyDue',
  },
  {
    id: 'D42',
    versions: only5,
    phases: atReconnect,
    when: [{ will: true, expiry: 'zero', accepted: true }],
    title: 'Came back after a connection whose Session had ended with it',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    sessionPresent: 0,
    severity: 'must',
    statements: v5(noExpiry),
    rule: 'ruleAlreadyDue',
  },
  {
    id: 'D43',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'zero',
        expiry: 'positive',
        sessionAlive: true,
        cleanStart: false,
        accepted: true,
      },
    ],
    title: 'Resumed, however soon, after a connection whose will had no delay',
    will: 'publish',
    due: 'end',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v5(published),
    rule: 'ruleAlreadyDue',
  },
  {
    id: 'D44',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        beforeDue: true,
        cleanStart: false,
        accepted: true,
        newVersion: 'same',
        newExpiry: 'zero',
      },
    ],
    title: 'Resumed before the will was due, by a CONNECT without Session Expiry Interval',
    will: 'withhold',
    due: 'none',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v5(delayed),
    rule: 'ruleResumed',
  },
  {
    id: 'D45',
    versions: only5,
    phases: ['after-resume'],
    when: [{ newWill: false }],
    title: 'The resumed connection, which had no will, ended in its turn',
    will: 'withhold',
    due: 'none',
    session: 'by-expiry',
    severity: 'derivable',
    statements: v5(delayed),
    reading: 'A7',
    rule: 'ruleReplacedByNone',
  },
  {
    id: 'D46',
    versions: only5,
    phases: ['after-resume'],
    when: [{ newWill: true }],
    title: 'The resumed connection, which had a will of its own, ended in its turn',
    will: 'withhold',
    due: 'none',
    session: 'by-expiry',
    severity: 'must',
    statements: v5('MQTT-3.1.2-7', delayed),
    rule: 'ruleReplaced',
  },
  {
    id: 'D47',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        beforeDue: true,
        cleanStart: false,
        accepted: true,
        newVersion: 'before-5',
      },
    ],
    title: 'Resumed before the will was due, by an older version with CleanSession 0',
    will: 'withhold',
    due: 'none',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'derivable',
    statements: v5(delayed),
    reading: 'A14',
    rule: 'ruleResumed',
  },
  {
    id: 'D48',
    versions: only5,
    phases: atReconnect,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        beforeDue: true,
        cleanStart: true,
        accepted: true,
        newVersion: 'before-5',
      },
    ],
    title: 'Started clean before the will was due, by an older version with CleanSession 1',
    will: 'publish',
    due: 'reconnect',
    session: 'ends-at-reconnect',
    sessionPresent: 0,
    severity: 'derivable',
    statements: [...v311('MQTT-3.1.2-6'), ...v5(delayed)],
    reading: 'A1',
    rule: 'ruleCleanSession',
  },
];

/** The old connection is still open when the new CONNECT comes. */
const takeovers: readonly DecisionRow[] = [
  {
    id: 'D49',
    versions: only5,
    phases: atTakeover,
    when: [
      {
        will: true,
        delay: 'zero',
        expiry: 'positive',
        cleanStart: false,
        accepted: true,
        newVersion: 'same',
      },
    ],
    title: 'Taken over with Clean Start 0, no delay, the Session goes on',
    will: 'publish',
    due: 'end',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v5('3.1.4', published),
    rule: 'ruleTakenOver',
  },
  {
    id: 'D50',
    versions: only5,
    phases: atTakeover,
    when: [{ will: true, delay: 'zero', cleanStart: true, accepted: true, newVersion: 'same' }],
    title: 'Taken over with Clean Start 1, no delay',
    will: 'publish',
    due: 'end',
    session: 'ends-at-reconnect',
    sessionPresent: 0,
    severity: 'must',
    statements: v5('3.1.4', published),
    rule: 'ruleTakenOver',
  },
  {
    id: 'D51',
    versions: only5,
    phases: atTakeover,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        cleanStart: false,
        accepted: true,
        newVersion: 'same',
      },
    ],
    title: 'Taken over with Clean Start 0 within the delay: resumed',
    will: 'withhold',
    due: 'none',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v5(delayed, '3.1.3.2.2'),
    rule: 'ruleResumed',
  },
  {
    id: 'D52',
    versions: only5,
    phases: atTakeover,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'positive',
        cleanStart: true,
        accepted: true,
        newVersion: 'same',
      },
    ],
    title: 'Taken over with Clean Start 1, with a delay',
    will: 'publish',
    due: 'end',
    session: 'ends-at-reconnect',
    sessionPresent: 0,
    severity: 'derivable',
    statements: v5('MQTT-3.1.2-4', '3.1.3.2.2', '3.1.4'),
    reading: 'A1',
    rule: 'ruleCleanStart',
  },
  {
    id: 'D53',
    versions: only5,
    phases: atTakeover,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'zero',
        cleanStart: false,
        accepted: true,
        newVersion: 'same',
      },
    ],
    title: 'Taken over with Clean Start 0, with a delay, but no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    sessionPresent: 0,
    severity: 'derivable',
    statements: v5('3.1.4', noExpiry),
    reading: 'A2',
    rule: 'ruleTakenOver',
  },
  {
    id: 'D54',
    versions: only5,
    phases: atTakeover,
    when: [
      {
        will: true,
        delay: 'positive',
        expiry: 'zero',
        cleanStart: true,
        accepted: true,
        newVersion: 'same',
      },
    ],
    title: 'Taken over with Clean Start 1, with a delay, but no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    sessionPresent: 0,
    severity: 'derivable',
    statements: v5('3.1.4', noExpiry),
    reading: 'A2',
    rule: 'ruleTakenOver',
  },
  {
    id: 'D55',
    versions: only5,
    phases: atTakeover,
    when: [
      { will: true, delay: 'zero', expiry: 'zero', cleanStart: false, accepted: true, newVersion: 'same' },
    ],
    title: 'Taken over with Clean Start 0, no delay, no Session Expiry Interval',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    sessionPresent: 0,
    severity: 'must',
    statements: v5('3.1.4', published, noExpiry),
    rule: 'ruleTakenOver',
  },
  {
    id: 'D56',
    versions: only311,
    phases: atTakeover,
    when: [{ oldCleanStart: true, accepted: true, newVersion: 'same' }],
    title: 'A connection with CleanSession 1 was taken over',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    sessionPresent: 0,
    severity: 'must',
    statements: v311('MQTT-3.1.4-2', published),
    rule: 'ruleTakenOver311',
  },
  {
    id: 'D57',
    versions: only311,
    phases: atTakeover,
    when: [{ oldCleanStart: false, cleanStart: false, accepted: true, newVersion: 'same' }],
    title: 'A connection with CleanSession 0 was taken over with CleanSession 0',
    will: 'publish',
    due: 'end',
    session: 'goes-on',
    sessionPresent: 1,
    severity: 'must',
    statements: v311('MQTT-3.1.4-2', published),
    rule: 'ruleTakenOver311',
  },
  {
    id: 'D58',
    versions: only311,
    phases: atTakeover,
    when: [{ oldCleanStart: false, cleanStart: true, accepted: true, newVersion: 'same' }],
    title: 'A connection with CleanSession 0 was taken over with CleanSession 1',
    will: 'publish',
    due: 'end',
    session: 'ends-at-reconnect',
    sessionPresent: 0,
    severity: 'must',
    statements: v311('MQTT-3.1.4-2', published),
    rule: 'ruleTakenOver311',
  },
  {
    id: 'D59',
    versions: everyVersion,
    phases: atTakeover,
    when: [{ will: true, accepted: true, newVersion: 'other' }],
    title: 'Taken over by another version',
    will: 'as-old-version',
    due: 'shorter',
    session: 'by-expiry',
    severity: 'derivable',
    statements: [...v5('3.1.4'), ...v311('MQTT-3.1.4-2'), ...v31('3.1')],
    reading: 'A14',
    rule: 'ruleMixedVersions',
  },
  {
    id: 'D60',
    versions: everyVersion,
    phases: atTakeover,
    when: [{ will: true, accepted: false }],
    title: 'A CONNECT that would have taken over was refused',
    will: 'withhold',
    due: 'none',
    session: 'unchanged',
    severity: 'must',
    statements: [...v5('3.1.4', 'MQTT-3.1.4-3'), ...v311('MQTT-3.1.4-5'), ...v31('3.1')],
    reading: 'A8',
    rule: 'ruleRefusedTakeover',
  },
];

/** 3.1.1 and 3.1. */
const endsBefore5: readonly DecisionRow[] = [
  {
    id: 'D61',
    versions: before5,
    phases: atEnd,
    ended: ['normal'],
    when: always,
    title: 'DISCONNECT',
    will: 'withhold',
    due: 'none',
    session: 'by-expiry',
    severity: 'must',
    statements: [...v311(discarded, 'MQTT-3.1.2-10'), ...v31('3.1')],
    rule: 'ruleDiscarded311',
  },
  {
    id: 'D62',
    versions: only311,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ oldCleanStart: true }],
    title: 'Ended without DISCONNECT, CleanSession 1',
    will: 'publish',
    due: 'end',
    session: 'ends-with-connection',
    severity: 'must',
    statements: v311(published, 'MQTT-3.1.2-6'),
  },
  {
    id: 'D63',
    versions: only311,
    phases: atEnd,
    ended: ['abrupt'],
    when: [{ oldCleanStart: false }],
    title: 'Ended without DISCONNECT, CleanSession 0',
    will: 'publish',
    due: 'end',
    session: 'never',
    severity: 'must',
    statements: v311(published, 'MQTT-3.1.2-4'),
    rule: 'ruleKeptSession311',
  },
  {
    id: 'D64',
    versions: only311,
    phases: ['end', 'silence'],
    ended: ['keep-alive'],
    when: always,
    title: 'Nothing came for one and a half times the Keep Alive',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v311('MQTT-3.1.2-24', published),
    rule: 'ruleKeepAlive311',
  },
  {
    id: 'D65',
    versions: only311,
    phases: atEnd,
    ended: ['client-violation'],
    when: always,
    title: 'The Client broke the protocol, and the Server closed',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v311('MQTT-4.8.0-1', 'MQTT-4.8.0-2', published),
    rule: 'ruleViolation311',
  },
  {
    id: 'D66',
    versions: only311,
    phases: atEnd,
    ended: ['server-closed', 'session-deleted'],
    when: always,
    title: 'The Server closed for another reason',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v311(published),
    rule: 'ruleServerClosed311',
  },
  {
    id: 'D67',
    versions: only311,
    phases: atEnd,
    ended: ['normal-malformed'],
    when: always,
    title: 'DISCONNECT with flag bits set, or malformed in another way',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v311('MQTT-3.14.1-1', published),
    reading: 'A16',
    rule: 'ruleMalformedDisconnect311',
  },
  {
    id: 'D68',
    versions: before5,
    phases: atEnd,
    ended: ['server-stopped'],
    when: always,
    title: 'The Server stopped',
    will: 'publish',
    due: 'unbounded',
    session: 'open',
    severity: 'indeterminate',
    statements: [...v311('3.1.2.5'), ...v31('3.1')],
    reading: 'A11',
    rule: 'ruleServerStopped311',
  },
  {
    id: 'D69',
    versions: before5,
    phases: atEnd,
    ended: ['connect-refused'],
    when: always,
    title: 'CONNECT was refused, or the Server closed before CONNACK',
    will: 'withhold',
    due: 'none',
    session: 'none',
    severity: 'must',
    statements: [...v311(published), ...v31('3.1')],
    rule: 'ruleRefused311',
  },
  {
    id: 'D70',
    versions: only31,
    phases: ['end', 'silence'],
    ended: ['abrupt', 'keep-alive'],
    when: always,
    title: '3.1: I/O error or keep-alive timeout',
    will: 'publish',
    due: 'end',
    session: 'by-expiry',
    severity: 'must',
    statements: v31('3.1'),
    rule: 'rule31',
  },
  {
    id: 'D71',
    versions: only31,
    phases: ['end', 'takeover'],
    ended: ['server-closed', 'client-violation', 'normal-malformed', 'session-deleted', 'taken-over'],
    when: [{ newVersion: 'none' }, { newVersion: 'same', accepted: true }],
    title: '3.1: taken over, or closed by the Server',
    will: 'open',
    due: 'end',
    session: 'by-expiry',
    severity: 'indeterminate',
    statements: v31('3.1'),
    rule: 'ruleSilent31',
  },
];

/** All rows, in the order of their numbers. */
export const decisionTable: readonly DecisionRow[] = [...ends5, ...reconnects5, ...takeovers, ...endsBefore5];
