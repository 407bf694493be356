/** "Now" by the clock that the times of the trace come from, which may be that of another machine. Milliseconds. */
export class HostClock {
  readonly #pageNow: () => number;
  #offsetMs: number | undefined;
  #stoppedAtMs: number | undefined;

  /** A difference beyond this means that a clock was set, not that a message was slow. */
  static readonly jumpMs = 5000;

  constructor(pageNow: () => number) {
    this.#pageNow = pageNow;
  }

  now(): number {
    if (this.#stoppedAtMs !== undefined) return this.#stoppedAtMs;
    return this.#pageNow() + (this.#offsetMs ?? 0);
  }

  /** The time of a trace that does not go on; undefined while it does. */
  get stoppedAtMs(): number | undefined {
    return this.#stoppedAtMs;
  }

  /** From now on the time is what messages say, and stands still between them. */
  stop(atMs: number): void {
    this.#stoppedAtMs = atMs;
  }

  /** Time goes on, by what the next message says. */
  resume(): void {
    this.#stoppedAtMs = undefined;
    this.#offsetMs = undefined;
  }

  /** A message says what the time was when it was sent. The one that took least time tells the difference best. */
  heard(hostNowMs: number | undefined): void {
    if (hostNowMs === undefined) return;
    if (this.#stoppedAtMs !== undefined) {
      this.#stoppedAtMs = hostNowMs;
      return;
    }
    const offsetMs = hostNowMs - this.#pageNow();
    const known = this.#offsetMs;
    if (known === undefined || offsetMs > known || known - offsetMs > HostClock.jumpMs)
      this.#offsetMs = offsetMs;
  }
}
