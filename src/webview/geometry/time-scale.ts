/** The shortest and longest time that the width of the timeline can show, in milliseconds. */
export const minimumSpanMs = 2;
export const maximumSpanMs = 10 * 365 * 24 * 3_600_000;

/** Where a time stands on the screen, and back. Immutable; times in milliseconds since the Unix epoch, places in CSS pixels. */
export class TimeScale {
  readonly startMs: number;
  readonly spanMs: number;
  readonly widthPx: number;

  constructor(startMs: number, spanMs: number, widthPx: number) {
    this.startMs = startMs;
    this.spanMs = Math.min(maximumSpanMs, Math.max(minimumSpanMs, spanMs));
    this.widthPx = Math.max(1, widthPx);
  }

  get endMs(): number {
    return this.startMs + this.spanMs;
  }

  get msPerPx(): number {
    return this.spanMs / this.widthPx;
  }

  xOf(atMs: number): number {
    return ((atMs - this.startMs) / this.spanMs) * this.widthPx;
  }

  timeAt(x: number): number {
    return this.startMs + (x / this.widthPx) * this.spanMs;
  }

  withWidth(widthPx: number): TimeScale {
    return new TimeScale(this.startMs, this.spanMs, widthPx);
  }

  /** Keeps the time per pixel and the end when the width changes, so that a wider page shows more of the past. */
  resized(widthPx: number): TimeScale {
    const spanMs = this.msPerPx * Math.max(1, widthPx);
    return new TimeScale(this.endMs - spanMs, spanMs, widthPx);
  }

  /** Moves the view by this many pixels to the right, that is, towards later times. */
  pannedBy(px: number): TimeScale {
    return new TimeScale(this.startMs + px * this.msPerPx, this.spanMs, this.widthPx);
  }

  startingAt(startMs: number): TimeScale {
    return new TimeScale(startMs, this.spanMs, this.widthPx);
  }

  /** Shows `factor` times less time (more when below 1); the time under `x` stays where it is. */
  zoomedBy(factor: number, x: number): TimeScale {
    const anchorMs = this.timeAt(x);
    const next = new TimeScale(this.startMs, this.spanMs / factor, this.widthPx);
    return next.startingAt(anchorMs - (x / this.widthPx) * next.spanMs);
  }

  /** Shows all of `[fromMs, toMs]`, with a margin of a twentieth on either side. */
  fittedTo(fromMs: number, toMs: number): TimeScale {
    const spanMs = Math.max(toMs - fromMs, 1000) * 1.1;
    const middleMs = (fromMs + toMs) / 2;
    return new TimeScale(middleMs - spanMs / 2, spanMs, this.widthPx);
  }

  /** Moved as little as needed to show `atMs`, away from the edges. */
  revealing(atMs: number): TimeScale {
    const margin = this.spanMs * 0.1;
    if (atMs >= this.startMs + margin && atMs <= this.endMs - margin) return this;
    return this.startingAt(atMs - this.spanMs / 2);
  }
}
