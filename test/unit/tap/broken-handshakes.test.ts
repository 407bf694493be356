import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/net/clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { anyBytes } from './support/fuzz-acts.ts';
import { FuzzBench, openSockets, Side, turn } from './support/fuzz-bench.ts';
import { anyRequest, frameBytes, requestLines } from './support/fuzz-frames.ts';
import { runs } from './support/runs.ts';

let bench: FuzzBench;
const before = openSockets();
afterEach(() => bench.stop());
// None is left when all is over.
afterAll(async () => {
  while (openSockets() > before) await turn();
});

const pairs = [
  ['mqtts', 'mqtt'],
  ['mqtts', 'mqtts'],
  ['ws', 'mqtt'],
  ['wss', 'mqtts'],
  ['wss', 'wss'],
  ['mqtt', 'mqtts'],
  ['mqtt', 'ws'],
  ['mqtt', 'wss'],
] as const;

/** The beginnings of TLS records and of requests, whole or not, and anything else. */
const opening = fc.oneof(
  anyBytes,
  anyRequest,
  fc
    .tuple(fc.constantFrom(0x14, 0x15, 0x16, 0x17), fc.uint8Array({ maxLength: 600 }))
    .map(([type, rest]) => Buffer.from([type, 3, 1, rest.length >> 8, rest.length & 0xff, ...rest])),
  fc.constant(Buffer.alloc(0)),
);
const end = fc.constantFrom('end' as const, 'reset' as const);

describe.each(pairs)('a tap of %s to %s', (scheme, to) => {
  it('outlives Clients and Servers that break off, or garble, their handshakes', async () => {
    bench = await FuzzBench.start({ scheme, to, clock: systemClock });
    await fc.assert(
      fc.asyncProperty(opening, opening, end, end, async (ofClient, ofServer, clientEnds, serverEnds) => {
        const client = new Side(bench.dial());
        client.send(ofClient);
        for (let count = 0; count < 3; count += 1) await turn();
        const gone = client.closed.then(() => undefined);
        // Where the Client's handshake comes first, the Server hears of it only when that is sound.
        const accepted = bench.acceptedNow();
        const server = accepted === undefined ? undefined : new Side(accepted);
        server?.send(ofServer);
        await turn();
        server?.play({ by: 'server', do: serverEnds });
        client.play({ by: 'client', do: clientEnds });
        client.finish();
        server?.finish();
        await Promise.all([gone, server?.closed]);
        await bench.settled();
        bench.leave();
        expect(bench.recorder.openConnections).toBe(0);
      }),
      runs(40),
    );
  });
});

describe('a Client that takes its time', () => {
  it.each(['mqtts', 'ws', 'wss'] as const)(
    'with its handshake of %s is let go after half a minute',
    async (scheme) => {
      const clock = new ManualClock();
      bench = await FuzzBench.start({ scheme, to: 'mqtt', clock });
      const slow = new Side(bench.dial());
      const bytes =
        scheme === 'ws' ? Buffer.from('GET /mqtt HTTP/1.1\r\nHost: x\r\nX: ') : Buffer.from([22, 3, 1, 2]);
      for (const byte of bytes) {
        slow.send(Buffer.from([byte]));
        await turn();
      }
      expect(slow.stream.readableEnded).toBe(false);
      slow.stream.once('end', () => slow.finish());
      while (!slow.isClosed) {
        clock.advance(30_000);
        await turn();
      }
    },
  );

  it('leaves nothing behind when it resets as its TLS handshake ends', async () => {
    const clock = new ManualClock();
    bench = await FuzzBench.start({ scheme: 'mqtts', to: 'mqtt', clock });
    for (let count = 0; count < 20; count += 1) {
      const socket = bench.dial();
      const secured = connectTls({ socket, rejectUnauthorized: false });
      const side = new Side(socket, secured);
      secured.once('secureConnect', () => side.play({ by: 'client', do: 'reset' }));
      await side.closed;
    }
    let rounds = 0;
    while (bench.proxy.connectionsOpen > 0 || rounds < 100) {
      bench.leave();
      clock.advance(1000);
      await turn();
      rounds += 1;
    }
  });
});

describe('a flood', () => {
  const ping = frameBytes({
    fin: true,
    reserved: false,
    opcode: 9,
    masked: true,
    payload: Buffer.alloc(125, 'p'),
    more: 0,
  });
  const last = { fin: true, reserved: false, opcode: 2, masked: true, more: 0 };

  it('of pings, by a Client that does not read the answers, is not answered whole', async () => {
    bench = await FuzzBench.start({ scheme: 'ws', to: 'mqtt', clock: systemClock });
    const client = await bench.dialled();
    client.send(Buffer.from(`${requestLines.join('\r\n')}\r\n\r\n`));
    const server = await bench.accepted();
    while (client.received.length === 0) await turn();
    client.socket.pause();
    const count = 250_000;
    client.send(Buffer.concat(Array.from({ length: count }, () => ping)));
    client.send(frameBytes({ ...last, payload: Buffer.from('all read') }));
    while (Buffer.concat(server.received).toString() !== 'all read') await turn();
    client.finish();
    server.finish();
    await Promise.all([client.closed, server.closed]);
    await bench.settled();
    // Some answers lay with the system, and next to none in the tap.
    const answers = Buffer.concat(client.received).length / (2 + 125);
    expect(answers).toBeGreaterThan(1);
    expect(answers).toBeLessThan(count / 2);
  });

  it('of bytes in frames, to a Server that does not read, is held back and not lost', async () => {
    bench = await FuzzBench.start({ scheme: 'wss', to: 'mqtts', clock: systemClock });
    const client = await bench.dialled();
    client.send(Buffer.from(`${requestLines.join('\r\n')}\r\n\r\n`));
    const server = await bench.accepted();
    while (client.received.length === 0) await turn();
    server.stream.pause();
    const frame = frameBytes({
      fin: true,
      reserved: false,
      opcode: 2,
      masked: true,
      payload: Buffer.alloc(60_000, 'flood '),
      more: 0,
    });
    for (let count = 0; count < 400; count += 1) client.send(frame);
    let last = -1;
    for (let still = 0; still < 50; still += client.socket.bytesWritten === last ? 1 : 0) {
      last = client.socket.bytesWritten;
      await turn();
    }
    expect(client.stream.writableLength).toBeGreaterThan(4_000_000);
    server.stream.resume();
    const length = (): number => server.received.reduce((sum, each) => sum + each.length, 0);
    while (length() < 400 * 60_000) await turn();
    client.finish();
    server.finish();
    await Promise.all([client.closed, server.closed]);
    await bench.settled();
  });
});
