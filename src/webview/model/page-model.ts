/** The page's whole state, fed by the host's messages and the user's choices. Knows no DOM; says which parts changed. */

import type { TraceStats } from '../../trace/model.ts';
import { LaneLayout, type LaneMetrics, type LaneShape } from '../geometry/lanes.ts';
import type { Target } from '../geometry/scene.ts';
import type { PageClient, PageNotice, PageState, PageStatement, PageTap, ToPage } from '../messages.ts';
import { lingerMs } from './countdowns.ts';
import { clientName, laneName } from './describe.ts';
import { Entities, type Lane } from './entities.ts';
import { type Filter, noFilter, parseFilter } from './filter.ts';
import { HostClock } from './host-clock.ts';
import { type LaneSort, ordered } from './lane-order.ts';
import { PacketIndex } from './packet-index.ts';
import { RecordFilter } from './record-filter.ts';
import { RecordStore } from './records.ts';
import { initialUi, type RowRef, select, type Tab, type UiState } from './ui-state.ts';
import { isBroken } from './verdicts.ts';
import { Words } from './words.ts';

/** The parts of the page that are drawn by themselves. */
export type Part = 'header' | 'strip' | 'lanes' | 'canvas' | 'list' | 'details';
const allParts: readonly Part[] = ['header', 'strip', 'lanes', 'canvas', 'list', 'details'];

type Changes = Extract<ToPage, { readonly type: 'changes' }>;

const noStats: TraceStats = { firstSeq: 1, endSeq: 1, bytes: 0, byteBudget: 0, dropped: 0 };

export class PageModel {
  readonly entities = new Entities();
  readonly records = new RecordStore();
  readonly index = new PacketIndex();
  readonly clock: HostClock;
  words = new Words({}, 'en');
  clients: readonly PageClient[] = [];
  taps: readonly PageTap[] = [];
  stats: TraceStats = noStats;
  statements: ReadonlyMap<string, PageStatement> = new Map();
  notice: PageNotice | undefined;
  ui: UiState = initialUi;
  filterText = '';
  filter: Filter = noFilter;
  /** Whether the trace is that of a capture. */
  isCapture = false;
  /** False until the host has sent the state. */
  ready = false;
  /** Verdicts that fell while the page watched, with when: they linger in the strip. */
  #decided = new Map<number, number>();
  /** Verdicts that have not been announced. */
  #unannounced: number[] = [];
  /** Insights that have not been announced. */
  #unannouncedInsights: number[] = [];
  #recordFilter: RecordFilter;
  #layout: LaneLayout | undefined;
  #metrics: LaneMetrics;
  readonly #timeZone: string | undefined;
  readonly #changed: (parts: readonly Part[]) => void;

  constructor(options: {
    readonly pageNow: () => number;
    readonly metrics: LaneMetrics;
    readonly changed: (parts: readonly Part[]) => void;
    readonly timeZone?: string | undefined;
  }) {
    this.clock = new HostClock(options.pageNow);
    this.#metrics = options.metrics;
    this.#changed = options.changed;
    this.#timeZone = options.timeZone;
    this.#recordFilter = this.#compile();
  }

  /** The lanes that the filter lets through, placed. */
  get layout(): LaneLayout {
    this.#layout ??= new LaneLayout(this.#visibleShapes(), this.#metrics);
    return this.#layout;
  }

  setMetrics(metrics: LaneMetrics): void {
    this.#metrics = metrics;
    this.#layout = undefined;
    this.#changed(['lanes', 'canvas']);
  }

