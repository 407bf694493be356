/** Everything that the rules know now, shared by the files that each hold one part of them. */
import { Changed } from './changed.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import { Insights } from './insights/insights.ts';
import type {
  ConnectionView,
  ExpectationView,
  InsightView,
  SessionView,
  WillView,
  WillWatch,
} from './model.ts';
import { OpenConnections } from './open-connections.ts';
import { RetainedCopies } from './retained-copies.ts';
import { Server } from './server.ts';
import { Standstills } from './standstills.ts';
import { TimerQueue } from './timers.ts';
import { limits } from './tolerances.ts';
import { WillTopics } from './will-topics.ts';

export class World {
  readonly watch: WillWatch | undefined;
  /** The time of the event or timer at hand. */
  nowMs = Number.NEGATIVE_INFINITY;
  readonly timers = new TimerQueue();
  readonly open = new OpenConnections();
  readonly willTopics = new WillTopics();
  readonly servers = new Map<string, Server>();
  readonly standstills = new Standstills();
  readonly changed = {
    connections: new Changed<ConnectionView>(),
    sessions: new Changed<SessionView>(),
    wills: new Changed<WillView>(),
    expectations: new Changed<ExpectationView>(),
    insights: new Changed<InsightView>(),
  };
  readonly insights = new Insights(this);
  readonly retainedCopies = new RetainedCopies(this);
  /** Clients whose Session has ended and is remembered, the longest ended first. */
  readonly #ended = new Set<Client>();
  /** Connections that have ended with a fault on them, by their id, the longest ended first. */
  readonly #faulty = new Map<number, Connection>();
  #nextId = { session: 1, will: 1, expectation: 1, insight: 1 };

  constructor(watch?: WillWatch) {
    this.watch = watch;
  }

  /** A connection has ended for the Server, and a tap still holds what is left of it. */
  keepFaulty(connection: Connection): void {
    this.#faulty.set(connection.id, connection);
    if (this.#faulty.size <= limits.endedFaulty) return;
    for (const oldest of this.#faulty.keys()) {
      this.#faulty.delete(oldest);
      return;
    }
  }

  /** One that has ended with a fault on it, while it is remembered. */
  faulty(id: number): Connection | undefined {
    return this.#faulty.get(id);
  }

  newId(kind: 'session' | 'will' | 'expectation' | 'insight'): number {
    const id = this.#nextId[kind];
    this.#nextId[kind] = id + 1;
    return id;
  }

  server(key: string): Server {
    let server = this.servers.get(key);
    if (server === undefined) {
      server = new Server(key);
      this.servers.set(key, server);
    }
    return server;
  }

  /** The Session of a Client has ended: remembered for its next CONNECT, as long as there is room. */
  rememberEnded(client: Client): void {
    this.#ended.delete(client);
    this.#ended.add(client);
    if (this.#ended.size <= limits.endedClients) return;
    for (const oldest of this.#ended) {
      this.#ended.delete(oldest);
      oldest.session = undefined;
      oldest.sessionEnd = undefined;
      oldest.last = undefined;
      this.release(oldest);
      break;
    }
  }

  /** The Client is back, and its Session no longer one of the ended ones. */
  forgetEnded(client: Client): void {
    this.#ended.delete(client);
  }

  /** Forgets a Client of which nothing is left that could matter. */
  release(client: Client): void {
    if (client.idle) client.server.clients.delete(client.clientId);
  }
}
