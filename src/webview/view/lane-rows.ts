/**
 * The rows beside and above the tracks: the lane's name, and each track's state in words. They are the timeline for those who
 * do not see the canvas: a tree of lanes and tracks. Only the rows near the view exist.
 */
import type { PlacedLane } from '../geometry/lanes.ts';
import type { LaneAction, PageClient } from '../messages.ts';
import { laneFacts, laneName, trackWords } from '../model/describe.ts';
import type { Lane } from '../model/entities.ts';
import type { RowRef } from '../model/ui-state.ts';
import type { StringKey } from '../strings.ts';
import { type ButtonControl, button } from '../toolkit.ts';
import type { PageContext } from './context.ts';
import { el, setAttribute, setText, uniqueId } from './dom.ts';
import { openMenu } from './menu.ts';

interface TrackRow {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly state: HTMLElement;
}

interface LaneRow {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly name: HTMLElement;
  readonly facts: HTMLElement;
  readonly actions: HTMLElement;
  readonly offered: HTMLElement;
  readonly pin: ButtonControl;
  readonly tracks: Map<string, TrackRow>;
  shownActions: string;
}

/** How many actions a lane shows before the rest goes into its menu; in little room, fewer. */
const shownActionCount = 2;
const compactActionCount = 1;

/** With no more lanes than this, none needs to be pinned to be found. */
const lanesAtAGlance = 5;

/** Actions whose short name says too little where there is room for more. */
const fullNames: Readonly<Partial<Record<LaneAction, StringKey>>> = {
  close: 'action.close.full',
  'fault.close': 'action.close.full',
};

interface NumberedAction {
  readonly client: PageClient;
  readonly action: LaneAction;
  /** Which of the clients of the lane, from 1 up. */
  readonly number: number;
}

export class LaneRows {
  readonly tree = el('div', { class: 'rows', attributes: { role: 'tree', tabindex: '0' } });
  /** Buttons stand beside the tree, not in it: a tree's items hold no controls. */
  readonly actions = el('div', { class: 'row-actions' });
  readonly #context: PageContext;
  /** What a press of a pin does to the lane of this key. */
  onPin: (key: string) => void = () => {};
  readonly #lanes = new Map<string, LaneRow>();
  #isCompact = false;

  constructor(context: PageContext) {
    this.#context = context;
  }

  /** In little room, lanes show fewer buttons. */
  setCompact(isCompact: boolean): void {
    this.#isCompact = isCompact;
  }

  /** Shows the rows of these lanes, which are those near the view. */
  update(placed: readonly PlacedLane[], laneCount: number): void {
    const { model } = this.#context;
    const wanted = new Set(placed.map(({ key }) => key));
    for (const [key, row] of this.#lanes) {
      if (wanted.has(key)) continue;
      row.element.remove();
      row.actions.remove();
      this.#lanes.delete(key);
    }
    const severalServers = model.entities.servers.length > 1;
    const offersPins = model.ui.pinned.size > 0 || model.entities.laneCount > lanesAtAGlance;
    let beforeRow = this.tree.firstElementChild;
    let beforeActions = this.actions.firstElementChild;
    let activeId: string | undefined;
    for (const each of placed) {
      const lane = model.entities.lane(each.key);
      if (lane === undefined) continue;
      const row = this.#laneRow(each.key);
      // In the order in which they are seen: that is how Tab and a screen reader go through them.
      if (row.element === beforeRow) beforeRow = beforeRow.nextElementSibling;
      else this.tree.insertBefore(row.element, beforeRow);
      if (row.actions === beforeActions) beforeActions = beforeActions.nextElementSibling;
      else this.actions.insertBefore(row.actions, beforeActions);
      this.#place(row, each);
      this.#fill(row, lane, each, { laneCount, severalServers });
      this.#fillPin(row, lane, offersPins);
      activeId = this.#markActive(row, each, model.ui.row) ?? activeId;
    }
    setAttribute(this.tree, 'aria-activedescendant', activeId);
    this.tree.setAttribute('aria-label', model.words.t('timeline.label'));
  }

