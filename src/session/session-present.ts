/** Which Session Present a CONNACK must carry, from what the trace knows of the Client's Session: the expectation of kind `session-present`. */
import type { Viewable } from './changed.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import { type End, endFact } from './end.ts';
import { connectedExpiry } from './expiry.ts';
import { fact, statementFor } from './facts.ts';
import type { ExpectationView, Fact, Severity, Verdict } from './model.ts';
import { agreedFacts, readingFact } from './telling.ts';
import { tolerances } from './tolerances.ts';
import type { World } from './world.ts';

/** What the trace says about the Session when its Client comes back. */
export interface SessionKnowledge {
  /** Undefined when the trace has no history of the Client. `open`: it cannot tell. */
  readonly present: 0 | 1 | 'open' | undefined;
  readonly rule: Fact | undefined;
}

/** What the Server must still have when it accepts `next`; `old` is the connection that it takes over from. */
export function sessionKnowledge(
  client: Client,
  next: Connection,
  old: Connection | undefined,
): SessionKnowledge {
  const { session, last } = client;
  const version = next.version || 5;
  const found = { statement: statementFor(version, { 5: 'MQTT-3.2.2-3', 4: 'MQTT-3.2.2-2' }) };
  const gone = { statement: statementFor(version, { 5: 'MQTT-3.2.2-3', 4: 'MQTT-3.2.2-3' }) };
  if (session === undefined) return { present: undefined, rule: undefined };
  if (session.uncertain !== undefined) {
    return { present: 'open', rule: fact('sessionPresentUncertain', { why: session.uncertain }) };
  }
  if (old !== undefined) {
    if (connectedExpiry(old) > 0) return { present: 1, rule: fact('sessionPresentTakeover', {}, found) };
    const endsAtMs = next.connack?.atMs ?? 0;
    return { present: 0, rule: fact('sessionPresentEnded', { endsAtMs }, gone) };
  }
  const end = last?.end;
  if (end === undefined || session.deleted || end.expiry.mostSeconds === 0) {
    const endsAtMs = session.endedAtMs ?? end?.atMs ?? 0;
    return { present: 0, rule: fact('sessionPresentEnded', { endsAtMs }, gone) };
  }
  if (end.expiry.leastSeconds === Number.POSITIVE_INFINITY) {
    return { present: 1, rule: fact('sessionPresentForever', {}, found) };
  }
  switch (lifeAt(end, next)) {
    case 'alive':
      return { present: 1, rule: fact('sessionPresentAlive', { endsAtMs: sessionEnds(end).fromMs }, found) };
    case 'ended':
      return { present: 0, rule: fact('sessionPresentEnded', { endsAtMs: sessionEnds(end).untilMs }, gone) };
    default:
      return { present: 'open', rule: fact('sessionPresentOpen', {}) };
  }
}

function sessionEnds(end: End): { readonly fromMs: number; readonly untilMs: number } {
  const { leastSeconds, mostSeconds } = end.expiry;
  return { fromMs: end.fromMs + leastSeconds * 1000, untilMs: end.untilMs + mostSeconds * 1000 };
}

/** The Server accepts somewhere between CONNECT and CONNACK, and need not end a Session to the millisecond. */
export function lifeAt(end: End, next: Connection): 'alive' | 'ended' | 'either' {
  const { fromMs, untilMs } = sessionEnds(end);
  if ((next.connack?.atMs ?? 0) < fromMs - tolerances.clockMs) return 'alive';
  return (next.connect?.atMs ?? 0) > untilMs + tolerances.onTimeMs ? 'ended' : 'either';
}

export class SessionPresent implements Viewable<ExpectationView> {
  readonly #view: ExpectationView;

  constructor(view: ExpectationView) {
    this.#view = view;
  }

  view(): ExpectationView {
    return this.#view;
  }
}

