/** Bars of the timeline: how each style is filled and bordered. Texture tells them apart as well as colour does. */
import type { Bar, BarStyle } from '../geometry/scene.ts';
import type { Palette } from './theme.ts';

interface BarLook {
  readonly color: keyof Pick<
    Palette,
    'connection' | 'session' | 'waiting' | 'refused' | 'foreground' | 'muted'
  >;
  /** 0 to 1; how strongly the bar is filled. */
  readonly fill: number;
  readonly border: 'solid' | 'dashed' | 'dotted';
  readonly hatched: boolean;
  /** The share of the bar's height that it takes. */
  readonly thickness: number;
}

const looks: Readonly<Record<BarStyle, BarLook>> = {
  fault: { color: 'waiting', fill: 0.16, border: 'dashed', hatched: true, thickness: 1 },
  opening: { color: 'connection', fill: 0, border: 'dotted', hatched: false, thickness: 1 },
  open: { color: 'connection', fill: 0.3, border: 'solid', hatched: false, thickness: 1 },
  refused: { color: 'refused', fill: 0, border: 'dashed', hatched: false, thickness: 1 },
  held: { color: 'session', fill: 0.26, border: 'solid', hatched: false, thickness: 1 },
  kept: { color: 'session', fill: 0.05, border: 'dashed', hatched: true, thickness: 1 },
  armed: { color: 'muted', fill: 0, border: 'solid', hatched: false, thickness: 0 },
  waiting: { color: 'waiting', fill: 0.06, border: 'dotted', hatched: true, thickness: 1 },
  owed: { color: 'refused', fill: 0, border: 'dotted', hatched: true, thickness: 1 },
};

export class BarPainter {
  readonly #palette: Palette;
  readonly #hatches = new Map<string, CanvasPattern | null>();

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  draw(context: CanvasRenderingContext2D, bar: Bar): void {
    const look = looks[bar.style];
    const color = this.#palette[look.color];
    const width = bar.x1 - bar.x0;
    if (look.thickness === 0) {
      this.#line(context, bar, color);
      return;
    }
    context.save();
    // The texture moves with the bar.
    context.translate(bar.x0, bar.y);
    context.beginPath();
    context.roundRect(0.5, 0.5, Math.max(1, width - 1), bar.height - 1, Math.min(3, width / 2));
    if (look.fill > 0 && this.#palette.outline === undefined) {
      context.globalAlpha = look.fill;
      context.fillStyle = color;
      context.fill();
    }
    if (look.hatched && width > 4) {
      const hatch = this.#hatch(context, color);
      if (hatch !== null) {
        context.globalAlpha = 0.55;
        context.fillStyle = hatch;
        context.fill();
      }
    }
    context.globalAlpha = this.#palette.outline === undefined ? 0.85 : 1;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.setLineDash(look.border === 'dashed' ? [4, 3] : look.border === 'dotted' ? [1.5, 2.5] : []);
    context.stroke();
    context.restore();
  }

  #line(context: CanvasRenderingContext2D, { x0, x1, y, height }: Bar, color: string): void {
    const middle = y + height / 2;
    context.strokeStyle = color;
    context.lineWidth = 1.25;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x0, middle);
    context.lineTo(x1, middle);
    context.stroke();
  }

  #hatch(context: CanvasRenderingContext2D, color: string): CanvasPattern | null {
    let pattern = this.#hatches.get(color);
    if (pattern === undefined) {
      pattern = makeHatch(context, color);
      this.#hatches.set(color, pattern);
    }
    return pattern;
  }
}

const hatchPx = 6;

function makeHatch(context: CanvasRenderingContext2D, color: string): CanvasPattern | null {
  const ratio = window.devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = Math.round(hatchPx * ratio);
  tile.height = tile.width;
  const inner = tile.getContext('2d');
  if (inner === null) return null;
  const scale = tile.width / hatchPx;
  inner.scale(scale, scale);
  inner.strokeStyle = color;
  inner.lineWidth = 1.2;
  inner.beginPath();
  for (const shift of [-hatchPx, 0, hatchPx]) {
    inner.moveTo(shift - 1, hatchPx + 1);
    inner.lineTo(shift + hatchPx + 1, -1);
  }
  inner.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern;
}