  #laneRow(key: string): LaneRow {
    let row = this.#lanes.get(key);
    if (row === undefined) {
      const name = el('span', { class: 'lane-name' });
      const facts = el('span', { class: 'lane-facts' });
      const title = el(
        'div',
        { class: 'lane-title', attributes: { role: 'treeitem', 'aria-level': '1', id: uniqueId('lane') } },
        name,
        facts,
      );
      const element = el('div', { class: 'lane', attributes: { role: 'none' } }, title);
      const pin = button({
        label: '',
        icon: 'pin',
        iconOnly: true,
        appearance: 'quiet',
        class: 'lane-pin',
        onPress: () => this.onPin(key),
      });
      const offered = el('div', { class: 'lane-offered' });
      const actions = el('div', { class: 'lane-actions' }, offered, pin.element);
      row = { element, title, name, facts, actions, offered, pin, tracks: new Map(), shownActions: '' };
      this.#lanes.set(key, row);
    }
    return row;
  }

  #place({ element, actions }: LaneRow, placed: PlacedLane): void {
    const { top, height } = placed;
    element.style.top = `${top}px`;
    element.style.height = `${height}px`;
    // One pixel less at the top: there the line between lanes runs.
    actions.style.top = `${top + 1}px`;
    actions.style.height = `${titleHeight(placed) - 1}px`;
  }

  #fillPin({ pin, name, title }: LaneRow, lane: Lane, offered: boolean): void {
    const { words, ui, entities } = this.#context.model;
    const isPinned = ui.pinned.has(lane.key);
    pin.element.hidden = !offered || entities.isObserver(lane);
    const label = words.t(isPinned ? 'button.unpin' : 'button.pin', { client: name.textContent ?? '' });
    pin.setLabel(label);
    pin.setTitle(label);
    setAttribute(pin.element, 'data-pinned', isPinned ? '' : undefined);
    setAttribute(title, 'aria-description', isPinned ? words.t('lane.pinned') : undefined);
  }

  #fill(
    row: LaneRow,
    lane: Lane,
    placed: PlacedLane,
    { laneCount, severalServers }: { readonly laneCount: number; readonly severalServers: boolean },
  ): void {
    const { model } = this.#context;
    const { words, entities, index } = model;
    const name = laneName(lane, entities, words);
    const facts = [severalServers ? lane.server : '', laneFacts(lane, entities, words)]
      .filter((each) => each !== '')
      .join(' · ');
    setText(row.name, name);
    setText(row.facts, facts);
    setAttribute(row.element, 'data-first', placed.index === 0 ? '' : undefined);
    row.title.style.height = `${titleHeight(placed)}px`;
    setAttribute(row.title, 'aria-setsize', String(laneCount));
    setAttribute(row.title, 'aria-posinset', String(placed.index + 1));
    setAttribute(row.title, 'aria-label', facts === '' ? name : `${name}, ${facts}`);

    const kinds = new Set<string>(placed.tracks.map(({ kind }) => kind));
    for (const [kind, track] of row.tracks) {
      if (kinds.has(kind)) continue;
      track.element.remove();
      row.tracks.delete(kind);
    }
    placed.tracks.forEach(({ kind, top, height }, at) => {
      const track = this.#trackRow(row, kind);
      const said = trackWords(kind, lane, entities, index, words);
      const label = words.t(`track.${kind}`);
      track.element.style.top = `${top - placed.top}px`;
      track.element.style.height = `${height}px`;
      setText(track.label, label);
      setText(track.state, said.short);
      setAttribute(track.element, 'aria-label', `${label}: ${said.full}`);
      setAttribute(track.element, 'title', said.full === said.short ? undefined : said.full);
      setAttribute(track.element, 'aria-setsize', String(placed.tracks.length));
      setAttribute(track.element, 'aria-posinset', String(at + 1));
    });
    this.#fillActions(row, model.clientsOf(lane));
  }

  #trackRow(row: LaneRow, kind: string): TrackRow {
    let track = row.tracks.get(kind);
    if (track === undefined) {
      const label = el('span', { class: 'track-label' });
      const state = el('span', { class: 'track-state' });
      const element = el(
        'div',
        { class: 'track', attributes: { role: 'treeitem', 'aria-level': '2', id: uniqueId('track') } },
        label,
        state,
      );
      track = { element, label, state };
      row.tracks.set(kind, track);
      row.element.append(element);
    }
    return track;
  }

  #markActive(row: LaneRow, placed: PlacedLane, active: RowRef | undefined): string | undefined {
    let activeId: string | undefined;
    const mark = (element: HTMLElement, track: RowRef['track']): void => {
      const isActive = active?.lane === placed.key && active.track === track;
      setAttribute(element, 'aria-selected', isActive ? 'true' : 'false');
      if (isActive) activeId = element.id;
    };
    mark(row.title, 'title');
    for (const { kind } of placed.tracks) {
      const track = row.tracks.get(kind);
      if (track !== undefined) mark(track.element, kind);
    }
    return activeId;
  }

  #fillActions(row: LaneRow, clients: readonly PageClient[]): void {
    const shown = this.#isCompact ? compactActionCount : shownActionCount;
    const key = [shown, ...clients.map((client) => `${client.key}\n${client.actions.join(' ')}`)].join(
      '\n\n',
    );
    if (row.shownActions === key) return;
    row.shownActions = key;
    // After a takeover two of our clients share a lane: the newer one comes first.
    const offered = clients
      .toReversed()
      .flatMap((client, at) =>
        client.actions.map((action) => ({ client, action, number: clients.length - at })),
      );
    row.offered.replaceChildren(
      ...offered.slice(0, shown).map((each) => this.#actionButton(each)),
      ...this.#moreButton(offered.slice(shown), clients.length > 1),
    );
  }

  #actionButton({ client, action }: NumberedAction): HTMLElement {
    const { words } = this.#context.model;
    const full = words.t(fullNames[action] ?? `action.${action}`);
    return button({
      label: words.t(`action.${action}`),
      ariaLabel: words.t('action.of', { action: full, client: client.clientId }),
      title: full,
      appearance: 'quiet',
      class: 'lane-action',
      onPress: () => this.#act(client, action),
    }).element;
  }

  #moreButton(rest: readonly NumberedAction[], isShared: boolean): readonly HTMLElement[] {
    const [first] = rest;
    if (first === undefined) return [];
    const { words } = this.#context.model;
    const label = words.t('button.more', { client: first.client.clientId });
    const items = rest.map(({ client, action, number }) => {
      const name = words.t(fullNames[action] ?? `action.${action}`);
      return {
        label: isShared ? words.t('action.ofNumber', { action: name, number }) : name,
        run: () => this.#act(client, action),
      };
    });
    const more = button({
      label,
      icon: 'more',
      iconOnly: true,
      appearance: 'quiet',
      class: 'lane-more',
      title: label,
      onPress: () => openMenu(more.element, label, items),
    });
    more.element.ariaHasPopup = 'menu';
    return [more.element];
  }

  #act({ key, connection }: PageClient, action: LaneAction): void {
    this.#context.host.post({ type: 'action', client: key, connection, action });
  }
}

function titleHeight({ top, height, tracks }: PlacedLane): number {
  return tracks[0] === undefined ? height : tracks[0].top - top;
}
