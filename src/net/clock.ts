import { type Cancel, TimerHeap } from './timer-heap.ts';

export type { Cancel } from './timer-heap.ts';

/**
 * The time, and calls at a time. Everything in this room that waits takes one, so that tests move time by
 * hand.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fractions. Never goes backwards. */
  now(): number;
  /**
   * Calls `run` once, at `atMs` or as soon after it as can be, never before. Calls that are due together run
   * in the order of their scheduling. However far away `atMs` is.
   */
  schedule(atMs: number, run: () => void): Cancel;
}

/** Long waits come in pieces of so many ms: a machine that has slept has not counted that time as waited for. */
const longestTimeoutMs = 1000;
/** By so many ms at least the time of day goes ahead of what was counted when the machine has slept, or its clock was set. */
const leapMs = 1000;
/** What setTimeout takes at least. */
const shortestTimeoutMs = 1;
/** For how long calls that are due are made in one turn: what they write leaves when the turn ends. */
const longestTurnMs = 1;

class SystemClock implements Clock {
  readonly #heap = new TimerHeap();
  #armed: NodeJS.Timeout | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;
  /** Whether what is due is being seen to, so that nothing needs to be armed. */
  #firing = false;

  /** What is not counted while the machine sleeps. */
  #leapt = 0;
  #lastCounted = performance.now();
  #lastOfDay = Date.now();

  now(): number {
    const counted = performance.now();
    const ofDay = Date.now();
    const ahead = ofDay - this.#lastOfDay - (counted - this.#lastCounted);
    if (ahead > leapMs) this.#leapt += ahead;
    this.#lastCounted = counted;
    this.#lastOfDay = ofDay;
    return performance.timeOrigin + counted + this.#leapt;
  }

  schedule(atMs: number, run: () => void): Cancel {
    const cancel = this.#heap.schedule(atMs, run);
    this.#arm();
    return () => {
      cancel();
      this.#arm();
    };
  }

  /** One system timer, for the earliest call. */
  #arm(): void {
    if (this.#firing) return;
    const nextMs = this.#heap.nextAtMs();
    if (nextMs === undefined) {
      clearTimeout(this.#armed);
      this.#armed = undefined;
      this.#armedForMs = Number.POSITIVE_INFINITY;
      return;
    }
    if (this.#armed !== undefined && this.#armedForMs === nextMs) return;
    clearTimeout(this.#armed);
    this.#armed = undefined;
    const waitMs = nextMs - this.now();
    if (waitMs < shortestTimeoutMs) {
      this.#fireSoon();
      return;
    }
    this.#armedForMs = nextMs;
    this.#armed = setTimeout(() => this.#fire(), Math.min(Math.floor(waitMs), longestTimeoutMs));
  }

  #fire(): void {
    this.#armed = undefined;
    this.#firing = true;
    const untilMs = this.now() + longestTurnMs;
    let nowMs = untilMs - longestTurnMs;
    try {
      // Timers may fire up to a millisecond early, and long waits come in pieces: what is not due stays in the heap.
      while (nowMs < untilMs && this.#heap.runNext(nowMs)) nowMs = this.now();
    } finally {
      this.#firing = false;
      if (nowMs < untilMs) this.#arm();
      else this.#fireSoon();
    }
  }

  /** With what else there is to do in between, and without the millisecond that a timer takes at least. */
  #fireSoon(): void {
    this.#firing = true;
    setImmediate(() => this.#fire());
  }
}

/** The time of this machine. */
export const systemClock: Clock = new SystemClock();
