/** A Server of WebSockets that compress their messages, in front of a broker that does not: the `ws` library at both ends. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type PerMessageDeflateOptions, type RawData, WebSocketServer } from 'ws';

export interface CompressingBridge {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startCompressingBridge(
  brokerPort: number,
  perMessageDeflate: PerMessageDeflateOptions,
): Promise<CompressingBridge> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate,
    handleProtocols: () => 'mqtt',
  });
  await once(server, 'listening');
  server.on('connection', (webSocket) => {
    const socket = connect(brokerPort, '127.0.0.1');
    webSocket.on('message', (data: RawData) => socket.write(data as Buffer));
    webSocket.on('close', () => socket.end());
    socket.on('data', (chunk) => webSocket.send(chunk, { binary: true }));
    socket.on('close', () => webSocket.close());
    socket.on('error', () => webSocket.terminate());
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    port: address.port,
    stop: async () => {
      server.close();
      for (const each of server.clients) each.terminate();
      await once(server, 'close');
    },
  };
}
