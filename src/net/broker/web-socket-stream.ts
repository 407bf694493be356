import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

/** RFC 6455 7.4.1. */
const closeNormally = 1000;
const unsupportedData = 1003;

/** With so much waiting to be sent, in bytes, pings are not answered: who does not read gets no more to read. */
const mostWaiting = 65_536;

/** Answers pings while `may` allows. Of a flood, some are left out (RFC 6455 5.5.3). */
export function answerPings(socket: WebSocket, may: () => boolean = () => true): void {
  socket.on('ping', (data) => {
    if (may() && socket.readyState === socket.OPEN && socket.bufferedAmount < mostWaiting) socket.pong(data);
  });
}

type Done = (error?: Error | null) => void;

/**
 * What a WebSocket carries, as a stream of bytes: MQTT packets may span frames, and share them (v5
 * [MQTT-6.0.0-2]). A frame of text ends it (v5 [MQTT-6.0.0-1]).
 */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;

  /** `socket` is open. */
  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      if (!this.readableEnded && !this.destroyed) this.push(null);
    });
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.send(chunk, { binary: true }, done);
  }

  /** What was written meanwhile leaves as one frame. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#socket.send(Buffer.concat(chunks.map(({ chunk }) => chunk)), { binary: true }, done);
  }

  override _final(done: Done): void {
    if (this.#socket.readyState === this.#socket.CLOSED) {
      done();
      return;
    }
    this.#socket.once('close', () => done());
    this.#socket.close(closeNormally);
  }

  override _destroy(error: Error | null, done: Done): void {
    if (this.#socket.readyState !== this.#socket.CLOSED) this.#socket.terminate();
    done(error);
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.destroyed) return;
    if (!isBinary) {
      this.#socket.close(unsupportedData, 'MQTT needs binary frames.');
      this.destroy(new Error('sent a WebSocket frame of text'));
    } else if (!this.push(data)) this.#socket.pause();
  }
}
