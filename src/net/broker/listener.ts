import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Broker } from './broker.ts';

/** A listener that runs. */
export interface Listener {
  /** The one that was taken, also where 0 was asked for. */
  readonly port: number;
  /** Takes no more connections, and gives up those there are once what was written to them has left. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Lets other machines connect. The user has been asked. */
  readonly allowRemote?: boolean | undefined;
}

/** Why nothing listens. `message` says what happened and what to do next. */
export class ListenError extends Error {
  /** `EADDRINUSE` and its like of the system, or `not-loopback`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
    this.code = code;
  }
}

/** Serves a broker over TCP. `port` 0 takes a free one. Rejects with a ListenError. */
export function listenTcp(
  broker: Broker,
  host: string,
  port: number,
  { allowRemote = false }: ListenOptions = {},
): Promise<Listener> {
  if (!allowRemote && !isLoopback(host)) return Promise.reject(notLoopback(host));
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.attach(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailed(host, port, error)));
    server.listen(port, host, () => {
      resolve({
        port: portOf(server.address(), port),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroySoon();
          }),
      });
    });
  });
}

/**
 * Whether only this machine can reach an address. Names other than localhost are not looked up, and are not.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}

function portOf(address: AddressInfo | string | null, asked: number): number {
  return address === null || typeof address === 'string' ? asked : address.port;
}

function notLoopback(host: string): ListenError {
  return new ListenError(
    'not-loopback',
    `"${host}" can be reached from other machines. Listen on 127.0.0.1, or allow it explicitly.`,
  );
}

function listenFailed(host: string, port: number, cause: NodeJS.ErrnoException): ListenError {
  const code = cause.code ?? 'unknown';
  const where = `${host}:${port}`;
  const message = {
    EADDRINUSE: `EADDRINUSE at ${where}: port ${port} is taken by another program. Stop it, or choose another port; 0 takes a free one.`,
    EACCES: `EACCES at ${where}: port ${port} needs more rights. Choose one above 1023; 0 takes a free one.`,
    EADDRNOTAVAIL: `EADDRNOTAVAIL at ${where}: this machine has no address "${host}". Use 127.0.0.1.`,
    ENOTFOUND: `ENOTFOUND at ${where}: the name "${host}" is not known. Use 127.0.0.1.`,
  }[code];
  return new ListenError(code, message ?? `Cannot listen on ${where}: ${cause.message}`, { cause });
}
