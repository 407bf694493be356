/** When a Session is due to end, and what a later CONNECT shows of it: the expectation of kind `session-end`. */
import type { Viewable } from './changed.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import type { End } from './end.ts';
import { cleanStartTerm, fact, statementFor } from './facts.ts';
import type { ExpectationView, Fact, Severity, Verdict } from './model.ts';
import type { Session } from './session.ts';
import { agreedFacts, endFacts, readingFact } from './telling.ts';
import { Timer } from './timers.ts';
import type { World } from './world.ts';

export class SessionEnd implements Viewable<ExpectationView> {
  readonly id: number;
  readonly session: Session;
  readonly connection: Connection;
  readonly end: End;
  readonly row: DecisionRow | undefined;
  readonly createdAtMs: number;
  readonly dueAtMs: number;
  verdict: Verdict = 'pending';
  severity: Severity = 'must';
  decidedAtMs: number | undefined = undefined;
  observed: ExpectationView['observed'] = undefined;
  outcome: readonly Fact[] = [];
  readonly #world: World;
  readonly #timer: Timer;

  constructor(
    world: World,
    session: Session,
    connection: Connection,
    end: End,
    row: DecisionRow | undefined,
    ended: (session: Session, atMs: number) => void,
  ) {
    this.#world = world;
    this.id = world.newId('expectation');
    this.session = session;
    this.connection = connection;
    this.end = end;
    this.row = row;
    this.createdAtMs = world.nowMs;
    this.dueAtMs = end.atMs + end.expiry.seconds * 1000;
    this.#timer = new Timer((atMs) => {
      ended(session, Math.min(this.dueAtMs, atMs));
      this.settle('unobserved', [unseen(connection)]);
    });
    if (this.dueAtMs <= world.nowMs) {
      ended(session, this.dueAtMs);
      this.settle('unobserved', [unseen(connection)]);
    } else {
      world.timers.set(this.#timer, this.dueAtMs);
      world.changed.expectations.mark(this);
    }
  }

  settle(verdict: Verdict, outcome: readonly Fact[], severity?: Severity): void {
    this.verdict = verdict;
    this.outcome = outcome;
    this.decidedAtMs = this.#world.nowMs;
    if (severity !== undefined) this.severity = severity;
    this.#world.timers.clear(this.#timer);
    this.#world.changed.expectations.mark(this);
  }

  /** A CONNACK showed what had become of it. */
  shownBy(seq: number, atMs: number, connection: number): void {
    this.observed = { seq, atMs, connection };
  }

  view(): ExpectationView {
    const { session, connection } = this;
    return {
      id: this.id,
      kind: 'session-end',
      server: connection.info.server,
      clientId: connection.clientId,
      connection: connection.id,
      session: session.id,
      will: undefined,
      row: this.row?.id,
      demands: 'happens',
      createdAtMs: this.createdAtMs,
      dueAtMs: this.dueAtMs,
      verdict: this.verdict,
      severity: this.severity,
      decidedAtMs: this.decidedAtMs,
      observed: this.observed,
      checks: [],
      facts: [
        ...agreedFacts(connection),
        ...endFacts(connection, this.end),
        rule(connection, this.end),
        ...readings(connection, this.end),
        ...this.outcome,
      ],
    };
  }
}

/** Before 5.0 the flag that resumes has another name. */
function unseen(connection: Connection): Fact {
  return fact('sessionEndUnseen', { cleanStart: cleanStartTerm(connection.version || 5, false) });
}

function rule(connection: Connection, end: End): Fact {
  const { seconds } = end.expiry;
  if (seconds === 0) {
    const ids = { 5: '3.1.2.11.2', 4: 'MQTT-3.1.2-6', 3: '3.1' };
    const statement = statementFor(connection.version || 5, ids);
    return fact('sessionEndsWithConnection', {}, { statement });
  }
  return fact(
    'sessionExpires',
    { sessionExpirySeconds: seconds },
    { statement: { version: 5, id: 'MQTT-4.1.0-2' } },
  );
}

function readings(connection: Connection, end: End): Fact[] {
  const { connect } = connection;
  const facts: Fact[] = [];
  const absent = connect?.version === 5 && connect.sessionExpiryInterval === undefined;
  if (absent && !connect.cleanStart && end.expiry.seconds === 0) facts.push(readingFact('A3'));
  if (end.expiry.reading !== undefined) facts.push(readingFact(end.expiry.reading));
  return facts;
}
