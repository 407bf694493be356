/** Judges what is owed of wills: opens a case when a connection ends, and decides it by what subscribers receive and when. */
import type { WillMessage } from '../mqtt/packet.ts';
import { caseFactsOf } from './case-facts.ts';
import { checkCopy } from './checks.ts';
import { chooseRow, willWait } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import { type End, silentPastKeepAlive } from './end.ts';
import { fact } from './facts.ts';
import type { Fact, Severity, Verdict } from './model.ts';
import { agreedFacts, endFacts, readingFact, ruleFacts, statementOfRow } from './telling.ts';
import { tolerances } from './tolerances.ts';
import { type ReceivedCopy, Will } from './will.ts';
import { type DueTime, WillCase } from './will-case.ts';
import { deliveredQos, findWitness, type Witness } from './witness.ts';
import type { World } from './world.ts';

export class WillJudge {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The CONNECT was accepted: the Server now holds the will. */
  arm(connection: Connection, client: Client, message: WillMessage): void {
    const will = this.#newWill(this.#world.newId('will'), connection, client, message);
    connection.will = will;
    this.#world.changed.wills.mark(will);
  }

  /** The CONNECT was refused or not answered: no view shows the will, but it must not be published, or may be. */
  unstored(connection: Connection, client: Client, message: WillMessage): Will {
    return this.#newWill(0, connection, client, message);
  }

