/** The life of connections and Sessions: accepted, refused, taken over, ended, resumed (PROTOCOL-FACTS 0). */
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import { caseFactsOf } from './case-facts.ts';
import { chooseRow, chooseTakeover } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import { type End, endOf, takeoverEnd } from './end.ts';
import { connectedExpiry } from './expiry.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';
import { RefusedTakeover } from './refused-takeover.ts';
import { Session } from './session.ts';
import { SessionEnd } from './session-end.ts';
import {
  judgeRefusedSessionPresent,
  judgeSessionPresent,
  lifeAt,
  type SessionKnowledge,
  sessionKnowledge,
} from './session-present.ts';
import { Silence } from './silence.ts';
import { dropSubscriptions } from './subscriptions.ts';
import { readingFact } from './telling.ts';
import { Timer } from './timers.ts';
import { tolerances } from './tolerances.ts';
import type { Will } from './will.ts';
import type { WillCase } from './will-case.ts';
import type { WillJudge } from './will-judge.ts';
import type { World } from './world.ts';

export class Lifecycle {
  readonly #world: World;
  readonly #judge: WillJudge;

  constructor(world: World, judge: WillJudge) {
    this.#world = world;
    this.#judge = judge;
  }

  /** CONNACK with success: from now on the connection carries the Session. */
  accept(next: Connection): void {
    const { connect } = next;
    if (connect === undefined) return;
    const client = this.#clientOf(next);
    next.client = client;
    next.accepted = true;
    client.asking.delete(next);
    this.#finishBefore(client, next);
    const old = client.current ?? client.deferred;
    client.deferred = undefined;
    const known = sessionKnowledge(client, next, old);
    const row = old === undefined ? this.#reconnect(client, next, known) : this.#takeOver(client, old, next);
    this.#showSessionEnd(client, next);
    const before = client.session;
    const resumed = this.#resumes(client, next, known);
    this.#moveSession(client, next, resumed);
    judgeSessionPresent(this.#world, client, next, old, known, row ?? (old ?? client.last)?.endRow);
    if (before !== undefined && before !== client.session) this.#endSession(before, this.#world.nowMs);
    client.current = next;
    this.#world.forgetEnded(client);
    if (connect.will !== undefined) this.#judge.cases.arm(next, client, connect.will);
    next.silence = new Silence(this.#world, next);
    this.#reconsider(client);
  }

  /** CONNACK with an error, or a close by the Server before any CONNACK. */
  refuse(next: Connection): void {
    const client = next.client;
    judgeRefusedSessionPresent(this.#world, next);
    if (client === undefined) return;
    client.asking.delete(next);
    const end: End = { ...endOf(next, this.#world.nowMs), kind: 'connect-refused', cause: 'refused' };
    this.#endUnaccepted(next, client, end);
    if (next.connack !== undefined) this.#tellRefusal(client, next);
    if (client.asking.size === 0) this.#finishDeferred(client);
    this.#reconsider(client);
    this.#world.release(client);
  }

  /** The link was lost between CONNECT and CONNACK: the Server may have accepted, or not. */
  unanswered(next: Connection): void {
    const client = next.client;
    if (client === undefined) return;
    client.asking.delete(next);
    const end: End = { ...endOf(next, this.#world.nowMs), kind: 'connect-unanswered', cause: 'unanswered' };
    this.#endUnaccepted(next, client, end);
    const why = fact('ruleUnanswered', {}, { seq: next.connect?.seq });
    for (const will of client.wills) {
      if (will.case?.verdict === 'pending') will.case.unclear = why;
    }
    if (client.session !== undefined) client.session.uncertain = 'a CONNECT of the Client was not answered';
    if (client.asking.size === 0) this.#finishDeferred(client);
    this.#reconsider(client);
    this.#world.release(client);
  }

  /** The connection is over for its Session: by a packet that ended it, or by its close. */
  finish(connection: Connection, end: End): void {
    const { client, session } = connection;
    if (client === undefined || connection.end !== undefined) return;
    const { row, open } = rowOfEnd(connection, end);
    this.#leave(connection, client, end, row);
    if (session !== undefined) this.#sessionAfter(session, connection, end, row);
    const { will } = connection;
    if (will !== undefined && row !== undefined) this.#judge.cases.open(will, end, row, row, open);
    this.#endResumed(client, connection, end);
    this.#world.release(client);
  }

  /** The Server closed it while a CONNECT that may have taken over waits for its answer. */
  defer(connection: Connection): boolean {
    const { client, closed } = connection;
    if (client?.current !== connection || closed === undefined) return false;
    const { kind } = endOf(connection, this.#world.nowMs);
    if (kind !== 'taken-over' && kind !== 'server-closed') return false;
    if (connection.serverDisconnect !== undefined && kind === 'server-closed') return false;
    const asked = [...client.asking].some((each) => (each.connect?.atMs ?? closed.atMs) <= closed.atMs);
    if (!asked) return false;
    client.deferred = connection;
    client.current = undefined;
    const timer = new Timer(() => {
      if (client.deferred === connection) this.#finishDeferred(client);
    });
    this.#world.timers.set(timer, this.#world.nowMs + tolerances.takeoverAnswerMs);
    return true;
  }

  #finishDeferred(client: Client): void {
    const { deferred } = client;
    client.deferred = undefined;
    if (deferred !== undefined) this.finish(deferred, endOf(deferred, this.#world.nowMs));
  }

  /** What ended the old connection before the new CONNECT was accepted, other than a takeover by it. */
  #finishBefore(client: Client, next: Connection): void {
    const old = client.current;
    if (old === undefined) return;
    const { clientDisconnect, serverDisconnect, stopped, deleted } = old;
    const askedAtMs = next.connect?.atMs ?? this.#world.nowMs;
    const takenBefore = serverDisconnect?.reasonCode === 0x8e && serverDisconnect.atMs < askedAtMs;
    const otherwise = serverDisconnect !== undefined && serverDisconnect.reasonCode !== 0x8e;
    if (clientDisconnect ?? stopped ?? deleted ?? (takenBefore || otherwise ? serverDisconnect : undefined)) {
      this.finish(old, endOf(old, this.#world.nowMs));
    }
  }

  #takeOver(client: Client, old: Connection, next: Connection): DecisionRow | undefined {
    const end = takeoverEnd(old, next, this.#world.nowMs);
    const facts = caseFactsOf(old, end, next);
    const chosen = facts.next && chooseTakeover({ ...facts, next: facts.next });
    this.#leave(old, client, end, chosen?.row);
    if (old.will !== undefined && chosen !== undefined) {
      this.#judge.cases.open(old.will, end, chosen.row, chosen.meaning);
      const { case: willCase } = old.will;
      if (willCase?.duty === 'withhold' && willCase.observed === undefined) {
        this.#checkResumed(willCase, chosen.row, next);
      }
    }
    this.#endResumed(client, old, end);
    return chosen?.row;
  }

  /** The Client comes back after its connection ended: its will may be cancelled, or be due at once. */
  #reconnect(client: Client, next: Connection, known: SessionKnowledge): DecisionRow | undefined {
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
      ...this.#judge.cases.ruleOf(willCase, row),
    ];
    if (row.will === 'withhold') {
      this.#judge.cases.cancel(willCase, row, told);
      this.#checkResumed(willCase, row, next);
    } else if (row.due === 'reconnect') {
      const atMs = next.connack?.atMs ?? this.#world.nowMs;
      const due = { atMs, fromMs: next.connect?.atMs ?? atMs, untilMs: atMs };
      this.#judge.cases.moveDue(willCase, row, told, due);
    } else this.#judge.cases.restate(willCase, row, told);
  }

  /** The Client came back close to the due time: a resume may have cancelled the will, Clean Start only made it due somewhat earlier. */
  #race(willCase: WillCase, next: Connection): void {
    const { due, row } = willCase;
    if (next.connect?.cleanStart !== true) {
      willCase.race = true;
      this.#tellReturn(willCase, next);
    } else if (due !== undefined && row !== undefined) {
      const fromMs = Math.min(due.fromMs, next.connect.atMs);
      this.#judge.cases.moveDue(willCase, row, [cameBack(next)], { ...due, fromMs });
    }
  }

  /** A resume that the CONNACK contradicts: the Server says that there was no Session to come back to. */
  #checkResumed(willCase: WillCase, row: DecisionRow, next: Connection): void {
    this.#judge.cases.keepWhile(willCase.will, next);
    const { connack } = next;
    if (next.version === 3 || connack === undefined || connack.sessionPresent) return;
    if (willCase.observed !== undefined) return;
    const told = [fact('sessionNotResumed', {}, { seq: connack.seq })];
    if (next.version !== willCase.will.connection.version) told.push(readingFact('A14'));
    this.#judge.cases.leaveOpen(willCase, row, told, 'open');
  }

  #tellReturn(willCase: WillCase, next: Connection): void {
    willCase.happenings.push(cameBack(next));
  }

  /** A CONNECT that was refused cancels nothing and takes over nothing. */
  #tellRefusal(client: Client, next: Connection): void {
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
      if (row?.id === 'D38')
        this.#judge.cases.restate(willCase, row, [told, ...this.#judge.cases.ruleOf(willCase, row)]);
    }
  }

  #endUnaccepted(next: Connection, client: Client, end: End): void {
    next.end = end;
    next.endCause = end.cause;
    const { connect } = next;
    if (connect?.will === undefined) return;
    const row = chooseRow('end', caseFactsOf(next, end));
    if (row !== undefined)
      this.#judge.cases.open(this.#judge.cases.unstored(next, client, connect.will), end, row, row);
  }

  #leave(connection: Connection, client: Client, end: End, row: DecisionRow | undefined): void {
    connection.end = end;
    connection.endCause = end.cause;
    connection.endRow = row;
    connection.silence?.ended(end);
    connection.silence = undefined;
    connection.pendingSubscribes.clear();
    connection.aliases = undefined;
    if (client.current === connection) client.current = undefined;
    client.last = connection;
    this.#world.changed.connections.mark(connection);
  }

  #sessionAfter(session: Session, connection: Connection, end: End, row: DecisionRow | undefined): void {
    const { seconds, mostSeconds } = end.expiry;
    session.expiry = seconds;
    session.state = 'offline';
    this.#world.changed.sessions.mark(session);
    if (end.kind === 'session-deleted' || session.deleted) this.#endSession(session, end.atMs);
    else if (end.kind === 'server-stopped') session.uncertain = 'the Server stopped';
    else if (end.kind === 'taken-over') {
      // By a connection that is not in the trace, which may have kept the Session or not.
      if (mostSeconds === 0) this.#endSession(session, end.atMs);
      else session.uncertain = 'a connection that is not in the trace took over';
    } else if (seconds < Number.POSITIVE_INFINITY) {
      session.endsAtMs = end.atMs + seconds * 1000;
      session.client.sessionEnd = new SessionEnd(this.#world, session, connection, end, row, (ended, atMs) =>
        this.#endSession(ended, atMs),
      );
    }
  }

