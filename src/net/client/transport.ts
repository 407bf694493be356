/** Opens what carries the bytes of a Network Connection: TCP, TLS over it, and a WebSocket over either (v5 4.2, 6.0). */
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { ProtocolVersion } from '../../mqtt/packet.ts';
import { answerPings, WebSocketStream } from '../broker/web-socket-stream.ts';
import type { TlsMaterial } from './tls-material.ts';
import { websocketRefused, websocketUnanswered, websocketWithoutMqtt } from './transport-errors.ts';

/** Where to, with the sandbox already resolved to an address. */
export interface NetworkAddress {
  readonly scheme: 'mqtt' | 'mqtts' | 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
  /** Only for ws and wss. */
  readonly path: string;
}

/** `host:port`, as a profile writes it. */
export function addressLabel({ host, port }: Pick<NetworkAddress, 'host' | 'port'>): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

export function isSecure(address: NetworkAddress): boolean {
  return address.scheme === 'mqtts' || address.scheme === 'wss';
}

export interface Transport {
  /** Carries MQTT bytes: what TLS and WebSocket add is taken off. */
  readonly stream: Duplex;
  /** Whether WebSocket pings are left unanswered; nothing to do for the others. */
  mute(on: boolean): void;
}

/** With `allowHalfOpen`, an end of the Server does not end it. Throws the system's error, or the reason of `signal`. */
export function openTcp(
  address: NetworkAddress,
  signal: AbortSignal,
  allowHalfOpen = false,
): Promise<Socket> {
  const socket = connectTcp({ host: address.host, port: address.port, noDelay: true, allowHalfOpen });
  return settle(socket, 'connect', signal);
}

/**
 * Sets up on a connected socket what the scheme asks for. Throws the error of Node, of OpenSSL, or a NetError of the WebSocket handshake, or the
 * reason of `signal`.
 */
export async function openTransport(
  socket: Socket,
  address: NetworkAddress,
  tls: TlsMaterial | undefined,
  version: ProtocolVersion,
  signal: AbortSignal,
): Promise<Transport> {
  const carrier = tls === undefined ? socket : await openTls(socket, tls, signal);
  switch (address.scheme) {
    case 'mqtt':
    case 'mqtts':
      return { stream: carrier, mute: () => {} };
    case 'ws':
    case 'wss':
      return openWebSocket(carrier, address, version, signal);
  }
}

/** Throws the error of Node or of OpenSSL, or the reason of `signal`. */
export function openTls(socket: Socket, tls: TlsMaterial, signal: AbortSignal): Promise<TLSSocket> {
  return settle(connectTls({ ...tls, socket }), 'secureConnect', signal);
}

/** Waits for one event of a socket, or for its failure; then it is destroyed. */
export function settle<T extends Socket>(
  socket: T,
  event: 'connect' | 'secureConnect' | 'secure',
  signal: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const done = (): void => {
      socket.off(event, onEvent).off('error', onError).off('end', onClose).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      done();
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const onEvent = (): void => {
      done();
      // Whoever waits listens in a moment; an error of the same chunk comes before.
      socket.on('error', () => {});
      resolve(socket);
    };
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    const onAbort = (): void => fail(signal.reason);
    // One that may be half open is not closed when the other side ends in the middle of a handshake.
    socket.on(event, onEvent).on('error', onError).on('end', onClose).on('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

function openWebSocket(
  carrier: Socket,
  address: NetworkAddress,
  version: ProtocolVersion,
  signal: AbortSignal,
): Promise<Transport> {
  const server = addressLabel(address);
  const socket = new WebSocket(`${address.scheme}://${server}${address.path}`, [subprotocol(version)], {
    createConnection: () => carrier,
    perMessageDeflate: false,
    autoPong: false,
  });
  let muted = false;
  answerPings(socket, () => !muted);
  return new Promise<Transport>((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      carrier.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    // Stays: errors that come later end the stream made of it, and are told there.
    socket.on('error', (error) => {
      fail(
        /subprotocol/.test(error.message)
          ? websocketWithoutMqtt(server, address.path)
          : /hang up|ECONNRESET|Parse Error/.test(error.message)
            ? websocketUnanswered(server)
            : error,
      );
    });
    socket.on('unexpected-response', (_request, response) => {
      fail(websocketRefused(server, address.path, response.statusCode ?? 0));
    });
    socket.on('open', () => {
      signal.removeEventListener('abort', onAbort);
      const stream = new WebSocketStream(socket);
      stream.on('error', () => {});
      resolve({
        stream,
        mute: (on) => {
          muted = on;
        },
      });
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

/** v5 [MQTT-6.0.0-3]; the name for 3.1 is what its brokers register. */
function subprotocol(version: ProtocolVersion): string {
  return version === 3 ? 'mqttv3.1' : 'mqtt';
}
