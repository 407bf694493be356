import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { readTlsMaterial } from '../../../../src/net/client/tls-material.ts';
import type { Clock } from '../../../../src/net/clock.ts';
import { resetSide } from '../../../../src/net/tap/side.ts';
import { startTapProxy, type TapProxy, type TapScheme } from '../../../../src/net/tap/tap-proxy.ts';
import type { Fault } from '../../../../src/profile/faults.ts';
import { Recorder } from '../../../../src/trace/recorder.ts';
import { Trace } from '../../../../src/trace/trace.ts';
import { tlsOptions } from '../../net/support/peers.ts';

/** What one side does, or what is done to the connection, in order. */
export type Act =
  | { readonly by: 'client' | 'server'; readonly do: 'send'; readonly bytes: Buffer }
  | { readonly by: 'client' | 'server'; readonly do: 'pause' | 'resume' | 'end' | 'reset' | 'turn' }
  | { readonly by: 'tap'; readonly fault: Fault | 'clear' };

export const turn = (): Promise<void> => new Promise((settle) => setImmediate(settle));

/** One end of a connection: bare bytes, beneath TLS where that is spoken. */
export class Side {
  readonly socket: Socket;
  readonly stream: Duplex;
  readonly sent: Buffer[] = [];
  readonly received: Buffer[] = [];
  /** It has cut its connection, or seen it cut. */
  failed = false;
  readonly closed: Promise<void>;
  #isClosed = false;

  constructor(socket: Socket, stream: Duplex = socket) {
    this.socket = socket;
    this.stream = stream;
    const fail = (): void => {
      this.failed = true;
    };
    stream.on('data', (chunk: Buffer) => this.received.push(chunk));
    stream.on('error', fail);
    socket.on('error', fail);
    this.closed = new Promise((settle) =>
      socket.once('close', () => {
        this.#isClosed = true;
        settle();
      }),
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  play(each: Exclude<Act, { by: 'tap' }>): void {
    const { stream } = this;
    if (each.do === 'send') this.send(each.bytes);
    else if (each.do === 'pause') stream.pause();
    else if (each.do === 'resume') stream.resume();
    else if (each.do === 'end') stream.end();
    else if (each.do === 'reset') {
      this.failed = true;
      resetSide(this);
    }
  }

  send(bytes: Buffer): void {
    if (!this.stream.writable) return;
    this.sent.push(bytes);
    this.stream.write(bytes);
  }

  /** Reads on, and ends. */
  finish(): void {
    this.stream.resume();
    this.stream.end();
  }
}

const isSecure = (scheme: TapScheme): boolean => scheme === 'mqtts' || scheme === 'wss';
const identity = tlsOptions('server.pem');

export interface FuzzOptions {
  readonly scheme: TapScheme;
  readonly to: TapScheme;
  readonly clock: Clock;
}

/** A bare Server, a tap in front of it that records into a trace, and bare Clients. */
export class FuzzBench {
  readonly trace = new Trace(4_194_304);
  readonly recorder: Recorder;
  /** How many bytes of MQTT were recorded, by connection and direction. */
  readonly #recorded = new Map<string, number>();
  readonly #options: FuzzOptions;
  readonly #server: Server;
  readonly #accepted: Socket[] = [];
  #proxy: TapProxy | undefined;
  #port = 0;

  private constructor(options: FuzzOptions) {
    this.#options = options;
    const nothing = (): void => {};
    this.recorder = new Recorder(this.trace, {
      opened: nothing,
      packet: nothing,
      unreadable: nothing,
      closed: nothing,
      action: nothing,
    });
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      socket.on('error', nothing);
      this.#accepted.push(socket);
    });
  }

