/** One end of a tapped connection: what carries its bytes, and the TCP socket beneath. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Side {
  readonly stream: Duplex;
  /** TLS and WebSocket have no way to send RST. */
  readonly socket: Socket;
}

/** What a side tells. */
export interface SideEvents {
  bytes(chunk: Buffer): void;
  /** It sends no more, and may still read. */
  finished(): void;
  /** It is gone. `code` is the error's: `ECONNRESET`, `ETIMEDOUT`... */
  failed(code: string): void;
  drained(): void;
  closed(): void;
}

export function listenTo({ stream, socket }: Side, events: SideEvents): void {
  let over = false;
  let closed = false;
  const fail = (error: NodeJS.ErrnoException): void => {
    if (over) return;
    over = true;
    events.failed(error.code ?? error.message);
  };
  stream.on('data', (chunk: Buffer) => events.bytes(chunk));
  stream.on('end', () => {
    if (over) return;
    // A reset that comes right behind data shows as an end in Node; what tells the two apart is whether writing still works.
    if (!mayWriteNothing({ stream, socket })) events.finished();
    else {
      socket.write(nothing, (error) => {
        if (error) fail(error);
        else if (!over) events.finished();
      });
    }
  });
  stream.on('drain', () => events.drained());
  stream.on('error', fail);
  if (stream !== socket) socket.on('error', fail);
  const close = (): void => {
    if (closed) return;
    closed = true;
    if (!stream.readableEnded) fail(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    events.closed();
  };
  socket.on('close', close);
  // What went wrong before anybody listened tells nothing any more.
  const { errored } = stream;
  if (errored) queueMicrotask(() => fail(errored));
  if (socket.closed) queueMicrotask(close);
}

const nothing = Buffer.alloc(0);

/** Nothing would wait for what is not sent yet, and fail behind a FIN of ours. */
function mayWriteNothing({ stream, socket }: Side): boolean {
  return stream.writable && socket.writable && stream.writableLength === 0 && socket.writableLength === 0;
}

/** How soon the system asks whether the other end is there, and how often it is looked at what it found, in ms. */
export const lookMs = 5000;

/** From now on the system asks now and then whether the other end is there, as long as nothing is sent. */
export function keepLooking({ socket }: Side): void {
  socket.setKeepAlive(true, lookMs);
}

/** A side that has ended is read no more, so that its reset would not be noticed: it fails now if it has come. */
export function lookAtSide(side: Side): void {
  if (mayWriteNothing(side)) side.socket.write(nothing);
}

/** Sends RST, and forgets what was not sent. */
export function resetSide({ stream, socket }: Side): void {
  const ending = stream.writableEnded && !stream.writableFinished;
  if (stream !== socket) {
    // TLS has to let go of the socket beneath before that is gone, or Node crashes; then it destroys it. Where its FIN is on its
    // way, which passes the socket by, Node can reset it no more.
    if (!ending) socket.destroy = resetInstead;
    stream.destroy();
  } else if (!ending) socket.resetAndDestroy();
  // Node neither resets nor closes a socket whose FIN is on its way. One that does not get rid of it is just closed.
  else if (socket.writableLength > 0) socket.destroy();
  else socket.once('finish', () => socket.resetAndDestroy());
}

function resetInstead(this: Socket): Socket {
  this.destroy = Socket.prototype.destroy;
  return this.resetAndDestroy();
}
