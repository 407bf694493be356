import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../clock.ts';

/** How often a Client that goes on sending is waited for. */
const times = 10;

/**
 * Gives a Client whose connection was ended here `lingerMs` to close its side, and then gives the stream up. Doing so
 * while the Client still sends would cost it what it has not read: then it gets that time again, a few times.
 */
export class Linger {
  readonly #stream: Duplex;
  #stillSends = false;
  #cancel: Cancel | undefined;

  constructor(stream: Duplex, clock: Clock, lingerMs: number) {
    this.#stream = stream;
    // What still comes is read and thrown away, so that the Client can read to the end what was sent to it.
    stream.resume();
    this.#wait(clock, lingerMs, times);
  }

  /** Something came from the Client. */
  received(): void {
    this.#stillSends = true;
  }

  /** The stream is closed. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(clock: Clock, lingerMs: number, left: number): void {
    this.#stillSends = false;
    this.#cancel = clock.schedule(clock.now() + lingerMs, () => {
      if (this.#stillSends && left > 1) this.#wait(clock, lingerMs, left - 1);
      else this.#stream.destroy();
    });
  }
}