  #newWill(id: number, connection: Connection, client: Client, message: WillMessage): Will {
    return new Will(id, connection, client, message, this.#world.nowMs, this.#world.willTopics, {
      heldTooLong: (will) => this.reconsider(will, true),
      retire: (will) => this.retire(will),
    });
  }

  /** The connection ended: what is owed of its will, by a row of the table; `open` when the trace cannot tell which of two. */
  open(will: Will, end: End, row: DecisionRow, meaning: DecisionRow, open = false): void {
    const { connection } = will;
    const seenBefore = will.case;
    const willCase = seenBefore ?? this.#newCase(will);
    will.case = willCase;
    willCase.row = row;
    willCase.end = end;
    willCase.base = [
      ...agreedFacts(connection),
      ...endFacts(connection, end),
      ...ruleFacts(row, meaning, connection.version || 5, end),
    ];
    willCase.due = dueTime(end, meaning);
    this.#mark(willCase);
    will.client.wills.add(will);
    // Seen while the connection was open: its verdict has fallen, and nothing more is owed.
    if (seenBefore !== undefined) return;
    willCase.severity = row.severity;
    willCase.duty = open ? 'open' : dutyOf(meaning, connection);
    if (willCase.duty === 'withhold') this.#openWithheld(willCase);
    else if (willCase.duty === 'open') this.#openUndecided(willCase, 'indeterminate');
    else if (meaning.due === 'unbounded') {
      willCase.unbounded = true;
      this.#openUndecided(willCase, row.severity);
    } else this.#openDue(willCase);
    this.reconsider(will, false);
  }

  #openWithheld(willCase: WillCase): void {
    const { will } = willCase;
    will.state = willCase.row?.phases.includes('end') === true ? 'discarded' : 'cancelled';
    this.#settle(willCase, 'cancelled', []);
    this.watchWithheld(will);
  }

  #openUndecided(willCase: WillCase, severity: Severity): void {
    willCase.will.state = 'due';
    this.#settle(willCase, 'undecided', [], severity);
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
    this.#settle(willCase, 'cancelled', []);
    this.#world.timers.clear(willCase.will.retireTimer);
    this.reconsider(willCase.will, false);
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
    this.reconsider(willCase.will, false);
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
    this.#settle(willCase, 'undecided', [], 'indeterminate');
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
    this.#mark(willCase);
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
    this.#mark(willCase);
    this.#setVerdictTimer(willCase);
  }

  /** A copy that counts as the publication of the will. */
  received(will: Will, copy: ReceivedCopy): void {
    const willCase = will.case;
    if (willCase === undefined || this.#tooEarly(willCase, copy)) {
      if (will.held === undefined && this.#mayBeExplained(will, copy)) this.#hold(will, copy);
      else if (willCase !== undefined && will.held === undefined) this.#judgeEarly(willCase, copy);
      return;
    }
    if (willCase.observed !== undefined) return;
    if (willCase.duty === 'withhold') this.#judgeNonetheless(willCase, copy);
    else if (willCase.duty === 'open') this.#judgeOpen(willCase, copy);
    else this.#judgeDue(willCase, copy);
  }

  #tooEarly(willCase: WillCase, copy: ReceivedCopy): boolean {
    const { due, duty } = willCase;
    return duty === 'publish' && due !== undefined && copy.atMs < due.fromMs - tolerances.clockMs;
  }

  /** Whether something that the trace does not show yet could make the copy timely: the end of the connection, or a CONNECT under way. */
  #mayBeExplained(will: Will, copy: ReceivedCopy): boolean {
    if (will.case === undefined) return true;
    const { client } = will;
    if (client.deferred !== undefined) return true;
    for (const asking of client.asking) {
      if ((asking.connect?.atMs ?? Number.POSITIVE_INFINITY) <= copy.atMs) return true;
    }
    return false;
  }

  #hold(will: Will, copy: ReceivedCopy): void {
    will.held = copy;
    this.#world.timers.set(will.heldTimer, copy.atMs + tolerances.explainWithinMs);
  }

  /** What is known has changed, or no more will be: looks again at a copy that came too early. */
  reconsider(will: Will, final: boolean): void {
    const { held } = will;
    if (held === undefined) return;
    const willCase = will.case;
    if (
      willCase === undefined
        ? !final
        : !final && this.#tooEarly(willCase, held) && this.#mayBeExplained(will, held)
    ) {
      return;
    }
    will.held = undefined;
    this.#world.timers.clear(will.heldTimer);
    if (willCase === undefined) this.#judgeWhileOpen(will, held);
    else if (this.#tooEarly(willCase, held)) this.#judgeEarly(willCase, held);
    else this.received(will, held);
  }

  #judgeDue(willCase: WillCase, copy: ReceivedCopy): void {
    const { due, will } = willCase;
    if (due === undefined) return;
    const { atMs, seq, connection } = copy;
    const subscriber = connection.name;
    const deviationMs = atMs - due.atMs;
    this.#observe(willCase, copy, deviationMs);
    const evidence = { seq };
    if (willCase.unbounded) {
      this.#settle(willCase, 'met', [
        fact('receivedAfterDue', { subscriber, afterMs: Math.max(0, deviationMs) }, evidence),
      ]);
    } else if ((connection.connack?.atMs ?? 0) > due.untilMs && connection.connack?.sessionPresent === true) {
      const kept = fact('receivedQueued', { subscriber, receivedAtMs: atMs }, evidence);
      this.#judgeByThen(willCase, atMs, kept);
    } else if (due.untilMs === Number.POSITIVE_INFINITY && atMs > due.atMs + tolerances.onTimeMs) {
      this.#settle(willCase, 'undecided', [
        fact('receivedUndecided', { subscriber, receivedAtMs: atMs }, evidence),
        fact('endUnbounded', {}),
      ]);
    } else if (atMs > due.untilMs + tolerances.onTimeMs) {
      const late = fact('receivedLate', { subscriber, afterMs: deviationMs }, evidence);
      const told = isLateByDelay(willCase, copy) ? [late, lateByDelay] : [late];
      this.#settle(willCase, 'late', [...told, readingFact('A12')], 'should');
    } else if (willCase.end !== undefined && openRange(willCase.end)) {
      this.#settle(
        willCase,
        'undecided',
        [fact('receivedUndecided', { subscriber, receivedAtMs: atMs }, evidence)],
        'indeterminate',
      );
    } else this.#settle(willCase, 'met', [onTime(willCase, copy, deviationMs)]);
    this.#retireAt(will, atMs + tolerances.furtherCopiesMs);
  }

  /** It was published by then, and nothing shows when. */
  #judgeByThen(willCase: WillCase, atMs: number, told: Fact): void {
    const { due, end } = willCase;
    const atOnce = due !== undefined && end !== undefined && due.fromMs === end.fromMs;
    const inTime = atOnce && atMs <= due.untilMs + tolerances.onTimeMs;
    this.#settle(willCase, inTime ? 'met' : 'undecided', [told]);
  }

  /** A retained copy that only this will can have left. */
  receivedRetained(will: Will, copy: ReceivedCopy): void {
    const willCase = will.case;
    if (willCase?.duty !== 'publish' || willCase.observed !== undefined) return;
    const { atMs, seq, connection } = copy;
    this.#observe(willCase, copy, atMs - (willCase.due?.atMs ?? atMs));
    willCase.checks = [];
    const told = fact('receivedRetained', { subscriber: connection.name, receivedAtMs: atMs }, { seq });
    this.#judgeByThen(willCase, atMs, told);
    this.#retireAt(will, atMs + tolerances.furtherCopiesMs);
  }

  #judgeEarly(willCase: WillCase, copy: ReceivedCopy): void {
    if (willCase.observed !== undefined || willCase.due === undefined) return;
    const deviationMs = copy.atMs - willCase.due.atMs;
    this.#observe(willCase, copy, deviationMs);
    const subscriber = copy.connection.name;
    const evidence = { seq: copy.seq };
    if (willCase.unbounded) {
      const seen = fact('receivedUndecided', { subscriber, receivedAtMs: copy.atMs }, evidence);
      this.#settle(willCase, 'undecided', [seen], 'indeterminate');
    } else {
      const early = fact('receivedEarly', { subscriber, beforeMs: -deviationMs }, evidence);
      this.#settle(willCase, 'early', [early, fact('noOtherPublisher', {})], 'must');
    }
    this.#retireAt(willCase.will, copy.atMs + tolerances.furtherCopiesMs);
  }

  #judgeNonetheless(willCase: WillCase, copy: ReceivedCopy): void {
    const { will } = willCase;
    const { closed, end } = will.connection;
    if (willCase.end !== undefined && copy.atMs < willCase.end.fromMs - tolerances.clockMs) {
      this.#observe(willCase, copy, undefined);
      this.#settle(willCase, 'early', [whileConnected(will, copy), fact('noOtherPublisher', {})], 'must');
      this.#retireAt(will, copy.atMs + tolerances.furtherCopiesMs);
      return;
    }
    this.#observe(willCase, copy, undefined);
    const told = fact(
      'receivedNonetheless',
      { subscriber: copy.connection.name, receivedAtMs: copy.atMs },
      { seq: copy.seq },
    );
    // RST throws away what the Server has not read yet, the DISCONNECT included.
    if (end?.kind === 'normal' && closed?.end.by === 'client' && closed.end.how === 'reset') {
      this.#settle(willCase, 'undecided', [told, fact('resetAfterDisconnect', {})], 'indeterminate');
    } else this.#settle(willCase, 'missed', [told, fact('noOtherPublisher', {})]);
    this.#retireAt(will, copy.atMs + tolerances.furtherCopiesMs);
  }

  #judgeOpen(willCase: WillCase, copy: ReceivedCopy): void {
    const { due } = willCase;
    this.#observe(willCase, copy, due === undefined ? undefined : copy.atMs - due.atMs);
    const accepted = willCase.row?.id === 'D36';
    const told = fact(
      accepted ? 'receivedShowsAccepted' : 'receivedUndecided',
      { subscriber: copy.connection.name, receivedAtMs: copy.atMs },
      { seq: copy.seq },
    );
    this.#settle(willCase, 'undecided', [told], 'indeterminate');
    this.#retireAt(willCase.will, copy.atMs + tolerances.furtherCopiesMs);
  }

  /** Published while its connection was open, as seen here: early, if the Server still held the connection. */
  #judgeWhileOpen(will: Will, copy: ReceivedCopy): void {
    const { connection } = will;
    const willCase = this.#newCase(will);
    will.case = willCase;
    willCase.duty = 'withhold';
    willCase.base = agreedFacts(connection);
    this.#observe(willCase, copy, undefined);
    const seen = whileConnected(will, copy);
    const heldOn = connection.lastFromServerAtMs >= copy.atMs + tolerances.stillUsedAfterMs;
    if (heldOn) {
      this.#settle(willCase, 'early', [seen, fact('serverHeldOn', {}), fact('noOtherPublisher', {})], 'must');
      return;
    }
    const silent = silentPastKeepAlive(connection, copy.atMs);
    const why = silent
      ? fact('silentPastKeepAlive', {}, { seq: connection.lastFromClientSeq })
      : fact('serverSilent', {});
    this.#settle(willCase, 'undecided', [seen, why], 'indeterminate');
  }

  /** The time has come at which a will that was not seen is decided. */
  #decide(willCase: WillCase, atMs: number): void {
    if (willCase.verdict !== 'pending' || willCase.due === undefined) return;
    const { will, due, end } = willCase;
    const witness = findWitness(will, end?.fromMs ?? due.fromMs, due.fromMs);
    if (witness.kind === 'none') {
      const seen = [willCase.oldCopy, willCase.altered].filter((each) => each !== undefined);
      this.#settle(willCase, 'unobserved', [...seen, ...witness.facts]);
      this.#retireAt(will, atMs + tolerances.comesLateMs);
      return;
    }
    if (!willCase.lookedForWitness) {
      willCase.lookedForWitness = true;
      this.#world.timers.set(willCase.verdictTimer, due.untilMs + tolerances.missedAfterMs);
      return;
    }
    const open = whyUndecided(willCase, witness);
    if (open !== undefined) this.#settle(willCase, 'undecided', open, 'indeterminate');
    else this.#settle(willCase, 'missed', notReceived(willCase, witness, atMs));
    for (const twin of willCase.twins) this.#doubt(twin);
    this.#retireAt(will, atMs + tolerances.comesLateMs);
  }

  /** A copy was counted for this will that may have been that of another one, which is missing. */
  #doubt(willCase: WillCase): void {
    if (willCase.verdict !== 'met' && willCase.verdict !== 'late') return;
    this.#settle(willCase, 'undecided', [...willCase.outcome, fact('sameWills', {})], 'indeterminate');
  }

  /** A further copy on a connection that had its own already. */
  receivedAgain(
    will: Will,
    copy: { readonly seq: number; readonly atMs: number; readonly connection: Connection },
    sure: boolean,
  ): void {
    const willCase = will.case;
    if (willCase === undefined) return;
    const receivedAtMs = copy.atMs;
    const evidence = { seq: copy.seq, statement: onceStatement(will) };
    const told = sure
      ? fact('checkTwice', { subscriber: copy.connection.name, receivedAtMs }, evidence)
      : fact('checkTwiceUnclear', { receivedAtMs }, evidence);
    willCase.checks = willCase.checks.map((check) =>
      check.id === 'P5' && check.passed === true
        ? { id: 'P5', passed: sure ? false : 'undecided', facts: [...check.facts, told] }
        : check,
    );
    this.#mark(willCase);
  }

  /** A later subscriber got a retained message though Will Retain is 0. */
  receivedRetainedWrongly(will: Will, copy: { readonly seq: number }): void {
    const willCase = will.case;
    if (willCase === undefined) return;
    const version = will.connection.version || 5;
    const id = { 5: 'MQTT-3.1.2-14', 4: 'MQTT-3.1.2-16', 3: '3.1' }[version];
    const told = fact('checkRetainedCopy', {}, { seq: copy.seq, statement: { version, id } });
    willCase.checks = willCase.checks.map((check) =>
      check.id === 'P3' ? { id: 'P3', passed: false, facts: [...check.facts, told] } : check,
    );
    this.#mark(willCase);
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
    this.#retireAt(will, this.#world.nowMs + watchMs);
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
    will.client.wills.delete(will);
    this.#world.release(will.client);
  }

  #retireAt(will: Will, atMs: number): void {
    this.#world.timers.set(will.retireTimer, atMs);
  }

  #newCase(will: Will): WillCase {
    return new WillCase(this.#world.newId('expectation'), will, this.#world.nowMs, {
      due: (willCase) => {
        if (willCase.will.state === 'waiting') willCase.will.state = 'due';
        this.#mark(willCase);
      },
      decide: (willCase, atMs) => this.#decide(willCase, atMs),
    });
  }

  #observe(willCase: WillCase, copy: ReceivedCopy, deviationMs: number | undefined): void {
    const { will } = willCase;
    willCase.observed = { seq: copy.seq, atMs: copy.atMs, connection: copy.connection.id };
    willCase.deviationMs = deviationMs;
    // Of a will that must not come, nothing but that it came is of interest.
    willCase.checks =
      willCase.duty === 'withhold' ? [] : checkCopy(will, copy, willCase.due?.fromMs ?? copy.atMs);
    will.state = 'published';
    will.publishedAtMs = copy.atMs;
    will.publishSeq = copy.seq;
    this.#world.timers.clear(willCase.dueTimer);
    this.#world.timers.clear(willCase.verdictTimer);
  }

  #settle(willCase: WillCase, verdict: Verdict, outcome: readonly Fact[], severity?: Severity): void {
    willCase.verdict = verdict;
    willCase.outcome = outcome;
    willCase.decidedAtMs = this.#world.nowMs;
    if (severity !== undefined) willCase.severity = severity;
    this.#world.timers.clear(willCase.dueTimer);
    this.#world.timers.clear(willCase.verdictTimer);
    if (willCase.will.state === 'waiting') willCase.will.state = 'due';
    if (verdict === 'undecided' && willCase.observed === undefined) {
      const watchMs = willCase.unbounded ? tolerances.withheldMaximumMs : tolerances.comesLateMs;
      this.#retireAt(willCase.will, this.#world.nowMs + watchMs);
    }
    this.#mark(willCase);
  }

  #mark(willCase: WillCase): void {
    this.#world.changed.expectations.mark(willCase);
    if (willCase.will.id !== 0) this.#world.changed.wills.mark(willCase.will);
  }
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

