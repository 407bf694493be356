/** What an operator, a user or a fault does to a Server or a Session, beside the wire. */
import { caseFactsOf } from './case-facts.ts';
import { chooseRow } from './choose-row.ts';
import type { Connection } from './connection.ts';
import type { End } from './end.ts';
import { fact } from './facts.ts';
import { holdsClient } from './faults.ts';
import type { FaultNote, SessionAction } from './model.ts';
import type { SessionMoves } from './session-moves.ts';
import type { WillCase } from './will-case.ts';
import type { WillCases } from './will-cases.ts';
import type { World } from './world.ts';

export class Interventions {
  readonly #world: World;
  readonly #cases: WillCases;
  readonly #sessions: SessionMoves;

  constructor(world: World, cases: WillCases, sessions: SessionMoves) {
    this.#world = world;
    this.#cases = cases;
    this.#sessions = sessions;
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

  /** A tap makes a fault on a connection, takes one away, or has kept a packet from passing. */
  fault(at: Connection, action: SessionAction, fault: FaultNote, seq: number): void {
    const { nowMs: atMs } = this.#world;
    if (action === 'packet-dropped') {
      if (fault.kind === 'drop_disconnect') at.faults.droppedDisconnect ??= { seq, atMs };
      return;
    }
    at.faults.note(action === 'fault', fault, seq, atMs);
    this.#world.changed.connections.mark(at);
    if (!holdsClient(fault)) return;
    const holding = at.faults.holdingClient();
    if (holding === undefined) at.frozen = undefined;
    else if (at.carries) {
      at.frozen = { seq: holding.seq, atMs: holding.atMs, byTap: true };
      at.silence?.freeze();
    }
  }

  /** A tap takes a fault from what is left of a connection that the Server has ended. */
  clearedAfterEnd(connection: number, fault: FaultNote, seq: number): void {
    const at = this.#world.faulty(connection);
    if (at === undefined) return;
    at.faults.note(false, fault, seq, this.#world.nowMs);
    this.#world.changed.connections.mark(at);
  }

  #leaveToServer(willCase: WillCase, seq: number): void {
    const { connection } = willCase.will;
    if (willCase.end === undefined) return;
    const { nowMs: endedAtMs } = this.#world;
    const end: End = { ...willCase.end, kind: 'server-stopped', cause: 'server-stopped' };
    const row = chooseRow('end', caseFactsOf(connection, end));
    if (row === undefined) return;
    const told = [fact('endedServerStopped', { endedAtMs }, { seq }), ...this.#cases.ruleOf(willCase, row)];
    this.#cases.leaveOpen(willCase, row, told, 'publish');
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
      // A will that was due before stays due as it was.
      const waits = willCase?.verdict === 'pending' && (willCase.due?.atMs ?? 0) > atMs;
      if (waits) this.#dueByDeletion(willCase, seq);
    }
    this.#sessions.end(session, atMs);
  }

  #dueByDeletion(willCase: WillCase, seq: number): void {
    if (willCase.end === undefined) return;
    const { nowMs: atMs } = this.#world;
    const end: End = { ...willCase.end, kind: 'session-deleted', cause: 'deleted' };
    const row = chooseRow('end', caseFactsOf(willCase.will.connection, end));
    if (row === undefined) return;
    const told = [fact('endedDeleted', { endedAtMs: atMs }, { seq }), ...this.#cases.ruleOf(willCase, row)];
    this.#cases.moveDue(willCase, row, told, { atMs, fromMs: atMs, untilMs: atMs });
  }
}
