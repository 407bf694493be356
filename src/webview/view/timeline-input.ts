/** The mouse and the keyboard on the timeline. Everything that one can do, the other can. */

import type { PlacedLane } from '../geometry/lanes.ts';
import type { Target } from '../geometry/scene.ts';
import { neighbourExpectation, neighbourPacket, type Step } from '../model/neighbours.ts';
import type { RowRef } from '../model/ui-state.ts';
import type { PageContext } from './context.ts';
import type { Timeline } from './timeline.ts';

/** A press that moved less than this is a click. */
const dragPx = 4;
/** What a press of an arrow key moves, as a share of the width. */
const keyPan = 0.1;
const keyZoom = 1.5;

export class TimelineInput {
  readonly #context: PageContext;
  readonly #timeline: Timeline;
  readonly #togglePin: (key: string) => void;

  /** `togglePin` pins the lane of this key, or lets it go. */
  constructor(context: PageContext, timeline: Timeline, togglePin: (key: string) => void) {
    this.#context = context;
    this.#togglePin = togglePin;
    timeline.rows.onPin = togglePin;
    this.#timeline = timeline;
    const { content, rows, element } = timeline;
    element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    content.addEventListener('pointerdown', (event) => this.#press(event));
    content.addEventListener('pointermove', (event) => this.#hover(event));
    content.addEventListener('pointerleave', () => this.#leave());
    rows.tree.addEventListener('keydown', (event) => this.#key(event));
    rows.tree.addEventListener('focus', () => this.#ensureRow());
  }

  #wheel(event: WheelEvent): void {
    const lineHeight = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const deltaX = event.deltaX * lineHeight;
    const deltaY = event.deltaY * lineHeight;
    const { x } = this.#placeOf(event);
    if (event.ctrlKey || event.metaKey) {
      this.#timeline.zoom(Math.exp(-deltaY * 0.0022), Math.max(0, x - this.#timeline.gutter));
    } else if (event.shiftKey) this.#timeline.pan(deltaX === 0 ? deltaY : deltaX);
    else if (Math.abs(deltaX) > Math.abs(deltaY)) this.#timeline.pan(deltaX);
    else return;
    event.preventDefault();
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0 || isControl(event)) return;
    const { content } = this.#timeline;
    const start = { x: event.clientX, y: event.clientY };
    const onTracks = this.#placeOf(event).x >= this.#timeline.gutter;
    let lastX = event.clientX;
    let dragged = false;
    const stop = new AbortController();
    content.addEventListener(
      'pointermove',
      (move) => {
        if (!dragged && Math.hypot(move.clientX - start.x, move.clientY - start.y) < dragPx) return;
        if (!dragged) content.setPointerCapture(event.pointerId);
        dragged = true;
        content.dataset['dragging'] = '';
        if (onTracks) this.#timeline.pan(lastX - move.clientX);
        lastX = move.clientX;
      },
      { signal: stop.signal },
    );
    const end = (up: PointerEvent): void => {
      stop.abort();
      delete content.dataset['dragging'];
      if (!dragged && up.type === 'pointerup') this.#click(up);
    };
    content.addEventListener('pointerup', end, { signal: stop.signal });
    content.addEventListener('pointercancel', end, { signal: stop.signal });
  }

  #click(event: PointerEvent): void {
    const { model } = this.#context;
    const { x, y } = this.#placeOf(event);
    const hit = this.#timeline.hitAt(x, y);
    const lane = model.layout.laneAt(y);
    const track = model.layout.trackAt(y)?.track.kind;
    if (lane !== undefined) model.setRow({ lane: lane.key, track: track ?? 'title' });
    if (hit !== undefined) model.select(hit.target);
    else if (x < this.#timeline.gutter) this.#open();
  }

  #hover(event: PointerEvent): void {
    const { content, gutter } = this.#timeline;
    const { x, y } = this.#placeOf(event);
    const hit = this.#timeline.hitAt(x, y);
    content.dataset['hit'] = hit === undefined ? 'no' : 'yes';
    const text = hit === undefined ? '' : this.#timeline.describe(hit);
    if (content.title !== text) content.title = text;
    this.#timeline.setHover(x < gutter ? undefined : x - gutter);
  }

  #leave(): void {
    this.#timeline.setHover(undefined);
  }

  #placeOf(event: MouseEvent): { readonly x: number; readonly y: number } {
    const box = this.#timeline.content.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const done = event.altKey ? this.#altKey(event.key) : this.#plainKey(event.key);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #altKey(key: string): boolean {
    switch (key) {
      case 'ArrowLeft':
        return this.#stepPacket(-1);
      case 'ArrowRight':
        return this.#stepPacket(1);
      case 'ArrowUp':
        return this.#stepExpectation(-1);
      case 'ArrowDown':
        return this.#stepExpectation(1);
      default:
        return false;
    }
  }