  #endSession(session: Session, atMs: number): void {
    if (session.state === 'ended') return;
    session.state = 'ended';
    session.endsAtMs = undefined;
    session.endedAtMs = atMs;
    dropSubscriptions(session);
    this.#world.changed.sessions.mark(session);
    const { client } = session;
    if (client.session === session && client.current === undefined) this.#world.rememberEnded(client);
  }

  /** Wills that the connection had cancelled by resuming: now that it ends, they must not come either. */
  #endResumed(client: Client, connection: Connection, end: End): void {
    for (const will of client.wills) {
      if (will.resumedBy === connection) this.#judge.cases.afterResume(will, connection, end);
    }
  }

  #resumes(client: Client, next: Connection, known: SessionKnowledge): boolean {
    if (next.connect?.cleanStart !== false) return false;
    // The CONNACK of 3.1 does not say; the Session is taken to be what the standard makes of it.
    if (next.version === 3) return client.session !== undefined && known.present !== 0;
    return next.connack?.sessionPresent === true;
  }

  #moveSession(client: Client, next: Connection, resumed: boolean): void {
    const { nowMs } = this.#world;
    let { session } = client;
    if (resumed && session !== undefined) {
      session.state = 'connected';
      session.connection = next;
      session.expiry = connectedExpiry(next);
      session.endsAtMs = undefined;
      session.endedAtMs = undefined;
      session.uncertain = undefined;
    } else {
      const start = { seq: next.connack?.seq ?? next.openedSeq, atMs: nowMs };
      const id = this.#world.newId('session');
      session = new Session(id, client, next, next.version || 5, start, connectedExpiry(next), resumed);
      client.session = session;
    }
    next.session = session;
    this.#world.changed.sessions.mark(session);
  }

  /** What the CONNACK shows of the Session that was due to end. */
  #showSessionEnd(client: Client, next: Connection): void {
    const { sessionEnd, session } = client;
    const { connack, connect } = next;
    client.sessionEnd = undefined;
    if (sessionEnd === undefined || connack === undefined || connect === undefined) return;
    const { atMs: acceptedAtMs, seq } = connack;
    const evidence = { seq };
    if (session?.uncertain !== undefined) {
      if (sessionEnd.verdict === 'pending') {
        sessionEnd.settle(
          'undecided',
          [fact('sessionPresentUncertain', { why: session.uncertain })],
          'indeterminate',
        );
      }
      return;
    }
    if (connect.cleanStart) {
      if (sessionEnd.verdict === 'pending') {
        sessionEnd.settle('cancelled', [fact('sessionReplaced', { acceptedAtMs }, evidence)]);
      }
      return;
    }
    if (next.version === 3) {
      if (sessionEnd.verdict === 'pending') {
        sessionEnd.settle('unobserved', [
          fact('sessionUnreadable', {}, { seq, statement: { version: 3, id: '3.2' } }),
        ]);
      }
      return;
    }
    this.#judgeSessionEnd(sessionEnd, next, acceptedAtMs, evidence);
  }

  #judgeSessionEnd(
    sessionEnd: SessionEnd,
    next: Connection,
    acceptedAtMs: number,
    evidence: { readonly seq: number },
  ): void {
    const present = next.connack?.sessionPresent === true;
    const { end } = sessionEnd;
    const life = end.expiry.mostSeconds === 0 ? 'ended' : lifeAt(end, next);
    const otherVersion = next.version !== sessionEnd.connection.version;
    const contradicts = life === (present ? 'ended' : 'alive');
    if (present && life === 'alive') {
      sessionEnd.settle('cancelled', [fact('sessionResumedInTime', { acceptedAtMs }, evidence)]);
      return;
    }
    sessionEnd.shownBy(evidence.seq, acceptedAtMs, next.id);
    if (contradicts && otherVersion) sessionEnd.settle('undecided', [readingFact('A14')], 'indeterminate');
    else if (present && life === 'ended') {
      sessionEnd.settle('missed', [fact('sessionOutlived', { acceptedAtMs }, evidence)]);
    } else if (present) {
      sessionEnd.settle('undecided', [fact('sessionPresentOpen', {}, evidence)], 'indeterminate');
    } else if (life === 'alive') {
      sessionEnd.settle('early', [fact('sessionLostEarly', { acceptedAtMs }, evidence)]);
    } else sessionEnd.settle('met', [fact('sessionEndShown', { acceptedAtMs }, evidence)]);
  }

  /** A Server stopped: what it owed it may do after its restart, and what it keeps is not known. */
  serverStopped(serverKey: string, seq: number): void {
    const server = this.#world.servers.get(serverKey);
    if (server === undefined) return;
    const { nowMs: atMs } = this.#world;
    for (const connection of server.connections) connection.stopped ??= { seq, atMs };
    for (const client of server.clients.values()) {
      if (client.session !== undefined && client.session.state !== 'ended') {
        client.session.uncertain = 'the Server stopped';
      }
      for (const { case: willCase } of client.wills) {
        if (willCase?.verdict === 'pending') this.#leaveToServer(willCase, seq);
      }
    }
  }

  #leaveToServer(willCase: WillCase, seq: number): void {
    const { connection } = willCase.will;
    if (willCase.end === undefined) return;
    const { nowMs: endedAtMs } = this.#world;
    const end: End = { ...willCase.end, kind: 'server-stopped', cause: 'server-stopped' };
    const row = chooseRow('end', caseFactsOf(connection, end));
    if (row === undefined) return;
    const told = [
      fact('endedServerStopped', { endedAtMs }, { seq }),
      ...this.#judge.cases.ruleOf(willCase, row),
    ];
    this.#judge.cases.leaveOpen(willCase, row, told, 'publish');
  }

  /** An operator deleted the Session: it ends, and a will that waits is due. */
  sessionDeleted(serverKey: string, clientId: string, seq: number): void {
    const client = this.#world.servers.get(serverKey)?.clients.get(clientId);
    const session = client?.session;
    if (client === undefined || session === undefined || session.state === 'ended') return;
    const { nowMs: atMs } = this.#world;
    session.deleted = true;
    if (client.current !== undefined) {
      client.current.deleted ??= { seq, atMs };
      return;
    }
    const deleted = fact(
      'sessionDeleted',
      { deletedAtMs: atMs },
      { seq, statement: { version: 5, id: '4.1.1' } },
    );
    if (client.sessionEnd?.verdict === 'pending') client.sessionEnd.settle('cancelled', [deleted]);
    client.sessionEnd = undefined;
    for (const { case: willCase } of client.wills) {
      if (willCase?.verdict === 'pending' && willCase.end !== undefined) this.#dueByDeletion(willCase, seq);
    }
    this.#endSession(session, atMs);
  }

  #dueByDeletion(willCase: WillCase, seq: number): void {
    if (willCase.end === undefined) return;
    const { nowMs: atMs } = this.#world;
    const end: End = { ...willCase.end, kind: 'session-deleted', cause: 'deleted' };
    const row = chooseRow('end', caseFactsOf(willCase.will.connection, end));
    if (row === undefined) return;
    const told = [
      fact('endedDeleted', { endedAtMs: atMs }, { seq }),
      ...this.#judge.cases.ruleOf(willCase, row),
    ];
    this.#judge.cases.moveDue(willCase, row, told, { atMs, fromMs: atMs, untilMs: atMs });
  }

  #reconsider(client: Client): void {
    for (const will of [...client.wills]) this.#judge.reconsider(will, false);
    const will: Will | undefined = client.current?.will;
    if (will !== undefined) this.#judge.reconsider(will, false);
  }

  #clientOf(next: Connection): Client {
    if (next.client !== undefined) return next.client;
    // An empty Client Identifier that was not replaced names a Session of its own.
    return next.server.client(next.clientId || `\u0000${next.id}`);
  }
}

/**
 * The row of an end. A takeover by a connection that is not in the trace is told by the row for Clean Start 0, and is open where Clean Start 1
 * would make another one of it.
 */
function rowOfEnd(
  connection: Connection,
  end: End,
): { readonly row: DecisionRow | undefined; readonly open: boolean } {
  const facts = caseFactsOf(connection, end);
  if (end.kind !== 'taken-over' || facts.version !== 5) return { row: chooseRow('end', facts), open: false };
  const next = {
    version: facts.version,
    cleanStart: false,
    accepted: true,
    expiry: Number.POSITIVE_INFINITY,
    will: true,
  };
  const row = chooseRow('takeover', { ...facts, next });
  return { row, open: row?.will === 'withhold' };
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
