/** The timeline: rows, axis and tracks, and where the view stands in time. */
import { easedShare, following, followShare } from '../geometry/follow.ts';
import { type Hit, hitTest } from '../geometry/hit-test.ts';
import { scaledMetrics } from '../geometry/lanes.ts';
import { TimeScale } from '../geometry/time-scale.ts';
import { targetWords } from '../model/describe.ts';
import { recordTypes } from '../model/record-types.ts';
import { onThemeChange } from '../paint/theme.ts';
import type { PageContext } from './context.ts';
import { el, setText } from './dom.ts';
import { Empty } from './empty.ts';
import { LaneRows } from './lane-rows.ts';
import { TimelineCanvas, type Viewport } from './timeline-canvas.ts';

export interface TimelineOptions {
  readonly spanMs: number;
  /** The user prefers that nothing moves by itself: the view steps instead of gliding. */
  readonly reducedMotion: () => boolean;
  readonly invalidate: () => void;
  readonly clearFilter: () => void;
}

/** Below this width of the page, lanes show fewer buttons. */
const compactPx = 600;

/** How many marks the tooltip of one sign tells. */
const toldMembers = 12;

/** How often a view that does not glide is drawn again. */
const stillMs = 250;

export class Timeline {
  readonly element: HTMLElement;
  readonly rows: LaneRows;
  /** Holds rows and canvas, and scrolls with them. */
  readonly content = el('div', { class: 'lanes-content' });
  readonly #lanes = el('div', { class: 'lanes' });
  readonly #corner = el('span', { class: 'axis-corner' });
  readonly #empty: Empty;
  readonly #context: PageContext;
  readonly #canvas: TimelineCanvas;
  readonly #options: TimelineOptions;
  #scale: TimeScale;
  #share = 0.92;
  #drawnAtMs = 0;
  #nextAtMs: number | undefined;
  #hoverX: number | undefined;
  /** Whether the page has told how wide it is. */
  #isPlaced = false;
  #gutter = 0;
  #view: Viewport = { width: 1, height: 1, scrollTop: 0 };

