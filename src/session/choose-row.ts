/** Picks the row of the decision table for the facts of a case. */
import { assertNever } from '../mqtt/assert-never.ts';
import type { ProtocolVersion } from '../mqtt/packet.ts';
import {
  type Condition,
  type DecisionRow,
  decisionTable,
  type EndKind,
  type Phase,
} from './decision-table.ts';

/** 0xFFFFFFFF: about 136 years as a Will Delay Interval, for ever as a Session Expiry Interval. */
export const maximumInterval = 0xffffffff;

/** The facts that choose a row. Intervals are in seconds. */
export interface CaseFacts {
  readonly version: ProtocolVersion;
  readonly ended: EndKind;
  readonly will: boolean;
  /** Will Delay Interval; 0 before 5.0. */
  readonly delay: number;
  /** Effective Session Expiry Interval at the end; `Infinity` for one that does not expire. */
  readonly expiry: number;
  readonly expiryChange: 'none' | 'to-zero' | 'to-positive';
  readonly cleanStart: boolean;
  readonly next?: NextConnect | undefined;
}

/** The new CONNECT of the same Client. */
export interface NextConnect {
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  readonly accepted: boolean;
  /** Effective Session Expiry Interval of the new connection. */
  readonly expiry: number;
  readonly will: boolean;
  /** Undefined for a takeover. */
  readonly beforeDue?: boolean | undefined;
  readonly sessionAlive?: boolean | undefined;
}

/** The row, or undefined when the table has none for the case: then the row of the connection's end still holds. */
export function chooseRow(phase: Phase, facts: CaseFacts): DecisionRow | undefined {
  return rowsByPhase[phase].find((row) => rowMatches(row, facts));
}

/**
 * The row of a takeover, and the row that says what it means: for a takeover by another version, that of the old connection's own version.
 */
export function chooseTakeover(
  facts: CaseFacts & { readonly next: NextConnect },
): { readonly row: DecisionRow; readonly meaning: DecisionRow } | undefined {
  const row = chooseRow('takeover', facts);
  if (row === undefined || row.will !== 'as-old-version') return row && { row, meaning: row };
  const sameVersion = { ...facts, next: { ...facts.next, version: facts.version } };
  const meaning = chooseRow('takeover', sameVersion);
  return meaning && { row, meaning };
}

/** All rows that match, for the test that there is never more than one. */
export function matchingRows(phase: Phase, facts: CaseFacts): readonly DecisionRow[] {
  return rowsByPhase[phase].filter((row) => rowMatches(row, facts));
}

/** In seconds from T0 to the instant at which the will is due: the shorter of delay and expiry. */
export function willWait(delay: number, expiry: number): number {
  return Math.min(delay, expiry);
}

const rowsByPhase: Readonly<Record<Phase, readonly DecisionRow[]>> = {
  end: rowsOf('end'),
  reconnect: rowsOf('reconnect'),
  takeover: rowsOf('takeover'),
  'after-resume': rowsOf('after-resume'),
  silence: rowsOf('silence'),
};

function rowsOf(phase: Phase): readonly DecisionRow[] {
  return decisionTable.filter((row) => row.phases.includes(phase));
}

function rowMatches(row: DecisionRow, facts: CaseFacts): boolean {
  if (!row.versions.includes(facts.version)) return false;
  if (row.ended !== undefined && !row.ended.includes(facts.ended)) return false;
  return row.when.some((condition) => conditionHolds(condition, facts));
}

function conditionHolds(condition: Condition, facts: CaseFacts): boolean {
  const { next } = facts;
  return (
    same(condition.will, facts.will) &&
    delayIs(condition.delay, facts.delay) &&
    expiryIs(condition.expiry, facts.expiry) &&
    compares(condition.delayToExpiry, facts.delay, facts.expiry) &&
    same(condition.expiryChange, facts.expiryChange) &&
    same(condition.oldCleanStart, facts.cleanStart) &&
    same(condition.cleanStart, next?.cleanStart) &&
    same(condition.accepted, next?.accepted) &&
    same(condition.newWill, next?.will) &&
    same(condition.beforeDue, next?.beforeDue) &&
    same(condition.sessionAlive, next?.sessionAlive) &&
    expiryIs(condition.newExpiry, next?.expiry ?? 0) &&
    versionIs(condition.newVersion, facts.version, next?.version)
  );
}

function same<T>(wanted: T | undefined, actual: T | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

function delayIs(wanted: Condition['delay'], delay: number): boolean {
  switch (wanted) {
    case undefined:
      return true;
    case 'zero':
      return delay === 0;
    case 'positive':
      return delay > 0;
    case 'below-maximum':
      return delay > 0 && delay < maximumInterval;
    case 'maximum':
      return delay === maximumInterval;
    default:
      return assertNever(wanted);
  }
}

function expiryIs(wanted: Condition['expiry'], expiry: number): boolean {
  switch (wanted) {
    case undefined:
      return true;
    case 'zero':
      return expiry === 0;
    case 'positive':
      return expiry > 0;
    case 'finite':
      return expiry > 0 && expiry < Number.POSITIVE_INFINITY;
    case 'infinite':
      return expiry === Number.POSITIVE_INFINITY;
    default:
      return assertNever(wanted);
  }
}

function compares(wanted: Condition['delayToExpiry'], delay: number, expiry: number): boolean {
  switch (wanted) {
    case undefined:
      return true;
    case 'less':
      return delay < expiry;
    case 'equal':
      return delay === expiry;
    case 'more':
      return delay > expiry;
    case 'not-less':
      return delay >= expiry;
    default:
      return assertNever(wanted);
  }
}

function versionIs(
  wanted: Condition['newVersion'],
  old: ProtocolVersion,
  next: ProtocolVersion | undefined,
): boolean {
  switch (wanted) {
    case undefined:
      return true;
    case 'none':
      return next === undefined;
    case 'same':
      return next === old;
    case 'before-5':
      return next !== undefined && next !== 5;
    case 'other':
      return next !== undefined && next !== old;
    default:
      return assertNever(wanted);
  }
}
