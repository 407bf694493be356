import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Cancel, Clock } from '../clock.ts';
import { answerPings, WebSocketStream } from './web-socket-stream.ts';

export interface WebSocketDoorOptions {
  readonly clock: Clock;
  /** Until the request is whole, in ms. */
  readonly handshakeMs: number;
  /** The largest message that is put together out of frames, in bytes. */
  readonly maximumMessage: number;
  /** Gets what carries MQTT. */
  opened(stream: Duplex): void;
  log(message: string): void;
}

/** v5 [MQTT-6.0.0-3], [MQTT-6.0.0-4]; the other is what brokers take for 3.1. */
const subprotocols: readonly string[] = ['mqtt', 'mqttv3.1'];

/**
 * Makes WebSockets of connected sockets (v5 6.0, RFC 6455). Who does not offer the subprotocol `mqtt`, or does
 * not ask for a WebSocket at all, is told so in HTTP, and let go.
 */
export class WebSocketDoor {
  readonly #options: WebSocketDoorOptions;
  readonly #http: Server;
  readonly #webSockets: WebSocketServer;
  /** Sockets whose request has not come. */
  readonly #waiting = new Map<Duplex, Cancel>();

  constructor(options: WebSocketDoorOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => {
      response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain' });
      response.end('This is an MQTT broker. It talks over a WebSocket with the subprotocol mqtt.\n');
      this.#options.log(`${request.method ?? 'A request'} without a WebSocket was turned away.`);
    });
    this.#http.maxRequestsPerSocket = 1;
    this.#http.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      // Text is not read: a frame of it ends the connection.
      skipUTF8Validation: true,
      maxPayload: options.maximumMessage,
      handleProtocols: (offered) => subprotocols.find((each) => offered.has(each)) ?? false,
    });
  }

  /** A socket that has just connected, over TLS if it is to be `wss`. */
  enter(socket: Duplex): void {
    const { clock, handshakeMs } = this.#options;
    this.#waiting.set(
      socket,
      clock.schedule(clock.now() + handshakeMs, () => socket.destroy()),
    );
    socket.once('close', () => this.#arrived(socket));
    this.#http.emit('connection', socket);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#arrived(socket);
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
    if (!subprotocols.some((each) => offered.includes(each))) {
      this.#options.log('A WebSocket without the subprotocol mqtt was turned away.');
      refuse(socket, 'The WebSocket must offer the subprotocol mqtt.');
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      answerPings(webSocket);
      this.#options.opened(new WebSocketStream(webSocket));
    });
  }

  #arrived(socket: Duplex): void {
    this.#waiting.get(socket)?.();
    this.#waiting.delete(socket);
  }
}

function refuse(socket: Duplex, message: string): void {
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${message.length + 1}\r\n\r\n${message}\n`,
  );
}