  receiveState(state: PageState): void {
    this.isCapture = state.stopped === 'capture';
    if (state.stopped !== undefined) this.#stop(state.nowMs ?? 0);
    else if (this.stopped) {
      this.clock.resume();
      this.ui = { ...this.ui, live: true };
    }
    this.clock.heard(state.nowMs);
    this.words = new Words(state.strings, state.locale, this.#timeZone);
    this.statements = new Map(state.statements.map((each) => [each.key, each]));
    this.clients = state.clients;
    this.taps = state.taps ?? [];
    this.stats = state.stats;
    this.notice = state.notice;
    this.#forget();
    this.entities.apply(state.entities);
    this.ready = true;
    this.#recordFilter = this.#compile();
    this.#changed(allParts);
  }

  receiveChanges(changes: Changes): void {
    this.clock.heard(changes.nowMs);
    if (changes.cleared) this.#forget();
    this.stats = changes.stats;
    if (changes.clients !== undefined) this.clients = changes.clients;
    if (changes.taps !== undefined) this.taps = changes.taps;
    const effect = this.entities.apply(changes.entities);
    const troubled = this.ui.sort === 'trouble' && effect.decided.length + effect.noticed.length > 0;
    if (effect.lanesChanged || troubled) this.#layout = undefined;
    const now = this.clock.now();
    // Where time stands still nothing has just been decided.
    const decided = this.stopped ? [] : effect.decided;
    for (const { expectation, wasAwaited } of decided) {
      // What was decided at once had no countdown; it is worth a word only when the Server did wrong.
      if (wasAwaited) this.#decided.set(expectation.id, now);
      if (wasAwaited || isBroken(expectation.verdict)) this.#unannounced.push(expectation.id);
    }
    if (!this.stopped) this.#unannouncedInsights.push(...effect.noticed);
    if (changes.records !== undefined) this.records.append(changes.records);
    if (effect.renamed.length > 0) {
      this.#recordFilter.forgetLanes();
      if (this.#recordFilter.isEmpty) this.#extend();
      else this.#reindex();
    } else this.#extend();
    if (this.records.dropBefore(changes.stats.firstSeq)) this.index.dropBefore(this.records.firstSeq);
    this.#changed(changes.cleared ? allParts : this.#touchedBy(changes));
  }

  setNotice(notice: PageNotice | undefined): void {
    this.notice = notice;
    if (notice !== undefined) this.#stop(notice.atMs);
    this.#changed(allParts);
  }

  #stop(atMs: number): void {
    this.clock.stop(atMs);
    // There is nothing to follow.
    this.ui = { ...this.ui, live: false };
  }

  setFilter(text: string): void {
    this.filterText = text;
    this.filter = parseFilter(text);
    this.#recordFilter = this.#compile();
    this.#reindex();
    this.#changed(['header', 'lanes', 'canvas', 'list']);
  }

  /** Whether the trace does not go on: that of a capture, or of an engine that has ended. */
  get stopped(): boolean {
    return this.clock.stoppedAtMs !== undefined;
  }

  setLive(live: boolean): void {
    if (this.ui.live === live || this.stopped) return;
    this.ui = { ...this.ui, live };
    this.#changed(['header', 'canvas', 'list']);
  }

  setTab(tab: Tab): void {
    if (this.ui.tab === tab) return;
    this.ui = { ...this.ui, tab };
    this.#changed(['details', 'list']);
  }

  setRow(row: RowRef | undefined): void {
    this.ui = { ...this.ui, row };
    this.#changed(['lanes', 'canvas']);
  }

  setSort(sort: LaneSort): void {
    this.ui = { ...this.ui, sort };
    this.#layout = undefined;
    this.#changed(['header', 'lanes', 'canvas']);
  }

  /** Pins a lane, or lets it go. */
  togglePin(key: string): void {
    const pinned = new Set(this.ui.pinned);
    if (!pinned.delete(key)) pinned.add(key);
    this.ui = { ...this.ui, pinned };
    this.#layout = undefined;
    this.#changed(['lanes', 'canvas']);
  }

  select(target: Target): void {
    this.ui = select(this.ui, target, this.entities);
    this.#changed(['lanes', 'canvas', 'list', 'details']);
  }

  /** Expectations that were decided within the last seconds, and how long until the next one leaves the strip. */
  recentlyDecided(nowMs: number): { readonly ids: readonly number[]; readonly nextMs: number | undefined } {
    let nextMs: number | undefined;
    for (const [id, atMs] of this.#decided) {
      const leftMs = atMs + lingerMs - nowMs;
      if (leftMs <= 0) this.#decided.delete(id);
      else nextMs = Math.min(nextMs ?? leftMs, leftMs);
    }
    return { ids: [...this.#decided.keys()], nextMs };
  }

  /** Verdicts that fell since the last call. */
  takeUnannounced(): readonly number[] {
    const taken = this.#unannounced;
    this.#unannounced = [];
    return taken;
  }

  /** Insights that are new since the last call. */
  takeUnannouncedInsights(): readonly number[] {
    const taken = this.#unannouncedInsights;
    this.#unannouncedInsights = [];
    return taken;
  }

  /** What the trace spans, in milliseconds; what is due or ends later counts too. Undefined while there is nothing. */
  extent(): { readonly fromMs: number; readonly toMs: number } | undefined {
    let fromMs = this.records.get(this.records.firstSeq)?.atMs ?? Number.POSITIVE_INFINITY;
    let toMs = this.records.get(this.records.endSeq - 1)?.atMs ?? Number.NEGATIVE_INFINITY;
    for (const { openedAtMs, closedAtMs } of this.entities.connections.values()) {
      fromMs = Math.min(fromMs, openedAtMs);
      toMs = Math.max(toMs, closedAtMs ?? this.clock.now());
    }
    for (const id of [...this.entities.pending, ...this.entities.leftOpen]) {
      const expectation = this.entities.expectations.get(id);
      if (expectation === undefined) continue;
      const dueAtMs = this.entities.foreseenBy(expectation)?.foreseen?.dueAtMs ?? expectation.dueAtMs ?? 0;
      // What lies far ahead would squeeze everything else into a line.
      if (dueAtMs - toMs < Math.max(toMs - fromMs, 60_000)) toMs = Math.max(toMs, dueAtMs);
    }
    return fromMs <= toMs ? { fromMs, toMs } : undefined;
  }

  laneNameOf(connection: number): string {
    const lane = this.entities.laneOfConnection(connection);
    return lane === undefined
      ? clientName({ clientId: '', connection }, this.words)
      : laneName(lane, this.entities, this.words);
  }

  clientsOf(lane: Lane): readonly PageClient[] {
    return this.clients.filter(({ server, clientId, connection }) =>
      connection === undefined
        ? server === lane.server && clientId === lane.clientId
        : lane.connections.includes(connection),
    );
  }

  #forget(): void {
    this.entities.clear();
    this.records.clear();
    this.index.clear();
    this.#decided.clear();
    this.#unannounced = [];
    this.#unannouncedInsights = [];
    this.#layout = undefined;
    this.ui = {
      ...this.ui,
      packet: undefined,
      will: undefined,
      expectation: undefined,
      insight: undefined,
      row: undefined,
    };
    this.#recordFilter = this.#compile();
  }

  #compile(): RecordFilter {
    return new RecordFilter(
      this.filter,
      (connection) => {
        const lane = this.entities.laneOfConnection(connection);
        return lane === undefined ? undefined : this.#names(lane);
      },
      this.records.topics,
    );
  }

  #names(lane: Lane): { readonly client: string; readonly server: string } {
    return { client: laneName(lane, this.entities, this.words), server: lane.server };
  }

