import type { Cancel, Clock } from '../../../src/net/clock.ts';
import { TimerHeap } from '../../../src/net/timer-heap.ts';

/** 2026-01-01T12:00:00Z: a round start makes golden texts readable. */
export const manualClockStartMs = Date.UTC(2026, 0, 1, 12);

/** A clock that only the test moves. */
export class ManualClock implements Clock {
  readonly #heap = new TimerHeap();
  #nowMs: number;

  constructor(startMs: number = manualClockStartMs) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  schedule(atMs: number, run: () => void): Cancel {
    return this.#heap.schedule(atMs, run);
  }

  /** When the next call is due; undefined when nothing waits. */
  nextAtMs(): number | undefined {
    return this.#heap.nextAtMs();
  }

  /** As on a machine that sleeps or is busy: time passes, and what falls due meanwhile is late. */
  leap(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves time forward by `ms`. Each call that falls due sees exactly its own time as now. */
  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }

  advanceTo(atMs: number): void {
    for (;;) {
      const nextMs = this.#heap.nextAtMs();
      if (nextMs === undefined || nextMs > atMs) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      this.#heap.runNext(this.#nowMs);
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}
