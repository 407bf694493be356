import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { startTapProxy, type TapOptions, type TapProxy } from '../../../../src/net/tap/tap-proxy.ts';
import { RecordingTap } from '../../net/support/recording-tap.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** One end of a TCP connection, with what has come and how it ended. */
export class Peer {
  readonly socket: Socket;
  readonly #received: Buffer[] = [];
  length = 0;
  /** `fin` when the other side ended, an error's code when it was cut. */
  end: string | undefined;
  #wake: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      this.length += chunk.length;
      this.#woken();
    });
    socket.on('end', () => {
      // A reset that comes right behind data shows as an end in Node, too.
      if (!socket.writable) this.#over('fin');
      else socket.write(Buffer.alloc(0), (error) => this.#over(error ? 'ECONNRESET' : 'fin'));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.#over(error.code ?? error.message));
    socket.on('close', () => this.#over('closed'));
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Waits until so many bytes have come. */
  async has(length: number): Promise<Buffer> {
    await this.until(() => this.length >= length);
    return this.received;
  }

  /** Waits for the end, and says how. */
  async ended(): Promise<string> {
    await this.until(() => this.end !== undefined);
    return this.end ?? '';
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((wake) => this.#wake.push(wake));
  }

  #over(how: string): void {
    this.end ??= how;
    this.#woken();
  }

  #woken(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

/** A Server of bare sockets, a tap in front of it, and Clients of bare sockets. */
export class TapBench {
  readonly clock: ManualClock;
  readonly tap: RecordingTap;
  readonly server: Server;
  readonly proxy: TapProxy;
  readonly #accepted: Peer[] = [];
  readonly #all: Socket[] = [];
  #wake: (() => void)[] = [];

  private constructor(server: Server, proxy: TapProxy, clock: ManualClock, tap: RecordingTap) {
    this.server = server;
    this.proxy = proxy;
    this.clock = clock;
    this.tap = tap;
    server.on('connection', (socket) => {
      this.#all.push(socket);
      this.#accepted.push(new Peer(socket));
      const waiting = this.#wake;
      this.#wake = [];
      for (const wake of waiting) wake();
    });
  }

  static async start(options: Partial<TapOptions> = {}, scheme: 'mqtt' | 'ws' = 'mqtt'): Promise<TapBench> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = new ManualClock();
    const tap = new RecordingTap();
    const proxy = await startTapProxy({
      listen: { host: '127.0.0.1', port: 0 },
      to: { scheme, host: '127.0.0.1', port, path: '' },
      server: 'bench',
      tap,
      clock,
      // What the Server accepts are the connections of Clients alone.
      look: async () => {},
      ...options,
    });
    return new TapBench(server, proxy, clock, tap);
  }

  /** A connection from end to end. */
  async connect(): Promise<{ readonly client: Peer; readonly server: Peer; readonly id: number }> {
    const before = this.tap.opens.length;
    const client = this.dial();
    const number = this.#accepted.length;
    while (this.#accepted.length === number) await new Promise<void>((wake) => this.#wake.push(wake));
    const server = this.#accepted[number];
    if (server === undefined) throw new Error('Nothing was accepted.');
    await this.until(() => this.tap.opens.length > before);
    const id = this.proxy.connections(1)[0]?.connection ?? 0;
    return { client, server, id };
  }

  /** A Client that connects to the tap. */
  dial(): Peer {
    const socket = connect({ host: '127.0.0.1', port: this.proxy.port, allowHalfOpen: true, noDelay: true });
    this.#all.push(socket);
    return new Peer(socket);
  }

  get accepted(): readonly Peer[] {
    return this.#accepted;
  }

  /** Waits for what no event tells. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await setImmediate();
  }

  async stop(): Promise<void> {
    for (const socket of this.#all) socket.destroy();
    const closed = this.proxy.close();
    this.server.close();
    await closed;
  }
}
