/** What the user has chosen: pure data, and the function that says what each choice leads to. */

import type { TrackKind } from '../geometry/lanes.ts';
import type { Target } from '../geometry/scene.ts';
import type { Entities } from './entities.ts';
import { type LaneSort, laneSorts } from './lane-order.ts';

export const tabs = ['packet', 'will', 'why'] as const;
export type Tab = (typeof tabs)[number];

/** A row beside the timeline: a lane's title, or one of its tracks. */
export interface RowRef {
  readonly lane: string;
  readonly track: TrackKind | 'title';
}

export interface UiState {
  readonly live: boolean;
  readonly tab: Tab;
  /** Sequence number of the record whose fields are shown. */
  readonly packet: number | undefined;
  readonly will: number | undefined;
  readonly expectation: number | undefined;
  /** What Why shows in place of the expectation. */
  readonly insight: number | undefined;
  readonly row: RowRef | undefined;
  readonly sort: LaneSort;
  /** Keys of the lanes that come first. */
  readonly pinned: ReadonlySet<string>;
}

export const initialUi: UiState = {
  live: true,
  tab: 'packet',
  packet: undefined,
  will: undefined,
  expectation: undefined,
  insight: undefined,
  row: undefined,
  sort: 'arrival',
  pinned: new Set(),
};

/** What a click on a target selects, and which tab shows it. What else belongs to it comes along, for the other tabs. */
export function select(ui: UiState, target: Target, entities: Entities): UiState {
  switch (target.kind) {
    case 'packet':
      return {
        ...ui,
        ...companions(target.seq, entities),
        insight: restsOn(ui.insight, target.seq, entities) ? ui.insight : undefined,
        packet: target.seq,
        tab: 'packet',
      };
    case 'expectation':
      return selectExpectation(ui, target.id, entities);
    case 'will': {
      const will = entities.wills.get(target.id);
      // What was shown of another will would be taken for the reason of this one.
      const expectation = will?.expectation ?? will?.foreseen?.expectation;
      const packet = will?.connectSeq ?? ui.packet;
      return { ...ui, will: target.id, packet, expectation, insight: undefined, tab: 'will' };
    }
    case 'connection': {
      const connection = entities.connections.get(target.id);
      const seq = connection?.connectSeq ?? connection?.openedSeq;
      return seq === undefined ? ui : select(ui, { kind: 'packet', seq }, entities);
    }
    case 'session': {
      const ending = sessionEnding(target.id, entities);
      if (ending !== undefined) return selectExpectation(ui, ending, entities);
      const seq = entities.sessions.get(target.id)?.startedSeq;
      return seq === undefined ? ui : select(ui, { kind: 'packet', seq }, entities);
    }
    case 'insight': {
      const insight = entities.insights.get(target.id);
      return insight === undefined ? ui : { ...ui, insight: target.id, packet: insight.lastSeq, tab: 'why' };
    }
  }
}

function selectExpectation(ui: UiState, id: number, entities: Entities): UiState {
  const expectation = entities.expectations.get(id);
  if (expectation === undefined) return ui;
  return {
    ...ui,
    expectation: id,
    insight: undefined,
    will: expectation.will ?? ui.will,
    packet: expectation.observed?.seq ?? ui.packet,
    tab: 'why',
  };
}

/** Whether a packet is one of those that the insight names: then Why stays with it. */
function restsOn(insight: number | undefined, seq: number, entities: Entities): boolean {
  return insight !== undefined && entities.insights.get(insight)?.packets.includes(seq) === true;
}

/** The will that this CONNECT carried, or the one that this PUBLISH shows. */
function companions(seq: number, entities: Entities): Partial<UiState> {
  for (const will of entities.wills.values()) {
    if (will.connectSeq !== seq && will.publishSeq !== seq) continue;
    return { will: will.id, ...(will.expectation === undefined ? {} : { expectation: will.expectation }) };
  }
  return {};
}

function sessionEnding(session: number, entities: Entities): number | undefined {
  let found: number | undefined;
  for (const expectation of entities.expectations.values()) {
    if (expectation.kind === 'session-end' && expectation.session === session) found = expectation.id;
  }
  return found;
}

/** What the page keeps while it is hidden or reloaded. */
export interface SavedPage {
  readonly filter: string;
  readonly tab: Tab;
  readonly live: boolean;
  /** The time that the width shows, in milliseconds. */
  readonly spanMs: number;
  /** The share of the height that the details take. */
  readonly detailsShare: number;
  readonly sort: LaneSort;
  readonly pinned: readonly string[];
}

/** So many pinned lanes are kept, the newest. */
const pinnedLimit = 200;

export const freshPage: SavedPage = {
  filter: '',
  tab: 'packet',
  live: true,
  spanMs: 30_000,
  detailsShare: 0.45,
  sort: 'arrival',
  pinned: [],
};

/** What was saved, checked value by value: it may come from another version of the page. */
export function readSaved(value: unknown): SavedPage {
  if (typeof value !== 'object' || value === null) return freshPage;
  const { filter, tab, live, spanMs, detailsShare, sort, pinned } = { ...freshPage, ...value };
  return {
    filter: typeof filter === 'string' ? filter : freshPage.filter,
    tab: tabs.find((each) => each === tab) ?? freshPage.tab,
    live: typeof live === 'boolean' ? live : freshPage.live,
    spanMs: typeof spanMs === 'number' && spanMs > 0 ? spanMs : freshPage.spanMs,
    detailsShare:
      typeof detailsShare === 'number' && detailsShare > 0 && detailsShare < 1
        ? detailsShare
        : freshPage.detailsShare,
    sort: laneSorts.find((each) => each === sort) ?? freshPage.sort,
    pinned: Array.isArray(pinned)
      ? pinned.filter((each) => typeof each === 'string').slice(-pinnedLimit)
      : freshPage.pinned,
  };
}
