/** The one place that asks for frames: only when something changed, or when something that runs needs the next one. */
import type { Part } from '../model/page-model.ts';

export interface FrameSource {
  requestFrame(run: () => void): void;
  /** Calls `run` after `ms` milliseconds, and returns how to take that back. */
  after(ms: number, run: () => void): () => void;
}

export const browserFrames: FrameSource = {
  requestFrame: (run) => {
    requestAnimationFrame(run);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** One frame of the display, in milliseconds; what is due sooner is drawn in the next frame. */
const frameMs = 17;

export class FrameScheduler {
  readonly #frames: FrameSource;
  readonly #draw: (parts: ReadonlySet<Part>) => number | undefined;
  #stale = new Set<Part>();
  #requested = false;
  #cancelTimer: (() => void) | undefined;

  /** `draw` draws these parts and says in how many milliseconds something that runs has to be drawn again, if at all. */
  constructor(frames: FrameSource, draw: (parts: ReadonlySet<Part>) => number | undefined) {
    this.#frames = frames;
    this.#draw = draw;
  }

  invalidate(parts: Iterable<Part>): void {
    for (const part of parts) this.#stale.add(part);
    this.#request();
  }

  #request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#frames.requestFrame(() => this.#frame());
  }

  #frame(): void {
    const parts = this.#stale;
    this.#stale = new Set();
    this.#requested = false;
    const nextMs = this.#draw(parts);
    if (nextMs === undefined || this.#requested) return;
    if (nextMs <= frameMs) this.#request();
    else this.#cancelTimer = this.#frames.after(nextMs - frameMs, () => this.#request());
  }
}
