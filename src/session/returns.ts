/** A Client comes back: what that makes of the will of its earlier connection. */
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import { caseFactsOf } from './case-facts.ts';
import { chooseRow, chooseTakeover } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import { type End, takeoverEnd } from './end.ts';
import { connectedExpiry } from './expiry.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';
import { RefusedTakeover } from './refused-takeover.ts';
import type { SessionKnowledge } from './session-present.ts';
import { readingFact } from './telling.ts';
import { tolerances } from './tolerances.ts';
import type { WillCase } from './will-case.ts';
import type { WillCases } from './will-cases.ts';
import type { World } from './world.ts';

/** What a takeover means for the old connection: the row, and the row that says what it means. */
export interface Takeover {
  readonly end: End;
  readonly row: DecisionRow | undefined;
  readonly meaning: DecisionRow | undefined;
}

export class Returns {
  readonly #world: World;
  readonly #cases: WillCases;

  constructor(world: World, cases: WillCases) {
    this.#world = world;
    this.#cases = cases;
  }

  /** The new connection was accepted while the old one was open. */
  takeover(old: Connection, next: Connection): Takeover {
    const end = takeoverEnd(old, next, this.#world.nowMs);
    const facts = caseFactsOf(old, end, next);
    const chosen = facts.next && chooseTakeover({ ...facts, next: facts.next });
    return { end, row: chosen?.row, meaning: chosen?.meaning };
  }

  /** The will of the connection that was taken over. */
  takenOver(old: Connection, next: Connection, { end, row, meaning }: Takeover): void {
    if (old.will === undefined || row === undefined || meaning === undefined) return;
    this.#cases.open(old.will, end, row, meaning, old.crossed !== undefined);
    const { case: willCase } = old.will;
    // The Server may have published it before the CONNACK of its own connection was seen.
    if (willCase !== undefined && (next.connect?.atMs ?? 0) < old.will.armedAtMs)
      willCase.unclear = fact('connectsCrossed', {}, { seq: next.connect?.seq });
    if (old.crossed !== undefined) {
      this.#cases.tell(old.will, fact('connectsCrossed', {}, { seq: old.crossed.connect?.seq }));
      return;
    }
    if (willCase?.duty === 'withhold' && willCase.observed === undefined) {
      this.#checkResumed(willCase, row, next);
    }
  }

  /** The Client comes back after its connection ended: its will may be cancelled, or be due at once. */
  reconnect(client: Client, next: Connection, known: SessionKnowledge): DecisionRow | undefined {
    const { last } = client;
    if (last?.end === undefined || last.end.kind === 'normal') return undefined;
    const due = last.will?.case?.due;
    const beforeDue = due && isBefore(next, due);
    const sessionAlive =
      known.present === 'open' || known.present === undefined ? undefined : known.present === 1;
    const row = chooseRow('reconnect', caseFactsOf(last, last.end, next, { beforeDue, sessionAlive }));
    for (const will of client.wills) {
      if (will.connection === last && will.case?.verdict === 'pending') {
        this.#returnTo(will.case, row, next, beforeDue);
      }
    }
    return row;
  }

  #returnTo(
    willCase: WillCase,
    row: DecisionRow | undefined,
    next: Connection,
    beforeDue: boolean | undefined,
  ): void {
    const waits = (willCase.due?.fromMs ?? 0) > (willCase.end?.fromMs ?? 0);
    if (row === undefined || row.will === 'none') {
      if (waits && beforeDue === undefined) this.#race(willCase, next);
      return;
    }
    const told = [
      cameBack(next, beforeDue === true ? willCase : undefined),
      ...this.#cases.ruleOf(willCase, row),
    ];
    if (row.will === 'withhold') {
      this.#cases.cancel(willCase, row, told);
      this.#checkResumed(willCase, row, next);
    } else if (row.due === 'reconnect') {
      const atMs = next.connack?.atMs ?? this.#world.nowMs;
      const due = { atMs, fromMs: next.connect?.atMs ?? atMs, untilMs: atMs };
      this.#cases.moveDue(willCase, row, told, due);
    } else this.#cases.restate(willCase, row, told);
  }

