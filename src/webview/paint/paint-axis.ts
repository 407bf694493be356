/** Draws the time axis. */
import type { Ticks, TickUnit } from '../geometry/ticks.ts';
import type { Words } from '../model/words.ts';
import type { TextMeasure } from './text-measure.ts';
import type { Palette } from './theme.ts';

export interface AxisDecor {
  readonly width: number;
  readonly height: number;
  readonly nowX: number;
  readonly hover: { readonly x: number; readonly atMs: number } | undefined;
}

export function tickLabel(unit: TickUnit, atMs: number, words: Words): string {
  switch (unit) {
    case 'millisecond':
      return words.clock(atMs, 3);
    case 'second':
      return words.clock(atMs, 0);
    case 'minute':
      return words.minute(atMs);
    case 'day':
      return words.day(atMs);
  }
}

export function paintAxis(
  context: CanvasRenderingContext2D,
  ticks: Ticks,
  { width, height, nowX, hover }: AxisDecor,
  palette: Palette,
  measure: TextMeasure,
  words: Words,
): void {
  context.clearRect(0, 0, width, height);
  context.font = palette.font;
  context.textBaseline = 'middle';
  for (const { x, atMs, labelled } of ticks.ticks) {
    context.fillStyle = labelled ? palette.muted : palette.grid;
    context.fillRect(Math.round(x), labelled ? height - 8 : height - 4, 1, labelled ? 8 : 4);
    if (!labelled) continue;
    const label = tickLabel(ticks.unit, atMs, words);
    const half = measure.width(label) / 2;
    if (x - half < 2 || x + half > width - 2) continue;
    context.fillStyle = palette.muted;
    context.fillText(label, x - half, height / 2 - 3);
  }
  if (nowX >= 0 && nowX <= width) paintNow(context, Math.round(nowX) + 0.5, height, palette.tone.accent);
  if (hover === undefined) return;
  const label = words.clock(hover.atMs, 3);
  const wide = measure.width(label);
  const x = Math.min(Math.max(hover.x - wide / 2, 4), width - wide - 4);
  context.fillStyle = palette.background;
  context.fillRect(x - 5, 1, wide + 10, height - 9);
  context.strokeStyle = palette.outline ?? palette.grid;
  context.lineWidth = 1;
  context.strokeRect(x - 4.5, 1.5, wide + 9, height - 10);
  context.fillStyle = palette.foreground;
  context.fillText(label, x, height / 2 - 3);
}

/** A flag where the line of "now" begins. */
function paintNow(context: CanvasRenderingContext2D, x: number, height: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(x, height);
  context.lineTo(x - 5, height - 7);
  context.lineTo(x + 5, height - 7);
  context.fill();
}