function openRange(end: End): boolean {
  return willWait(end.delay, end.expiry.leastSeconds) !== willWait(end.delay, end.expiry.mostSeconds);
}

function dutyOf(meaning: DecisionRow, connection: Connection): WillCase['duty'] {
  const disconnect = connection.clientDisconnect;
  if (disconnect?.ambiguous === true && disconnect.kind === 'normal-invalid-expiry') return 'open';
  if (meaning.will === 'publish') return 'publish';
  return meaning.will === 'open' ? 'open' : 'withhold';
}

const lateByDelay = fact('lateByDelay', {}, { statement: { version: 5, id: 'MQTT-3.1.3-9' } });

/** Whether the Server waited for the whole delay, though the Session ended before. */
function isLateByDelay({ end }: WillCase, copy: ReceivedCopy): boolean {
  if (end === undefined || end.delay <= end.expiry.mostSeconds) return false;
  const wholeMs = copy.atMs - end.fromMs - end.delay * 1000;
  return wholeMs >= -tolerances.clockMs && wholeMs <= tolerances.onTimeMs;
}

function whileConnected(will: Will, copy: ReceivedCopy): Fact {
  const version = will.connection.version || 5;
  return fact(
    'receivedWhileConnected',
    { subscriber: copy.connection.name, receivedAtMs: copy.atMs },
    { seq: copy.seq, statement: { version, id: version === 3 ? '3.1' : 'MQTT-3.1.2-8' } },
  );
}

