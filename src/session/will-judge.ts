/** Judges wills by what subscribers receive, and when, and by what they do not receive. */
import { checkCopy } from './checks.ts';
import { willWait } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import { mayHaveRunOut, silentPastKeepAlive } from './end.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';
import { agreedFacts, readingFact } from './telling.ts';
import { tolerances } from './tolerances.ts';
import { noteProof } from './unseen-causes.ts';
import type { HeldCopy, OtherUse, ReceivedCopy, Will } from './will.ts';
import type { WillCase } from './will-case.ts';
import { type CaseJudge, WillCases } from './will-cases.ts';
import {
  isLateByDelay,
  lateByDelay,
  notReceived,
  onTime,
  openRange,
  whileConnected,
  whyUndecided,
} from './will-outcomes.ts';
import { findWitness } from './witness.ts';
import type { World } from './world.ts';

export class WillJudge implements CaseJudge {
  readonly cases: WillCases;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.cases = new WillCases(world, this);
  }

  /** A copy that counts as the publication of the will; with `otherwise` only if it is timely, or becomes that. */
  received(will: Will, copy: ReceivedCopy, otherwise?: OtherUse): void {
    const willCase = will.case;
    if (willCase === undefined || this.#tooEarly(willCase, copy)) {
      if (will.held === undefined && this.#mayBeExplained(will, copy)) this.#hold(will, { copy, otherwise });
      else if (otherwise !== undefined) otherwise.isNot();
      else if (willCase !== undefined && will.held === undefined) this.#judgeEarly(willCase, copy);
      return;
    }
    if (willCase.observed !== undefined || (otherwise !== undefined && willCase.duty === 'withhold')) {
      otherwise?.isNot();
      return;
    }
    otherwise?.isIt();
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

  #hold(will: Will, held: HeldCopy): void {
    will.held = held;
    this.#world.timers.set(will.heldTimer, held.copy.atMs + tolerances.explainWithinMs);
  }

  /** What is known has changed, or no more will be: looks again at a copy that came too early. */
  reconsider(will: Will, final: boolean): void {
    const { held } = will;
    if (held === undefined) return;
    const willCase = will.case;
    const { copy, otherwise } = held;
    if (
      willCase === undefined
        ? !final
        : !final && this.#tooEarly(willCase, copy) && this.#mayBeExplained(will, copy)
    ) {
      return;
    }
    will.held = undefined;
    this.#world.timers.clear(will.heldTimer);
    const isExplained =
      willCase !== undefined && willCase.duty !== 'withhold' && !this.#tooEarly(willCase, copy);
    if (otherwise !== undefined && !isExplained) {
      // Another will explains it as well, so it proves nothing against this one.
      if (willCase !== undefined && willCase.duty !== 'withhold')
        willCase.ambiguity ??= fact('ambiguousCopy', { receivedAtMs: copy.atMs }, { seq: copy.seq });
      otherwise.isNot();
    } else if (willCase === undefined) this.#judgeWhileOpen(will, copy);
    else if (this.#tooEarly(willCase, copy)) this.#judgeEarly(willCase, copy);
    else this.received(will, copy, otherwise);
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
      this.cases.settle(willCase, 'met', [
        fact('receivedAfterDue', { subscriber, afterMs: Math.max(0, deviationMs) }, evidence),
      ]);
    } else if ((connection.connack?.atMs ?? 0) > due.untilMs && connection.mayHaveKept) {
      const kept = fact('receivedQueued', { subscriber, receivedAtMs: atMs }, evidence);
      this.#judgeByThen(willCase, atMs, kept);
    } else if (due.untilMs === Number.POSITIVE_INFINITY && atMs > due.atMs + tolerances.onTimeMs) {
      this.cases.settle(willCase, 'undecided', [
        fact('receivedUndecided', { subscriber, receivedAtMs: atMs }, evidence),
        fact('endUnbounded', {}),
      ]);
    } else if (atMs > due.untilMs + tolerances.onTimeMs) {
      const stoodStill = this.#world.standstills.disturbing(atMs, atMs);
      if (stoodStill !== undefined) {
        const received = onTime(willCase, copy, deviationMs);
        this.cases.settle(willCase, 'undecided', [received, stoodStill], 'indeterminate');
        this.cases.retireAt(will, atMs + tolerances.furtherCopiesMs);
        return;
      }
      const late = fact('receivedLate', { subscriber, afterMs: deviationMs }, evidence);
      const told = isLateByDelay(willCase, copy) ? [late, lateByDelay] : [late];
      this.cases.settle(willCase, 'late', [...told, readingFact('A12')], 'should');
      for (const twin of willCase.twins) this.#doubt(twin);
    } else if (willCase.end !== undefined && openRange(willCase.end)) {
      this.cases.settle(
        willCase,
        'undecided',
        [fact('receivedUndecided', { subscriber, receivedAtMs: atMs }, evidence)],
        'indeterminate',
      );
    } else if (willCase.suspected !== undefined) {
      const told = [onTime(willCase, copy, deviationMs), willCase.suspected];
      this.cases.settle(willCase, 'undecided', told, 'indeterminate');
    } else this.cases.settle(willCase, 'met', [onTime(willCase, copy, deviationMs)]);
    this.cases.retireAt(will, atMs + tolerances.furtherCopiesMs);
  }

  /** It was published by then, and nothing shows when. */
  #judgeByThen(willCase: WillCase, atMs: number, told: Fact): void {
    const { due, end } = willCase;
    const atOnce = due !== undefined && end !== undefined && due.fromMs === end.fromMs;
    const inTime = atOnce && atMs <= due.untilMs + tolerances.onTimeMs;
    this.cases.settle(willCase, inTime ? 'met' : 'undecided', [told]);
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
    this.cases.retireAt(will, atMs + tolerances.furtherCopiesMs);
  }

  #judgeEarly(willCase: WillCase, copy: ReceivedCopy): void {
    if (willCase.observed !== undefined || willCase.due === undefined) return;
    const deviationMs = copy.atMs - willCase.due.atMs;
    this.#observe(willCase, copy, deviationMs);
    const subscriber = copy.connection.name;
    const evidence = { seq: copy.seq };
    if (willCase.unbounded || ranOut(willCase, copy)) {
      const seen = fact('receivedUndecided', { subscriber, receivedAtMs: copy.atMs }, evidence);
      const told = willCase.unbounded ? [seen] : [seen, silentFact(willCase)];
      this.cases.settle(willCase, 'undecided', told, 'indeterminate');
    } else {
      const early = fact('receivedEarly', { subscriber, beforeMs: -deviationMs }, evidence);
      this.cases.settle(willCase, 'early', [early, fact('noOtherPublisher', {})], 'must');
    }
    this.cases.retireAt(willCase.will, copy.atMs + tolerances.furtherCopiesMs);
  }

  #judgeNonetheless(willCase: WillCase, copy: ReceivedCopy): void {
    const { will } = willCase;
    const { closed, end } = will.connection;
    if (ranOut(willCase, copy)) {
      this.#observe(willCase, copy, undefined);
      const subscriber = copy.connection.name;
      const seen = fact('receivedUndecided', { subscriber, receivedAtMs: copy.atMs }, { seq: copy.seq });
      this.cases.settle(willCase, 'undecided', [seen, silentFact(willCase)], 'indeterminate');
      this.cases.retireAt(will, copy.atMs + tolerances.furtherCopiesMs);
      return;
    }
    if (willCase.end !== undefined && copy.atMs < willCase.end.fromMs - tolerances.clockMs) {
      this.#observe(willCase, copy, undefined);
      this.cases.settle(
        willCase,
        'early',
        [whileConnected(will, copy), fact('noOtherPublisher', {})],
        'must',
      );
      this.cases.retireAt(will, copy.atMs + tolerances.furtherCopiesMs);
      return;
    }
    this.#observe(willCase, copy, undefined);
    const told = fact(
      'receivedNonetheless',
      { subscriber: copy.connection.name, receivedAtMs: copy.atMs },
      { seq: copy.seq },
    );
    const taker = end?.kind === 'normal' ? takerAt(will.client, end.atMs, copy.atMs) : undefined;
    // RST throws away what the Server has not read yet, the DISCONNECT included.
    if (end?.kind === 'normal' && closed?.end.by === 'client' && closed.end.how === 'reset') {
      this.cases.settle(willCase, 'undecided', [told, fact('resetAfterDisconnect', {})], 'indeterminate');
    } else if (taker !== undefined) {
      const first = fact('takenOverFirst', {}, { seq: taker.connect?.seq });
      this.cases.settle(willCase, 'undecided', [told, first], 'indeterminate');
    } else this.cases.settle(willCase, 'missed', [told, fact('noOtherPublisher', {})]);
    this.cases.retireAt(will, copy.atMs + tolerances.furtherCopiesMs);
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
    this.cases.settle(willCase, 'undecided', [told], 'indeterminate');
    this.cases.retireAt(willCase.will, copy.atMs + tolerances.furtherCopiesMs);
  }

  /** Published while its connection was open, as seen here: early, if the Server still held the connection. */
  #judgeWhileOpen(will: Will, copy: ReceivedCopy): void {
    const { connection } = will;
    const willCase = this.cases.newCase(will);
    will.case = willCase;
    willCase.duty = 'withhold';
    willCase.base = agreedFacts(connection);
    this.#observe(willCase, copy, undefined);
    const seen = whileConnected(will, copy);
    const heldOn = connection.lastFromServerAtMs >= copy.atMs + tolerances.stillUsedAfterMs;
    if (heldOn) {
      this.cases.settle(
        willCase,
        'early',
        [seen, fact('serverHeldOn', {}), fact('noOtherPublisher', {})],
        'must',
      );
      return;
    }
    const silent = silentPastKeepAlive(connection, copy.atMs);
    const why = silent ? silentFact(willCase) : fact('serverSilent', {});
    this.cases.settle(willCase, 'undecided', [seen, why], 'indeterminate');
  }

  /** The time has come at which a will that was not seen is decided. */
  decide(willCase: WillCase, atMs: number): void {
    if (willCase.verdict !== 'pending' || willCase.due === undefined) return;
    const { will, due, end } = willCase;
    const witness = findWitness(will, end?.fromMs ?? due.fromMs, due.fromMs);
    if (witness.kind === 'none') {
      const seen = [willCase.oldCopy, willCase.altered].filter((each) => each !== undefined);
      this.cases.settle(willCase, 'unobserved', [...seen, ...witness.facts]);
      this.cases.retireAt(will, atMs + tolerances.comesLateMs);
      return;
    }
    if (!willCase.lookedForWitness) {
      willCase.lookedForWitness = true;
      this.#world.timers.set(willCase.verdictTimer, due.untilMs + tolerances.missedAfterMs);
      return;
    }
    const open = whyUndecided(willCase, witness);
    if (open !== undefined) this.cases.settle(willCase, 'undecided', open, 'indeterminate');
    else this.cases.settle(willCase, 'missed', notReceived(willCase, witness, atMs));
    for (const twin of willCase.twins) this.#doubt(twin);
    this.cases.retireAt(will, atMs + tolerances.comesLateMs);
  }

  /** A copy came that may be that of this will, or of another one. */
  doubt(willCase: WillCase, why: Fact): void {
    willCase.ambiguity ??= why;
    willCase.suspected ??= why;
    if (willCase.verdict !== 'cancelled' || willCase.observed !== undefined) return;
    this.cases.settle(willCase, 'undecided', [willCase.ambiguity], 'indeterminate');
    this.cases.watchWithheld(willCase.will);
  }

  /** A copy was counted for this will that may have been that of another one, which is missing. */
  #doubt(willCase: WillCase): void {
    if (willCase.observed === undefined || (willCase.verdict !== 'met' && willCase.verdict !== 'late'))
      return;
    this.cases.settle(willCase, 'undecided', [...willCase.outcome, fact('sameWills', {})], 'indeterminate');
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
    this.#world.insights.willSeen(will, copy);
    noteProof(will.connection, will.message.topic, copy);
    this.#world.retainedCopies.seen(will);
    this.#world.timers.clear(willCase.dueTimer);
    this.#world.timers.clear(willCase.verdictTimer);
  }
}

