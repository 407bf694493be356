/** Draws a scene. Decides nothing: every shape and place comes from geometry. */
import { markHeight, placePx } from '../geometry/packet-marks.ts';
import type { Bar, LaneScene, Link, Mark, PacketRun, PacketTrack, Scene, Target } from '../geometry/scene.ts';
import { weightiestFamily } from '../model/record-types.ts';
import { BarPainter } from './bars.ts';
import { drawSymbol } from './symbols.ts';
import type { TextMeasure } from './text-measure.ts';
import type { Palette } from './theme.ts';

/** What beside the scene itself is to be seen. All in CSS pixels. */
export interface SceneDecor {
  readonly width: number;
  readonly height: number;
  /** What to take from every height: where the canvas begins. */
  readonly offsetY: number;
  /** Where the labelled ticks stand. */
  readonly gridXs: readonly number[];
  readonly nowX: number;
  /** Where the trace begins, when older records have left it; undefined when they have not or it is out of view. */
  readonly droppedBeforeX: number | undefined;
  readonly droppedLabel: string;
  readonly hoverX: number | undefined;
  /** The height that the row under the keyboard takes. */
  readonly focus: { readonly top: number; readonly height: number } | undefined;
  readonly isSelected: (target: Target) => boolean;
  /** The will whose links stand out. */
  readonly selectedWill: number | undefined;
  readonly selectedPacket:
    | { readonly x: number; readonly lane: string; readonly direction: number }
    | undefined;
}

/** How strongly a mark is drawn that stands for several packets. */
const mergedAlpha = 0.8;

