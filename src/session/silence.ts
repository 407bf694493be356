/**
 * Keep Alive: a connection on which the Client is silent must be closed by the Server after one and a half times the effective Keep Alive
 * (v5 [MQTT-3.1.2-22], v3.1.1 [MQTT-3.1.2-24]). Per packet only its time is kept; a timer a connection looks at it now and then.
 */
import type { Viewable } from './changed.ts';
import { type CaseFacts, chooseRow } from './choose-row.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow, EndKind } from './decision-table.ts';
import { type End, keepAliveEndsAtMs } from './end.ts';
import { fact } from './facts.ts';
import { foreseenWillFact, willAfterSilence } from './foreseen.ts';
import type { ExpectationView, Fact, Severity, Verdict, WillView } from './model.ts';
import { FLAG } from './open-connections.ts';
import { frozenFacts, readingFact, ruleFacts } from './telling.ts';
import { Timer } from './timers.ts';
import { keepAliveMissedAfterMs, silenceWorthTelling, tolerances } from './tolerances.ts';
import type { World } from './world.ts';

/** The expectation of kind `keep-alive`. */
class SilenceCase implements Viewable<ExpectationView> {
  readonly id: number;
  readonly connection: Connection;
  readonly createdAtMs: number;
  readonly row: DecisionRow | undefined;
  readonly dueAtMs: number | undefined;
  readonly base: readonly Fact[];
  /** What follows from a close for the will, told while that is open. */
  readonly foreseen: Fact | undefined;
  verdict: Verdict = 'pending';
  severity: Severity;
  decidedAtMs: number | undefined = undefined;
  observed: ExpectationView['observed'] = undefined;
  deviationMs: number | undefined = undefined;
  outcome: readonly Fact[] = [];

  constructor(
    id: number,
    connection: Connection,
    createdAtMs: number,
    row: DecisionRow | undefined,
    base: readonly Fact[],
  ) {
    this.id = id;
    this.connection = connection;
    this.createdAtMs = createdAtMs;
    this.row = row;
    this.severity = row?.severity ?? 'must';
    this.base = base;
    const dueAtMs = keepAliveEndsAtMs(connection);
    this.dueAtMs = Number.isFinite(dueAtMs) ? dueAtMs : undefined;
    this.foreseen = this.dueAtMs === undefined ? undefined : foreseenWillFact(connection, this.dueAtMs);
  }

  view(): ExpectationView {
    const { connection } = this;
    return {
      id: this.id,
      kind: 'keep-alive',
      server: connection.info.server,
      clientId: connection.clientId,
      connection: connection.id,
      session: connection.session?.id,
      will: connection.will?.id,
      row: this.row?.id,
      demands: 'happens',
      createdAtMs: this.createdAtMs,
      dueAtMs: this.dueAtMs,
      verdict: this.verdict,
      severity: this.severity,
      decidedAtMs: this.decidedAtMs,
      observed: this.observed,
      deviationMs: this.deviationMs,
      checks: [],
      facts: [...this.base, ...this.#then()],
    };
  }

  #then(): readonly Fact[] {
    if (this.verdict !== 'pending') return this.outcome;
    return this.foreseen === undefined ? [] : [this.foreseen];
  }
}

export class Silence {
  readonly #world: World;
  readonly #connection: Connection;
  readonly #timer: Timer;
  #case: SilenceCase | undefined = undefined;

  constructor(world: World, connection: Connection) {
    this.#world = world;
    this.#connection = connection;
    this.#timer = new Timer((atMs) => this.#look(atMs));
    this.#watch();
  }

  /** What follows for the will if nothing more comes: when it is due, and by which expectation. Undefined unless that is open. */
  get foreseen(): WillView['foreseen'] {
    const silence = this.#case;
    if (silence?.dueAtMs === undefined || silence.verdict !== 'pending') return undefined;
    const dueAtMs = willAfterSilence(this.#connection, silence.dueAtMs);
    return dueAtMs === undefined ? undefined : { dueAtMs, expectation: silence.id };
  }

  /** The user froze the Client: the silence is told at once. */
  freeze(): void {
    this.#tell();
  }

  /** What the Client sent may be missing in the trace. */
  lost(why: Fact): void {
    this.#decide('undecided', [why], 'indeterminate');
  }

  /** The Client spoke again. */
  broken(seq: number): void {
    const { nowMs } = this.#world;
    this.#decide('cancelled', [fact('keepAliveSpoke', { spokeAtMs: nowMs }, { seq })]);
    this.#watch();
  }

  /** The connection ended, by a close or by a packet. */
  ended(end: End): void {
    const silence = this.#case;
    if (silence !== undefined) this.#judgeEnd(silence, end);
    this.#world.timers.clear(this.#timer);
  }

  #watch(): void {
    const waitMs = this.#connection.keepAliveSeconds * 1000 * silenceWorthTelling;
    if (waitMs > 0) this.#world.timers.set(this.#timer, this.#connection.lastFromClientAtMs + waitMs);
  }