function onTime(willCase: WillCase, copy: ReceivedCopy, deviationMs: number): Fact {
  const subscriber = copy.connection.name;
  const evidence = { seq: copy.seq };
  if (deviationMs >= 0) return fact('receivedAfterDue', { subscriber, afterMs: deviationMs }, evidence);
  const endedAtMs = willCase.end?.atMs ?? copy.atMs;
  return fact('receivedBeforeDue', { subscriber, beforeMs: -deviationMs, endedAtMs }, evidence);
}

/** What leaves it open though somebody watched and saw nothing. */
function whyUndecided(willCase: WillCase, witness: Witness): Fact[] | undefined {
  const { will, due } = willCase;
  if (witness.kind === 'none') return undefined;
  const subscriber = witness.connection.name;
  if (willCase.unclear !== undefined) return [willCase.unclear];
  if (willCase.race) return [fact('raceWithResume', {}), readingFact('A12')];
  if (willCase.ambiguity !== undefined) return [willCase.ambiguity];
  if (willCase.oldCopy !== undefined) return [willCase.oldCopy];
  for (const twin of willCase.twins) {
    if (twin.observed !== undefined) return [fact('sameWills', {})];
  }
  if (due?.untilMs === Number.POSITIVE_INFINITY) return [fact('endUnbounded', {})];
  if (will.connection.closed === undefined && will.connection.clientDisconnect !== undefined) {
    return [fact('notClosedYet', {}, { statement: statementOf(willCase) })];
  }
  if (will.message.topic.startsWith('$')) return [fact('dollarTopic', {}), readingFact('A15')];
  return witness.kind === 'since-due' ? [fact('subscribedTooLate', { subscriber })] : undefined;
}

function statementOf(willCase: WillCase): ReturnType<typeof statementOfRow> {
  return willCase.row && statementOfRow(willCase.row, willCase.will.connection.version || 5);
}

function notReceived(willCase: WillCase, witness: Witness, untilAtMs: number): Fact[] {
  if (witness.kind === 'none') return [];
  const { will } = willCase;
  const filter = witness.subscribed.topicFilter;
  const facts = [fact('notReceived', { subscriber: witness.connection.name, filter, untilAtMs })];
  if (willCase.altered !== undefined) facts.push(willCase.altered);
  if (deliveredQos(will, witness.subscribed) === 0) facts.push(fact('notReceivedQos0', {}));
  facts.push(fact('notAuthorised', {}, { statement: authorisation(will) }));
  return facts;
}

function authorisation(will: Will): { readonly version: 4 | 5; readonly id: string } {
  return will.connection.version === 5 ? { version: 5, id: '5.4.2' } : { version: 4, id: 'MQTT-3.3.5-2' };
}

function onceStatement(will: Will): { readonly version: 4 | 5; readonly id: string } {
  return { version: will.connection.version === 5 ? 5 : 4, id: 'MQTT-3.1.2-10' };
}
