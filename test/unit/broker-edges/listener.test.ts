import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { Broker } from '../../../src/net/broker/broker.ts';
import {
  type Listener,
  type ListenerScheme,
  type ListenOptions,
  listen,
} from '../../../src/net/broker/listener.ts';
import { readTlsIdentity } from '../../../src/net/broker/tls-identity.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { projectFolder } from '../../e2e/support/folders.ts';
import { plainSettings } from '../broker/harness.ts';
import { connectPacket } from '../broker/test-client.ts';
import { ManualClock } from '../support/manual-clock.ts';

const tlsFile = (name: string): string => join(projectFolder, 'test/fixtures/tls', name);
const ca = readFileSync(tlsFile('authority.pem'));
const connectBytes = encodePacket(connectPacket({ clientId: 'demo' }), 5);
const pingBytes = Buffer.from([0xc0, 0]);
const schemes: readonly ListenerScheme[] = ['mqtt', 'mqtts', 'ws', 'wss'];

const running: { readonly broker: Broker; readonly listener: Listener }[] = [];

async function start(scheme: ListenerScheme, options: ListenOptions = {}): Promise<Listener> {
  const broker = new Broker(plainSettings, systemClock);
  const identity = await readTlsIdentity(tlsFile('server.pem'), tlsFile('test-only.key'));
  const listener = await listen(broker, { scheme, host: '127.0.0.1', port: 0, identity }, options);
  running.push({ broker, listener });
  return listener;
}

afterEach(async () => {
  for (const { broker, listener } of running.splice(0)) {
    broker.close();
    await listener.close();
  }
});

const open: Socket[] = [];
function tcp(port: number): Socket {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  open.push(socket);
  return socket;
}
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

function webSocket(address: string, ...protocols: string[]): WebSocket {
  const socket = new WebSocket(address, protocols, { ca });
  socket.on('error', () => {});
  return socket;
}

/** Everything that a WebSocket receives, once it is this long. */
async function received(socket: WebSocket, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    bytes = Buffer.concat([bytes, data]);
  }
  return bytes;
}

describe('the TLS listener', () => {
  it('serves over TLS', async () => {
    const { address, port } = await start('mqtts');
    expect(address).toBe(`mqtts://127.0.0.1:${port}`);
    const socket = connectTls({ port, host: '127.0.0.1', ca });
    await once(socket, 'secureConnect');
    socket.write(connectBytes);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data[0]).toBe(0x20);
    socket.destroy();
  });

  it('ends connections that do not shake hands in time, and those that speak something else', async () => {
    const { port } = await start('mqtts', { connectTimeoutMs: 20 });
    const silent = tcp(port);
    await once(silent, 'close');
    const plain = tcp(port);
    plain.write(connectBytes);
    await once(plain, 'close');
  });

  it('goes on after a Client that does not trust it', async () => {
    const { port } = await start('mqtts');
    const careful = connectTls({ port, host: '127.0.0.1' });
    await once(careful, 'error');
    const socket = connectTls({ port, host: '127.0.0.1', ca });
    await once(socket, 'secureConnect');
    socket.destroy();
  });
});

describe.each(['ws', 'wss'] as const)('the %s listener', (scheme) => {
  it('serves packets that span frames, and frames that hold several', async () => {
    const { address, port } = await start(scheme);
    expect(address).toBe(`${scheme}://127.0.0.1:${port}`);
    const socket = webSocket(address, 'mqtt');
    await once(socket, 'open');
    expect(socket.protocol).toBe('mqtt');
    const answered = received(socket, 5);
    for (const byte of connectBytes) socket.send(Buffer.from([byte]));
    expect((await answered)[0]).toBe(0x20);
    socket.send(Buffer.concat([pingBytes, pingBytes, pingBytes]));
    expect(await received(socket, 6)).toEqual(Buffer.from([0xd0, 0, 0xd0, 0, 0xd0, 0]));
    socket.close();
    await once(socket, 'close');
  });

  it('takes the name for 3.1, and the known one of several', async () => {
    const { address } = await start(scheme);
    for (const [offered, chosen] of [
      [['mqttv3.1'], 'mqttv3.1'],
      [['chat', 'mqtt'], 'mqtt'],
    ] as const) {
      const socket = webSocket(address, ...offered);
      await once(socket, 'open');
      expect(socket.protocol).toBe(chosen);
      socket.terminate();
    }
  });

  it.each([[[]], [['chat']], [['MQTT']]])('turns away the subprotocols %j', async (offered) => {
    const { address } = await start(scheme);
    const socket = webSocket(address, ...offered);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(400);
    socket.terminate();
  });

  it('ends a connection that sends a frame of text [MQTT-6.0.0-1]', async () => {
    const { address } = await start(scheme);
    const socket = webSocket(address, 'mqtt');
    await once(socket, 'open');
    socket.send('text');
    await once(socket, 'close');
  });

  it('tells the Client why it ends the connection before it does', async () => {
    const { address } = await start(scheme);
    const socket = webSocket(address, 'mqtt');
    await once(socket, 'open');
    const connack = received(socket, 5);
    socket.send(connectBytes);
    await connack;
    const [told] = await Promise.all([received(socket, 2), once(socket, 'close'), socket.send(connectBytes)]);
    expect(told.subarray(0, 1)).toEqual(Buffer.from([0xe0]));
  });
});

