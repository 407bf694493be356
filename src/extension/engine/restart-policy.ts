/** How often, and after how long, an engine that ended by itself is started again. All in milliseconds. */
export const restartPolicy = {
  delaysMs: [250, 1_000, 4_000],
  /** An engine that lived this long had a good start: the count begins anew. */
  steadyAfterMs: 60_000,
} as const;

/** Counts the restarts in a row. */
export class RestartCounter {
  #inARow = 0;

  /** The delay before the next start, or undefined when it is for the user to decide. */
  next(livedMs: number): number | undefined {
    if (livedMs >= restartPolicy.steadyAfterMs) this.#inARow = 0;
    const delay = restartPolicy.delaysMs[this.#inARow];
    this.#inARow += 1;
    return delay;
  }

  reset(): void {
    this.#inARow = 0;
  }
}