export class ScenePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #palette: Palette;
  readonly #bars: BarPainter;
  readonly #measure: TextMeasure;

  constructor(context: CanvasRenderingContext2D, palette: Palette, measure: TextMeasure) {
    this.#context = context;
    this.#palette = palette;
    this.#bars = new BarPainter(palette);
    this.#measure = measure;
  }

  paint(scene: Scene, decor: SceneDecor): void {
    const context = this.#context;
    context.clearRect(0, 0, decor.width, decor.height);
    context.save();
    context.translate(0, -decor.offsetY);
    this.#ground(decor);
    for (const link of scene.links) this.#link(link, link.will === decor.selectedWill);
    for (const lane of scene.lanes) this.#lane(lane, decor);
    context.restore();
  }

  #ground({
    width,
    height,
    offsetY,
    gridXs,
    nowX,
    droppedBeforeX,
    droppedLabel,
    hoverX,
    focus,
  }: SceneDecor): void {
    const context = this.#context;
    const { grid, gridAlpha, selection, accentLine, outline } = {
      ...this.#palette,
      accentLine: this.#palette.tone.accent,
    };
    if (focus !== undefined && selection !== undefined) {
      context.fillStyle = selection;
      context.fillRect(0, focus.top, width, focus.height);
    }
    context.fillStyle = grid;
    context.globalAlpha = gridAlpha;
    for (const x of gridXs) context.fillRect(Math.round(x), offsetY, 1, height);
    context.globalAlpha = 1;
    if (droppedBeforeX !== undefined && droppedBeforeX > 0) {
      context.globalAlpha = 0.5;
      context.fillRect(0, offsetY, droppedBeforeX, height);
      context.globalAlpha = 1;
      context.fillStyle = outline ?? this.#palette.muted;
      context.fillRect(Math.round(droppedBeforeX), offsetY, 1, height);
      this.#besideDropped(droppedLabel, droppedBeforeX, offsetY + height);
    }
    if (nowX <= width && nowX >= 0) {
      context.fillStyle = accentLine;
      context.fillRect(Math.round(nowX), offsetY, 1, height);
    }
    if (hoverX !== undefined) {
      context.fillStyle = this.#palette.muted;
      context.globalAlpha = 0.6;
      context.fillRect(Math.round(hoverX), offsetY, 1, height);
      context.globalAlpha = 1;
    }
  }

  #besideDropped(label: string, x: number, bottom: number): void {
    const width = this.#measure.width(label);
    if (x < width + 12) return;
    this.#context.font = this.#palette.font;
    this.#context.textBaseline = 'bottom';
    this.#context.fillText(label, x - width - 8, bottom - 6);
  }

  #lane(lane: LaneScene, decor: SceneDecor): void {
    for (const bar of lane.bars) this.#bars.draw(this.#context, bar);
    if (lane.packets !== undefined) this.#packets(lane.packets, decor.width);
    this.#selectedPacket(lane, decor);
    for (const bar of lane.bars) this.#barLabel(bar);
    for (const mark of lane.marks) this.#mark(mark, lane.bars, isSelected(mark, decor));
  }

  #barLabel({ text, y, height, style }: Bar): void {
    if (text === undefined) return;
    const context = this.#context;
    const middle = y + height / 2;
    context.font = this.#palette.font;
    context.textBaseline = 'middle';
    if (style === 'armed' || style === 'waiting' || style === 'kept') {
      // On a line or a hatch, text needs ground of its own.
      context.fillStyle = this.#palette.background;
      context.fillRect(text.x - 3, middle - height / 2 + 1, text.width + 6, height - 2);
    }
    context.fillStyle = style === 'armed' ? this.#palette.muted : this.#palette.foreground;
    context.fillText(text.text, text.x, middle + 0.5);
  }

  #mark({ symbol, tone, x, y, members, text, ahead }: Mark, bars: readonly Bar[], selected: boolean): void {
    const context = this.#context;
    const palette = this.#palette;
    if (selected) {
      context.strokeStyle = palette.focus;
      context.lineWidth = 1.5;
      context.setLineDash([]);
      context.beginPath();
      context.arc(x, y, 10.5, 0, Math.PI * 2);
      context.stroke();
    }
    drawSymbol(context, symbol, x, y, palette.tone[tone], palette.background);
    if (members.length > 0) {
      // A line below says that there is more than one.
      context.fillStyle = palette.foreground;
      context.fillRect(x - 5, y + 8, 10, 1.5);
    }
    if (text === undefined) return;
    if (bars.some((bar) => underlies(bar, y, text.x, text.x + text.width))) {
      // On a line or a hatch, text needs ground of its own.
      context.fillStyle = palette.background;
      context.fillRect(text.x - 3, y - palette.fontSizePx * 0.55, text.width + 6, palette.fontSizePx * 1.1);
    }
    context.font = palette.font;
    context.textBaseline = 'middle';
    context.fillStyle = ahead ? palette.muted : palette.foreground;
    context.fillText(text.text, text.x, y + 0.5);
  }

  #packets(track: PacketTrack, width: number): void {
    const context = this.#context;
    const first = track.runs[0];
    context.fillStyle = this.#palette.grid;
    context.globalAlpha = this.#palette.gridAlpha;
    if (first !== undefined) context.fillRect(0, first.baseline, width, 1);
    context.globalAlpha = 1;
    for (const run of track.runs) this.#run(run);
    context.font = this.#palette.smallFont;
    context.textBaseline = 'middle';
    context.fillStyle = this.#palette.muted;
    for (const { text, x, y } of track.labels) context.fillText(text, x, y);
  }

  #run({ marks, baseline, reach }: PacketRun): void {
    const context = this.#context;
    const { family, outline } = this.#palette;
    let color = '';
    for (let i = 0; i < marks.count; i += 1) {
      const count = marks.packets[i] ?? 1;
      const next = family[weightiestFamily(marks.bits[i] ?? 0)];
      if (next !== color) {
        color = next;
        context.fillStyle = color;
      }
      // Many side by side would be loud.
      context.globalAlpha = count === 1 || outline !== undefined ? 1 : mergedAlpha;
      const tall = Math.round(reach * markHeight(count));
      const wide = count === 1 ? 2 : placePx;
      const x = Math.round((marks.x[i] ?? 0) - wide / 2);
      if (tall < 0) context.fillRect(x, baseline + tall, wide, -tall);
      else context.fillRect(x, baseline + 1, wide, tall);
    }
    context.globalAlpha = 1;
  }

  #selectedPacket(lane: LaneScene, { selectedPacket }: SceneDecor): void {
    if (selectedPacket?.lane !== lane.key || lane.packets === undefined) return;
    const context = this.#context;
    const { top, height } = lane.packets;
    const middle = top + Math.round(height / 2);
    const up = selectedPacket.direction === 0;
    context.strokeStyle = this.#palette.focus;
    context.lineWidth = 1.5;
    context.setLineDash([]);
    context.beginPath();
    context.roundRect(selectedPacket.x - 4.5, up ? top + 1.5 : middle - 0.5, 9, height / 2 - 1, 3);
    context.stroke();
  }

  #link({ kind, x0, y0, x1, y1 }: Link, selected: boolean): void {
    const context = this.#context;
    const palette = this.#palette;
    if (kind === 'carried' && !selected) return;
    context.strokeStyle = selected ? palette.foreground : palette.muted;
    context.fillStyle = context.strokeStyle;
    context.lineWidth = selected ? 1.5 : 1;
    context.globalAlpha = selected ? 1 : 0.8;
    context.setLineDash(kind === 'carried' ? [2, 3] : []);
    const down = y1 > y0 ? 1 : -1;
    const middle = (y0 + y1) / 2;
    context.beginPath();
    context.moveTo(x0, y0);
    if (Math.abs(x1 - x0) < 1) context.lineTo(x1, y1);
    else context.bezierCurveTo(x0, middle, x1, middle, x1, y1);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x1 - 3.5, y1 - 7 * down);
    context.lineTo(x1 + 3.5, y1 - 7 * down);
    context.fill();
    context.globalAlpha = 1;
  }
}

function underlies({ x0, x1, y, height }: Bar, atY: number, fromX: number, toX: number): boolean {
  return atY >= y && atY <= y + height && x0 < toX && x1 > fromX;
}

/** A sign that stands for several marks is selected with any of them. */
function isSelected({ target, members }: Mark, decor: SceneDecor): boolean {
  return decor.isSelected(target) || members.some((each) => decor.isSelected(each.target));
}
