import { EventEmitter } from 'vscode';
import type {
  ClientView,
  EngineChanges,
  EngineSnapshot,
  SandboxView,
  TapView,
  TraceStats,
} from '../../engine/messages.ts';
import { leftOpen } from '../../session/end-of-trace.ts';
import type {
  ConnectionView,
  ExpectationView,
  InsightView,
  SessionChanges,
  SessionView,
  WillView,
} from '../../session/model.ts';
import type { EndCause } from '../../session/sentences.ts';
import { engineEnded } from '../errors.ts';

const noStats: TraceStats = { firstSeq: 1, endSeq: 1, bytes: 0, byteBudget: 0, dropped: 0 };

/** The sockets went with the engine: the end of a connection that no rule has judged. */
const engineEndCause: EndCause = 'ended';

/** What is newest for one Client Identifier at one Server. */
export interface Identity {
  readonly server: string;
  readonly clientId: string;
  session?: SessionView;
  will?: WillView;
  readonly expectations: Map<ExpectationView['kind'], ExpectationView>;
  /** By id. */
  readonly insights: Map<number, InsightView>;
}

export interface DueExpectation {
  readonly expectation: ExpectationView;
  readonly dueAtMs: number;
}

/**
 * The last known state of the engine: what the views show. It outlives the engine: after the engine has ended by itself,
 * the state up to then stays until the next engine has something of its own to show.
 */
export class SessionState {
  readonly #changed = new EventEmitter<void>();
  readonly #reset = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** Everything was replaced: ids and sequence numbers from before mean nothing any more. */
  readonly onDidReset = this.#reset.event;

  readonly clients = new Map<string, ClientView>();
  readonly connections = new Map<number, ConnectionView>();
  readonly sessions = new Map<number, SessionView>();
  readonly wills = new Map<number, WillView>();
  readonly expectations = new Map<number, ExpectationView>();
  readonly insights = new Map<number, InsightView>();
  /** Ids of expectations whose verdict is still open. */
  readonly pending = new Set<number>();
  /** By Server, then by Client Identifier; kept up with every change, so that no view has to search. */
  readonly identities = new Map<string, Map<string, Identity>>();
  #sandboxes: readonly SandboxView[] = [];
  #taps: readonly TapView[] = [];
  #stats = noStats;
  #endedAtMs: number | undefined;

  get sandboxes(): readonly SandboxView[] {
    return this.#sandboxes;
  }

  get taps(): readonly TapView[] {
    return this.#taps;
  }

  get stats(): TraceStats {
    return this.#stats;
  }

  /** Whether this is the state of an engine that has ended. */
  get stale(): boolean {
    return this.#endedAtMs !== undefined;
  }

  /** The time that the state is of: when its engine ended, or `nowMs` while it lives. */
  timeOf(nowMs: number): number {
    return this.#endedAtMs ?? nowMs;
  }

  /** Adopts the state of an engine that has just started. An empty one does not displace what is shown. */
  start(snapshot: EngineSnapshot): void {
    if (this.stale && isEmpty(snapshot)) return;
    this.#replace(snapshot);
  }

  apply(changes: EngineChanges): void {
    if (this.stale) {
      if (changes.clients.length === 0 && changes.stats.endSeq <= 1) return;
      this.#clear();
      this.#merge(changes);
      this.#reset.fire();
    } else if (changes.cleared) {
      // Then the changes hold everything that is left.
      this.#clear();
      this.#merge(changes);
    } else {
      this.#merge(changes);
      // Packets alone change nothing that a view shows.
      if (onlyPackets(changes)) return;
    }
    this.#changed.fire();
  }

  /** What an answer says of a client, which is ahead of the changes that tell the same. */
  learn(client: ClientView): void {
    this.#learn(() => this.clients.set(client.key, client));
  }