  constructor(context: PageContext, options: TimelineOptions) {
    this.#context = context;
    this.#options = options;
    this.#scale = new TimeScale(context.model.clock.now() - options.spanMs * 0.9, options.spanMs, 1000);
    this.rows = new LaneRows(context);
    this.#canvas = new TimelineCanvas(context.model);
    this.#empty = new Empty(context, options.clearFilter);
    this.content.append(this.#canvas.tracks, this.rows.tree, this.rows.actions);
    this.#lanes.append(this.content, this.#empty.element);
    this.element = el(
      'section',
      { class: 'timeline' },
      el('div', { class: 'axis' }, this.#corner, this.#canvas.axis),
      this.#lanes,
    );
    this.#lanes.addEventListener('scroll', () => this.#scrolled());
    new ResizeObserver(() => this.#resized()).observe(this.#lanes);
    onThemeChange(() => this.#themeChanged());
  }

  get scale(): TimeScale {
    return this.#scale;
  }

  /** From the left edge of the content to the tracks. */
  get gutter(): number {
    return this.#gutter;
  }

  get scrollHeight(): number {
    return this.#view.height;
  }

  setScale(scale: TimeScale): void {
    this.#scale = scale;
    this.#options.invalidate();
  }

  setHover(x: number | undefined): void {
    if (this.#hoverX === x) return;
    this.#hoverX = x;
    this.#options.invalidate();
  }

  scrollBy(px: number): void {
    this.#lanes.scrollTop += px;
  }

  /** Shows the whole trace, and stands still. */
  fit(): void {
    const { model } = this.#context;
    const extent = model.extent();
    model.setLive(false);
    if (extent !== undefined) this.setScale(this.#scale.fittedTo(extent.fromMs, extent.toMs));
  }

  /** Zooms about a place, while following about "now". */
  zoom(factor: number, x?: number): void {
    const { model } = this.#context;
    const anchor = model.ui.live ? this.#scale.xOf(model.clock.now()) : (x ?? this.#scale.widthPx / 2);
    this.setScale(this.#scale.zoomedBy(factor, anchor));
  }

  /** Moves by pixels towards later times, and no longer follows. */
  pan(px: number): void {
    this.#context.model.setLive(false);
    this.setScale(this.#scale.pannedBy(px));
  }

  reveal(atMs: number): void {
    const scale = this.#scale.revealing(atMs);
    if (scale === this.#scale) return;
    this.#context.model.setLive(false);
    this.setScale(scale);
  }

  /** Scrolls a lane or one of its tracks into view. */
  revealRow(key: string): void {
    const lane = this.#context.model.layout.lane(key);
    if (lane === undefined) return;
    const { scrollTop, clientHeight } = this.#lanes;
    if (lane.top < scrollTop) this.#lanes.scrollTop = lane.top;
    else if (lane.top + lane.height > scrollTop + clientHeight) {
      this.#lanes.scrollTop = Math.min(lane.top, lane.top + lane.height - clientHeight);
    }
  }

  /** What lies at a place of the content, in CSS pixels from its corner. */
  hitAt(x: number, y: number): Hit | undefined {
    return x < this.#gutter ? undefined : hitTest(this.#canvas.scene, x - this.#gutter, y);
  }

  describe({ target, packets, members }: Hit): string {
    const { words, records, entities } = this.#context.model;
    if (packets !== undefined) {
      const types = recordTypes.filter((_, type) => type < 16 && (packets.bits & (1 << type)) !== 0);
      return words.t('tooltip.packets', {
        count: words.number(packets.count),
        types: types.map(({ name }) => name).join(', '),
      });
    }
    if (members !== undefined) {
      const lines = members
        .slice(0, toldMembers)
        .map(({ atMs, label }) => `${words.clock(atMs)} ${label?.() ?? ''}`.trim());
      const rest = members.length - lines.length;
      return [...lines, ...(rest > 0 ? [words.count('countdown.more', rest)] : [])].join('\n');
    }
    const row = target.kind === 'packet' ? records.get(target.seq) : undefined;
    if (row === undefined) return targetWords(target, entities, words);
    const type = recordTypes[row.type];
    const name = [type?.name ?? '', row.topic ?? ''].join(' ').trim();
    return `${words.t('tooltip.packet', { seq: String(row.seq), name })}\n${words.clock(row.atMs)}`;
  }

  updateRows(): void {
    const { model } = this.#context;
    const { layout } = model;
    const hasLanes = model.entities.laneCount > 0;
    this.#empty.update(layout.lanes.length === 0);
    this.content.style.height = `${Math.max(layout.height, this.#view.height)}px`;
    this.content.hidden = !hasLanes;
    const { scrollTop, height } = this.#view;
    this.rows.update(layout.between(scrollTop - 200, scrollTop + height + 200), layout.lanes.length);
  }

  draw(nowMs: number): void {
    const { model } = this.#context;
    const restMs = model.ui.live ? this.#follow(nowMs) : this.#idle(nowMs);
    this.#nextAtMs = restMs === undefined ? undefined : nowMs + restMs;
    this.#canvas.draw(this.#scale, model.layout, this.#view, nowMs, this.#hoverX);
    setText(this.#corner, model.words.day(this.#scale.startMs));
    this.#drawnAtMs = nowMs;
  }

  /** Whether the picture has moved on since it was drawn. */
  isDue(nowMs: number): boolean {
    return this.#nextAtMs !== undefined && nowMs >= this.#nextAtMs;
  }

  /** In how many milliseconds the picture moves on; undefined while nothing moves. */
  nextMs(nowMs: number): number | undefined {
    return this.#nextAtMs === undefined ? undefined : Math.max(0, this.#nextAtMs - nowMs);
  }

  /** Follows, and says for how many milliseconds the picture then stays as it is. */
  #follow(nowMs: number): number | undefined {
    const { model } = this.#context;
    const wanted = followShare(this.#scale, nowMs, this.#nextDueMs(nowMs));
    const still = this.#options.reducedMotion();
    this.#share = still ? wanted : easedShare(this.#share, wanted, nowMs - this.#drawnAtMs);
    this.#scale = following(this.#scale, nowMs, this.#share);
    // Nothing happens yet: nothing moves.
    if (model.records.size === 0 && model.entities.laneCount === 0) return undefined;
    if (still) return stillMs;
    return this.#share === wanted ? this.#pixelMs : 0;
  }

  /** While the view stands still, "now" moves through it, and what is open grows. */
  #idle(nowMs: number): number | undefined {
    if (this.#context.model.entities.laneCount === 0 || nowMs > this.#scale.endMs) return undefined;
    return Math.max(stillMs, this.#pixelMs);
  }

  get #pixelMs(): number {
    return this.#scale.msPerPx / Math.max(1, window.devicePixelRatio);
  }

  /** The last due time of what could be seen ahead of "now". */
  #nextDueMs(nowMs: number): number | undefined {
    const { entities } = this.#context.model;
    const horizonMs = nowMs + this.#scale.spanMs * 0.5;
    let latest: number | undefined;
    for (const id of entities.pending) {
      const expectation = entities.expectations.get(id);
      if (expectation === undefined) continue;
      const isSilence = expectation.kind === 'keep-alive';
      const { dueAtMs = 0 } = (isSilence ? entities.foreseenBy(expectation)?.foreseen : expectation) ?? {};
      if (dueAtMs < nowMs || dueAtMs > horizonMs) continue;
      latest = Math.max(latest ?? 0, dueAtMs);
    }
    return latest;
  }

  #scrolled(): void {
    this.#view = { ...this.#view, scrollTop: this.#lanes.scrollTop };
    this.updateRows();
    if (!this.#canvas.covers(this.#view)) this.#options.invalidate();
  }

  #resized(): void {
    const { clientWidth, clientHeight, scrollTop } = this.#lanes;
    this.#gutter = this.#corner.offsetWidth;
    this.rows.setCompact(clientWidth < compactPx);
    const width = Math.max(1, clientWidth - this.#gutter);
    this.#view = { width, height: clientHeight, scrollTop };
    this.#scale = this.#isPlaced ? this.#scale.resized(width) : this.#scale.withWidth(width);
    this.#isPlaced = true;
    this.updateRows();
    this.#options.invalidate();
  }

  #themeChanged(): void {
    this.#canvas.refreshTheme();
    this.#context.model.setMetrics(scaledMetrics(this.#canvas.fontSizePx));
    this.#resized();
  }
}
