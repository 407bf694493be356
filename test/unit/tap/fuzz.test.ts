import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { startTapProxy } from '../../../src/net/tap/tap-proxy.ts';
import type { Fault } from '../../../src/profile/faults.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { wire } from './support/packets.ts';

/** What one side does, or what is done to the connection, in order. */
type Act =
  | { readonly by: 'client' | 'server'; readonly do: 'send'; readonly bytes: Buffer }
  | { readonly by: 'client' | 'server'; readonly do: 'pause' | 'resume' | 'end' | 'reset' | 'turn' }
  | { readonly by: 'tap'; readonly fault: Fault | 'clear' };

const mqtt = [
  wire.connect('a'),
  wire.publish('t', 'x'.repeat(90)),
  wire.pingreq,
  wire.connack,
  wire.pingresp,
  wire.disconnect,
];
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each)),
  fc.constantFrom(...mqtt),
  fc.array(fc.constantFrom(...mqtt), { minLength: 1, maxLength: 40 }).map((each) => Buffer.concat(each)),
  fc.integer({ min: 1, max: 400_000 }).map((length) => Buffer.alloc(length, 'flood ')),
  // A packet of which only the beginning comes, and one that announces more than there ever will be.
  fc.constant(wire.connect('long client identifier').subarray(0, 9)),
  fc.constant(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61])),
);
const side = fc.constantFrom('client' as const, 'server' as const);
const direction = fc.constantFrom('toServer' as const, 'toClient' as const, 'both' as const);
/** Those that neither change bytes nor end a connection. */
const fault: fc.Arbitrary<Fault | 'clear'> = fc.oneof(
  fc.record({ kind: fc.constant('freeze' as const), direction }),
  fc.record({
    kind: fc.constant('latency' as const),
    direction,
    latencyMs: fc.integer({ min: 0, max: 5 }),
    jitterMs: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('bandwidth' as const),
    direction,
    bytesPerSecond: fc.integer({ min: 1_000_000, max: 100_000_000 }),
  }),
  fc.constant('clear' as const),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ by: side, do: fc.constant('send' as const), bytes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      by: side,
      do: fc.constantFrom('pause' as const, 'resume' as const, 'turn' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ by: side, do: fc.constantFrom('end' as const, 'reset' as const) }) },
  { weight: 2, arbitrary: fc.record({ by: fc.constant('tap' as const), fault }) },
);

class Side {
  readonly socket: Socket;
  readonly sent: Buffer[] = [];
  readonly received: Buffer[] = [];
  failed = false;
  /** It has sent its end in good order. */
  ended = false;
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.received.push(chunk));
    socket.on('error', () => {
      this.failed = true;
    });
    this.closed = new Promise((settle) => socket.once('close', () => settle()));
  }

  play(each: Exclude<Act, { by: 'tap' }>): void {
    const { socket } = this;
    if (each.do === 'send') {
      if (!socket.writable) return;
      this.sent.push(each.bytes);
      socket.write(each.bytes);
    } else if (each.do === 'pause') socket.pause();
    else if (each.do === 'resume') socket.resume();
    else if (each.do === 'end') {
      socket.end();
      this.ended = true;
    } else if (each.do === 'reset') {
      this.failed = true;
      // Node does not reset a socket whose FIN is on its way.
      if (socket.writableEnded && !socket.writableFinished) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** Reads on, and ends. */
  finish(): void {
    this.socket.resume();
    this.socket.end();
  }
}

/** Plays acts on connections that live at the same time. Returns their sides when all is over. */
async function play(stories: readonly (readonly Act[])[]) {
  const trace = new Trace(4_194_304);
  const recorder = new Recorder(trace, {
    opened: () => {},
    packet: () => {},
    unreadable: () => {},
    closed: () => {},
    action: () => {},
  });
  const recorded = new Map<string, number>();
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  const proxy = await startTapProxy({
    listen: { host: '127.0.0.1', port: 0 },
    to: { scheme: 'mqtt', host: '127.0.0.1', port: address.port, path: '' },
    server: 'fuzz',
    clock: systemClock,
    look: async () => {},
    tap: {
      opened: (...args) => recorder.opened(...args),
      bytes: (atMs, connection, way, chunk) => {
        const key = `${connection} ${way}`;
        recorded.set(key, (recorded.get(key) ?? 0) + chunk.length);
        recorder.bytes(atMs, connection, way, chunk);
      },
      closed: (...args) => recorder.closed(...args),
      fault: (atMs, action, connection, note) => recorder.action(atMs, action, { connection, fault: note }),
    },
  });
  const played = await Promise.all(
    stories.map(async (acts) => {
      const accepted = new Promise<Socket>((settle) => server.once('connection', settle));
      const client = new Side(
        connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true, noDelay: true }),
      );
      const other = new Side(await accepted);
      while (proxy.connections(1).length === 0) await new Promise((settle) => setImmediate(settle));
      const id = proxy.connections(1)[0]?.connection ?? 0;
      for (const each of acts) {
        if (each.by === 'tap') {
          if (each.fault === 'clear') proxy.clear(id);
          else proxy.fault(id, each.fault);
        } else if (each.do === 'turn') await new Promise((settle) => setImmediate(settle));
        else (each.by === 'client' ? client : other).play(each);
      }
      proxy.clear(id);
      client.finish();
      other.finish();
      await Promise.all([client.closed, other.closed]);
      return { client, server: other, id };
    }),
  );
  while (proxy.connectionsOpen > 0) await new Promise((settle) => setImmediate(settle));
  await proxy.close();
  await new Promise((settle) => server.close(settle));
  return { played, recorded, trace, openConnections: recorder.openConnections };
}

const isPrefix = (part: Buffer, whole: Buffer): boolean => whole.subarray(0, part.length).equals(part);

describe('a tap between a broken Client and a broken Server', () => {
  it('does not crash, and neither loses, adds nor swaps a byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const { played, recorded, trace, openConnections } = await play([acts]);
        for (const { client, server, id } of played) {
          const ways = [
            { from: client, to: server, way: TO_SERVER },
            { from: server, to: client, way: TO_CLIENT },
          ];
          for (const { from, to, way } of ways) {
            const [sent, received] = [Buffer.concat(from.sent), Buffer.concat(to.received)];
            expect(isPrefix(received, sent)).toBe(true);
            expect(recorded.get(`${id} ${way}`) ?? 0).toBeLessThanOrEqual(sent.length);
            if (!from.failed && !to.failed) expect(received.length).toBe(sent.length);
          }
        }
        expect(openConnections).toBe(0);
        expect(trace.stats().bytes).toBeLessThanOrEqual(trace.byteBudget);
      }),
      { numRuns: 400 },
    );
  });
});
