/** The life of connections: accepted, refused, taken over, ended. */
import { caseFactsOf } from './case-facts.ts';
import { chooseRow } from './choose-row.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import { type End, endOf } from './end.ts';
import { fact } from './facts.ts';
import { FLAG } from './open-connections.ts';
import { Returns } from './returns.ts';
import type { SessionMoves } from './session-moves.ts';
import { judgeRefusedSessionPresent, judgeSessionPresent, sessionKnowledge } from './session-present.ts';
import { Silence } from './silence.ts';
import { Timer } from './timers.ts';
import { tolerances } from './tolerances.ts';
import type { WillJudge } from './will-judge.ts';
import type { World } from './world.ts';

export class Lifecycle {
  readonly #world: World;
  readonly #judge: WillJudge;
  readonly #sessions: SessionMoves;
  readonly #returns: Returns;

  constructor(world: World, judge: WillJudge, sessions: SessionMoves) {
    this.#world = world;
    this.#judge = judge;
    this.#sessions = sessions;
    this.#returns = new Returns(world, judge.cases);
  }

  /** CONNACK with success: from now on the connection carries the Session. */
  accept(next: Connection): void {
    const { connect } = next;
    if (connect === undefined) return;
    const client = this.#clientOf(next);
    next.client = client;
    next.accepted = true;
    if (next.isObserver) next.server.noteObserver(next.info.client, undefined);
    client.asking.delete(next);
    this.#finishBefore(client, next);
    const old = client.current ?? client.deferred;
    client.deferred = undefined;
    if (old !== undefined && haveCrossed(old, next)) {
      old.crossed = next;
      next.crossed = old;
    }
    const [alsoAsking] = client.asking;
    // Whoever takes over, a will without a delay is due then.
    if (old?.will !== undefined && old.will.delay > 0) old.crossed ??= alsoAsking;
    const areCrossed = next.crossed !== undefined || alsoAsking !== undefined;
    if (areCrossed && client.session !== undefined) client.session.uncertain = crossing;
    const known = sessionKnowledge(client, next, old);
    const row =
      old === undefined ? this.#returns.reconnect(client, next, known) : this.#takeOver(client, old, next);
    this.#sessions.showEnd(client, next);
    const before = client.session;
    const insightBefore = this.#world.insights.before(client);
    const resumed = this.#sessions.resumes(client, next, known);
    this.#sessions.move(client, next, resumed);
    if (next.crossed !== undefined && client.session !== undefined) client.session.uncertain = crossing;
    if (!next.isObserver)
      judgeSessionPresent(this.#world, client, next, old, known, row ?? (old ?? client.last)?.endRow);
    if (before !== undefined && before !== client.session) this.#sessions.end(before, this.#world.nowMs);
    client.current = next;
    this.#world.forgetEnded(client);
    if (connect.will !== undefined) this.#judge.cases.arm(next, client, connect.will);
    if (!next.isObserver) next.silence = new Silence(this.#world, next);
    this.#world.insights.accepted(next, insightBefore);
    this.#reconsider(client);
  }

  /** CONNACK with an error, or a close by the Server before any CONNACK. */
  refuse(next: Connection): void {
    const client = next.client;
    this.#world.watch?.declined(next.id);
    judgeRefusedSessionPresent(this.#world, next);
    this.#world.insights.refused(next);
    const { connack } = next;
    if (next.isObserver && connack !== undefined) {
      const { seq, reasonCode } = connack;
      next.server.noteObserver(next.info.client, { seq, version: next.version || 5, reasonCode });
    }
    if (client === undefined) return;
    client.asking.delete(next);
    const end: End = { ...endOf(next, this.#world), kind: 'connect-refused', cause: 'refused' };
    this.#endUnaccepted(next, client, end);
    if (next.connack !== undefined) this.#returns.refused(client, next);
    if (client.asking.size === 0) this.#finishDeferred(client);
    this.#reconsider(client);
    this.#world.release(client);
  }

  /** The link was lost between CONNECT and CONNACK: the Server may have accepted, or not. */
  unanswered(next: Connection): void {
    const client = next.client;
    this.#world.watch?.declined(next.id);
    if (client === undefined) return;
    client.asking.delete(next);
    const end: End = { ...endOf(next, this.#world), kind: 'connect-unanswered', cause: 'unanswered' };
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

  /** Bytes of the connection are missing: what it does from here on nobody can say, so none of it is judged. */
  loseTrack(connection: Connection, seq: number): void {
    if (connection.untracked) return;
    connection.untracked = true;
    connection.blind = true;
    connection.mark(FLAG.readable, false);
    const { nowMs: missingAtMs } = this.#world;
    const why = fact('bytesMissing', { missingAtMs }, { seq });
    connection.silence?.lost(why);
    if (!connection.accepted) {
      if (connection.connect !== undefined) this.unanswered(connection);
      return;
    }
    const { client, session, will } = connection;
    if (client === undefined || !connection.carries) return;
    if (session !== undefined) {
      session.uncertain = 'bytes of its connection are missing';
      session.state = 'offline';
      this.#world.changed.sessions.mark(session);
    }
    const end = endOf(connection, this.#world);
    this.#leave(connection, client, { ...end, kind: 'connect-unanswered', cause: 'untracked' }, undefined);
    if (will !== undefined) this.#judge.cases.leaveUnknown(will, why);
  }

  /** The connection is over for its Session: by a packet that ended it, or by its close. */
  finish(connection: Connection, end: End): void {
    const { client, session } = connection;
    if (client === undefined || connection.end !== undefined) return;
    const { row, open: unclear } = rowOfEnd(connection, end);
    const taker = takerBefore(client, end);
    const open = unclear || connection.crossed !== undefined || taker !== undefined;
    this.#leave(connection, client, end, row);
    if (session !== undefined) this.#sessions.afterEnd(session, connection, end, row);
    const { will } = connection;
    if (will !== undefined && row !== undefined) {
      this.#judge.cases.open(will, end, row, row, open);
      const other = connection.crossed ?? taker;
      if (other !== undefined)
        this.#judge.cases.tell(
          will,
          fact(taker === undefined ? 'connectsCrossed' : 'takenOverFirst', {}, { seq: other.connect?.seq }),
        );
    }
    this.#endResumed(client, connection, end);
    this.#world.release(client);
  }

  /** The Server closed it while a CONNECT that may have taken over waits for its answer. */
  defer(connection: Connection): boolean {
    const { client, closed } = connection;
    if (client?.current !== connection || closed === undefined) return false;
    const { kind } = endOf(connection, this.#world);
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
    if (deferred !== undefined) this.finish(deferred, endOf(deferred, this.#world));
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
      this.finish(old, endOf(old, this.#world));
    }
  }

  #takeOver(client: Client, old: Connection, next: Connection): DecisionRow | undefined {
    const takeover = this.#returns.takeover(old, next);
    this.#leave(old, client, takeover.end, takeover.row);
    this.#returns.takenOver(old, next, takeover);
    this.#endResumed(client, old, takeover.end);
    return takeover.row;
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
    this.#world.insights.ended(connection, end);
    this.#world.changed.connections.mark(connection);
  }

  /** Wills that the connection had cancelled by resuming: now that it ends, they must not come either. */
  #endResumed(client: Client, connection: Connection, end: End): void {
    for (const will of client.wills) {
      if (will.resumedBy === connection) this.#judge.cases.afterResume(will, connection, end);
    }
  }

  #reconsider(client: Client): void {
    for (const will of [...client.wills]) this.#judge.reconsider(will, false);
    const will = client.current?.will;
    if (will !== undefined) this.#judge.reconsider(will, false);
  }

  #clientOf(next: Connection): Client {
    if (next.client !== undefined) return next.client;
    // An empty Client Identifier that was not replaced names a Session of its own.
    return next.server.client(next.clientId || `\u0000${next.id}`);
  }
}

const crossing = 'two CONNECTs of the Client were under way at the same time';

/** Whether the CONNECT of `next` was sent before the Server had answered that of `old`, and nothing shows which it took first. */
function haveCrossed(old: Connection, next: Connection): boolean {
  const asked = next.connect?.atMs ?? Number.POSITIVE_INFINITY;
  return asked < (old.connack?.atMs ?? 0) && old.closed === undefined && old.serverDisconnect === undefined;
}

/** The connection that may have taken over before a DISCONNECT with 0x00 came to the Server: its CONNECT was sent before. */
function takerBefore(client: Client, { kind, atMs }: End): Connection | undefined {
  if (kind !== 'normal') return undefined;
  for (const asking of client.asking) if ((asking.connect?.atMs ?? atMs) < atMs) return asking;
  return undefined;
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
