/** How probes of one run take turns. */
import type { Clock } from '../net/clock.ts';

/** So many may be under way at once; the others wait for their turn. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/**
 * Probes that start their clocks together: each says when it is ready, and all go on when nobody is left to wait for. A
 * Server that keeps wills of several Clients in one list is then given them at one moment, so that none is held up by
 * another that began later.
 */
export class Wave {
  readonly #waiting: (() => void)[] = [];
  readonly #clock: Clock | undefined;
  #members = 0;

  /** With a clock it starts early in a second, as there are Servers that count whole ones. */
  constructor(clock?: Clock) {
    this.#clock = clock;
  }

  join(): WaveMember {
    this.#members += 1;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#members -= 1;
      this.#look();
    };
    return {
      ready: () =>
        new Promise((resolve) => {
          this.#waiting.push(() => {
            left = true;
            resolve();
          });
          this.#look();
        }),
      leave,
    };
  }

  #look(): void {
    if (this.#waiting.length < this.#members) return;
    const go = this.#waiting.splice(0);
    this.#members -= go.length;
    const start = (): void => {
      for (const each of go) each();
    };
    const waitMs = this.#clock === undefined || go.length < 2 ? 0 : untilEarlyInSecond(this.#clock.now());
    if (this.#clock === undefined || waitMs === 0) start();
    else this.#clock.schedule(this.#clock.now() + waitMs, start);
  }
}

/** What begins in this part of a second, in ms, is over before the next one where nothing is slow. */
const early = { from: 50, to: 250 } as const;

function untilEarlyInSecond(nowMs: number): number {
  const within = nowMs % 1000;
  return within >= early.from && within <= early.to ? 0 : (1000 + early.from - within) % 1000;
}

export interface WaveMember {
  /** Resolves when all are ready. Called once at most. */
  ready(): Promise<void>;
  /** It goes no further, or needs no start in common. */
  leave(): void;
}
