/** What becomes of Sessions: they go offline, end, are resumed or replaced, and a CONNACK shows which. */
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { DecisionRow } from './decision-table.ts';
import type { End } from './end.ts';
import { connectedExpiry } from './expiry.ts';
import { fact } from './facts.ts';
import { Session } from './session.ts';
import { SessionEnd } from './session-end.ts';
import { lifeAt, type SessionKnowledge } from './session-present.ts';
import { dropSubscriptions } from './subscriptions.ts';
import { readingFact } from './telling.ts';
import type { World } from './world.ts';

export class SessionMoves {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Its connection has ended: it ends too, or lives on without one. */
  afterEnd(session: Session, connection: Connection, end: End, row: DecisionRow | undefined): void {
    const { seconds, mostSeconds } = end.expiry;
    session.expiry = seconds;
    session.state = 'offline';
    this.#world.changed.sessions.mark(session);
    const isOver = end.kind === 'session-deleted' || session.deleted || connection.isObserver;
    if (isOver) this.end(session, end.atMs);
    else if (end.kind === 'server-stopped') session.uncertain = 'the Server stopped';
    else if (end.kind === 'taken-over') {
      // By a connection that is not in the trace, which may have kept the Session or not.
      if (mostSeconds === 0) this.end(session, end.atMs);
      else session.uncertain = 'a connection that is not in the trace took over';
    } else if (seconds < Number.POSITIVE_INFINITY) {
      session.endsAtMs = end.atMs + seconds * 1000;
      session.client.sessionEnd = new SessionEnd(this.#world, session, connection, end, row, (ended, atMs) =>
        this.end(ended, atMs),
      );
    }
  }

  end(session: Session, atMs: number): void {
    if (session.state === 'ended') return;
    session.state = 'ended';
    session.endsAtMs = undefined;
    session.endedAtMs = atMs;
    dropSubscriptions(session);
    this.#world.changed.sessions.mark(session);
    const { client } = session;
    if (client.session === session && client.current === undefined) this.#world.rememberEnded(client);
  }

  /** The CONNECT was accepted: the Session goes on under the new connection, or a new one begins. */
  move(client: Client, next: Connection, resumed: boolean): void {
    const { nowMs } = this.#world;
    let { session } = client;
    if (resumed && session !== undefined) {
      session.state = 'connected';
      session.connection = next;
      session.expiry = connectedExpiry(next);
      session.endsAtMs = undefined;
      session.endedAtMs = undefined;
      session.uncertain = undefined;
      session.deleted = false;
      if (next.version === 3) session.resumedUnsaidAtMs = nowMs;
    } else {
      const start = { seq: next.connack?.seq ?? next.openedSeq, atMs: nowMs };
      const id = this.#world.newId('session');
      session = new Session(id, client, next, next.version || 5, start, connectedExpiry(next), resumed);
      client.session = session;
    }
    next.session = session;
    this.#world.changed.sessions.mark(session);
  }

  /** Whether the new connection is one to the Session that the trace knows. */
  resumes(client: Client, next: Connection, known: SessionKnowledge): boolean {
    if (next.connect?.cleanStart !== false) return false;
    // The CONNACK of 3.1 does not say; the Session is taken to be what the standard makes of it.
    if (next.version === 3) return client.session !== undefined && known.present !== 0;
    return next.connack?.sessionPresent === true;
  }

  /** What the CONNACK shows of the Session that was due to end. */
  showEnd(client: Client, next: Connection): void {
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
    this.#judgeEnd(sessionEnd, next, acceptedAtMs, evidence);
  }

  #judgeEnd(
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
}
