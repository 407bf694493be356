import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import type { TapOptions } from '../../../src/net/tap/tap-proxy.ts';
import { wire } from './support/packets.ts';
import { TapBench } from './support/tap-bench.ts';

let bench: TapBench;
const start = async (options: Partial<TapOptions> = {}): Promise<TapBench> => {
  bench = await TapBench.start(options);
  return bench;
};
afterEach(() => bench.stop());

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a tap', () => {
  it('passes the bytes of both sides as they are, and records them', async () => {
    const { tap } = await start();
    const { client, server, id } = await bench.connect();
    client.send(wire.connect('demo'));
    await server.has(wire.connect('demo').length);
    server.send(wire.connack);
    await client.has(4);
    expect(server.received).toEqual(wire.connect('demo'));
    expect(client.received).toEqual(wire.connack);
    expect(tap.sent(id, TO_SERVER)).toEqual(wire.connect('demo'));
    expect(tap.sent(id, TO_CLIENT)).toEqual(wire.connack);
    expect(bench.proxy.connections(10)).toMatchObject([{ connection: id, clientId: 'demo', state: 'open' }]);
  });

  it('passes what is no MQTT at all', async () => {
    await start();
    const { client, server } = await bench.connect();
    const [up, down] = [randomBytes(3_000_000), randomBytes(3_000_000)];
    client.send(up);
    server.send(down);
    await Promise.all([server.has(up.length), client.has(down.length)]);
    expect(hash(server.received)).toBe(hash(up));
    expect(hash(client.received)).toBe(hash(down));
  });

  it('holds a side back as long as the other does not read', async () => {
    await start();
    const { client, server } = await bench.connect();
    server.socket.pause();
    const blob = randomBytes(32_000_000);
    client.send(blob);
    // Others pass meanwhile: whatever could go on has gone on by then.
    const other = await bench.connect();
    for (let round = 1; round <= 50; round += 1) {
      other.client.send('x');
      await other.server.has(round);
    }
    // What lies in the tap is a few chunks; the rest stays with who sends it.
    expect(client.socket.writableLength).toBeGreaterThan(16_000_000);
    expect(bench.tap.sent(1, TO_SERVER).length).toBeLessThan(16_000_000);
    server.socket.resume();
    await server.has(blob.length);
    expect(hash(server.received)).toBe(hash(blob));
  });

  it('passes the end of one side on, while the other still sends', async () => {
    const { tap } = await start();
    const { client, server } = await bench.connect();
    client.socket.end(wire.connect('demo'));
    expect(await server.ended()).toBe('fin');
    expect(tap.endOf(1)).toEqual({ by: 'client', how: 'fin' });
    server.send('still there');
    await client.has(11);
    server.socket.end();
    expect(await client.ended()).toBe('fin');
  });

  it('passes the end of the Server on, while the Client still sends', async () => {
    const { tap } = await start();
    const { client, server } = await bench.connect();
    server.socket.end('bye');
    expect(await client.ended()).toBe('fin');
    expect(client.received.toString()).toBe('bye');
    expect(tap.endOf(1)).toEqual({ by: 'server', how: 'fin' });
    client.send('one more');
    await server.has(8);
  });

  it('passes a reset of the Client on', async () => {
    const { tap } = await start();
    const { client, server } = await bench.connect();
    client.send('x');
    await server.has(1);
    client.socket.resetAndDestroy();
    expect(await server.ended()).toBe('ECONNRESET');
    expect(tap.endOf(1)).toMatchObject({ by: 'client', how: 'reset' });
  });

  it('passes a reset of the Server on', async () => {
    const { tap } = await start();
    const { client, server } = await bench.connect();
    server.socket.resetAndDestroy();
    expect(await client.ended()).toBe('ECONNRESET');
    expect(tap.endOf(1)).toMatchObject({ by: 'server', how: 'reset' });
  });

  it('passes a reset that comes right behind data as one, after the data', async () => {
    const { tap } = await start();
    const { client, server } = await bench.connect();
    server.socket.write('last words');
    server.socket.resetAndDestroy();
    expect(await client.ended()).toBe('ECONNRESET');
    expect(tap.endOf(1)).toMatchObject({ by: 'server', how: 'reset' });
  });

  it('resets a Client at once when the Server is not there', async () => {
    const { tap } = await start({ to: { scheme: 'mqtt', host: '127.0.0.1', port: 1, path: '' } });
    const client = bench.dial();
    expect(await client.ended()).toBe('ECONNRESET');
    expect(tap.endOf(1)).toEqual({ by: 'server', how: 'refused', detail: 'ECONNREFUSED' });
    await bench.until(() => bench.proxy.connectionsOpen === 0);
  });

  it('forgets connections that are over', async () => {
    await start();
    for (let count = 0; count < 20; count += 1) {
      const { client, server } = await bench.connect();
      client.socket.end();
      await server.ended();
      server.socket.end();
      await client.ended();
    }
    await bench.until(() => bench.proxy.connectionsOpen === 0);
    expect(bench.proxy.connectionsSeen).toBe(20);
  });

  it('ends its connections with FIN when it is stopped', async () => {
    await start();
    const { client, server } = await bench.connect();
    const closed = bench.proxy.close();
    expect(await Promise.all([client.ended(), server.ended()])).toEqual(['fin', 'fin']);
    client.socket.end();
    server.socket.end();
    await closed;
    expect(bench.tap.endOf(1)).toEqual({ by: 'client', how: 'fin', detail: 'tap-stopped' });
  });

  it('does not listen where other machines can reach it, unless it is told to', async () => {
    await start();
    await expect(start({ listen: { host: '0.0.0.0', port: 0 } })).rejects.toMatchObject({
      code: 'not-loopback',
    });
  });
});
