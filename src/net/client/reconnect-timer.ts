import type { ConnectionProfile } from '../../profile/model.ts';
import type { Cancel, Clock } from '../clock.ts';

/** When to connect again: after each failure twice as long, up to the limit of the profile. */
export class ReconnectTimer {
  readonly #clock: Clock;
  #delayMs = 0;
  #cancel: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns whether there will be another attempt: only when the profile says so. */
  schedule(reconnect: ConnectionProfile['reconnect'], attempt: () => void): boolean {
    if (reconnect === undefined) return false;
    this.stop();
    this.#delayMs = this.#delayMs === 0 ? reconnect.afterMs : Math.min(this.#delayMs * 2, reconnect.atMostMs);
    this.#cancel = this.#clock.schedule(this.#clock.now() + this.#delayMs, () => {
      this.#cancel = undefined;
      attempt();
    });
    return true;
  }

  /** All is well: the next failure is the first one. */
  reset(): void {
    this.#delayMs = 0;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
