import { leftOpen } from '../session/end-of-trace.ts';
import type {
  ConnectionView,
  ExpectationView,
  InsightView,
  SessionChanges,
  SessionView,
  WillView,
} from '../session/model.ts';

/** The newest view of every entity, for who comes later. */
export class Entities {
  readonly #connections = new Map<number, ConnectionView>();
  readonly #sessions = new Map<number, SessionView>();
  readonly #wills = new Map<number, WillView>();
  readonly #expectations = new Map<number, ExpectationView>();
  readonly #insights = new Map<number, InsightView>();
  /** Ids of what time alone can change: open connections, sessions that end, verdicts that are open. */
  readonly #open = new Set<string>();

  apply({ connections, sessions, wills, expectations, insights }: SessionChanges): void {
    for (const each of connections) {
      this.#connections.set(each.id, each);
      this.#note(`c${each.id}`, each.closedAtMs === undefined);
    }
    for (const each of sessions) {
      this.#sessions.set(each.id, each);
      this.#note(`s${each.id}`, each.state === 'offline' && each.endsAtMs !== undefined);
    }
    for (const each of wills) this.#wills.set(each.id, each);
    for (const each of insights) this.#insights.set(each.id, each);
    for (const each of expectations) {
      this.#expectations.set(each.id, each);
      this.#note(`e${each.id}`, each.verdict === 'pending');
    }
  }

  /** Whether something may change without any packet. */
  get waiting(): boolean {
    return this.#open.size > 0;
  }

  connection(id: number): ConnectionView | undefined {
    return this.#connections.get(id);
  }

  all(): SessionChanges {
    return {
      connections: [...this.#connections.values()],
      sessions: [...this.#sessions.values()],
      wills: [...this.#wills.values()],
      expectations: [...this.#expectations.values()],
      insights: [...this.#insights.values()],
    };
  }

  /** Nothing more comes after `atMs`: what is pending stays open. Says what that changes, which is then part of `all`. */
  endAt(atMs: number): SessionChanges {
    const pending = [...this.#expectations.values()].filter(({ verdict }) => verdict === 'pending');
    const expectations = pending.map((each) => leftOpen(each, atMs));
    const wills = [...this.#wills.values()]
      .filter(({ foreseen }) => foreseen !== undefined)
      .map((each) => ({ ...each, foreseen: undefined }));
    const changes = { connections: [], sessions: [], wills, expectations, insights: [] };
    this.apply(changes);
    return changes;
  }

  /** Forgets what is over. A session that goes on keeps its connection, its wills and its expectations. */
  forgetEnded(): void {
    // The packets that they rest on are gone. What shows again is told again.
    this.#insights.clear();
    const sessions = new Set<number>();
    const connections = new Set<number>();
    for (const { id, state, connection } of this.#sessions.values()) {
      if (state === 'ended') continue;
      sessions.add(id);
      connections.add(connection);
    }
    keep(this.#sessions, ({ id }) => sessions.has(id));
    keep(this.#expectations, ({ verdict }) => verdict === 'pending');
    for (const { connection } of this.#expectations.values()) connections.add(connection);
    keep(this.#connections, ({ id, closedAtMs }) => closedAtMs === undefined || connections.has(id));
    keep(
      this.#wills,
      ({ connection, session }) => this.#connections.has(connection) && sessions.has(session),
    );
  }

  #note(id: string, open: boolean): void {
    if (open) this.#open.add(id);
    else this.#open.delete(id);
  }
}

/** Whether it says nothing. */
export function isEmpty(changes: SessionChanges): boolean {
  const { connections, sessions, wills, expectations, insights } = changes;
  return connections.length + sessions.length + wills.length + expectations.length + insights.length === 0;
}

function keep<T>(map: Map<number, T>, wanted: (value: T) => boolean): void {
  for (const [id, value] of map) if (!wanted(value)) map.delete(id);
}