  #reindex(): void {
    this.index.rebuild(this.records, this.#recordFilter);
    this.#layout = undefined;
  }

  #extend(): void {
    this.index.extend(this.records, this.#recordFilter);
    // With a filter on records, a first match brings its lane into view.
    if (this.#recordFilter.asksAboutRecords) this.#layout = undefined;
  }

  #visibleShapes(): readonly LaneShape[] {
    const { entities } = this;
    const lanes = [...entities.lanes]
      .filter((lane) => this.#isVisible(lane))
      .map((lane) => ({
        key: lane.key,
        name: laneName(lane, entities, this.words),
        isObserver: entities.isObserver(lane),
        hasTrouble: entities.hasTrouble(lane),
        tracks: entities.tracksOf(lane),
      }));
    return ordered(lanes, this.ui.sort, this.ui.pinned);
  }

  #isVisible(lane: Lane): boolean {
    const filter = this.#recordFilter;
    if (filter.isEmpty) return true;
    const names = this.#names(lane);
    if (!filter.matchesLane(names)) return false;
    if (!filter.asksAboutRecords) return true;
    const hasRecords = lane.connections.some((id) => this.index.marks(id) !== undefined);
    if (hasRecords) return true;
    return lane.wills.some((id) => filter.matchesWill(names, this.entities.wills.get(id)?.topic ?? ''));
  }

  #touchedBy({ records, entities, clients }: Changes): readonly Part[] {
    const { connections, sessions, wills, expectations, insights } = entities;
    const parts: Part[] = ['header', 'canvas', 'lanes'];
    if (records !== undefined) parts.push('list');
    const owed = expectations.length + sessions.length + wills.length + insights.length;
    if (owed > 0 || clients !== undefined) parts.push('strip');
    const chosen = this.ui;
    const shown =
      expectations.some(({ id }) => id === chosen.expectation) || wills.some(({ id }) => id === chosen.will);
    if (shown || connections.length > 0 || insights.length > 0) parts.push('details');
    return parts;
  }
}
