/**
 * The tap: listens, and forwards each connection to a Server with a connection of its own. It changes no byte, holds each side
 * back as the other does, and passes on how each side ends. While nobody is at the Server's address it does not listen, so that
 * a connection to it is refused, too. Where TCP leaves a proxy no way to do as the Server would, a reset stands for it.
 */
import type { Socket } from 'node:net';
import type { FaultRule, FaultRuleView } from '../../profile/fault-rules.ts';
import { type Fault, type FaultSelection, faultRows } from '../../profile/faults.ts';
import { isLoopback } from '../broker/listener.ts';
import { hostAndPort, listenErrors } from '../broker/listener-errors.ts';
import { endOfFailure } from '../client/link.ts';
import type { TlsMaterial } from '../client/tls-material.ts';
import { addressLabel, type NetworkAddress } from '../client/transport.ts';
import { type Clock, systemClock } from '../clock.ts';
import { carriers, endpointOf } from '../endpoints.ts';
import type {
  FaultTap,
  TappedConnection as TappedConnectionInfo,
  TappedEndpoint,
  TappedEndpoints,
} from '../tap.ts';
import { dial, Entrance, framesOf, type TapIdentity, type TapScheme } from './carry.ts';
import { Door } from './door.ts';
import type { TapListening } from './listening.ts';
import { RuleBook } from './rule-book.ts';
import { type Look, lookAt, ServerWatch } from './server-watch.ts';
import type { Side } from './side.ts';
import { TappedConnection, type TappedState } from './tapped-connection.ts';

export type { TapIdentity, TapListening, TapScheme };

/** A connection that lived so long, in ms, and that the Server then ended as the last, may have ended with the Server. */
const livedMs = 1000;

export interface TapOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Where the Server is; asked anew for each connection when it may move. */
  readonly to: NetworkAddress | (() => NetworkAddress);
  /** For `mqtts` and `wss`. */
  readonly tls?: TlsMaterial | undefined;
  /** What Clients speak to it; that of the Server unless given. */
  readonly scheme?: TapScheme | undefined;
  /** For Clients that speak `mqtts` and `wss`: see identity.ts. */
  readonly identity?: TapIdentity | undefined;
  /** The key of the Server in the trace. */
  readonly server: string;
  /** Takes what passes. */
  readonly tap: FaultTap;
  /** Lets other machines connect. The user has been asked. */
  readonly allowRemote?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** How it finds out whether somebody is at the Server's address; by connecting unless given. */
  readonly look?: Look | undefined;
  /** From 0 to 1, for jitter. */
  readonly random?: (() => number) | undefined;
  /** A Client has come, and the Server is there for it; nothing has passed yet. */
  readonly reached?: (() => void) | undefined;
  /** What `listening` tells has changed; the error's code or message says more, where there is one. */
  readonly listens?: ((now: TapListening, detail: string | undefined) => void) | undefined;
  /** What the trace calls a connection that has just been accepted; a connection of another program unless given. */
  readonly who?: (() => Pick<TappedConnectionInfo, 'tap' | 'client' | 'label'> | undefined) | undefined;
  /** The Server could not be reached, for the reason of the system. */
  readonly unreachable?: ((error: unknown) => void) | undefined;
  /** It always listens, and resets those it has to refuse, so that the trace has each attempt. */
  readonly alwaysListens?: boolean | undefined;
  /** Rules that stand before the first connection comes. */
  readonly rules?: readonly FaultRule[] | undefined;
  /** Connections, rules, faults or `listening` have changed. */
  readonly changed?: (() => void) | undefined;
}

/** One connection through the tap, as it is now. */
export interface TappedView {
  readonly connection: number;
  readonly clientId: string;
  readonly from: string;
  readonly state: TappedState;
  readonly faults: readonly Fault[];
}

/** A tap that runs. */
export interface TapProxy {
  /** For Clients, for example `mqtt://127.0.0.1:1884`. */
  readonly address: string;
  readonly scheme: TapScheme;
  readonly host: string;
  readonly port: number;
  readonly listening: TapListening;
  /** Since it was started. */
  readonly connectionsSeen: number;
  readonly connectionsOpen: number;
  readonly rules: readonly FaultRuleView[];
  /** The newest `limit` connections that are open, newest first. */
  connections(limit: number): readonly TappedView[];
  /** Whether a connection of the trace came by it, and is open. */
  has(connection: number): boolean;
  /** Makes a fault on one connection. False when there is none with this id. */
  fault(connection: number, fault: Fault): boolean;
  /** Makes a fault on all connections, and, unless it ends them, on all that will come. Returns the rule for those. */
  faultAll(fault: Fault): number | undefined;
  /** Sets a rule for connections to come, with `living` also for those that are open. Returns its id. */
  addRule(rule: FaultRule, living?: boolean): number;
  /** Takes a rule away, and what it has done to connections that live. False when there is none with this id. */
  removeRule(id: number): boolean;
  /** Takes away the faults of one connection, or some of them. False when there is no connection with this id. */
  clear(connection: number, which?: FaultSelection): boolean;
  /** Takes away all rules, and all faults of all connections. */
  clearAll(): void;
  /** Looks now whether somebody is at the Server's address; otherwise it does so now and then while nobody is. */
  look(): Promise<void>;
  /** Ends all connections with FIN, and listens no more. */
  close(): Promise<void>;
}