  #plainKey(key: string): boolean {
    const timeline = this.#timeline;
    const { widthPx } = timeline.scale;
    switch (key) {
      case 'ArrowLeft':
        timeline.pan(-widthPx * keyPan);
        return true;
      case 'ArrowRight':
        timeline.pan(widthPx * keyPan);
        return true;
      case 'ArrowUp':
        return this.#stepRow(-1);
      case 'ArrowDown':
        return this.#stepRow(1);
      case 'PageUp':
        timeline.scrollBy(-timeline.scrollHeight * 0.9);
        return true;
      case 'PageDown':
        timeline.scrollBy(timeline.scrollHeight * 0.9);
        return true;
      case '+':
      case '=':
        timeline.zoom(keyZoom);
        return true;
      case '-':
        timeline.zoom(1 / keyZoom);
        return true;
      case 'Home':
      case 'End':
        return this.#goToEnd(key === 'Home');
      case 'p':
      case 'P': {
        const lane = this.#context.model.ui.row?.lane;
        if (lane !== undefined) this.#togglePin(lane);
        return true;
      }
      case 'Enter':
      case ' ':
        return this.#open();
      default:
        return false;
    }
  }

  #goToEnd(start: boolean): boolean {
    const { model } = this.#context;
    const extent = model.extent();
    if (extent === undefined) return true;
    const { scale } = this.#timeline;
    model.setLive(false);
    const margin = scale.spanMs * 0.05;
    this.#timeline.setScale(
      scale.startingAt(start ? extent.fromMs - margin : extent.toMs + margin - scale.spanMs),
    );
    return true;
  }

  #ensureRow(): void {
    const { model } = this.#context;
    const first = model.layout.lanes[0];
    const known = model.ui.row !== undefined && model.layout.lane(model.ui.row.lane) !== undefined;
    if (!known && first !== undefined) model.setRow({ lane: first.key, track: 'title' });
  }

  #stepRow(step: Step): boolean {
    const { model } = this.#context;
    const { lanes } = model.layout;
    const lane = model.ui.row === undefined ? undefined : model.layout.lane(model.ui.row.lane);
    if (lane === undefined) {
      this.#ensureRow();
      return true;
    }
    const rows = rowsOf(lane);
    const at = rows.findIndex(({ track }) => track === model.ui.row?.track);
    const next = rows[at + step] ?? this.#edgeRow(lanes[lane.index + step], step);
    if (next !== undefined) {
      model.setRow(next);
      this.#timeline.revealRow(next.lane);
    }
    return true;
  }

  #edgeRow(lane: PlacedLane | undefined, step: Step): RowRef | undefined {
    if (lane === undefined) return undefined;
    return step === 1 ? rowsOf(lane)[0] : rowsOf(lane).at(-1);
  }

  /** Selects what the row under the keyboard is about: its newest connection, session, will or packet. */
  #open(): boolean {
    const target = this.#targetOfRow();
    if (target !== undefined) this.#context.model.select(target);
    return true;
  }

  #targetOfRow(): Target | undefined {
    const { model } = this.#context;
    const { row } = model.ui;
    const lane = row === undefined ? undefined : model.entities.lane(row.lane);
    if (row === undefined || lane === undefined) return undefined;
    const last = <K extends Target['kind'] & ('connection' | 'session')>(
      kind: K,
      ids: readonly number[],
    ): Target | undefined => {
      const id = ids.at(-1);
      return id === undefined ? undefined : { kind, id };
    };
    switch (row.track) {
      case 'title':
      case 'connection':
        return last('connection', lane.connections);
      case 'session':
        return last('session', lane.sessions);
      case 'will': {
        const will = model.entities.wills.get(lane.wills.at(-1) ?? -1);
        if (will === undefined) return undefined;
        const id = will.expectation ?? will.foreseen?.expectation;
        return id === undefined ? { kind: 'will', id: will.id } : { kind: 'expectation', id };
      }
      case 'packets': {
        const seq = neighbourPacket(lane, model.index, undefined, -1);
        return seq === undefined ? undefined : { kind: 'packet', seq };
      }
    }
  }

  #stepPacket(step: Step): boolean {
    const { model } = this.#context;
    const lane = model.ui.row === undefined ? undefined : model.entities.lane(model.ui.row.lane);
    if (lane === undefined) return true;
    const seq = neighbourPacket(lane, model.index, model.ui.packet, step);
    if (seq === undefined) return true;
    model.select({ kind: 'packet', seq });
    const atMs = model.records.get(seq)?.atMs;
    if (atMs !== undefined) this.#timeline.reveal(atMs);
    return true;
  }

  #stepExpectation(step: Step): boolean {
    const { model } = this.#context;
    const id = neighbourExpectation(model.entities, undefined, model.ui.expectation, step);
    if (id !== undefined) model.select({ kind: 'expectation', id });
    return true;
  }
}

function rowsOf({ key, tracks }: PlacedLane): readonly RowRef[] {
  return [{ lane: key, track: 'title' }, ...tracks.map(({ kind }) => ({ lane: key, track: kind }))];
}

function isControl({ target }: Event): boolean {
  return target instanceof Element && target.closest('.row-actions vscode-button') !== null;
}
