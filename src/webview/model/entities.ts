/** What the rules say, as the page holds it: the newest of each entity, and which lane each belongs to. */
import type {
  ConnectionView,
  ExpectationView,
  InsightView,
  SessionChanges,
  SessionView,
  WillView,
} from '../../session/model.ts';
import type { TrackKind } from '../geometry/lanes.ts';
import { isBroken } from './verdicts.ts';

/** One client of one Server: everything with the same Server and Client Identifier. */
export interface Lane {
  readonly key: string;
  readonly server: string;
  /** Empty while unknown; then `label` names it. */
  readonly clientId: string;
  readonly label: string;
  /** Ids, in the order in which they came. */
  readonly connections: readonly number[];
  readonly sessions: readonly number[];
  readonly wills: readonly number[];
  readonly expectations: readonly number[];
  readonly insights: readonly number[];
}

interface GrowingLane extends Lane {
  readonly connections: number[];
  readonly sessions: number[];
  readonly wills: number[];
  readonly expectations: number[];
  readonly insights: number[];
}

/** What a batch of changes did that others must react to. */
export interface EntityEffect {
  /** Lanes came, went, or got another track: the layout is stale. */
  readonly lanesChanged: boolean;
  /** Connections that belong to another lane than before. */
  readonly renamed: readonly number[];
  /** Expectations whose verdict is another than before and no longer pending, and whether they counted down before. */
  readonly decided: readonly { readonly expectation: ExpectationView; readonly wasAwaited: boolean }[];
  /** Insights that are new. */
  readonly noticed: readonly number[];
}

export function laneKeyOf(of: { readonly server: string; readonly clientId: string }): string {
  return `${of.server}\n${of.clientId}`;
}

function connectionLaneKey(connection: ConnectionView): string {
  return connection.clientId === '' ? `${connection.server}\n\n${connection.id}` : laneKeyOf(connection);
}

export class Entities {
  readonly connections = new Map<number, ConnectionView>();
  readonly sessions = new Map<number, SessionView>();
  readonly wills = new Map<number, WillView>();
  readonly expectations = new Map<number, ExpectationView>();
  readonly insights = new Map<number, InsightView>();
  /** Expectations without a verdict. */
  readonly pending = new Set<number>();
  /** Expectations that the end of the trace left open. */
  readonly leftOpen = new Set<number>();
  /** Keys of lanes of which an expectation was broken. */
  readonly #broken = new Set<string>();
  readonly #lanes = new Map<string, GrowingLane>();
  readonly #tracks = new Map<string, string>();

  get lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  get laneCount(): number {
    return this.#lanes.size;
  }

  lane(key: string): Lane | undefined {
    return this.#lanes.get(key);
  }

  laneOfConnection(connection: number): Lane | undefined {
    const view = this.connections.get(connection);
    return view === undefined ? undefined : this.#lanes.get(connectionLaneKey(view));
  }

