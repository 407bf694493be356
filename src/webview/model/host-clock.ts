/** "Now" by the clock that the times of the trace come from, which may be that of another machine. Milliseconds. */
export class HostClock {
  readonly #pageNow: () => number;
  #offsetMs: number | undefined;

  /** A difference beyond this means that a clock was set, not that a message was slow. */
  static readonly jumpMs = 5000;

  constructor(pageNow: () => number) {
    this.#pageNow = pageNow;
  }

  now(): number {
    return this.#pageNow() + (this.#offsetMs ?? 0);
  }

  /** A message says what the time was when it was sent. The one that took least time tells the difference best. */
  heard(hostNowMs: number | undefined): void {
    if (hostNowMs === undefined) return;
    const offsetMs = hostNowMs - this.#pageNow();
    const known = this.#offsetMs;
    if (known === undefined || offsetMs > known || known - offsetMs > HostClock.jumpMs)
      this.#offsetMs = offsetMs;
  }
}
