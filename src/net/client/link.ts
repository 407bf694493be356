import type { Socket } from 'node:net';
import { type ProtocolVersion, TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import type { Clock } from '../clock.ts';
import { carriers, endpointOf } from '../endpoints.ts';
import type { Tap, TappedConnection, TappedEnd } from '../tap.ts';
import { NetError } from './net-error.ts';
import type { TlsMaterial } from './tls-material.ts';
import { isSecure, type NetworkAddress, openTcp, openTransport, type Transport } from './transport.ts';
import { describe } from './transport-errors.ts';

/** How long a socket whose FIN we have sent waits for that of the Server before it is destroyed. */
const finWaitMs = 2000;

export interface LinkSettings {
  readonly address: NetworkAddress;
  /** Where the connection is made instead: at a tap of ours that forwards to `address`, and sees to its TLS. */
  readonly through?: NetworkAddress | undefined;
  readonly tls: TlsMaterial | undefined;
  /** Chooses the WebSocket subprotocol. */
  readonly version: ProtocolVersion;
  readonly info: TappedConnection;
  readonly tap: Tap;
  readonly clock: Clock;
}

export interface LinkEvents {
  /** The connection has an id in the trace. */
  opened(connection: number): void;
  /** Received, after the tap has seen it. */
  bytes(chunk: Uint8Array): void;
  /** Once. `cause` is what the system said, when it said something. */
  ended(end: TappedEnd, cause: Error | undefined): void;
}

/**
 * One Network Connection of our own, with the tap in its way: what is written is shown to the tap before it goes out,
 * what is read before anybody else sees it, and its end as soon as it is known, with who ended it and how.
 */
export class Link {
  readonly connection: number;
  readonly #settings: LinkSettings;
  readonly #events: LinkEvents;
  readonly #socket: Socket;
  #transport: Transport | undefined;
  #frozen = false;
  #ended = false;

  private constructor(settings: LinkSettings, events: LinkEvents, socket: Socket) {
    this.#settings = settings;
    this.#events = events;
    this.#socket = socket;
    const endpoints = endpointsOf(socket, settings.address.scheme);
    this.connection = settings.tap.opened(settings.clock.now(), { ...settings.info, ...endpoints });
    events.opened(this.connection);
    socket.on('error', (error) => this.#failed(error));
  }

  /**
   * Connects. A failure is recorded too, as a connection that ended at once, unless `signal` gave up before there was anything to
   * record. Throws the system's error or the reason of `signal`.
   */
  static async open(settings: LinkSettings, events: LinkEvents, signal: AbortSignal): Promise<Link> {
    const { tls, version, tap, clock, info } = settings;
    const address = settings.through ?? settings.address;
    const socket = await openTcp(address, signal).catch((error: unknown) => {
      if (!signal.aborted || isTimeout(signal.reason)) {
        const connection = tap.opened(clock.now(), info);
        events.opened(connection);
        tap.closed(clock.now(), connection, endOfFailure(error));
      }
      throw error;
    });
    const link = new Link(settings, events, socket);
    try {
      link.#attach(
        await openTransport(socket, address, isSecure(address) ? tls : undefined, version, signal),
      );
      return link;
    } catch (error) {
      link.#finish(signal.aborted ? endByUs(signal.reason) : endOfFailure(error), undefined);
      socket.destroy();
      throw error;
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Sends. `done` is called when more may be written; what is written after a freeze or the end goes nowhere. */
  write(bytes: Uint8Array, done: () => void = () => {}): void {
    const { tap, clock } = this.#settings;
    if (this.#ended || this.#frozen || this.#transport === undefined) {
      done();
      return;
    }
    tap.bytes(clock.now(), this.connection, TO_SERVER, bytes);
    this.#transport.stream.write(bytes, () => done());
  }

  pause(): void {
    if (!this.#ended) this.#transport?.stream.pause();
  }

  resume(): void {
    this.#transport?.stream.resume();
  }

  /** Cuts with RST. */
  drop(): void {
    if (this.#ended) return;
    this.#finish({ by: 'client', how: 'reset' }, undefined);
    // On the TCP socket itself: TLS has no way to send RST.
    this.#socket.resetAndDestroy();
    this.#transport?.stream.destroy();
  }

  /** Closes with FIN, after what is written; a WebSocket with its Close frame first. */
  close(detail?: string): void {
    if (this.#ended) return;
    this.#finish({ by: 'client', how: 'fin', detail }, undefined);
    const { clock } = this.#settings;
    // What still comes is read and thrown away: destroying a socket with unread bytes sends RST instead of FIN.
    this.#transport?.stream.end();
    const cancel = clock.schedule(clock.now() + finWaitMs, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
  }

  /** While frozen nothing is written, not even answers to WebSocket pings. Reading goes on. */
  freeze(on: boolean): void {
    this.#frozen = on;
    this.#transport?.mute(on);
  }

  #attach(transport: Transport): void {
    this.#transport = transport;
    const { stream } = transport;
    stream.on('data', (chunk: Buffer) => this.#received(chunk));
    stream.on('end', () => {
      this.#finish({ by: 'server', how: 'fin' }, undefined);
      this.#socket.destroySoon();
    });
    stream.on('error', (error) => this.#failed(error));
    stream.on('close', () => this.#finish({ by: 'network', how: 'error' }, undefined));
    // It may have failed right behind its handshake, before anybody listened.
    const { errored } = stream;
    if (errored) queueMicrotask(() => this.#failed(errored));
  }

  #received(chunk: Buffer): void {
    if (this.#ended) return;
    const { tap, clock } = this.#settings;
    tap.bytes(clock.now(), this.connection, TO_CLIENT, chunk);
    this.#events.bytes(chunk);
  }

  #failed(error: Error): void {
    // While the transport is being set up, `open` has the better word for it.
    if (this.#transport === undefined) return;
    this.#finish(endOfFailure(error), error);
    this.#transport.stream.destroy();
    this.#socket.destroy();
  }

  #finish(end: TappedEnd, cause: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settings.tap.closed(this.#settings.clock.now(), this.connection, end);
    this.#events.ended(end, cause);
  }
}

/** Both ends of a connected socket of ours; nothing when it has none, as a pipe. */
function endpointsOf(
  { localAddress, localPort, remoteAddress, remotePort }: Socket,
  scheme: NetworkAddress['scheme'],
): Pick<TappedConnection, 'endpoints'> {
  const client = endpointOf(localAddress, localPort);
  const server = endpointOf(remoteAddress, remotePort);
  if (client === undefined || server === undefined) return {};
  return { endpoints: { client, server, carrier: carriers[scheme] } };
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof NetError && reason.code === 'connect-timeout';
}

function endByUs(reason: unknown): TappedEnd {
  return isTimeout(reason)
    ? { by: 'client', how: 'fin', detail: 'connect-timeout' }
    : { by: 'client', how: 'fin', detail: 'cancelled' };
}

/** Codes of OpenSSL's verification: it is the Client that hangs up then. */
const certificateRefusal = /^(CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT|INVALID_CA|HOSTNAME_MISMATCH)/;

/** What the trace says of a connection that did not come about. */
export function endOfFailure(error: unknown): TappedEnd {
  const detail = describe(error).code;
  if (detail === 'ECONNREFUSED') return { by: 'server', how: 'refused', detail };
  if (detail === 'ECONNRESET' || detail === 'EPIPE') return { by: 'server', how: 'reset', detail };
  if (isTimeout(error)) return { by: 'network', how: 'error', detail };
  // The WebSocket handshake has failed.
  if (error instanceof NetError) return { by: 'server', how: 'error', detail };
  if (certificateRefusal.test(detail)) return { by: 'client', how: 'error', detail };
  if (detail.startsWith('ERR_SSL') || detail === 'EPROTO') return { by: 'server', how: 'error', detail };
  return { by: 'network', how: 'error', detail };
}