  /** As `learn`, of a sandbox. */
  learnSandbox(sandbox: SandboxView): void {
    this.#learn(() => {
      this.#sandboxes = [...this.#sandboxes.filter(({ file }) => file !== sandbox.file), sandbox];
    });
  }

  /** As `learn`, of a tap. */
  learnTap(tap: TapView): void {
    this.#learn(() => {
      this.#taps = [...this.#taps.filter(({ key }) => key !== tap.key), tap];
    });
  }

  /** The engine is gone at `atMs`: no client is connected any more, no broker listens, and nothing more will be seen. */
  engineEnded(atMs: number): void {
    this.#endedAtMs = atMs;
    const { error } = engineEnded();
    for (const client of this.clients.values()) {
      if (client.state !== 'offline') this.clients.set(client.key, { ...client, state: 'offline', error });
    }
    for (const connection of this.connections.values()) {
      if (connection.closedAtMs !== undefined) continue;
      this.connections.set(connection.id, { ...connection, closedAtMs: atMs, endCause: engineEndCause });
    }
    // Nobody will see what became of what was pending.
    for (const id of this.pending) {
      const open = this.expectations.get(id);
      if (open === undefined) continue;
      const ended = leftOpen(open, atMs);
      this.expectations.set(id, ended);
      const { expectations } = this.#identity(ended);
      if (expectations.get(ended.kind)?.id === id) expectations.set(ended.kind, ended);
    }
    this.pending.clear();
    this.#sandboxes = [];
    this.#taps = [];
    this.#changed.fire();
  }

  /** Drops the state of an engine that has ended; does nothing to that of a living one. */
  forgetEnded(): void {
    if (!this.stale) return;
    this.#clear();
    this.#reset.fire();
    this.#changed.fire();
  }

  /** What is newest for this Client Identifier; undefined while nothing is known of it. */
  identityOf(of: { readonly server: string; readonly clientId: string }): Identity | undefined {
    return this.identities.get(of.server)?.get(of.clientId);
  }

  /** What falls due next of all that is to happen, after `nowMs`. */
  nextDue(nowMs: number): DueExpectation | undefined {
    if (this.stale) return undefined;
    let next: DueExpectation | undefined;
    for (const id of this.pending) {
      const expectation = this.expectations.get(id);
      if (expectation?.dueAtMs === undefined || expectation.demands !== 'happens') continue;
      const { dueAtMs } = expectation;
      if (dueAtMs > nowMs && (next === undefined || dueAtMs < next.dueAtMs)) next = { expectation, dueAtMs };
    }
    return next;
  }

  /** All entities, in the order of their ids. */
  entities(): SessionChanges {
    return {
      connections: [...this.connections.values()],
      sessions: [...this.sessions.values()],
      wills: [...this.wills.values()],
      expectations: [...this.expectations.values()],
      insights: [...this.insights.values()],
    };
  }

  dispose(): void {
    this.#changed.dispose();
    this.#reset.dispose();
  }

  #replace(snapshot: EngineSnapshot): void {
    this.#clear();
    this.#merge(snapshot);
    this.#reset.fire();
    this.#changed.fire();
  }

  #merge(from: EngineChanges | EngineSnapshot): void {
    for (const client of from.clients) this.clients.set(client.key, client);
    for (const connection of from.entities.connections) this.connections.set(connection.id, connection);
    for (const session of from.entities.sessions) {
      this.sessions.set(session.id, session);
      const identity = this.#identity(session);
      if (session.id >= (identity.session?.id ?? 0)) identity.session = session;
    }
    for (const will of from.entities.wills) {
      this.wills.set(will.id, will);
      const identity = this.#identity(will);
      if (will.id >= (identity.will?.id ?? 0)) identity.will = will;
    }
    for (const expectation of from.entities.expectations) {
      this.expectations.set(expectation.id, expectation);
      if (expectation.verdict === 'pending') this.pending.add(expectation.id);
      else this.pending.delete(expectation.id);
      const { expectations } = this.#identity(expectation);
      if (expectation.id >= (expectations.get(expectation.kind)?.id ?? 0)) {
        expectations.set(expectation.kind, expectation);
      }
    }
    for (const insight of from.entities.insights) {
      this.insights.set(insight.id, insight);
      for (const clientId of insight.clientIds) {
        this.#identity({ server: insight.server, clientId }).insights.set(insight.id, insight);
      }
    }
    if (from.sandboxes !== undefined) this.#sandboxes = from.sandboxes;
    if (from.taps !== undefined) this.#taps = from.taps;
    this.#stats = from.stats;
  }

  #learn(news: () => void): void {
    const fresh = this.stale;
    if (fresh) this.#clear();
    news();
    if (fresh) this.#reset.fire();
    this.#changed.fire();
  }

  #identity({ server, clientId }: { readonly server: string; readonly clientId: string }): Identity {
    let byClientId = this.identities.get(server);
    if (byClientId === undefined) {
      byClientId = new Map();
      this.identities.set(server, byClientId);
    }
    let identity = byClientId.get(clientId);
    if (identity === undefined) {
      identity = { server, clientId, expectations: new Map(), insights: new Map() };
      byClientId.set(clientId, identity);
    }
    return identity;
  }

  #clear(): void {
    this.clients.clear();
    this.connections.clear();
    this.sessions.clear();
    this.wills.clear();
    this.expectations.clear();
    this.insights.clear();
    this.pending.clear();
    this.identities.clear();
    this.#sandboxes = [];
    this.#taps = [];
    this.#stats = noStats;
    this.#endedAtMs = undefined;
  }
}

function onlyPackets({ entities, clients, sandboxes, taps }: EngineChanges): boolean {
  return (
    sandboxes === undefined &&
    taps === undefined &&
    clients.length === 0 &&
    Object.values(entities).every((changed: readonly unknown[]) => changed.length === 0)
  );
}

function isEmpty(snapshot: EngineSnapshot): boolean {
  return snapshot.clients.length === 0 && snapshot.stats.endSeq <= 1;
}
