/**
 * One connection of a program through the tap: two sides, a lane each way, and the faults on them. The trace gets what the
 * Client sends when it leaves for the Server, and what the Server sends when it comes: it shows what the Server saw and did,
 * whatever faults stand between it and the Client.
 */
import type { Socket } from 'node:net';
import { decodePacket } from '../../mqtt/decode.ts';
import type { FaultNote } from '../../mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import type { ConnectionState } from '../../mqtt/packet-border.ts';
import { packetTypeNumber } from '../../mqtt/packet-types.ts';
import { type Fault, type FaultSelection, noteOf } from '../../profile/faults.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { FaultAction, FaultTap, TappedConnection as TappedConnectionInfo, TappedEnd } from '../tap.ts';
import { ConnectionFaults } from './connection-faults.ts';
import type { Frames } from './frames.ts';
import { holdBytes, type LaneEnd, pieceBytes } from './lane.ts';
import { keepLooking, listenTo, lookAtSide, lookMs, resetSide, type Side } from './side.ts';
import { Way } from './way.ts';

const CONNECT = packetTypeNumber('connect');
/** A CONNECT that is longer is not looked into for its Client Identifier. */
const longestConnect = 65_536;
/** So many pieces of it are kept apart. */
const mostPieces = 256;
/** How long a side that was sent FIN has to answer before its socket is destroyed, in ms. */
const lingerMs = 2000;
/** How long a side with TLS that has ended both ways has to be gone, in ms: Node forgets one that was reset as its handshake ended. */
const secureLingerMs = 30_000;

/** Why a Server is sought no more; one for all, because each new one costs a look at the stack. */
const over = new Error('The connection is over.');

export interface TappedWorld {
  readonly clock: Clock;
  readonly random: () => number;
  readonly tap: FaultTap;
  /** Where MQTT is carried in frames that pass as they are. */
  frames(): { readonly toServer: Frames; readonly toClient: Frames } | undefined;
  /** What the trace is told when it opens; without a Server when there is none. */
  info(server: Side | undefined): TappedConnectionInfo;
  /** The CONNECT is there and has not passed: rules by Client Identifier come now. */
  connectRead(connection: TappedConnection): void;
  packetPassed(connection: TappedConnection, direction: Direction, type: number): void;
  changed(): void;
  /** A connection that has reached a Server is over for that. */
  over(end: { readonly byServer: boolean; readonly lastedMs: number }): void;
  /** Both sockets are closed. */
  gone(connection: TappedConnection): void;
}

export type TappedState = 'open' | 'half-open';

export class TappedConnection {
  /** In the trace; 0 before there is a Server, or none is found. */
  id = 0;
  /** Address and port of the program. */
  readonly from: string;
  /** As the CONNECT says it; empty while none was read. */
  clientId = '';
  readonly #world: TappedWorld;
  readonly #client: Side;
  #server: Side | undefined;
  #attachedAtMs = 0;
  readonly #toServer: Way;
  readonly #toClient: Way;
  readonly #faults: ConnectionFaults;
  /** The first packet, as far as it has come, until it is whole. */
  #connect: Buffer[] | undefined = [];
  #connectBytes = 0;
  /** Its end is in the trace. */
  #recorded = false;
  /** We have ended it: what its sockets still tell is of no matter. */
  #over = false;
  /** How many of its sockets are open. */
  #sockets = 1;
  #holding = false;
  /** What has come before there is a Server. */
  #early: Buffer[] | undefined = [];
  #earlyBytes = 0;
  #finishedEarly = false;
  #watched: Record<Direction, boolean> = { [TO_SERVER]: false, [TO_CLIENT]: false };
  /** The ends that have passed to the other side. */
  #clientEndPassed = false;
  #serverEndPassed = false;
  #clientGone = false;
  #clientCode = '';
  #clientClosed = false;
  /** It has ended, one way or the other. */
  #serverOver = false;
  readonly #timers = new Set<Cancel>();
  readonly #abort = new AbortController();