  static async start(options: FuzzOptions): Promise<FuzzBench> {
    const bench = new FuzzBench(options);
    await new Promise<void>((settle) => bench.#server.listen(0, '127.0.0.1', settle));
    const address = bench.#server.address();
    if (address === null || typeof address === 'string') throw new Error('No port was given.');
    bench.#port = address.port;
    const { recorder } = bench;
    const recorded = bench.#recorded;
    bench.#proxy = await startTapProxy({
      listen: { host: '127.0.0.1', port: 0 },
      to: { scheme: options.to, host: '127.0.0.1', port: address.port, path: '/mqtt' },
      tls: isSecure(options.to)
        ? await readTlsMaterial({ rejectUnauthorized: false }, '/', '127.0.0.1')
        : undefined,
      scheme: options.scheme,
      identity: isSecure(options.scheme) ? { cert: `${identity.cert}`, key: `${identity.key}` } : undefined,
      server: 'fuzz',
      clock: options.clock,
      look: async () => {},
      tap: {
        opened: (...args) => recorder.opened(...args),
        bytes: (atMs, connection, way, chunk) => {
          const key = `${connection} ${way}`;
          recorded.set(key, (recorded.get(key) ?? 0) + chunk.length);
          recorder.bytes(atMs, connection, way, chunk);
        },
        closed: (...args) => recorder.closed(...args),
        fault: (atMs, action, connection, note) => recorder.action(atMs, action, { connection, fault: note }),
      },
    });
    return bench;
  }

  get proxy(): TapProxy {
    if (this.#proxy === undefined) throw new Error('It does not run.');
    return this.#proxy;
  }

  /** As the tap names its Server in a WebSocket handshake. */
  get serverName(): string {
    return `127.0.0.1:${this.#port}`;
  }

  recorded(connection: number, way: number): number {
    return this.#recorded.get(`${connection} ${way}`) ?? 0;
  }

  /** The id of the newest connection, once it is there. */
  async newest(): Promise<number> {
    while (this.proxy.connections(1).length === 0) await turn();
    return this.proxy.connections(1)[0]?.connection ?? 0;
  }

  /** A bare socket to the tap, without TLS. */
  dial(): Socket {
    return connect({ host: '127.0.0.1', port: this.proxy.port, allowHalfOpen: true, noDelay: true });
  }

  /** A bare socket that the Server has accepted, if there is one. */
  acceptedNow(): Socket | undefined {
    return this.#accepted.shift();
  }

  /** The Server closes what it has accepted and nobody has asked for. */
  leave(): void {
    for (const socket of this.#accepted.splice(0)) socket.destroy();
  }

  /** The next bare socket that the Server accepts. */
  async accept(): Promise<Socket> {
    for (;;) {
      const socket = this.#accepted.shift();
      if (socket !== undefined) return socket;
      await turn();
    }
  }

  /** A connection from end to end, with its TLS set up where that is spoken. */
  async connect(): Promise<{ readonly client: Side; readonly server: Side }> {
    const client = await this.dialled();
    const server = await this.accepted();
    return { client, server };
  }

  /** A Client with its connection to the tap. */
  async dialled(): Promise<Side> {
    const socket = this.dial();
    if (!isSecure(this.#options.scheme)) return new Side(socket);
    const secured = connectTls({ socket, rejectUnauthorized: false });
    const side = new Side(socket, secured);
    await new Promise((settle) => secured.once('secureConnect', settle));
    return side;
  }

  /** What the Server has accepted. */
  async accepted(): Promise<Side> {
    const socket = await this.accept();
    if (!isSecure(this.#options.to)) return new Side(socket);
    const stream = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(identity) });
    const side = new Side(socket, stream);
    await new Promise((settle) => stream.once('secure', settle));
    // What Node sends behind a handshake is on its way: it forgets a connection that is cut before.
    for (let count = 0; count < 4; count += 1) await turn();
    return side;
  }

  /** Plays acts on a connection, ends it, and waits until all of it is closed. */
  async play({ client, server }: { client: Side; server: Side }, id: number, acts: readonly Act[]) {
    for (const each of acts) {
      if (each.by === 'tap') {
        if (each.fault === 'clear') this.proxy.clear(id);
        else this.proxy.fault(id, each.fault);
      } else if (each.do === 'turn') await turn();
      else (each.by === 'client' ? client : server).play(each);
    }
    this.proxy.clear(id);
    client.finish();
    server.finish();
    await Promise.all([client.closed, server.closed]);
  }

  /** Waits until the tap has nothing open any more. */
  async settled(): Promise<void> {
    while (this.proxy.connectionsOpen > 0) await turn();
  }

  async stop(): Promise<void> {
    for (const socket of this.#accepted) socket.destroy();
    await this.proxy.close();
    await new Promise((settle) => this.#server.close(settle));
  }
}

/** How many sockets this process has, whatever they carry. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((each) => /TCP|TLS/.test(each)).length;
}
