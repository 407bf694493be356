/** The canvases of the timeline: sized in device pixels, painted from the scene. */
import { buildScene, MarkPool } from '../geometry/build-scene.ts';
import type { LaneLayout } from '../geometry/lanes.ts';
import { emptyScene, type Scene, type Target } from '../geometry/scene.ts';
import { ticksOf } from '../geometry/ticks.ts';
import type { TimeScale } from '../geometry/time-scale.ts';
import type { PageModel } from '../model/page-model.ts';
import { paintAxis } from '../paint/paint-axis.ts';
import { type SceneDecor, ScenePainter } from '../paint/paint-scene.ts';
import { TextMeasure } from '../paint/text-measure.ts';
import { type Palette, readPalette } from '../paint/theme.ts';
import { el } from './dom.ts';

/** What is drawn beyond either edge, so that scrolling is smooth without a frame for each step. */
const overdrawPx = 160;

/** Room that a label of the axis needs, for a font of 13 px. */
const tickGapPx = 96;

export interface Viewport {
  /** Of the tracks, without the rows' column. */
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The page has no canvas to draw on.');
  return context;
}

export class TimelineCanvas {
  readonly axis = el('canvas', { class: 'axis-canvas', attributes: { 'aria-hidden': 'true' } });
  readonly tracks = el('canvas', { class: 'tracks-canvas', attributes: { 'aria-hidden': 'true' } });
  readonly #model: PageModel;
  readonly #axisContext = contextOf(this.axis);
  readonly #tracksContext = contextOf(this.tracks);
  readonly #pool = new MarkPool();
  #palette: Palette;
  #measure: TextMeasure;
  #smallMeasure: TextMeasure;
  #painter: ScenePainter;
  #scene: Scene = emptyScene;
  #top = 0;
  #height = 0;

  constructor(model: PageModel) {
    this.#model = model;
    this.#palette = readPalette(document.body);
    this.#measure = new TextMeasure(this.#tracksContext, this.#palette.font);
    this.#smallMeasure = new TextMeasure(this.#tracksContext, this.#palette.smallFont);
    this.#painter = new ScenePainter(this.#tracksContext, this.#palette, this.#measure);
  }

  /** What was drawn last, for hit-testing. */
  get scene(): Scene {
    return this.#scene;
  }

  get fontSizePx(): number {
    return this.#palette.fontSizePx;
  }

  /** Reads the theme again. */
  refreshTheme(): void {
    this.#palette = readPalette(document.body);
    this.#measure = new TextMeasure(this.#tracksContext, this.#palette.font);
    this.#smallMeasure = new TextMeasure(this.#tracksContext, this.#palette.smallFont);
    this.#painter = new ScenePainter(this.#tracksContext, this.#palette, this.#measure);
  }

  /** Whether what was drawn covers the view after scrolling. */
  covers({ scrollTop, height }: Viewport): boolean {
    return scrollTop >= this.#top && scrollTop + height <= this.#top + this.#height;
  }

  draw(
    scale: TimeScale,
    layout: LaneLayout,
    view: Viewport,
    nowMs: number,
    hoverX: number | undefined,
  ): void {
    this.#place(layout, view);
    const { words, entities, records, index } = this.#model;
    this.#scene = buildScene(
      {
        entities,
        records,
        index,
        layout,
        scale,
        nowMs,
        words,
        measure: this.#measure.width,
        measureSmall: this.#smallMeasure.width,
        top: this.#top,
        bottom: this.#top + this.#height,
      },
      this.#pool,
    );
    const utcOffsetMs = -new Date(scale.startMs).getTimezoneOffset() * 60_000;
    const ticks = ticksOf(scale, (tickGapPx * this.#palette.fontSizePx) / 13, utcOffsetMs);
    this.#painter.paint(this.#scene, this.#decor(scale, layout, view, nowMs, hoverX, ticks.ticks));
    paintAxis(
      this.#axisContext,
      ticks,
      {
        width: view.width,
        height: this.axis.clientHeight,
        nowX: scale.xOf(nowMs),
        hover: hoverX === undefined ? undefined : { x: hoverX, atMs: scale.timeAt(hoverX) },
      },
      this.#palette,
      this.#measure,
      words,
    );
  }

  #place(layout: LaneLayout, { width, height, scrollTop }: Viewport): void {
    const contentHeight = Math.max(layout.height, height);
    const top = Math.max(0, scrollTop - overdrawPx);
    this.#top = top;
    this.#height = Math.min(contentHeight, scrollTop + height + overdrawPx) - top;
    this.tracks.style.top = `${top}px`;
    resize(this.tracks, this.#tracksContext, width, this.#height);
    resize(this.axis, this.#axisContext, width, this.axis.clientHeight);
  }

  #decor(
    scale: TimeScale,
    layout: LaneLayout,
    { width }: Viewport,
    nowMs: number,
    hoverX: number | undefined,
    ticks: readonly { readonly x: number; readonly labelled: boolean }[],
  ): SceneDecor {
    const { ui, records, stats, entities, words } = this.#model;
    const packet = ui.packet === undefined ? undefined : records.get(ui.packet);
    const packetLane = packet === undefined ? undefined : entities.laneOfConnection(packet.connection);
    const oldest = stats.dropped > 0 ? records.get(records.firstSeq) : undefined;
    return {
      width,
      height: this.#height,
      offsetY: this.#top,
      gridXs: ticks.filter(({ labelled }) => labelled).map(({ x }) => x),
      nowX: scale.xOf(nowMs),
      droppedBeforeX: oldest === undefined ? undefined : scale.xOf(oldest.atMs),
      droppedLabel: words.t('axis.dropped'),
      hoverX,
      focus: rowPlace(layout, ui.row),
      isSelected: (target) => isSelected(target, this.#model),
      selectedWill: ui.tab === 'packet' ? undefined : ui.will,
      selectedPacket:
        packet === undefined || packetLane === undefined
          ? undefined
          : { x: scale.xOf(packet.atMs), lane: packetLane.key, direction: packet.direction },
    };
  }
}

function isSelected(target: Target, { ui, entities }: PageModel): boolean {
  if (ui.tab === 'will') return target.kind === 'will' && target.id === ui.will;
  if (ui.tab !== 'why' || ui.expectation === undefined) return false;
  if (target.kind === 'expectation') return target.id === ui.expectation;
  const expectation = entities.expectations.get(ui.expectation);
  return (
    target.kind === 'session' && expectation?.kind === 'session-end' && target.id === expectation.session
  );
}

function rowPlace(
  layout: LaneLayout,
  row: PageModel['ui']['row'],
): { readonly top: number; readonly height: number } | undefined {
  const lane = row === undefined ? undefined : layout.lane(row.lane);
  if (lane === undefined) return undefined;
  if (row?.track === 'title') return { top: lane.top, height: layout.metrics.title };
  return lane.tracks.find(({ kind }) => kind === row?.track);
}

/** Device pixels for CSS pixels; setting a canvas's size clears it, so only when it is another. */
function resize(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
): void {
  const ratio = window.devicePixelRatio;
  const deviceWidth = Math.max(1, Math.round(width * ratio));
  const deviceHeight = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== deviceWidth) canvas.width = deviceWidth;
  if (canvas.height !== deviceHeight) canvas.height = deviceHeight;
  const cssWidth = `${width}px`;
  const cssHeight = `${height}px`;
  if (canvas.style.width !== cssWidth) canvas.style.width = cssWidth;
  if (canvas.style.height !== cssHeight) canvas.style.height = cssHeight;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
