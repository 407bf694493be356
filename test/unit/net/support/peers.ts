import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { decodePacket } from '../../../../src/mqtt/decode.ts';
import { encodePacket } from '../../../../src/mqtt/encode.ts';
import { type Packet, type ProtocolVersion, TO_SERVER } from '../../../../src/mqtt/packet.ts';
import { StreamReader } from '../../../../src/mqtt/reader.ts';

/** A server on loopback, with its sockets, until `close`. */
export interface Peer {
  readonly port: number;
  close(): Promise<void>;
}

/** Calls `serve` for each connection. */
export function startPeer(serve: (socket: Socket) => void): Promise<Peer> {
  return listening(createServer({ noDelay: true, allowHalfOpen: true }, serve));
}

export function startTlsPeer(options: TlsOptions, serve: (socket: Socket) => void): Promise<Peer> {
  const server = createTlsServer(options, serve);
  server.on('tlsClientError', () => {});
  return listening(server);
}

export function startHttpPeer(status: number): Promise<Peer> {
  return listening(createHttpServer((_request, response) => response.writeHead(status).end('no')));
}

/** A port of loopback on which nothing listens. */
export async function freePort(): Promise<number> {
  const peer = await startPeer(() => {});
  await peer.close();
  return peer.port;
}

export const fixture = (name: string): string =>
  new URL(`../../../fixtures/tls/${name}`, import.meta.url).pathname;

/** Key and certificate of the fixtures. */
export function tlsOptions(certificate: string, more: TlsOptions = {}): TlsOptions {
  return {
    key: readFileSync(fixture('test-only.key')),
    cert: readFileSync(fixture(certificate)),
    ...more,
  };
}

export async function listening(server: Server): Promise<Peer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The Server's side of one connection, scripted packet by packet. */
export class ScriptedServer {
  readonly #socket: Socket;
  readonly #packets: Packet[] = [];
  #version: ProtocolVersion = 5;
  #wake: (() => void)[] = [];
  ended = false;
  error: (Error & { readonly code?: string }) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new StreamReader(
      TO_SERVER,
      { version: undefined },
      {
        packet: (bytes, start, end) => {
          const decoded = decodePacket(bytes.slice(start, end), 0, end - start, this.#version, TO_SERVER);
          if (!decoded.ok) throw new Error(`The client sent ${decoded.malformed.message}`);
          if (decoded.packet.type === 'connect') this.#version = decoded.packet.version;
          this.#packets.push(decoded.packet);
          this.#changed();
        },
        opaque: () => {
          throw new Error('The client sent bytes that are no packet.');
        },
      },
    );
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('end', () => {
      this.ended = true;
      this.#changed();
    });
    socket.on('error', (error) => {
      this.error = error;
      this.#changed();
    });
  }

  send(packet: Packet): void {
    this.#socket.write(encodePacket(packet, this.#version));
  }

  raw(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  fin(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** The next packet of this type; those before it are passed over. */
  async next<T extends Packet['type']>(type: T): Promise<Extract<Packet, { type: T }>> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet === undefined) await this.#change();
      else if (isOf(packet, type)) return packet;
    }
  }

  /** Answers CONNECT with success. */
  async accept(sessionPresent = false, properties: Packet & { type: 'connack' } = accepted): Promise<Packet> {
    const connect = await this.next('connect');
    this.send({ ...properties, sessionPresent });
    return connect;
  }

  async untilEnded(): Promise<void> {
    while (!this.ended && this.error === undefined) await this.#change();
  }

  /** Packets that have come and that nobody has asked for. */
  get unread(): readonly string[] {
    return this.#packets.map(({ type }) => type);
  }

  #change(): Promise<void> {
    return new Promise<void>((wake) => this.#wake.push(wake));
  }

  #changed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

export const accepted: Packet & { type: 'connack' } = {
  type: 'connack',
  sessionPresent: false,
  reasonCode: 0,
  properties: [],
};

function isOf<T extends Packet['type']>(packet: Packet, type: T): packet is Extract<Packet, { type: T }> {
  return packet.type === type;
}

/** A listening peer whose connections are scripted, in the order in which they come. */
export interface ScriptedPeer extends Peer {
  next(): Promise<ScriptedServer>;
}

export async function startScriptedPeer(tls?: TlsOptions): Promise<ScriptedPeer> {
  const waiting: ((server: ScriptedServer) => void)[] = [];
  const come: ScriptedServer[] = [];
  const serve = (socket: Socket): void => {
    const server = new ScriptedServer(socket);
    const taker = waiting.shift();
    if (taker === undefined) come.push(server);
    else taker(server);
  };
  const peer = tls === undefined ? await startPeer(serve) : await startTlsPeer(tls, serve);
  return {
    ...peer,
    next: () => {
      const server = come.shift();
      return server === undefined
        ? new Promise<ScriptedServer>((resolve) => waiting.push(resolve))
        : Promise.resolve(server);
    },
  };
}
