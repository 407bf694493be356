import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Look, watchLimits } from '../../../src/net/tap/server-watch.ts';
import type { TapListening, TapOptions } from '../../../src/net/tap/tap-proxy.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TapBench } from './support/tap-bench.ts';

let bench: TapBench;
const news: [TapListening, string | undefined][] = [];
const others: Server[] = [];

/** A tap that looks for itself whether its Server is there. */
async function start(options: Partial<TapOptions> = {}): Promise<TapBench> {
  const listens = (...each: [TapListening, string | undefined]): number => news.push(each);
  bench = await TapBench.start({ look: undefined, listens, ...options });
  return bench;
}
afterEach(async () => {
  await bench.stop();
  for (const each of others.splice(0)) each.close();
  news.length = 0;
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Nobody is at the Server's address any more. Returns its port. */
function leave(): number {
  const port = portOf(bench.server);
  bench.server.close();
  return port;
}

/** Somebody is there. */
async function arrive(port: number, server = bench.server): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

/** A Client sees how it ends. */
const seen = (): Promise<string> => bench.dial().ended();

/** Time passes until the tap is like this. */
async function until(listening: TapListening): Promise<void> {
  while (bench.proxy.listening !== listening) {
    bench.clock.advance(watchLimits.againMs.first);
    await new Promise((settle) => setImmediate(settle));
  }
}

/** The port of a Server that is not there yet. */
async function freePort(): Promise<number> {
  const server = createServer();
  await arrive(0, server);
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

const at = (port: number) => ({ scheme: 'mqtt', host: '127.0.0.1', port, path: '' }) as const;

describe('a tap in front of a Server that is not there', () => {
  it('refuses the first Client already, and listens as soon as the Server is there', async () => {
    const port = await freePort();
    await start({ to: at(port) });
    expect(bench.proxy.listening).toBe('broker-away');
    const before = bench.proxy.port;
    expect([await seen(), await seen()]).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    expect(bench.tap.opens).toEqual([]);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('here');
    });
    others.push(server);
    await arrive(port, server);
    await until('listening');
    expect(bench.proxy.port).toBe(before);
    expect((await bench.dial().has(4)).toString()).toBe('here');
    expect(news).toEqual([
      ['broker-away', 'ECONNREFUSED'],
      ['listening', undefined],
    ]);
  });

  it('resets the Client by which it finds that out, and refuses the next', async () => {
    await start();
    const { client, server } = await bench.connect();
    const port = leave();
    expect([await seen(), await seen()]).toEqual(['ECONNRESET', 'ECONNREFUSED']);
    // Who is connected stays so.
    client.send('x');
    await server.has(1);
    await arrive(port);
    await until('listening');
    await bench.connect();
  });

  it('refuses when the Server has ended its last connection and is gone', async () => {
    await start();
    const { client, server } = await bench.connect();
    bench.clock.advance(60_000);
    leave();
    server.socket.destroy();
    await client.ended();
    await bench.until(() => bench.proxy.listening === 'broker-away');
    expect(await seen()).toBe('ECONNREFUSED');
  });

  it('does not look when the Server sends a Client away that has just come', async () => {
    await start();
    const { client, server } = await bench.connect();
    const accepted = bench.accepted.length;
    server.socket.destroy();
    await client.ended();
    await bench.until(() => bench.proxy.connectionsOpen === 1);
    client.socket.end();
    await bench.until(() => bench.proxy.connectionsOpen === 0);
    await bench.connect();
    expect(bench.accepted.length).toBe(accepted + 1);
  });

  it('says when somebody has taken its port meanwhile, and listens when that one is gone', async () => {
    const port = await freePort();
    await start({ to: at(port) });
    const thief = createServer();
    await arrive(bench.proxy.port, thief);
    const server = createServer();
    others.push(server);
    await arrive(port, server);
    await until('port-taken');
    expect(news.at(-1)?.[1]).toContain(`port ${bench.proxy.port} is taken by another program`);
    thief.close();
    await until('listening');
  });

  it.each([
    ['EHOSTUNREACH', 'broker-away'],
    ['ENOTFOUND', 'broker-away'],
    // The Client has a connection there, too, or waits for one as long as it cares to.
    ['ETIMEDOUT', 'listening'],
    ['ECONNRESET', 'listening'],
    ['CERT_HAS_EXPIRED', 'listening'],
    ['EMFILE', 'listening'],
  ] as const)('takes %s for: %s', async (code, listening) => {
    await start({ look: () => Promise.reject(Object.assign(new Error(code), { code })) });
    expect(bench.proxy.listening).toBe(listening);
  });

  it('is ready all the same when nothing answers', async () => {
    const looks: Look = (signal) =>
      new Promise((_settle, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const clock = new ManualClock();
    let ready = false;
    const starting = start({ look: looks, clock }).then(() => {
      ready = true;
    });
    while (!ready) {
      clock.advance(watchLimits.firstLookMs);
      await new Promise((settle) => setImmediate(settle));
    }
    await starting;
    expect(bench.proxy.listening).toBe('listening');
  });

  it('closes at once what it opens to look', async () => {
    const arrivals: Promise<unknown>[] = [];
    const server = createServer((socket) => {
      socket.resume();
      arrivals.push(once(socket, 'close').then(() => socket.bytesRead));
    });
    others.push(server);
    await arrive(0, server);
    await start({ to: at(portOf(server)) });
    await bench.until(() => arrivals.length === 1);
    expect(await Promise.all(arrivals)).toEqual([0]);
  });
});

describe('a rule that refuses all new connections', () => {
  it('does so as if nobody listened, and leaves those that live', async () => {
    await start();
    const { client, server } = await bench.connect();
    const rule = bench.proxy.addRule({ fault: { kind: 'down' } });
    expect(bench.proxy.listening).toBe('refusing');
    expect(await seen()).toBe('ECONNREFUSED');
    client.send('x');
    await server.has(1);
    bench.proxy.removeRule(rule);
    await bench.until(() => bench.proxy.listening === 'listening');
    await bench.connect();
    expect(news.map(([now]) => now)).toEqual(['refusing', 'listening']);
  });

  it('ends with all faults', async () => {
    await start();
    bench.proxy.faultAll({ kind: 'down' });
    expect(await seen()).toBe('ECONNREFUSED');
    bench.proxy.clearAll();
    await bench.until(() => bench.proxy.listening === 'listening');
    await bench.connect();
  });

  it('may come and go faster than a port is opened', async () => {
    await start();
    for (let count = 0; count < 50; count += 1) {
      bench.proxy.faultAll({ kind: 'down' });
      bench.proxy.clearAll();
    }
    await bench.until(() => bench.proxy.listening === 'listening');
    await bench.connect();
    bench.proxy.faultAll({ kind: 'down' });
    expect(await seen()).toBe('ECONNREFUSED');
  });
});
