import type { Cancel, Clock } from '../clock.ts';

/** Watches one connection. Costs a number per packet, and a timer per interval. */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #expired: () => void;
  #lastMs: number;
  #cancel: Cancel | undefined;

  /**
   * `seconds` is effective; 0 watches nothing. `expired` is called once, exactly `grace` times `seconds` after
   * the last packet.
   */
  constructor(clock: Clock, seconds: number, grace: number, expired: () => void) {
    this.#clock = clock;
    this.#silenceMs = seconds * 1_000 * grace;
    this.#expired = expired;
    this.#lastMs = clock.now();
    if (seconds > 0) this.#arm();
  }

  /** A whole MQTT Control Packet has come. */
  received(): void {
    this.#lastMs = this.#clock.now();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.#cancel = this.#clock.schedule(this.#lastMs + this.#silenceMs, () => {
      this.#cancel = undefined;
      if (this.#clock.now() >= this.#lastMs + this.#silenceMs) this.#expired();
      else this.#arm();
    });
  }
}