  /** The Client came back close to the due time: a resume may have cancelled the will, Clean Start only made it due somewhat earlier. */
  #race(willCase: WillCase, next: Connection): void {
    const { due, row } = willCase;
    if (next.connect?.cleanStart !== true) {
      willCase.race = true;
      this.#tellReturn(willCase, next);
    } else if (due !== undefined && row !== undefined) {
      const fromMs = Math.min(due.fromMs, next.connect.atMs);
      this.#cases.moveDue(willCase, row, [cameBack(next)], { ...due, fromMs });
    }
  }

  /** A resume that the CONNACK contradicts: the Server says that there was no Session to come back to. */
  #checkResumed(willCase: WillCase, row: DecisionRow, next: Connection): void {
    this.#cases.keepWhile(willCase.will, next);
    const { connack } = next;
    if (next.version === 3 || connack === undefined || connack.sessionPresent) return;
    if (willCase.observed !== undefined) return;
    const told = [fact('sessionNotResumed', {}, { seq: connack.seq })];
    if (next.version !== willCase.will.connection.version) told.push(readingFact('A14'));
    this.#cases.leaveOpen(willCase, row, told, 'open');
  }

  #tellReturn(willCase: WillCase, next: Connection): void {
    willCase.happenings.push(cameBack(next));
  }

  /** A CONNECT that was refused cancels nothing and takes over nothing. */
  refused(client: Client, next: Connection): void {
    const told = refusedAt(next);
    const { current, deferred, last } = client;
    const old = current ?? deferred;
    if (old !== undefined) {
      const end = takeoverEnd(old, next, this.#world.nowMs);
      const row = chooseRow('takeover', caseFactsOf(old, end, next));
      if (row?.id === 'D60' && old.will !== undefined) new RefusedTakeover(this.#world, old, next, row, told);
      return;
    }
    if (last?.end === undefined || last.end.kind === 'normal') return;
    for (const will of client.wills) {
      const willCase = will.case;
      if (will.connection !== last || willCase?.verdict !== 'pending' || willCase.due === undefined) continue;
      const beforeDue = isBefore(next, willCase.due);
      const row = chooseRow('reconnect', caseFactsOf(last, last.end, next, { beforeDue }));
      if (row?.id === 'D38') this.#cases.restate(willCase, row, [told, ...this.#cases.ruleOf(willCase, row)]);
    }
  }
}

/** Whether the Server accepted before the will was due; undefined when it could be either. */
function isBefore(
  next: Connection,
  due: { readonly fromMs: number; readonly untilMs: number },
): boolean | undefined {
  if ((next.connack?.atMs ?? 0) <= due.fromMs) return true;
  return (next.connect?.atMs ?? 0) > due.untilMs + tolerances.onTimeMs ? false : undefined;
}

function cameBack(next: Connection, willCase?: WillCase): Fact {
  const { connect, connack } = next;
  const acceptedAtMs = connack?.atMs ?? 0;
  const params = { cleanStart: next.cleanStartTerm, acceptedAtMs };
  const evidence = { seq: connect?.seq };
  if (connectedExpiry(next) === 0 && connect?.cleanStart === false && connect.version === 5) {
    return fact('cameBackWithoutExpiry', params, evidence);
  }
  const dueAtMs = willCase?.due?.atMs;
  return dueAtMs === undefined
    ? fact('cameBack', params, evidence)
    : fact('cameBackInTime', { ...params, beforeMs: dueAtMs - acceptedAtMs }, evidence);
}

function refusedAt(next: Connection): Fact {
  const { connect, connack } = next;
  const reasonCode = connack?.reasonCode ?? 0;
  return fact(
    'cameBackRefused',
    {
      askedAtMs: connect?.atMs ?? 0,
      reasonCode,
      reason: reasonCodeName('connack', next.version || 5, reasonCode),
    },
    { seq: connack?.seq },
  );
}