  #look(atMs: number): void {
    const { lastFromClientAtMs, keepAliveSeconds } = this.#connection;
    const silence = this.#case;
    if (silence !== undefined) this.#miss(silence, atMs);
    else if (atMs >= lastFromClientAtMs + keepAliveSeconds * 1000 * silenceWorthTelling) this.#tell();
    else this.#watch();
  }

  #tell(): void {
    if (this.#case !== undefined) return;
    const connection = this.#connection;
    const { keepAliveSeconds } = connection;
    const row = chooseRow('silence', silenceFacts(connection));
    const base = [
      ...keepAliveFacts(connection),
      ...(row === undefined ? [] : ruleFacts(row, row, connection.version || 5, undefined)),
    ];
    const silence = new SilenceCase(
      this.#world.newId('expectation'),
      connection,
      this.#world.nowMs,
      row,
      base,
    );
    this.#case = silence;
    connection.mark(FLAG.silent, true);
    this.#mark(silence);
    if (silence.dueAtMs === undefined) {
      silence.verdict = 'undecided';
      silence.decidedAtMs = this.#world.nowMs;
    } else {
      const missedAtMs = silence.dueAtMs + keepAliveMissedAfterMs(keepAliveSeconds);
      this.#world.timers.set(this.#timer, Math.max(missedAtMs, this.#world.nowMs));
    }
  }

  #miss(silence: SilenceCase, atMs: number): void {
    const stillOpen = fact('keepAliveStillOpen', { untilAtMs: atMs });
    const why = this.#world.standstills.disturbing(silence.dueAtMs ?? atMs, atMs);
    silence.verdict = why === undefined ? 'missed' : 'undecided';
    silence.decidedAtMs = atMs;
    silence.outcome = why === undefined ? [stillOpen] : [stillOpen, why];
    if (why !== undefined) silence.severity = 'indeterminate';
    this.#mark(silence);
  }

  #judgeEnd(silence: SilenceCase, end: End): void {
    const { dueAtMs } = silence;
    const { seq, atMs: endedAtMs } = end;
    if (dueAtMs === undefined) {
      this.#decide('undecided', [fact('keepAliveEndedOtherwise', { endedAtMs }, { seq })]);
      return;
    }
    if (!closedByServer.has(end.kind)) {
      const ended =
        endedAtMs < dueAtMs
          ? fact('keepAliveEnded', { endedAtMs }, { seq })
          : fact('keepAliveEndedOtherwise', { endedAtMs }, { seq });
      // Nothing was seen of a close by the Server; after its time has passed, that is a Server that did not close.
      if (silence.verdict !== 'missed') this.#decide('cancelled', [ended]);
      return;
    }
    const deviationMs = endedAtMs - dueAtMs;
    if (deviationMs < -tolerances.clockMs) {
      this.#judgeBefore(silence, end, -deviationMs);
      return;
    }
    this.#observe(silence, end, deviationMs);
    const told = fact('keepAliveClosed', { afterMs: Math.max(0, deviationMs) }, { seq });
    const stoodStill = this.#world.standstills.disturbing(endedAtMs, endedAtMs);
    if (deviationMs <= tolerances.onTimeMs) this.#decide('met', [told]);
    else if (stoodStill !== undefined) this.#decide('undecided', [told, stoodStill], 'indeterminate');
    else this.#decide('late', [told, readingFact('A12')], 'should');
  }

  #judgeBefore(silence: SilenceCase, end: End, beforeMs: number): void {
    const { seq, atMs: endedAtMs } = end;
    if (this.#connection.serverDisconnect?.reasonCode === 0x8d) {
      this.#observe(silence, end, -beforeMs);
      const told = fact('keepAliveClosedEarly', { beforeMs }, { seq });
      const stoodStill = this.#world.standstills.disturbing(endedAtMs, endedAtMs);
      if (stoodStill === undefined) this.#decide('early', [told], 'derivable');
      else this.#decide('undecided', [told, stoodStill], 'indeterminate');
    } else this.#decide('cancelled', [fact('keepAliveEnded', { endedAtMs }, { seq })]);
  }

  #observe(silence: SilenceCase, end: End, deviationMs: number): void {
    silence.observed = { seq: end.seq, atMs: end.atMs, connection: this.#connection.id };
    silence.deviationMs = deviationMs;
  }

  #decide(verdict: Verdict, outcome: readonly Fact[], severity?: Severity): void {
    const silence = this.#case;
    if (silence === undefined) return;
    this.#case = undefined;
    this.#connection.mark(FLAG.silent, false);
    this.#world.timers.clear(this.#timer);
    silence.verdict = verdict;
    silence.outcome = outcome;
    silence.decidedAtMs = this.#world.nowMs;
    if (severity !== undefined) silence.severity = severity;
    this.#mark(silence);
  }

  #mark(silence: SilenceCase): void {
    const { expectations, wills } = this.#world.changed;
    expectations.mark(silence);
    if (this.#connection.will !== undefined) wills.mark(this.#connection.will);
  }
}

/** Ends that the Server made, and that may be the close of a silent connection. */
const closedByServer: ReadonlySet<EndKind> = new Set(['keep-alive', 'server-closed', 'client-violation']);

/** What is known of the Keep Alive, and since when the Client is silent. */
function keepAliveFacts(connection: Connection): Fact[] {
  const { connect, connack, keepAliveSeconds } = connection;
  if (connect === undefined) return [];
  const facts = [
    fact('connectKeepAlive', { keepAliveSeconds: connect.keepAliveSeconds }, { seq: connect.seq }),
  ];
  if (connack?.serverKeepAlive !== undefined) {
    facts.push(
      fact(
        'connackKeepAlive',
        { keepAliveSeconds, askedSeconds: connect.keepAliveSeconds },
        { seq: connack.seq, statement: { version: 5, id: 'MQTT-3.1.2-21' } },
      ),
    );
  }
  facts.push(
    fact('lastPacket', { lastAtMs: connection.lastFromClientAtMs }, { seq: connection.lastFromClientSeq }),
  );
  return [...facts, ...frozenFacts(connection)];
}

function silenceFacts(connection: Connection): CaseFacts {
  const ended: EndKind = connection.keepAliveSeconds > 0 ? 'keep-alive' : 'silent';
  return {
    version: connection.version || 5,
    ended,
    will: true,
    delay: 0,
    expiry: 0,
    expiryChange: 'none',
    cleanStart: connection.connect?.cleanStart ?? true,
  };
}
