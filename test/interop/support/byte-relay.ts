import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ServerAddress } from '../../../src/check/wire-client.ts';

/** Equal for the same bytes, and for no others. */
export interface ByteSum {
  readonly length: number;
  readonly sha256: string;
}

/** What has passed in one direction of one connection. */
export interface PassedBytes {
  readonly sum: ByteSum;
  readonly bytes: Buffer;
}

/** One connection that passed a relay. */
export class RelayedConnection {
  readonly #chunks: Readonly<Record<'toServer' | 'toClient', Buffer[]>> = { toServer: [], toClient: [] };

  /** Both its sockets are closed. */
  over = false;
  /** The port that it comes from, as who is behind the relay sees it. */
  port: number | undefined;

  take(direction: 'toServer' | 'toClient', chunk: Buffer): void {
    this.#chunks[direction].push(chunk);
  }

  passed(direction: 'toServer' | 'toClient'): PassedBytes {
    const bytes = Buffer.concat(this.#chunks[direction]);
    return { bytes, sum: sumOf(bytes) };
  }

  /** The Client Identifier in its CONNECT; undefined while that has not come whole. */
  get clientId(): string | undefined {
    return clientIdOf(Buffer.concat(this.#chunks.toServer));
  }
}

export function sumOf(bytes: Uint8Array): ByteSum {
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * A plain recorder before a server, made of nothing but sockets: it keeps what passed, and passes ends on as they were, so that
 * what stands on its two sides does not notice it.
 */
export class ByteRelay {
  readonly connections: RelayedConnection[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(to: ServerAddress) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = connect({ ...to, allowHalfOpen: true, noDelay: true });
      const connection = new RelayedConnection();
      server.once('connect', () => {
        connection.port = server.localPort;
      });
      this.connections.push(connection);
      this.#pass(client, server, (chunk) => connection.take('toServer', chunk));
      this.#pass(server, client, (chunk) => connection.take('toClient', chunk));
      let open = 2;
      for (const socket of [client, server]) {
        socket.on('close', () => {
          open -= 1;
          connection.over = open === 0;
        });
      }
    });
  }

  static async before(to: ServerAddress): Promise<ByteRelay> {
    const relay = new ByteRelay(to);
    await new Promise<void>((settle) => relay.#server.listen(0, '127.0.0.1', settle));
    return relay;
  }

  get address(): ServerAddress {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('No port was given.');
    return { host: '127.0.0.1', port: address.port };
  }

  /** The connections whose CONNECT bore this Client Identifier, in their order. */
  of(clientId: string): readonly RelayedConnection[] {
    return this.connections.filter((each) => each.clientId === clientId);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((settle) => this.#server.close(settle));
  }

  #pass(from: Socket, to: Socket, take: (chunk: Buffer) => void): void {
    this.#sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      take(chunk);
      to.write(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!to.writableEnded) to.end();
    });
  }
}

/** 3.1.1 and 5.0 only (v5 3.1). */
function clientIdOf(stream: Buffer): string | undefined {
  let at = 1;
  for (; at < 5; at += 1) if (((stream[at] ?? 0) & 0x80) === 0) break;
  const name = at + 1;
  const level = name + 2 + readWord(stream, name);
  let identifier = level + 4;
  // The properties of 5.0 in these programs are shorter than 128 bytes.
  if (stream[level] === 5) identifier += 1 + (stream[identifier] ?? 0);
  const length = readWord(stream, identifier);
  const end = identifier + 2 + length;
  return stream.length < end || length === 0 ? undefined : stream.toString('utf8', identifier + 2, end);
}

function readWord(stream: Buffer, at: number): number {
  return at + 1 < stream.length ? stream.readUInt16BE(at) : 0;
}