  /** The Servers seen, in the order in which they came. */
  get servers(): readonly string[] {
    return [...new Set([...this.#lanes.values()].map(({ server }) => server))];
  }

  clear(): void {
    this.connections.clear();
    this.sessions.clear();
    this.wills.clear();
    this.expectations.clear();
    this.insights.clear();
    this.pending.clear();
    this.leftOpen.clear();
    this.#broken.clear();
    this.#lanes.clear();
    this.#tracks.clear();
  }

  apply(changes: SessionChanges): EntityEffect {
    const touched = new Set<string>();
    const decided: EntityEffect['decided'][number][] = [];
    /** Expectations of wills that counted down before they were owed. */
    const awaited = new Set<number>();
    const renamed: number[] = [];
    for (const connection of changes.connections) {
      const key = connectionLaneKey(connection);
      const before = this.connections.get(connection.id);
      const keyBefore = before === undefined ? undefined : connectionLaneKey(before);
      if (keyBefore !== undefined && keyBefore !== key) {
        renamed.push(connection.id);
        this.#leave(keyBefore, connection.id);
        touched.add(keyBefore);
      }
      this.connections.set(connection.id, connection);
      if (keyBefore !== key) this.#join(key, connection, 'connections', connection.id);
      touched.add(key);
    }
    for (const session of changes.sessions) {
      if (!this.sessions.has(session.id)) this.#join(laneKeyOf(session), session, 'sessions', session.id);
      this.sessions.set(session.id, session);
      touched.add(laneKeyOf(session));
    }
    for (const will of changes.wills) {
      if (this.wills.get(will.id)?.foreseen !== undefined && will.expectation !== undefined) {
        awaited.add(will.expectation);
      }
      if (!this.wills.has(will.id)) this.#join(laneKeyOf(will), will, 'wills', will.id);
      this.wills.set(will.id, will);
      touched.add(laneKeyOf(will));
    }
    for (const expectation of changes.expectations) {
      const { id, verdict } = expectation;
      const before = this.expectations.get(id);
      if (before === undefined) this.#join(laneKeyOf(expectation), expectation, 'expectations', id);
      if (verdict !== 'pending' && verdict !== before?.verdict) {
        decided.push({ expectation, wasAwaited: before?.verdict === 'pending' || awaited.has(id) });
      }
      if (verdict === 'pending') this.pending.add(id);
      else this.pending.delete(id);
      if (expectation.leftOpen === true) this.leftOpen.add(id);
      this.expectations.set(id, expectation);
      if (isBroken(verdict)) this.#broken.add(laneKeyOf(expectation));
      touched.add(laneKeyOf(expectation));
    }
    const noticed: number[] = [];
    for (const insight of changes.insights) {
      if (!this.insights.has(insight.id)) noticed.push(insight.id);
      for (const clientId of insight.clientIds) {
        const key = laneKeyOf({ server: insight.server, clientId });
        const isNew = this.#lanes.get(key)?.insights.includes(insight.id) !== true;
        if (isNew) this.#join(key, { server: insight.server, clientId }, 'insights', insight.id);
        touched.add(key);
      }
      this.insights.set(insight.id, insight);
    }
    return { lanesChanged: this.#noteTracks(touched), renamed, noticed, decided };
  }

  /** The will that falls due if nothing more comes from the Client whose silence this expectation is about. */
  foreseenBy({ id, will }: ExpectationView): WillView | undefined {
    const view = will === undefined ? undefined : this.wills.get(will);
    return view?.foreseen?.expectation === id ? view : undefined;
  }

  /** The tracks that a lane needs: a session or a will only where there is more to tell than its connection tells. */
  tracksOf(lane: Lane): readonly TrackKind[] {
    if (this.isObserver(lane)) return ['packets'];
    const tracks: TrackKind[] = ['connection'];
    const outlives = lane.sessions.some((id) => (this.sessions.get(id)?.sessionExpiryInterval ?? 0) > 0);
    if (outlives) tracks.push('session');
    if (lane.wills.length > 0) tracks.push('will');
    tracks.push('packets');
    return tracks;
  }

  /** Whether something was noticed of it, or the Server owed it what it did not do. */
  hasTrouble({ key, insights }: Lane): boolean {
    return insights.length > 0 || this.#broken.has(key);
  }

  /** Whether it is a connection of this extension that only watches for wills. */
  isObserver({ connections }: Lane): boolean {
    return this.connections.get(connections[0] ?? -1)?.observer === true;
  }

  #join(
    key: string,
    of: { readonly server: string; readonly clientId: string; readonly label?: string },
    list: 'connections' | 'sessions' | 'wills' | 'expectations' | 'insights',
    id: number,
  ): void {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = {
        key,
        server: of.server,
        clientId: of.clientId,
        label: of.label ?? '',
        connections: [],
        sessions: [],
        wills: [],
        expectations: [],
        insights: [],
      };
      this.#lanes.set(key, lane);
    }
    lane[list].push(id);
  }

  #leave(key: string, connection: number): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    const at = lane.connections.indexOf(connection);
    if (at >= 0) lane.connections.splice(at, 1);
    const { connections, sessions, wills, expectations, insights } = lane;
    const left = [connections, sessions, wills, expectations, insights];
    if (left.every((list) => list.length === 0)) {
      this.#lanes.delete(key);
    }
  }

  #noteTracks(touched: ReadonlySet<string>): boolean {
    let changed = false;
    for (const key of touched) {
      const lane = this.#lanes.get(key);
      const tracks = lane === undefined ? '' : this.tracksOf(lane).join(' ');
      if ((this.#tracks.get(key) ?? '') === tracks) continue;
      changed = true;
      if (lane === undefined) this.#tracks.delete(key);
      else this.#tracks.set(key, tracks);
    }
    return changed;
  }
}