/** Whether the copy may be that of a connection which the Server, unseen, had closed for its silence: then it was due a delay later. */
function ranOut({ will, end }: WillCase, copy: ReceivedCopy): boolean {
  if (end === undefined) return false;
  const waitMs = willWait(end.delay, end.expiry.seconds) * 1000;
  return mayHaveRunOut(will.connection, end, copy.atMs - waitMs);
}

/**
 * A connection of the Client that was asked for so soon after its DISCONNECT that the Server may have seen either first, and was being
 * accepted when the copy came.
 */
function takerAt(
  { asking, current, last }: Client,
  disconnectedAtMs: number,
  copyAtMs: number,
): Connection | undefined {
  return [...asking, current, last].find((each) => {
    const askedAtMs = each?.connect?.atMs ?? Number.POSITIVE_INFINITY;
    return (
      askedAtMs >= disconnectedAtMs &&
      askedAtMs <= Math.min(copyAtMs, disconnectedAtMs + tolerances.closeSeenAfterMs) &&
      copyAtMs <= (each?.connack?.atMs ?? copyAtMs) + tolerances.fanOutMs
    );
  });
}

function silentFact({ will }: WillCase): Fact {
  return fact('silentPastKeepAlive', {}, { seq: will.connection.lastFromClientSeq });
}
