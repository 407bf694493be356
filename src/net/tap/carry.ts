/**
 * What carries the bytes on the two sides of a tap. Where both sides speak the same beneath TLS, their bytes pass as they are:
 * MQTT, or a WebSocket with its handshake and frames. Where they differ, the MQTT bytes pass as they are, and the frames
 * end at the tap.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { WebSocketDoor } from '../broker/web-socket-listener.ts';
import type { TlsMaterial } from '../client/tls-material.ts';
import {
  addressLabel,
  isSecure,
  type NetworkAddress,
  openTcp,
  openTls,
  openTransport,
  settle,
} from '../client/transport.ts';
import type { Clock } from '../clock.ts';
import type { Frames } from './frames.ts';
import type { Side } from './side.ts';
import { answer, requestTo, WebSocketFrames } from './web-socket-frames.ts';

export type TapScheme = NetworkAddress['scheme'];

/** What a listener with TLS shows of itself, in PEM. */
export interface TapIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Over a WebSocket that ends here, the version of MQTT only chooses the subprotocol. */
const usualVersion = 5;
/** How long a Client has for its handshakes, and the largest message of a WebSocket that ends here. */
const handshakeMs = 30_000;
const largestMessage = 268_435_460;

const isWebSocket = (scheme: TapScheme): boolean => scheme === 'ws' || scheme === 'wss';

/** Where a WebSocket passes as it is: what reads the MQTT in it. */
export function framesOf(
  scheme: TapScheme,
  to: NetworkAddress,
): { readonly toServer: Frames; readonly toClient: Frames } | undefined {
  if (!isWebSocket(scheme) || !isWebSocket(to.scheme)) return undefined;
  return {
    toServer: new WebSocketFrames(requestTo(addressLabel(to))),
    toClient: new WebSocketFrames(answer),
  };
}

/** Sets up what a Client speaks, on sockets that were accepted. */
export class Entrance {
  readonly #context: SecureContext | undefined;
  readonly #endsWebSocket: boolean;
  readonly #clock: Clock;

  /** `identity` for `mqtts` and `wss`. */
  constructor(scheme: TapScheme, to: NetworkAddress, identity: TapIdentity | undefined, clock: Clock) {
    this.#context = identity && createSecureContext(identity);
    this.#endsWebSocket = isWebSocket(scheme) && !isWebSocket(to.scheme);
    this.#clock = clock;
  }

  /** Throws what went wrong with a handshake. */
  async enter(socket: Socket): Promise<Side> {
    const carrier = this.#context === undefined ? socket : await this.#secure(socket, this.#context);
    const stream = this.#endsWebSocket ? await this.#webSocket(carrier) : carrier;
    return { stream, socket };
  }

  async #secure(socket: Socket, secureContext: SecureContext): Promise<TLSSocket> {
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext,
      // Whatever the Client asks for: it is the Server's to refuse.
      ALPNCallback: ({ protocols }) => protocols[0],
    });
    const cancel = this.#clock.schedule(this.#clock.now() + handshakeMs, () => secured.destroy());
    try {
      return await settle(secured, 'secure', new AbortController().signal);
    } finally {
      cancel();
    }
  }

  #webSocket(carrier: Socket): Promise<Duplex> {
    return new Promise((opened, failed) => {
      const door = new WebSocketDoor({
        clock: this.#clock,
        handshakeMs,
        maximumMessage: largestMessage,
        opened: (stream) => {
          // Whoever waits listens in a moment; an error of the same chunk comes before.
          stream.on('error', () => {});
          opened(stream);
        },
        log: () => {},
      });
      carrier.once('close', () => failed(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
      door.enter(carrier);
    });
  }
}

/** Connects to the Server. Throws what went wrong, or the reason of `signal`. */
export async function dial(
  scheme: TapScheme,
  to: NetworkAddress,
  tls: TlsMaterial | undefined,
  signal: AbortSignal,
): Promise<Side> {
  const socket = await openTcp(to, signal, true);
  if (isWebSocket(to.scheme) && !isWebSocket(scheme)) {
    const { stream } = await openTransport(socket, to, isSecure(to) ? tls : undefined, usualVersion, signal);
    return { stream, socket };
  }
  if (tls === undefined || !isSecure(to)) return { stream: socket, socket };
  return { stream: await openTls(socket, tls, signal), socket };
}
