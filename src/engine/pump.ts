import type { Cancel, Clock } from '../net/clock.ts';

/** Between two notifications at least, in milliseconds: 30 a second. */
export const pumpIntervalMs = 1000 / 30;

/** Calls `flush` soon after something has changed, but not more often than every `intervalMs`. */
export class Pump {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #flush: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cancelSoon: Cancel | undefined;
  #cancelLater: Cancel | undefined;

  constructor(clock: Clock, intervalMs: number, flush: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#flush = flush;
  }

  /** Something has changed. Cheap: called for every chunk of bytes. */
  poke(): void {
    if (this.#cancelSoon !== undefined) return;
    const atMs = Math.max(this.#clock.now(), this.#lastMs + this.#intervalMs);
    this.#cancelSoon = this.#clock.schedule(atMs, () => {
      this.#cancelSoon = undefined;
      this.#run();
    });
  }

  /** Something may change by itself at `atMs`. Replaces an earlier wish. */
  pokeAt(atMs: number): void {
    this.#cancelLater?.();
    this.#cancelLater = this.#clock.schedule(atMs, () => {
      this.#cancelLater = undefined;
      this.poke();
    });
  }

  stop(): void {
    this.#cancelSoon?.();
    this.#cancelLater?.();
    this.#cancelSoon = undefined;
    this.#cancelLater = undefined;
  }

  #run(): void {
    this.#lastMs = this.#clock.now();
    this.#flush();
  }
}
