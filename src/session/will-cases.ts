/** The cases of wills: opened when a connection ends, rewritten when the Client comes back, retired when nothing can change them. */
import type { WillMessage } from '../mqtt/packet.ts';
import { caseFactsOf } from './case-facts.ts';
import { chooseRow, willWait } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import type { End } from './end.ts';
import { fact } from './facts.ts';
import type { Fact, OfferedWill, Severity, Verdict } from './model.ts';
import { agreedFacts, endFacts, ruleFacts } from './telling.ts';
import { tolerances } from './tolerances.ts';
import { Will } from './will.ts';
import { type DueTime, WillCase } from './will-case.ts';
import type { World } from './world.ts';

/** Who decides the cases. */
export interface CaseJudge {
  /** Looks again at a copy that came too early; `final` when no more will be known. */
  reconsider(will: Will, final: boolean): void;
  /** The time has come at which a will that was not seen is decided. */
  decide(willCase: WillCase, atMs: number): void;
}

export class WillCases {
  readonly #world: World;
  readonly #judge: CaseJudge;

  constructor(world: World, judge: CaseJudge) {
    this.#world = world;
    this.#judge = judge;
  }

  /** The CONNECT was accepted: the Server now holds the will. */
  arm(connection: Connection, client: Client, message: WillMessage): void {
    const will = this.#newWill(this.#world.newId('will'), connection, client, message);
    connection.will = will;
    this.#world.changed.wills.mark(will);
    this.#world.watch?.held({ id: will.id, ...offeredWill(connection, message) });
  }

  /** The CONNECT was refused or not answered: no view shows the will, but it must not be published, or may be. */
  unstored(connection: Connection, client: Client, message: WillMessage): Will {
    return this.#newWill(0, connection, client, message);
  }

