import { Duplex } from 'node:stream';

export interface FacadeEvents {
  /** MQTT.js has written; it may go on once `done` is called. */
  written(bytes: Uint8Array, done: () => void): void;
  /** MQTT.js can take more. */
  wanted(): void;
  /** MQTT.js has destroyed its stream: it ends the connection. */
  abandoned(): void;
}

/**
 * The stream that MQTT.js holds in place of a socket. It sees MQTT bytes only, and what it does to its stream does not
 * touch the Network Connection unless we decide so.
 */
export class Facade extends Duplex {
  readonly #events: FacadeEvents;
  #released = false;

  constructor(events: FacadeEvents) {
    super({ allowHalfOpen: true });
    this.#events = events;
  }

  /** Takes the stream away from MQTT.js, which stops all that it does. */
  release(): void {
    this.#released = true;
    this.destroy();
  }

  override _read(): void {
    this.#events.wanted();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#events.written(chunk, done);
  }

  /** MQTT.js writes a packet in many small pieces, corked: they leave as one. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#events.written(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#released) this.#events.abandoned();
    done(error);
  }
}
