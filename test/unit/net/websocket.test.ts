import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { address, Bench, failureOf, message } from './support/bench.ts';
import { accepted, fixture, tlsOptions } from './support/peers.ts';

let close: (() => Promise<void>) | undefined;
let bench: Bench | undefined;

afterEach(async () => {
  bench?.client.dispose();
  await close?.();
});

/** A WebSocket server that accepts CONNECT, and its sockets. */
async function start(secure: boolean, subprotocol: string | false = 'mqtt') {
  const http = secure ? createHttpsServer(tlsOptions('server.pem')) : createHttpServer();
  const server = new WebSocketServer({ server: http, handleProtocols: () => subprotocol });
  const messages: Buffer[] = [];
  const sockets: WebSocket[] = [];
  const protocols: string[] = [];
  server.on('connection', (socket, request) => {
    sockets.push(socket);
    protocols.push(request.headers['sec-websocket-protocol'] ?? '');
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      messages.push(data);
      if (data[0] === 0x10) socket.send(encodePacket(accepted, 5));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  close = async () => {
    for (const socket of sockets) socket.terminate();
    await new Promise<void>((resolve) => http.close(() => resolve()));
  };
  const { port } = http.address() as AddressInfo;
  return { port, sockets, messages, protocols };
}

async function connected(secure = false) {
  const server = await start(secure);
  bench = new Bench(
    address(server.port, { scheme: secure ? 'wss' : 'ws', host: 'localhost' }),
    secure ? { tls: { ca: 'authority.pem', rejectUnauthorized: true } } : {},
    { folder: fixture('.') },
  );
  await bench.connect();
  const [socket] = server.sockets;
  if (socket === undefined) throw new Error('Nobody came.');
  return { demo: bench, server, socket };
}

const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.on('close', (code) => resolve(code)));

describe('MQTT over WebSocket', () => {
  it.each([false, true])('shows the tap MQTT bytes, not frames (TLS: %s)', async (secure) => {
    const { demo, server } = await connected(secure);
    await demo.client.publish(message('a', 'x'));
    await demo.tap.until(() => demo.tap.sent(1, 0).at(-1) === 0x78);
    const sent = demo.tap.sent(1, 0);
    expect(sent[0]).toBe(0x10);
    expect(sent.subarray(-7)).toEqual(Buffer.from([0x30, 0x05, 0x00, 0x01, 0x61, 0x00, 0x78]));
    expect(demo.tap.received(1)).toEqual(Buffer.from(encodePacket(accepted, 5)));
    expect(server.protocols).toEqual(['mqtt']);
  });

  it.each([false, true])('drops with RST: no Close frame is sent (TLS: %s)', async (secure) => {
    const { demo, socket } = await connected(secure);
    const ending = closed(socket);
    demo.client.drop();
    expect(await ending).toBe(1006);
    expect(demo.tap.endOf(1)).toEqual({ by: 'client', how: 'reset' });
  });

  it('closes with a Close frame', async () => {
    const { demo, socket } = await connected();
    const ending = closed(socket);
    demo.client.close();
    expect(await ending).toBe(1000);
  });

  it('sees the Server close', async () => {
    const { demo, socket } = await connected();
    socket.close(1001);
    await demo.untilState('offline');
    expect(demo.tap.endOf(1)).toEqual({ by: 'server', how: 'fin' });
  });

  it('sees the Server vanish', async () => {
    const { demo, socket } = await connected();
    socket.terminate();
    await demo.untilState('offline');
    expect(demo.tap.endOf(1)?.by).toBe('server');
  });

  it('answers pings, but not while it is frozen', async () => {
    const { demo, socket } = await connected();
    const pongs: string[] = [];
    let wake = (): void => {};
    socket.on('pong', (data) => {
      pongs.push(data.toString());
      wake();
    });
    const first = new Promise<void>((resolve) => {
      wake = resolve;
    });
    socket.ping('one');
    await first;
    demo.client.freeze();
    socket.ping('two');
    // What comes after the ping has been read, so the ping has been read too.
    socket.send(encodePacket({ type: 'pingresp' }, 5));
    await demo.tap.until(() => demo.tap.received(1).at(-2) === 0xd0);
    const ending = closed(socket);
    demo.client.drop();
    await ending;
    expect(pongs).toEqual(['one']);
  });

  it('refuses a Server that does not choose the subprotocol', async () => {
    const server = await start(false, false);
    bench = new Bench(address(server.port, { scheme: 'ws' }));
    expect((await failureOf(bench.connect())).code).toBe('websocket-without-mqtt');
  });
});
