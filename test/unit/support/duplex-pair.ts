import { Duplex } from 'node:stream';

/**
 * One end of a link in memory that behaves as a TCP socket does: FIN by `end()`, RST by `reset()`, bounded
 * buffers.
 */
export class LinkEnd extends Duplex {
  #peer: LinkEnd | undefined;
  #resume: (() => void) | undefined;

  connect(peer: LinkEnd): void {
    this.#peer = peer;
  }

  /** Cuts the link: the other end sees ECONNRESET, and what was not yet read is lost. */
  reset(): void {
    const peer = this.#peer;
    this.destroy();
    if (peer !== undefined && !peer.destroyed) peer.destroy(connectionReset());
  }

  override _read(): void {
    const resume = this.#peer?.takeResume();
    if (resume !== undefined) process.nextTick(resume);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    if (peer === undefined || peer.destroyed) {
      done(connectionReset());
      return;
    }
    if (peer.push(chunk)) process.nextTick(done);
    else this.#resume = () => done();
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#peer !== undefined && !this.#peer.destroyed) this.#peer.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    // A destroyed socket whose stream was not ended still sends FIN.
    if (error === null && peer !== undefined && !peer.destroyed && !peer.readableEnded) peer.push(null);
    done(error);
  }

  takeResume(): (() => void) | undefined {
    const resume = this.#resume;
    this.#resume = undefined;
    return resume;
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

/**
 * Two ends of one link. `highWaterMark` is how many bytes each direction holds before the writer must wait.
 */
export function duplexPair(highWaterMark = 65_536): { readonly client: LinkEnd; readonly server: LinkEnd } {
  // Node closes a socket's writing side when the other side has ended: the default of net.Socket.
  const options = { highWaterMark, allowHalfOpen: false, emitClose: true };
  const client = new LinkEnd(options);
  const server = new LinkEnd(options);
  client.connect(server);
  server.connect(client);
  return { client, server };
}

/**
 * Resolves when everything that was under way in memory has run: streams in memory move by microtasks and
 * process.nextTick only, and both queues are empty before the next turn of the loop.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
