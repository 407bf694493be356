/** Waiting by the check's clock; a check that is cancelled waits for nothing. */
import type { Clock } from '../net/clock.ts';

export class Pacing {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Resolves after so many ms. Rejects with the signal's reason when the check is cancelled. */
  async pause(ms: number): Promise<void> {
    await this.within(ms, new Promise<never>(() => undefined));
  }

  /** What comes of it within so many ms; undefined when nothing does. Rejects when the check is cancelled. */
  within<T>(ms: number, of: Promise<T>): Promise<T | undefined> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const settle = (value: T | undefined): void => {
        cancel();
        signal.removeEventListener('abort', abort);
        resolve(value);
      };
      const abort = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.#clock.schedule(this.#clock.now() + ms, () => settle(undefined));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      of.then(settle, reject);
    });
  }
}