  #newWill(id: number, connection: Connection, client: Client, message: WillMessage): Will {
    return new Will(id, connection, client, message, this.#world.nowMs, this.#world.willTopics, {
      heldTooLong: (will) => this.#judge.reconsider(will, true),
      retire: (will) => this.retire(will),
    });
  }

  /** The connection ended: what is owed of its will, by a row of the table; `open` when the trace cannot tell which of two. */
  open(will: Will, end: End, row: DecisionRow, meaning: DecisionRow, open = false): void {
    const { connection } = will;
    const seenBefore = will.case;
    const willCase = seenBefore ?? this.newCase(will);
    will.case = willCase;
    willCase.row = row;
    willCase.end = end;
    willCase.base = [
      ...agreedFacts(connection),
      ...endFacts(connection, end),
      ...ruleFacts(row, meaning, connection.version || 5, end),
    ];
    willCase.due = dueTime(end, meaning);
    const { earlierCopy } = will;
    // The end is seen after what the Server published at it.
    if ((earlierCopy?.atMs ?? Number.NEGATIVE_INFINITY) >= willCase.due.fromMs - tolerances.clockMs)
      willCase.ambiguity ??= earlierCopy?.told;
    this.mark(willCase);
    will.client.wills.add(will);
    // Seen while the connection was open: its verdict has fallen, and nothing more is owed.
    if (seenBefore !== undefined) {
      this.retireAt(will, this.#world.nowMs + tolerances.furtherCopiesMs);
      return;
    }
    willCase.severity = row.severity;
    willCase.duty = open ? 'open' : dutyOf(meaning, connection);
    if (willCase.duty === 'withhold') this.#openWithheld(willCase);
    else if (willCase.duty === 'open') this.#openUndecided(willCase, 'indeterminate');
    else if (meaning.due === 'unbounded') {
      willCase.unbounded = true;
      this.#openUndecided(willCase, row.severity);
    } else this.#openDue(willCase);
    this.#judge.reconsider(will, false);
  }

  #openWithheld(willCase: WillCase): void {
    const { will } = willCase;
    will.state = willCase.row?.phases.includes('end') === true ? 'discarded' : 'cancelled';
    this.settle(willCase, 'cancelled', []);
    this.watchWithheld(will);
  }

  #openUndecided(willCase: WillCase, severity: Severity): void {
    willCase.will.state = 'due';
    this.settle(willCase, 'undecided', [], severity);
  }

  #openDue(willCase: WillCase): void {
    const { will, due } = willCase;
    if (due === undefined) return;
    const waits = due.atMs > this.#world.nowMs;
    will.state = waits ? 'waiting' : 'due';
    if (waits) this.#world.timers.set(willCase.dueTimer, due.atMs);
    this.#setVerdictTimer(willCase);
  }

  #setVerdictTimer(willCase: WillCase): void {
    const { due } = willCase;
    if (due === undefined || willCase.verdict !== 'pending') return;
    willCase.lookedForWitness = due.untilMs === Number.POSITIVE_INFINITY;
    const atMs = willCase.lookedForWitness
      ? due.atMs + tolerances.missedAfterMs
      : due.untilMs + tolerances.onTimeMs;
    this.#world.timers.set(willCase.verdictTimer, Math.max(atMs, this.#world.nowMs));
  }

  /** The Client resumed the Session in time, so the will must not come any more. */
  cancel(willCase: WillCase, row: DecisionRow, happenings: readonly Fact[]): void {
    this.#rewrite(willCase, row, happenings);
    willCase.duty = 'withhold';
    willCase.will.state = 'cancelled';
    this.settle(willCase, 'cancelled', []);
    this.#world.timers.clear(willCase.will.retireTimer);
    this.#judge.reconsider(willCase.will, false);
  }

  /** The will is due at another time than the end of its connection said. */
  moveDue(willCase: WillCase, row: DecisionRow, happenings: readonly Fact[], due: DueTime): void {
    this.#rewrite(willCase, row, happenings);
    willCase.due = due;
    if (willCase.verdict === 'pending') {
      this.#world.timers.clear(willCase.dueTimer);
      this.#openDue(willCase);
    }
    this.#world.changed.wills.mark(willCase.will);
    this.#judge.reconsider(willCase.will, false);
  }

  /** A row that says more about the case than the one before, and leaves what is owed as it was. */
  restate(willCase: WillCase, row: DecisionRow, happenings: readonly Fact[]): void {
    this.#rewrite(willCase, row, happenings);
  }

  /** From now on nobody can say what is owed, or (`publish`) only by when. */
  leaveOpen(
    willCase: WillCase,
    row: DecisionRow,
    happenings: readonly Fact[],
    duty: 'open' | 'publish',
  ): void {
    this.#rewrite(willCase, row, happenings);
    willCase.duty = duty;
    if (willCase.observed === undefined) willCase.will.state = 'due';
    willCase.unbounded = duty === 'publish';
    this.settle(willCase, 'undecided', [], 'indeterminate');
  }

  /** Nobody can say what became of its connection, and so what is owed. */
  leaveUnknown(will: Will, why: Fact): void {
    if (will.case !== undefined) return;
    const willCase = this.newCase(will);
    will.case = willCase;
    willCase.duty = 'open';
    willCase.base = agreedFacts(will.connection);
    will.client.wills.add(will);
    will.state = 'due';
    this.settle(willCase, 'undecided', [why], 'indeterminate');
    this.#judge.reconsider(will, false);
  }

  /** The will was cancelled by a connection that resumed its Session, and is watched as long as that lasts. */
  keepWhile(will: Will, next: Connection): void {
    will.resumedBy = next;
    this.#world.timers.clear(will.retireTimer);
  }

  #rewrite(willCase: WillCase, row: DecisionRow, happenings: readonly Fact[]): void {
    willCase.row = row;
    willCase.severity = row.severity;
    willCase.happenings.push(...happenings);
    this.mark(willCase);
  }

  /** What else leaves the case of a will open. */
  tell(will: Will, happened: Fact): void {
    if (will.case === undefined) return;
    will.case.happenings.push(happened);
    this.mark(will.case);
  }

  /** The facts of a row's rule, to follow what happened. */
  ruleOf(willCase: WillCase, row: DecisionRow): Fact[] {
    return ruleFacts(row, row, willCase.will.connection.version || 5, undefined);
  }

  /** The connection was closed only now, after a DISCONNECT that had ended it for the Session. */
  closedAfterEnd(will: Will, closedAtMs: number): void {
    const willCase = will.case;
    if (willCase?.end === undefined || willCase.due === undefined) return;
    const later = closedAtMs - willCase.end.untilMs;
    if (later <= 0) return;
    willCase.end.untilMs = closedAtMs;
    if (willCase.observed !== undefined || willCase.duty !== 'publish') return;
    if (willCase.row?.due === 'reconnect') return;
    willCase.due = { ...willCase.due, untilMs: willCase.due.untilMs + later };
    if (willCase.verdict === 'undecided' && willCase.outcome.some(({ code }) => code === 'notClosedYet')) {
      willCase.verdict = 'pending';
      willCase.decidedAtMs = undefined;
      willCase.outcome = [];
    }
    this.mark(willCase);
    this.#setVerdictTimer(willCase);
  }

  /** The connection that had resumed the Session ended in its turn: the old will must not come with that either. */
  afterResume(will: Will, next: Connection, end: End): void {
    const willCase = will.case;
    if (willCase?.end === undefined) return;
    const facts = caseFactsOf(will.connection, willCase.end, next);
    const row = chooseRow('after-resume', facts);
    if (row !== undefined && willCase.verdict === 'cancelled') {
      const ended = fact('resumedAgain', { endedAtMs: end.atMs }, { seq: end.seq });
      this.#rewrite(willCase, row, [ended, ...this.ruleOf(willCase, row)]);
    }
    this.watchWithheld(will);
  }

  /** So long a will that must not come is watched: until it would have come, and somewhat longer. */
  watchWithheld(will: Will): void {
    const end = will.case?.end;
    const waitMs = end === undefined ? 0 : Math.min(end.delay, end.expiry.mostSeconds) * 1000;
    const watchMs = Math.min(waitMs, tolerances.withheldMaximumMs) + tolerances.withheldMs;
    this.retireAt(will, this.#world.nowMs + watchMs);
  }

  retire(will: Will): void {
    const { timers } = this.#world;
    timers.clear(will.heldTimer);
    timers.clear(will.retireTimer);
    if (will.case !== undefined) {
      timers.clear(will.case.dueTimer);
      timers.clear(will.case.verdictTimer);
    }
    this.#world.willTopics.remove(will);
    this.#world.retainedCopies.retired(will);
    if (will.id !== 0) this.#world.watch?.released(will.id);
    will.client.wills.delete(will);
    this.#world.release(will.client);
  }

  /** Sets when the will no longer matters. */
  retireAt(will: Will, atMs: number): void {
    this.#world.timers.set(will.retireTimer, atMs);
  }

  newCase(will: Will): WillCase {
    return new WillCase(this.#world.newId('expectation'), will, this.#world.nowMs, {
      due: (willCase) => {
        if (willCase.will.state === 'waiting') willCase.will.state = 'due';
        this.mark(willCase);
      },
      decide: (willCase, atMs) => this.#judge.decide(willCase, atMs),
    });
  }

  /** A verdict falls. It may still change when evidence comes late. */
  settle(willCase: WillCase, verdict: Verdict, outcome: readonly Fact[], severity?: Severity): void {
    const why = this.#disturbance(willCase, verdict);
    if (why !== undefined) {
      this.settle(willCase, 'undecided', [...outcome, why], 'indeterminate');
      return;
    }
    willCase.verdict = verdict;
    willCase.outcome = outcome;
    willCase.decidedAtMs = this.#world.nowMs;
    if (severity !== undefined) willCase.severity = severity;
    this.#world.timers.clear(willCase.dueTimer);
    this.#world.timers.clear(willCase.verdictTimer);
    if (willCase.will.state === 'waiting') willCase.will.state = 'due';
    if (verdict === 'undecided' && willCase.observed === undefined) {
      const watchMs = willCase.unbounded ? tolerances.withheldMaximumMs : tolerances.comesLateMs;
      this.retireAt(willCase.will, this.#world.nowMs + watchMs);
    }
    this.mark(willCase);
  }

  /** What a verdict against the Server cannot be told from: that the recording stood still when a copy came, or may have come. */
  #disturbance({ observed, due }: WillCase, verdict: Verdict): Fact | undefined {
    if (verdict !== 'early' && verdict !== 'late' && verdict !== 'missed') return undefined;
    const { nowMs, standstills } = this.#world;
    return standstills.disturbing(observed?.atMs ?? due?.fromMs ?? nowMs, observed?.atMs ?? nowMs);
  }

  mark(willCase: WillCase): void {
    this.#world.changed.expectations.mark(willCase);
    if (willCase.will.id !== 0) this.#world.changed.wills.mark(willCase.will);
  }
}

/** What who watches for wills is told of one. */
export function offeredWill(connection: Connection, { topic }: WillMessage): OfferedWill {
  const { server, tap, client } = connection.info;
  return { server, topic, connection: connection.id, tap, client };
}

/** The time at which a will is due by the end of its connection: with that, or after the shorter of delay and expiry. */
function dueTime(end: End, row: DecisionRow): DueTime {
  const { seconds, leastSeconds, mostSeconds } = end.expiry;
  const waitMs = (expiry: number) => (row.due === 'end' ? 0 : willWait(end.delay, expiry) * 1000);
  return {
    atMs: end.atMs + waitMs(seconds),
    fromMs: end.fromMs + waitMs(leastSeconds),
    untilMs: end.untilMs + waitMs(mostSeconds),
  };
}

function dutyOf(meaning: DecisionRow, connection: Connection): WillCase['duty'] {
  const disconnect = connection.clientDisconnect;
  if (disconnect?.ambiguous === true && disconnect.kind === 'normal-invalid-expiry') return 'open';
  if (meaning.will === 'publish') return 'publish';
  return meaning.will === 'open' ? 'open' : 'withhold';
}
