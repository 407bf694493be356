/** Lets runs that would disturb each other run one after the other: those that share a Client Identifier at a Server. */

export class ScenarioQueue {
  readonly #taken = new Set<string>();
  /** In the order of asking. */
  readonly #waiting: { readonly keys: readonly string[]; readonly start: () => void }[] = [];

  /**
   * Resolves when no run holds any of the keys, and none that asked earlier waits for them; then they are held until the function that it
   * resolves with is called. Rejects with the reason of `signal` when that gives up before.
   */
  enter(keys: readonly string[], signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const index = this.#waiting.indexOf(entry);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(signal.reason);
        this.#next();
      };
      const entry = {
        keys,
        start: (): void => {
          signal.removeEventListener('abort', abort);
          for (const key of keys) this.#taken.add(key);
          resolve(() => {
            for (const key of keys) this.#taken.delete(key);
            this.#next();
          });
        },
      };
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      signal.addEventListener('abort', abort);
      this.#waiting.push(entry);
      this.#next();
    });
  }

  #next(): void {
    const held = new Set(this.#taken);
    const free = this.#waiting.filter(({ keys }) => {
      const may = keys.every((key) => !held.has(key));
      // Who comes later must not overtake who waits for the same.
      for (const key of keys) held.add(key);
      return may;
    });
    for (const entry of free) {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.start();
    }
  }
}
