import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { resolveServerSettings } from '../../profile/sandbox-limits.ts';
import { type Clock, systemClock } from '../clock.ts';
import { hostAndPort, ListenError, listenErrors } from './listener-errors.ts';
import type { BrokerLog } from './log.ts';
import type { TlsIdentity } from './tls-identity.ts';
import { WebSocketDoor } from './web-socket-listener.ts';

export { ListenError };

export type ListenerScheme = 'mqtt' | 'mqtts' | 'ws' | 'wss';

/** What serves the connections. */
export interface Served {
  /** Takes over a stream, and destroys it in the end. */
  attach(stream: Duplex): void;
}

/** What to listen for, and where. */
export interface ListenerWish {
  readonly scheme: ListenerScheme;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** For `mqtts` and `wss`. */
  readonly identity?: TlsIdentity | undefined;
}

export interface ListenOptions {
  /** Lets other machines connect. The user has been asked. */
  readonly allowRemote?: boolean | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: BrokerLog | undefined;
  /** How long the handshakes of TLS and of WebSocket may take each, in ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long connections have to end after `close`, in ms. */
  readonly lingerMs?: number | undefined;
  /** How many connections there may be at once. */
  readonly connections?: number | undefined;
  /** The largest MQTT packet, in bytes. */
  readonly maximumPacketSize?: number | undefined;
}

/** A listener that runs. */
export interface Listener {
  /** For Clients, for example `mqtt://127.0.0.1:1883`. */
  readonly address: string;
  /** The one that was taken, also where 0 was asked for. */
  readonly port: number;
  /** Takes no more connections, and gives up those there are once what was written to them has left. */
  close(): Promise<void>;
}

/** What one WebSocket message may hold at least, in bytes: many packets may share one. */
const smallestMessage = 1_048_576;

/** Serves a broker over TCP. `port` 0 takes a free one. Rejects with a ListenError. */
export function listenTcp(
  broker: Served,
  host: string,
  port: number,
  options: ListenOptions = {},
): Promise<Listener> {
  return listen(broker, { scheme: 'mqtt', host, port }, options);
}

/**
 * Serves a broker over TCP, TLS, WebSocket, or WebSocket over TLS. Only this machine can connect unless other
 * machines are let in explicitly. Rejects with a ListenError.
 */
export async function listen(
  broker: Served,
  { scheme, host, port, identity }: ListenerWish,
  options: ListenOptions = {},
): Promise<Listener> {
  if (options.allowRemote !== true && !isLoopback(host)) throw listenErrors.notLoopback(host);
  const defaults = resolveServerSettings({});
  const clock = options.clock ?? systemClock;
  const handshakeMs = options.connectTimeoutMs ?? defaults.connectTimeoutMs;
  const log = (message: string): void => options.log?.('info', message);
  const attach = (stream: Duplex): void => broker.attach(stream);
  const door =
    scheme === 'ws' || scheme === 'wss'
      ? new WebSocketDoor({
          clock,
          handshakeMs,
          maximumMessage: Math.max(smallestMessage, options.maximumPacketSize ?? defaults.maximumPacketSize),
          opened: attach,
          log,
        })
      : undefined;
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    track(sockets, socket);
    if (door === undefined) attach(socket);
    else door.enter(socket);
  };
  const server =
    scheme === 'mqtts' || scheme === 'wss'
      ? tlsServer(identity, handshakeMs, sockets, serve, log)
      : createServer({ noDelay: true }, serve);
  server.maxConnections = options.connections ?? defaults.connections;
  server.on('drop', () => options.log?.('warn', 'A connection was closed: there are too many.'));
  const taken = await bind(server, host, port);
  const lingerMs = options.lingerMs ?? defaults.lingerMs;
  return {
    address: `${scheme}://${hostAndPort(host, taken)}`,
    port: taken,
    close: () => closeServer(server, sockets, clock, lingerMs),
  };
}

/**
 * Whether only this machine can reach an address. Names other than localhost are not looked up, and are not.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}

function tlsServer(
  identity: TlsIdentity | undefined,
  handshakeMs: number,
  sockets: Set<Socket>,
  serve: (socket: TLSSocket) => void,
  log: (message: string) => void,
): Server {
  /** Those whose handshake goes on end with the listener, too; afterwards it is for what took them over to end. */
  const shaking = new Map<string, Socket>();
  const server = createTlsServer(
    {
      ...identity,
      noDelay: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMs,
    },
    (socket) => {
      const beneath = shaking.get(peerOf(socket));
      if (beneath !== undefined) sockets.delete(beneath);
      shaking.delete(peerOf(socket));
      serve(socket);
    },
  );
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    shaking.set(peer, socket);
    socket.on('close', () => {
      if (shaking.get(peer) === socket) shaking.delete(peer);
    });
    track(sockets, socket);
  });
  server.on('tlsClientError', (error, socket) => {
    log(`A TLS handshake failed: ${error.message}.`);
    socket.destroy();
  });
  return server;
}

/** What tells the connections of one listener apart. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenErrors.failed(host, port, error)));
    server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), () => resolve(portOf(server.address(), port)));
  });
}

function portOf(address: AddressInfo | string | null, asked: number): number {
  return address === null || typeof address === 'string' ? asked : address.port;
}

/** Resolves when no connection is left; those whose Clients do not read are cut after `lingerMs`. */
function closeServer(server: Server, sockets: Set<Socket>, clock: Clock, lingerMs: number): Promise<void> {
  return new Promise((closed) => {
    const cut = clock.schedule(clock.now() + lingerMs, () => {
      for (const socket of sockets) socket.destroy();
    });
    server.close(() => {
      cut();
      closed();
    });
    for (const socket of sockets) socket.destroySoon();
  });
}
