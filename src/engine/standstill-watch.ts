import type { Cancel, Clock } from '../net/clock.ts';

/** So often it is seen that the machine goes on, in milliseconds. */
const beatMs = 250;
/** So much later than it should have come a beat says that the recording stood still: less is within what is judged as on time. */
const lateMs = 1000;

interface StandstillPorts {
  /** Whether anything is going on in which time matters. */
  readonly isNeeded: () => boolean;
  /** From `forMs` before `atMs` until then nothing was read. Called before anything else is recorded with that time. */
  readonly stood: (atMs: number, forMs: number) => void;
}

/** Notices that this machine slept, or was too busy to read what came. */
export class StandstillWatch {
  readonly #clock: Clock;
  readonly #ports: StandstillPorts;
  #cancel: Cancel | undefined;
  #lastMs = 0;

  constructor(clock: Clock, ports: StandstillPorts) {
    this.#clock = clock;
    this.#ports = ports;
  }

  /** Something is about to be recorded: watches from now on. Cheap: called for every chunk of bytes. */
  look(): void {
    if (this.#cancel === undefined) {
      this.#lastMs = this.#clock.now();
      this.#beat();
    } else this.lookIfWatching();
  }

  /** Time is about to be counted. */
  lookIfWatching(): void {
    if (this.#cancel === undefined) return;
    const nowMs = this.#clock.now();
    const forMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (forMs > beatMs + lateMs) this.#ports.stood(nowMs, forMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #beat(): void {
    this.#cancel = this.#clock.schedule(this.#lastMs + beatMs, () => {
      this.lookIfWatching();
      if (this.#ports.isNeeded()) this.#beat();
      else this.#cancel = undefined;
    });
  }
}