  constructor(from: string, client: Side, world: TappedWorld) {
    this.from = from;
    this.#client = client;
    this.#world = world;
    const { clock, random } = world;
    const state: ConnectionState = { version: undefined };
    const { toServer, toClient } = world.frames() ?? {};
    this.#toServer = new Way(TO_SERVER, state, client.stream, toServer, {
      clock,
      random,
      came: () => {},
      closeCame: () => {},
      // What a WebSocket says before its TCP connection ends: from then on the Client is gone for the Server.
      closePassed: () => this.#close({ by: 'client', how: 'fin' }),
      passing: (bytes) => {
        if (this.#connect !== undefined) this.#keep(this.#connect, bytes);
      },
      departed: (bytes) => this.#record(TO_SERVER, bytes),
      ended: (how) => this.#clientEnded(how),
      passed: (type) => this.#passed(TO_SERVER, type),
      dropped: () => this.#note('packet-dropped', { kind: 'drop_disconnect' }),
      unreadable: () => {
        if (this.#connect !== undefined) this.#noConnect();
      },
    });
    this.#toServer.gate.watching = true;
    const source = {
      pause: () => this.#server?.stream.pause(),
      resume: () => this.#server?.stream.resume(),
    };
    this.#toClient = new Way(TO_CLIENT, state, source, toClient, {
      clock,
      random,
      came: (bytes) => this.#record(TO_CLIENT, bytes),
      closeCame: () => this.#close({ by: 'server', how: 'fin' }),
      closePassed: () => {},
      passing: () => {},
      departed: () => {},
      ended: (how) => this.#serverEnded(how),
      passed: (type) => this.#passed(TO_CLIENT, type),
      dropped: () => this.#note('packet-dropped', { kind: 'drop_pingresp' }),
      unreadable: () => {},
    });
    this.#toClient.lane.open(client.stream);
    this.#faults = new ConnectionFaults({ toServer: this.#toServer, toClient: this.#toClient });
    listenTo(client, {
      bytes: (chunk) => {
        if (this.#early === undefined) this.#toServer.feed(chunk);
        else this.#hasCome(this.#early, chunk);
      },
      finished: () => this.#clientFinished(),
      failed: (code) => this.#clientFailed(code),
      drained: () => this.#toClient.lane.drained(),
      closed: () => {
        this.#clientClosed = true;
        this.#letGo();
        this.#sideClosed();
      },
    });
  }

  /** Given up when the connection ends before the Server is there. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** That of the program. */
  get socket(): Socket {
    return this.#client.socket;
  }

  get faults(): readonly Fault[] {
    return this.#faults.all();
  }

  /** Whether it has been seen to reach a Server. */
  get attached(): boolean {
    return this.#server !== undefined;
  }

  get state(): TappedState {
    const { lane: toServer } = this.#toServer;
    const { lane: toClient } = this.#toClient;
    return toServer.endWaits || toClient.endWaits || this.#recorded ? 'half-open' : 'open';
  }

  /** The Server is there. Nothing passes before `start`. */
  attach(server: Side): void {
    if (this.#abort.signal.aborted) {
      resetSide(server);
      return;
    }
    this.#server = server;
    this.#attachedAtMs = this.#world.clock.now();
    this.#sockets += 1;
    this.#opened();
    listenTo(server, {
      bytes: (chunk) => this.#toClient.feed(chunk),
      finished: () => this.#serverFinished(),
      failed: (code) => this.#serverFailed(code),
      drained: () => this.#toServer.lane.drained(),
      closed: () => this.#sideClosed(),
    });
  }

  /** What has come from the Client leaves for the Server. */
  start(): void {
    const early = this.#early;
    if (this.#over || this.#server === undefined || early === undefined) return;
    this.#toServer.lane.open(this.#server.stream);
    this.#early = undefined;
    this.#client.stream.resume();
    for (const chunk of early) this.#toServer.feed(chunk);
    if (this.#finishedEarly) this.#clientFinished();
    this.#world.changed();
  }

  /** Before there is a Server, what comes is read all the same, so that a Client that gives up is noticed. */
  #hasCome(early: Buffer[], chunk: Buffer): void {
    early.push(chunk);
    this.#earlyBytes += chunk.length + pieceBytes;
    if (this.#earlyBytes > holdBytes) this.#client.stream.pause();
  }

  #opened(): void {
    const { tap, clock, info } = this.#world;
    this.id = tap.opened(clock.now(), info(this.#server));
  }

  /** There is no Server: the Client, which has been accepted already, is reset at once. */
  refuse(end: TappedEnd): void {
    if (this.#over) return;
    if (this.id === 0) this.#opened();
    this.#close(end);
    this.#resetBoth();
  }

  /** Makes a fault, and records it; `rule` are the conditions of the rule that it comes by. */
  make(fault: Fault, rule?: string): void {
    if (this.#over) return;
    if (this.id === 0) this.#opened();
    this.#note('fault', rule === undefined ? noteOf(fault) : { ...noteOf(fault), rule });
    switch (fault.kind) {
      case 'reset_peer':
        this.#cut();
        break;
      case 'down':
        this.refuse({ by: 'network', how: 'refused', detail: 'fault' });
        break;
      case 'close':
        this.close('fault');
        break;
      case 'timeout':
        this.#faults.set(fault);
        this.later(fault.timeoutMs, () => {
          if (this.#faults.has(fault)) this.#drop();
        });
        break;
      default:
        this.#faults.set(fault);
    }
    this.#world.changed();
  }

  /** Takes away what is selected of what lasts, with `made` only of this very fault. What was held passes. */
  clear(which: FaultSelection = {}, made?: Fault): void {
    this.#faults.clear(which, made, (fault) => this.#note('fault-cleared', noteOf(fault)));
    this.#world.changed();
  }

  /** Ends both sides with FIN, after what is under way. */
  close(detail: string): void {
    this.#toServer.finish();
    this.#toClient.finish();
    this.#toServer.lane.flush();
    this.#toClient.lane.flush();
    this.#close({ by: 'client', how: 'fin', detail });
    this.#abandon();
    this.#endBoth();
  }

  /** Calls `run` in `ms`, unless the connection ends before. */
  later(ms: number, run: () => void): void {
    const { clock } = this.#world;
    const cancel = clock.schedule(clock.now() + ms, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  /** Whether the ends of packets are told. */
  watch(direction: Direction): void {
    this.#watched[direction] = true;
    (direction === TO_SERVER ? this.#toServer : this.#toClient).gate.watching = true;
  }

  /** Until the CONNECT has been read nothing passes, so that what comes by Client Identifier comes in time. */
  holdForConnect(): void {
    this.#holding = true;
    this.#toServer.lane.hold(true);
  }

  #note(action: FaultAction, fault: FaultNote): void {
    const { tap, clock } = this.#world;
    tap.fault(clock.now(), action, this.id, fault);
  }

  #keep(connect: Buffer[], bytes: Buffer): void {
    connect.push(bytes);
    if (connect.length >= mostPieces) connect.splice(0, connect.length, Buffer.concat(connect));
    this.#connectBytes += bytes.length;
    if (this.#connectBytes > longestConnect) this.#noConnect();
  }

  #noConnect(): void {
    this.#connect = undefined;
    this.#toServer.gate.watching = this.#watched[TO_SERVER];
    this.#release();
  }

  #passed(direction: Direction, type: number): void {
    if (direction === TO_SERVER && this.#connect !== undefined) {
      const bytes = Buffer.concat(this.#connect);
      this.#connect = undefined;
      this.#toServer.gate.watching = this.#watched[TO_SERVER];
      if (type === CONNECT) {
        const decoded = decodePacket(bytes, 0, bytes.length, 5, TO_SERVER);
        if (decoded.ok && decoded.packet.type === 'connect') this.clientId = decoded.packet.clientId;
        this.#world.connectRead(this);
        this.#world.changed();
      }
      this.#release();
    }
    this.#world.packetPassed(this, direction, type);
  }

  #release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#toServer.lane.hold(false);
  }

  #record(direction: Direction, bytes: Buffer): void {
    if (this.#recorded || bytes.length === 0) return;
    const { tap, clock } = this.#world;
    tap.bytes(clock.now(), this.id, direction, bytes);
  }

  /** The connection is over for the Server: nothing of it is recorded any more. */
  #close(end: TappedEnd): void {
    if (this.#recorded) return;
    this.#recorded = true;
    if (this.id === 0) this.#opened();
    const { tap, clock } = this.#world;
    tap.closed(clock.now(), this.id, end);
    if (this.#server !== undefined) {
      const lastedMs = clock.now() - this.#attachedAtMs;
      this.#world.over({ byServer: end.by === 'server', lastedMs });
    }
    this.#world.changed();
  }

  #clientFinished(): void {
    if (this.#over) return;
    if (this.#early !== undefined) {
      this.#finishedEarly = true;
      return;
    }
    this.#toServer.finish();
    if (this.#connect !== undefined) this.#noConnect();
    this.#toServer.lane.end('fin');
    this.#world.changed();
  }

  #clientFailed(code: string): void {
    if (this.#over) return;
    this.#clientCode = code;
    this.#clientGone = true;
    this.#toServer.finish();
    if (this.#connect !== undefined) this.#noConnect();
    this.#toClient.lane.abandon();
    if (this.#server === undefined) {
      // It did not wait for the Server.
      this.#close(endOfFailure('client', code));
      this.#abandon();
      return;
    }
    this.#toServer.lane.end('reset');
    // FIN has passed before; now it resets after all, as a Client does that is sent something after it has closed.
    if (this.#clientEndPassed) this.#reset(this.#server);
    this.#world.changed();
  }

  /** The end of what the Client sends has passed to the Server. */
  #clientEnded(how: LaneEnd): void {
    this.#clientEndPassed = true;
    const server = this.#server;
    if (server === undefined) return;
    if (how === 'fin') {
      this.#close({ by: 'client', how: 'fin' });
      this.#endSide(server);
      return;
    }
    this.#close(endOfFailure('client', this.#clientCode));
    this.#reset(server);
  }

  #serverFinished(): void {
    if (this.#over) return;
    this.#close({ by: 'server', how: 'fin' });
    this.#toClient.finish();
    this.#serverIsOver('fin');
    // There is nobody any more who could be told, or who could end it.
    if (this.#clientGone && this.#server !== undefined) this.#reset(this.#server);
    this.#world.changed();
  }

  #serverIsOver(how: LaneEnd): void {
    this.#serverOver = true;
    this.#toClient.lane.end(how);
    this.#letGo();
    if (!this.#toClient.lane.endWaits || this.#clientGone) return;
    keepLooking(this.#client);
    this.#lookForClient();
  }

  /** While a fault holds the end of the Server, a Client that is gone has nobody to tell it to. */
  #lookForClient(): void {
    this.later(lookMs, () => {
      if (this.#over || this.#clientClosed || !this.#toClient.lane.endWaits) return;
      lookAtSide(this.#client);
      this.#lookForClient();
    });
  }

  /** What is frozen on the way from a Client that is gone to a Server that has ended can be of use to nobody any more. */
  #letGo(): void {
    const isStuck = this.#serverOver && this.#clientClosed && this.#toServer.lane.isFrozen;
    if (isStuck && !this.#over && this.#server !== undefined) this.#reset(this.#server);
  }

  #serverFailed(code: string): void {
    if (this.#over) return;
    this.#close(endOfFailure('server', code));
    this.#toServer.lane.abandon();
    this.#toClient.finish();
    this.#serverIsOver('reset');
    if (this.#serverEndPassed) this.#reset(this.#client);
    this.#world.changed();
  }

  /** The end of what the Server sends has passed to the Client. */
  #serverEnded(how: LaneEnd): void {
    this.#serverEndPassed = true;
    if (how === 'fin') this.#endSide(this.#client);
    else this.#reset(this.#client);
  }

  #endSide({ stream }: Side): void {
    stream.end();
    if (!this.#clientEndPassed || !this.#serverEndPassed) return;
    const { clock } = this.#world;
    for (const side of [this.#client, this.#server]) {
      if (side === undefined || side.stream === side.socket || side.socket.destroyed) continue;
      const cancel = clock.schedule(clock.now() + secureLingerMs, () => side.stream.destroy());
      side.socket.once('close', cancel);
    }
  }

  #reset(side: Side): void {
    if (!side.socket.destroyed) resetSide(side);
  }

  #cut(): void {
    this.#close({ by: 'client', how: 'reset', detail: 'fault' });
    this.#resetBoth();
  }

  #resetBoth(): void {
    this.#abandon();
    this.#reset(this.#client);
    if (this.#server !== undefined) this.#reset(this.#server);
  }

  /** Ends both sides with FIN, and what is held is lost. */
  #drop(): void {
    this.#close({ by: 'client', how: 'fin', detail: 'fault' });
    this.#abandon();
    this.#endBoth();
  }

  #abandon(): void {
    this.#over = true;
    this.#toServer.lane.abandon();
    this.#toClient.lane.abandon();
    this.#abort.abort(over);
  }

  #endBoth(): void {
    const { clock } = this.#world;
    for (const side of [this.#client, this.#server]) {
      if (side === undefined) continue;
      side.stream.end();
      const cancel = clock.schedule(clock.now() + lingerMs, () => side.socket.destroy());
      side.socket.once('close', cancel);
    }
  }

  #sideClosed(): void {
    this.#sockets -= 1;
    if (this.#sockets > 0) return;
    this.#close({ by: 'network', how: 'error' });
    // What a fault held has not passed, and never will.
    const isHeld = this.#toServer.lane.endWaits || this.#toClient.lane.endWaits;
    if (isHeld && !this.#over) {
      for (const fault of this.#faults.all()) this.#note('fault-cleared', { ...noteOf(fault), gone: true });
    }
    this.#abandon();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#world.gone(this);
  }
}

/** What the trace says of a side that failed. A timeout is that of the network, whichever side it was on. */
function endOfFailure(side: 'client' | 'server', code: string): TappedEnd {
  if (code === 'ECONNRESET' || code === 'EPIPE') return { by: side, how: 'reset', detail: code };
  if (code.startsWith('E') && !code.startsWith('ERR_') && code !== 'EPROTO') {
    return { by: 'network', how: 'error', detail: code };
  }
  return { by: side, how: 'error', detail: code };
}
