import type { Message } from './message.ts';

/** About what a place in a queue takes, in bytes. */
const placeBytes = 150;

/**
 * What the queues of all Sessions hold together, in bytes. A message that waits in many of them counts once, and each
 * place a little: so that many Sessions cannot cost what one may not.
 */
export class QueueMemory {
  readonly #maximum: number;
  #bytes = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor(message: Message): boolean {
    return this.#bytes + placeBytes + (message.places === 0 ? message.bytes : 0) <= this.#maximum;
  }

  hold(message: Message): void {
    if (message.places === 0) this.#bytes += message.bytes;
    message.places += 1;
    this.#bytes += placeBytes;
  }

  release(message: Message): void {
    message.places -= 1;
    if (message.places === 0) this.#bytes -= message.bytes;
    this.#bytes -= placeBytes;
  }
}