describe('the WebSocket listener', () => {
  it('takes no more for a Client than it reads, and goes on when it does', async () => {
    let take = (_stream: Duplex): void => {};
    const attached = new Promise<Duplex>((settle) => {
      take = settle;
    });
    const listener = await listen(
      { attach: (stream) => take(stream) },
      { scheme: 'ws', host: '127.0.0.1', port: 0 },
    );
    const client = webSocket(listener.address, 'mqtt');
    await once(client, 'open');
    client.pause();
    const stream = await attached;
    const chunk = Buffer.alloc(65_536);
    // What the system takes by itself is gone after some turns; what stays waits for the Client.
    do {
      stream.write(chunk);
      for (let turn = 0; turn < 20 && stream.writableLength > 0; turn++) await setImmediate();
    } while (stream.writableLength === 0);
    expect(stream.writableNeedDrain).toBe(true);
    const drained = once(stream, 'drain');
    client.resume();
    await drained;
    stream.destroy();
    await once(client, 'close');
    await listener.close();
  });

  it('tells who asks for a page what it is', async () => {
    const { port } = await start('ws');
    const response = await new Promise<IncomingMessage>((settle) => get({ port, host: '127.0.0.1' }, settle));
    expect(response.statusCode).toBe(426);
    response.resume();
    await once(response, 'end');
  });

  it('ends connections that speak MQTT without a WebSocket', async () => {
    const { port } = await start('ws');
    const socket = tcp(port);
    socket.write(connectBytes);
    socket.resume();
    await once(socket, 'close');
  });

  it('ends connections whose request does not come in time', async () => {
    const clock = new ManualClock();
    const { port } = await start('ws', { clock, connectTimeoutMs: 5_000 });
    const silent = tcp(port);
    await once(silent, 'connect');
    silent.write('GET / HTTP/1.1\r\n');
    const live = webSocket(`ws://127.0.0.1:${port}`, 'mqtt');
    await once(live, 'open');
    clock.advance(5_000);
    await once(silent, 'close');
    expect(live.readyState).toBe(live.OPEN);
    live.terminate();
  });
});

describe.each(schemes)('a listener for %s', (scheme) => {
  it('ends, with the connections there are at each stage, whatever their Clients do', async () => {
    const clock = new ManualClock();
    const { port, close } = await start(scheme, { clock, lingerMs: 1_000 });
    running.length = 0;
    const silent = tcp(port);
    await once(silent, 'connect');
    silent.pause();
    const gone = once(silent, 'close');
    const closed = close();
    clock.advance(1_000);
    await closed;
    silent.resume();
    await gone;
    const late = tcp(port);
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('names the address that is taken, and what to do', async () => {
    const other = createServer();
    await new Promise<void>((settle) => other.listen(0, '127.0.0.1', settle));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const broker = new Broker(plainSettings, systemClock);
    await expect(listen(broker, { scheme, host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringMatching(
        new RegExp(`127\\.0\\.0\\.1:${port}: .*another port; 0 takes a free one`),
      ),
    });
    broker.close();
    await new Promise((settle) => other.close(settle));
  });

  it('refuses an address that other machines can reach', async () => {
    const broker = new Broker(plainSettings, systemClock);
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.com']) {
      await expect(listen(broker, { scheme, host, port: 0 })).rejects.toMatchObject({ code: 'not-loopback' });
    }
    broker.close();
  });

  it('takes no more connections than it may', async () => {
    const { port } = await start(scheme, { connections: 1 });
    const first = tcp(port);
    await once(first, 'connect');
    const second = tcp(port);
    second.resume();
    await once(second, 'close');
    expect(first.destroyed).toBe(false);
  });
});

describe('the certificate of a listener', () => {
  it.each([
    [
      'a file that is not there',
      'no.pem',
      'test-only.key',
      'tls-file',
      /certificate ".*no\.pem" cannot be read \(ENOENT\)/,
    ],
    [
      'a key that is not there',
      'server.pem',
      'no.key',
      'tls-file',
      /key ".*no\.key" cannot be read \(ENOENT\)/,
    ],
    ['a key that is none', 'server.pem', 'server.pem', 'tls-identity', /does not take/],
    ['a certificate that is none', 'README.md', 'test-only.key', 'tls-identity', /does not take/],
  ])('is refused by name: %s', async (_what, cert, key, code, message) => {
    await expect(readTlsIdentity(tlsFile(cert), tlsFile(key))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
