import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { Broker } from '../../../src/net/broker/broker.ts';
import { isLoopback, type ListenError, listenTcp } from '../../../src/net/broker/listener.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { plainSettings } from './harness.ts';
import { connectPacket } from './test-client.ts';

const newBroker = (): Broker => new Broker(plainSettings, systemClock);

describe('the TCP listener', () => {
  it('serves the broker, and ends its connections when both are closed', async () => {
    const broker = newBroker();
    const listener = await listenTcp(broker, '127.0.0.1', 0);
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(encodePacket(connectPacket({ version: 4 }), 4));
    const [connack] = await once(socket, 'data');
    expect(Buffer.from(connack).toString('hex')).toBe('20020000');
    expect(broker.state().clients).toHaveLength(1);
    const ended = once(socket, 'close');
    broker.close();
    await Promise.all([listener.close(), ended]);
    const late = connect(listener.port, '127.0.0.1');
    const [error] = await once(late, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('sends DISCONNECT before it ends a 5.0 connection', async () => {
    const broker = newBroker();
    const listener = await listenTcp(broker, '127.0.0.1', 0);
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(encodePacket(connectPacket(), 5));
    await once(socket, 'data');
    const [[disconnect]] = await Promise.all([once(socket, 'data'), broker.close()]);
    expect(Buffer.from(disconnect).toString('hex')).toMatch(/^e0..8b/);
    await listener.close();
  });

  it('sees a reset as the end of a connection', async () => {
    const log: string[] = [];
    let resolve = (): void => {};
    const ended = new Promise<void>((resolveIt) => {
      resolve = resolveIt;
    });
    const broker = new Broker(plainSettings, systemClock, (_level, message) => {
      log.push(message);
      if (message.startsWith('Connection of')) resolve();
    });
    const listener = await listenTcp(broker, '127.0.0.1', 0);
    const socket = connect(listener.port, '127.0.0.1');
    socket.write(encodePacket(connectPacket({ clientId: 'cut' }), 5));
    await once(socket, 'data');
    socket.resetAndDestroy();
    await ended;
    expect(log).toContain('Connection of "cut": read ECONNRESET.');
    expect(broker.state().clients).toEqual([]);
    broker.close();
    await listener.close();
  });

  it('says that the port is taken, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error: ListenError = await listenTcp(newBroker(), '127.0.0.1', port).catch((thrown) => thrown);
    other.close();
    expect(error.code).toBe('EADDRINUSE');
    expect(error.message).toBe(
      `EADDRINUSE at 127.0.0.1:${port}: port ${port} is taken by another program. Stop it, or choose another port; 0 takes a free one.`,
    );
  });

  it.each(['0.0.0.0', '::', '', '192.168.1.7', 'example.org', '127.0.0.1.example.org'])(
    'refuses "%s", which other machines can reach',
    async (host) => {
      await expect(listenTcp(newBroker(), host, 0)).rejects.toMatchObject({ code: 'not-loopback' });
    },
  );

  it('takes such an address when it is told to', async () => {
    const broker = newBroker();
    const listener = await listenTcp(broker, '0.0.0.0', 0, { allowRemote: true });
    expect(listener.port).toBeGreaterThan(0);
    await listener.close();
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1'])(
    'knows "%s" as loopback',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );
});
