import type { Cancel, Clock } from '../clock.ts';

export interface KeepAliveEvents {
  /** A PINGREQ is due. */
  ping(): void;
  /** The last PINGREQ was not answered in time. */
  unanswered(): void;
}

/**
 * Sees to it that the time between two packets of the Client does not exceed the Keep Alive (v5 [MQTT-3.1.2-20]), and that a PINGREQ is
 * answered. MQTT.js has one of its own, which counts from what it receives, and not at all when the Client asked for
 * no Keep Alive and the Server imposes one (v5 [MQTT-3.2.2-21]).
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #events: KeepAliveEvents;
  #lastSentMs: number;
  #cancelPing: Cancel | undefined;
  #cancelAnswer: Cancel | undefined;

  /** `keepAliveSeconds` above 0. */
  constructor(clock: Clock, keepAliveSeconds: number, events: KeepAliveEvents) {
    this.#clock = clock;
    // A little early, so that the packet is on its way when the time is up.
    this.#intervalMs = keepAliveSeconds * 900;
    this.#events = events;
    this.#lastSentMs = clock.now();
    this.#schedule();
  }

  /** Any packet was sent. */
  sent(): void {
    this.#lastSentMs = this.#clock.now();
  }

  /** PINGRESP has come. */
  answered(): void {
    this.#cancelAnswer?.();
    this.#cancelAnswer = undefined;
  }

  stop(): void {
    this.#cancelPing?.();
    this.answered();
  }

  /** Goes on after a stop: with a PINGREQ at once where one is overdue. */
  restart(): void {
    this.stop();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelPing = this.#clock.schedule(this.#lastSentMs + this.#intervalMs, () => this.#due());
  }

  #due(): void {
    const now = this.#clock.now();
    if (now >= this.#lastSentMs + this.#intervalMs) {
      this.#cancelAnswer ??= this.#clock.schedule(now + this.#intervalMs, () => {
        this.stop();
        this.#events.unanswered();
      });
      this.#lastSentMs = now;
      this.#events.ping();
    }
    this.#schedule();
  }
}