/** Judges the CONNACK that accepted `next`, if the trace knows enough to expect anything. */
export function judgeSessionPresent(
  world: World,
  client: Client,
  next: Connection,
  old: Connection | undefined,
  known: SessionKnowledge,
  row: DecisionRow | undefined,
): void {
  const { connect, connack } = next;
  if (connect === undefined || connack === undefined || connect.version === 3) return;
  const present = connack.sessionPresent ? 1 : 0;
  // Without history there is nothing to hold the Server to, except that Clean Start allows no Session Present.
  if (known.present === undefined && !(connect.cleanStart && present === 1)) return;
  const cleanRule = fact(
    'sessionPresentClean',
    { cleanStart: next.cleanStartTerm },
    { statement: statementFor(connect.version, { 5: 'MQTT-3.2.2-2', 4: 'MQTT-3.2.2-1' }) },
  );
  const expected = connect.cleanStart ? 0 : known.present;
  const rule = connect.cleanStart ? cleanRule : known.rule;
  const facts = [
    ...historyFacts(client, old, connect.cleanStart),
    // A takeover has told it already.
    ...(old !== undefined && !connect.cleanStart ? [] : [cameBackFact(next)]),
    ...(rule === undefined ? [] : [rule]),
    fact('sessionPresent', { sessionPresent: present }, { seq: connack.seq }),
  ];
  const judged = judge(client, next, old, expected, present);
  const view: ExpectationView = {
    id: world.newId('expectation'),
    kind: 'session-present',
    server: next.info.server,
    clientId: next.clientId,
    connection: next.id,
    session: next.session?.id,
    will: undefined,
    row: row?.id,
    demands: 'happens',
    createdAtMs: connack.atMs,
    dueAtMs: connack.atMs,
    verdict: judged.verdict,
    severity: judged.severity,
    decidedAtMs: connack.atMs,
    observed: { seq: connack.seq, atMs: connack.atMs, connection: next.id },
    deviationMs: undefined,
    checks: [],
    facts: [...facts, ...judged.facts],
  };
  world.changed.expectations.mark(new SessionPresent(view));
}

function cameBackFact(next: Connection): Fact {
  const params = { cleanStart: next.cleanStartTerm, acceptedAtMs: next.connack?.atMs ?? 0 };
  return fact('cameBack', params, { seq: next.connect?.seq });
}

interface Judged {
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly facts: readonly Fact[];
}

function judge(
  client: Client,
  next: Connection,
  old: Connection | undefined,
  expected: 0 | 1 | 'open' | undefined,
  present: 0 | 1,
): Judged {
  const before = old ?? client.last;
  const readings = readingsOf(before, expected);
  if (expected === present) return { verdict: 'met', severity: 'must', facts: readings };
  if (expected === 'open' || expected === undefined) {
    return { verdict: 'undecided', severity: 'indeterminate', facts: readings };
  }
  if (!(next.connect?.cleanStart ?? true) && before !== undefined && before.version !== next.version) {
    return { verdict: 'undecided', severity: 'indeterminate', facts: [...readings, readingFact('A14')] };
  }
  if (expected === 1 && before !== undefined && before.version !== 5) {
    const capped = fact('sessionCapped', {}, { statement: { version: 4, id: '4.1' } });
    return { verdict: 'undecided', severity: 'policy', facts: [...readings, capped, readingFact('A17')] };
  }
  return { verdict: 'missed', severity: 'must', facts: readings };
}

/** A3: where the note would have had the Server keep a Session that the text ends. */
function readingsOf(before: Connection | undefined, expected: 0 | 1 | 'open' | undefined): Fact[] {
  const connect = before?.connect;
  if (connect?.version !== 5 || connect.cleanStart || expected !== 0) return [];
  return before !== undefined && connect.sessionExpiryInterval === undefined && connectedExpiry(before) === 0
    ? [readingFact('A3')]
    : [];
}

function historyFacts(client: Client, old: Connection | undefined, cleanStart: boolean): Fact[] {
  if (cleanStart) return [];
  const before = old ?? client.last;
  if (before === undefined) return [];
  return [...agreedFacts(before), ...(before.end === undefined ? [] : [endFact(before, before.end)])];
}

/** A refused CONNECT whose CONNACK said that there is a Session (v5 [MQTT-3.2.2-6], v3.1.1 [MQTT-3.2.2-4]). */
export function judgeRefusedSessionPresent(world: World, next: Connection): void {
  const { connect, connack } = next;
  if (connect === undefined || connack?.sessionPresent !== true || connect.version === 3) return;
  const ids = { 5: 'MQTT-3.2.2-6', 4: 'MQTT-3.2.2-4' };
  const evidence = { seq: connack.seq, statement: statementFor(connect.version, ids) };
  const view: ExpectationView = {
    id: world.newId('expectation'),
    kind: 'session-present',
    server: next.info.server,
    clientId: next.clientId,
    connection: next.id,
    demands: 'happens',
    createdAtMs: connack.atMs,
    dueAtMs: connack.atMs,
    verdict: 'missed',
    severity: 'must',
    decidedAtMs: connack.atMs,
    observed: { seq: connack.seq, atMs: connack.atMs, connection: next.id },
    checks: [],
    facts: [
      fact('sessionPresentRefused', {}, evidence),
      fact('sessionPresent', { sessionPresent: 1 }, { seq: connack.seq }),
    ],
  };
  world.changed.expectations.mark(new SessionPresent(view));
}