/** Rejects with a ListenError. */
export async function startTapProxy(options: TapOptions): Promise<TapProxy> {
  const { host } = options.listen;
  if (options.allowRemote !== true && !isLoopback(host)) throw listenErrors.notLoopback(host);
  const proxy = new RunningProxy(options);
  await proxy.open();
  return proxy;
}

class RunningProxy implements TapProxy {
  readonly scheme: TapScheme;
  readonly host: string;
  connectionsSeen = 0;
  readonly #options: TapOptions;
  readonly #watch: ServerWatch;
  #door: Door | undefined;
  #listening: TapListening = 'listening';
  readonly #clock: Clock;
  readonly #rules: RuleBook;
  readonly #entrance: Entrance;
  readonly #connections = new Set<TappedConnection>();
  /** Those that have reached a Server, by their id in the trace. */
  readonly #byId = new Map<number, TappedConnection>();
  /** Those that were accepted, whether their handshakes are over or not. */
  readonly #sockets = new Set<Socket>();
  /** How many of `#byId` are not over for the Server. */
  #served = 0;
  #closing = false;
  #idle: (() => void) | undefined;

  constructor(options: TapOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const look = options.look ?? lookAt(() => this.#to);
    this.#watch = new ServerWatch(this.#clock, look, () => this.#settle());
    this.#rules = new RuleBook(() => {
      this.#settle();
      this.#changed();
    });
    this.scheme = options.scheme ?? this.#to.scheme;
    this.host = options.listen.host;
    this.#entrance = new Entrance(this.scheme, this.#to, options.identity, this.#clock);
    for (const rule of options.rules ?? []) this.#rules.add(rule);
  }

  /** Listens, or finds out that it has to refuse. Rejects with a ListenError. */
  async open(): Promise<void> {
    const { host, port } = this.#options.listen;
    this.#door = await Door.open(host, port, this.#clock, {
      came: (socket) => this.#accept(socket),
      changed: () => this.#settle(),
    });
    this.#settle();
    if (this.#options.alwaysListens !== true) await this.#watch.first();
  }

  get listening(): TapListening {
    return this.#listening;
  }

  async look(): Promise<void> {
    await this.#watch.look();
    await this.#door?.ready;
  }

  /** Opens the door, or shuts it, and tells when that is news. */
  #settle(): void {
    const door = this.#door;
    if (door === undefined || this.#closing || this.#options.alwaysListens === true) return;
    const { away } = this.#watch;
    const why = away !== undefined ? 'broker-away' : this.#rules.refusesAll ? 'refusing' : undefined;
    door.set(why === undefined);
    const now = why ?? (door.problem === undefined ? 'listening' : 'port-taken');
    // It has to be told that it listens when it does, and not before.
    if (now === this.#listening || (now === 'listening' && !door.isOpen)) return;
    this.#listening = now;
    this.#options.listens?.(now, now === 'broker-away' ? away : door.problem?.message);
    this.#changed();
  }

  get #to(): NetworkAddress {
    const { to } = this.#options;
    return typeof to === 'function' ? to() : to;
  }

  get port(): number {
    return this.#door?.port ?? this.#options.listen.port;
  }

  get address(): string {
    const path = this.scheme === 'ws' || this.scheme === 'wss' ? this.#to.path || '/' : '';
    return `${this.scheme}://${hostAndPort(this.host, this.port)}${path}`;
  }

  get connectionsOpen(): number {
    return this.#connections.size;
  }

  get rules(): readonly FaultRuleView[] {
    return this.#rules.views();
  }

  connections(limit: number): readonly TappedView[] {
    const views: TappedView[] = [];
    for (const connection of [...this.#byId.values()].slice(-limit).reverse()) {
      const { id, clientId, from, state, faults } = connection;
      views.push({ connection: id, clientId, from, state, faults });
    }
    return views;
  }

  has(connection: number): boolean {
    return this.#byId.has(connection);
  }

  fault(connection: number, fault: Fault): boolean {
    const found = this.#byId.get(connection);
    found?.make(fault);
    return found !== undefined;
  }

  faultAll(fault: Fault): number | undefined {
    const { ends, onLiving } = faultRows[fault.kind];
    if (onLiving) for (const connection of [...this.#byId.values()]) connection.make(fault);
    return ends ? undefined : this.#rules.add({ fault });
  }

  addRule(rule: FaultRule, living = false): number {
    return this.#rules.add(rule, living ? this.#byId.values() : []);
  }

  removeRule(id: number): boolean {
    const rule = this.#rules.remove(id);
    if (rule === undefined) return false;
    for (const connection of this.#byId.values()) connection.clear({}, rule.fault);
    return true;
  }

  clear(connection: number, which: FaultSelection = {}): boolean {
    const found = this.#byId.get(connection);
    found?.clear(which);
    return found !== undefined;
  }

  clearAll(): void {
    this.#rules.removeAll();
    for (const connection of this.#byId.values()) connection.clear();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#rules.removeAll();
    this.#watch.stop();
    this.#door?.set(false);
    for (const connection of [...this.#connections]) connection.close('tap-stopped');
    // Those whose handshake goes on.
    if (this.#connections.size < this.#sockets.size) this.#dropUntapped();
    if (this.#sockets.size > 0) await new Promise<void>((settle) => (this.#idle = settle));
  }

  #accept(socket: Socket): void {
    if (this.#closing) {
      socket.resetAndDestroy();
      return;
    }
    this.connectionsSeen += 1;
    this.#sockets.add(socket);
    socket.once('close', () => this.#left(socket));
    if (this.scheme === 'mqtt' || (this.scheme === 'ws' && framesOf('ws', this.#to) !== undefined)) {
      this.#tapped({ stream: socket, socket });
      return;
    }
    socket.on('error', () => {});
    this.#entrance.enter(socket).then(
      (side) => this.#tapped(side),
      (error: unknown) => this.#notEntered(socket, error),
    );
  }

  /** A handshake with the Client has failed: it is in the trace as a connection that ended at once. */
  #notEntered(socket: Socket, error: unknown): void {
    const { tap, server } = this.#options;
    const who = this.#options.who?.();
    const id = tap.opened(this.#clock.now(), { server, tap: 'listener', label: nameOf(socket), ...who });
    const { detail } = endOfFailure(error);
    tap.closed(this.#clock.now(), id, { by: 'client', how: 'error', detail });
    socket.destroy();
  }

  #tapped(side: Side): void {
    const { tap, server, random = Math.random } = this.#options;
    const { socket } = side;
    const client = endpointOf(socket.remoteAddress, socket.remotePort);
    const from = nameOf(socket);
    const who = this.#options.who?.();
    const connection = new TappedConnection(from, side, {
      clock: this.#clock,
      random,
      tap,
      frames: () => framesOf(this.scheme, this.#to),
      info: (reached) => ({
        server,
        tap: 'listener',
        label: from,
        ...who,
        endpoints: reached && this.#endpoints(client, reached.socket),
      }),
      connectRead: (read) => this.#rules.connectRead(read),
      packetPassed: (...args) => this.#rules.packetPassed(...args),
      changed: () => this.#changed(),
      over: (end) => this.#over(end),
      gone: (gone) => this.#gone(gone),
    });
    this.#connections.add(connection);
    if (!this.#rules.refuses(connection)) void this.#dial(connection);
  }

  async #dial(connection: TappedConnection): Promise<void> {
    try {
      connection.attach(await dial(this.scheme, this.#to, this.#options.tls, connection.signal));
    } catch (error) {
      if (!connection.signal.aborted) {
        this.#options.unreachable?.(error);
        // First, so that a Client that tries again at once is refused.
        if (this.#options.alwaysListens !== true) this.#watch.failed(error);
      }
      connection.refuse(endOfFailure(error));
      return;
    }
    if (connection.signal.aborted) return;
    this.#watch.reached();
    this.#served += 1;
    this.#byId.set(connection.id, connection);
    this.#options.reached?.();
    this.#rules.opened(connection);
    connection.start();
  }

  #endpoints(client: TappedEndpoint | undefined, socket: Socket): TappedEndpoints | undefined {
    const server = endpointOf(socket.remoteAddress, socket.remotePort);
    if (client === undefined || server === undefined) return undefined;
    return { client, server, carrier: carriers[this.scheme] };
  }

  #dropUntapped(): void {
    const tapped = new Set([...this.#connections].map(({ socket }) => socket));
    for (const socket of this.#sockets) if (!tapped.has(socket)) socket.destroy();
  }

  /** When the last connection that is of some age is ended by the Server, that may be gone. */
  #over({ byServer, lastedMs }: { readonly byServer: boolean; readonly lastedMs: number }): void {
    this.#served -= 1;
    if (this.#served === 0 && byServer && lastedMs >= livedMs) void this.#watch.look();
  }

  #gone(connection: TappedConnection): void {
    this.#connections.delete(connection);
    this.#byId.delete(connection.id);
    this.#rules.gone(connection);
    this.#changed();
  }

  #left(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#idle?.();
  }

  #changed(): void {
    this.#options.changed?.();
  }
}

/** Address and port of the program. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  const at = endpointOf(remoteAddress, remotePort);
  return at === undefined ? '' : addressLabel({ host: at.address, port: at.port });
}
