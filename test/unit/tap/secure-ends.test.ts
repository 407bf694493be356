import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture } from '../net/support/peers.ts';
import { type Peer, TapBench } from './support/tap-bench.ts';

let bench: TapBench;
const sockets: Socket[] = [];
beforeEach(async () => {
  const identity = {
    cert: readFileSync(fixture('server.pem'), 'utf8'),
    key: readFileSync(fixture('test-only.key'), 'utf8'),
  };
  bench = await TapBench.start({ scheme: 'mqtts', identity });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bench.stop();
});

/** A Client with TLS, and where the tap's connection for it has come out. */
async function secured(): Promise<{
  readonly client: TLSSocket;
  readonly socket: Socket;
  readonly server: Peer;
}> {
  const socket = connect({ host: '127.0.0.1', port: bench.proxy.port, allowHalfOpen: true, noDelay: true });
  const client = tlsConnect({ socket, rejectUnauthorized: false });
  client.on('error', () => {});
  sockets.push(client);
  await once(client, 'secureConnect');
  await bench.until(() => bench.accepted.length === 1 && bench.proxy.connections(1).length === 1);
  const [server] = bench.accepted;
  if (server === undefined) throw new Error('Nothing was accepted.');
  return { client, socket, server };
}

describe('the end of a Client with TLS', () => {
  it('is a reset when that comes right behind its last bytes', async () => {
    const { client, socket, server } = await secured();
    client.write('last words');
    socket.resetAndDestroy();
    expect(await server.ended()).toBe('ECONNRESET');
    expect(server.received.toString()).toBe('last words');
    expect(bench.tap.endOf(1)).toMatchObject({ by: 'client', how: 'reset' });
  });

  it('is a FIN when it ends in order', async () => {
    const { client, server } = await secured();
    client.end('last words');
    expect(await server.ended()).toBe('fin');
    expect(server.received.toString()).toBe('last words');
    expect(bench.tap.endOf(1)).toEqual({ by: 'client', how: 'fin' });
    server.socket.end();
    await once(client, 'close');
  });
});
