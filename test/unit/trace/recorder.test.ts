import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';
import { replay } from '../../../src/trace/deliver.ts';
import { RECORD } from '../../../src/trace/model.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { Trace } from '../../../src/trace/trace.ts';
import {
  bytesOf,
  CollectingListener,
  chunkings,
  clientStream,
  concat,
  connect,
  hexOf,
  publish,
  server,
} from './support.ts';

const helloBytes = encodePacket(connect(), 5);
const ping = encodePacket({ type: 'pingreq' }, 5);
const gone = { by: 'client', how: 'fin' } as const;

function recording(byteBudget?: number, maxPacketBytes = 1_048_576) {
  const trace = new Trace(byteBudget);
  const listener = new CollectingListener();
  const recorder = new Recorder(trace, listener, { maxPacketBytes });
  return { trace, listener, recorder };
}

describe('the recorder', () => {
  it('tells the listener of every record in the order of the trace, over all connections', () => {
    const { listener, recorder } = recording();
    const one = recorder.opened(1, server);
    const two = recorder.opened(2, { server: 'other:1883', tap: 'client' });
    recorder.bytes(3, two, TO_SERVER, helloBytes);
    recorder.bytes(4, one, TO_SERVER, helloBytes.subarray(0, 5));
    recorder.bytes(5, two, TO_SERVER, concat(ping, ping));
    recorder.bytes(6, one, TO_SERVER, concat(helloBytes.subarray(5), bytesOf(0x00)));
    recorder.bytes(7, one, TO_CLIENT, bytesOf(0x20, 0x03, 0x00, 0x81, 0x00));
    recorder.action(8, 'drop', { connection: two });
    recorder.closed(9, two, { by: 'network', how: 'reset', detail: 'ECONNRESET' });
    recorder.action(10, 'server-stopped', { server: 'localhost:1883' });
    recorder.closed(11, one, gone);
    expect(listener.lines).toEqual([
      '#1 1 c1 opened localhost:1883',
      '#2 2 c2 opened other:1883',
      `#3 3 c2 packet 0 ${hexOf(helloBytes)}`,
      '#4 5 c2 packet 0 c000',
      '#5 5 c2 packet 0 c000',
      `#6 6 c1 packet 0 ${hexOf(helloBytes)}`,
      '#7 6 c1 unreadable 0 reserved-packet-type',
      '#8 7 c1 packet 1 2003008100',
      '#9 8 action drop {"connection":2}',
      '#10 9 c2 closed by network',
      '#11 10 action server-stopped {"server":"localhost:1883"}',
      '#12 11 c1 closed by client',
    ]);
  });

  it('has appended a record before it tells of it', () => {
    const trace = new Trace();
    const listener = new CollectingListener();
    const found: unknown[] = [];
    listener.packet = (seq, _atMs, _connection, _direction, bytes, start, end) => {
      expect(trace.read(seq)?.bytes).toEqual(bytes.slice(start, end));
      found.push(seq);
    };
    const recorder = new Recorder(trace, listener);
    const connection = recorder.opened(0, server);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, ping, ping));
    expect(found).toEqual([2, 3, 4]);
  });

  it('keeps the version that a connection had by then', () => {
    const { trace, recorder } = recording();
    const connection = recorder.opened(0, server);
    recorder.bytes(1, connection, TO_SERVER, encodePacket(connect({ version: 4 }), 4));
    recorder.bytes(2, connection, TO_CLIENT, bytesOf(0x20, 0x02, 0x00, 0x00));
    recorder.closed(3, connection, gone);
    expect([1, 2, 3, 4].map((seq) => trace.read(seq)?.version)).toEqual([undefined, 4, 4, 4]);
  });

  it('copies: the buffer may be used again at once', () => {
    const { trace, recorder } = recording();
    const connection = recorder.opened(0, server);
    const buffer = concat(helloBytes, ping, publishBytes.subarray(0, 9));
    recorder.bytes(1, connection, TO_SERVER, buffer);
    buffer.fill(0xee);
    recorder.bytes(2, connection, TO_SERVER, publishBytes.subarray(9));
    expect([2, 3, 4].map((seq) => hexOf(trace.read(seq)?.bytes ?? bytesOf()))).toEqual([
      hexOf(helloBytes),
      hexOf(ping),
      hexOf(publishBytes),
    ]);
  });

  it('records the beginning of a packet whose end never came, without calling it unreadable', () => {
    const { trace, listener, recorder } = recording();
    const connection = recorder.opened(0, server);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, publishBytes.subarray(0, 9)));
    recorder.closed(2, connection, gone);
    expect(trace.read(3)).toMatchObject({
      kind: RECORD.opaque,
      firstByte: 0x30,
      bytes: publishBytes.subarray(0, 9),
      fault: undefined,
    });
    expect(listener.lines.slice(2)).toEqual(['#4 2 c1 closed by client']);
  });

  it('keeps bytes of a connection that is not open, and tells nobody', () => {
    const { trace, listener, recorder } = recording();
    const connection = recorder.opened(0, server);
    recorder.closed(1, connection, gone);
    recorder.bytes(2, connection, TO_CLIENT, bytesOf(1, 2, 3));
    recorder.closed(3, connection, gone);
    expect(trace.read(3)).toMatchObject({ kind: RECORD.opaque, connection, bytes: bytesOf(1, 2, 3) });
    expect(trace.endSeq).toBe(4);
    expect(listener.lines).toHaveLength(2);
  });

  it('never uses the number of a connection twice, and lets go of closed ones', () => {
    const { recorder } = recording();
    const seen = new Set<number>();
    for (let index = 0; index < 5000; index += 1) {
      const connection = recorder.opened(index, server);
      recorder.bytes(index, connection, TO_SERVER, helloBytes);
      recorder.closed(index, connection, gone);
      seen.add(connection);
    }
    expect(seen.size).toBe(5000);
    expect(recorder.openConnections).toBe(0);
  });

  it('records the same packets and tells the same, whatever the chunks', () => {
    fc.assert(
      fc.property(
        clientStream.chain(({ packets }) => chunkings(concat(...packets, bytesOf(0x00, 0x01)))),
        (chunks) => {
          const whole = recording();
          const pieces = recording();
          const connection = whole.recorder.opened(0, server);
          pieces.recorder.opened(0, server);
          whole.recorder.bytes(1, connection, TO_SERVER, concat(...chunks));
          for (const chunk of chunks) pieces.recorder.bytes(1, connection, TO_SERVER, chunk);
          expect(pieces.listener.lines).toEqual(whole.listener.lines);
        },
      ),
    );
  });

  it('passes on a packet that is too long to keep as one that ends earlier', () => {
    const { trace, listener, recorder } = recording(undefined, 1000);
    const connection = recorder.opened(0, server);
    const long = encodePacket(publish({ payload: new Uint8Array(100_000).fill(7) }), 5);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, long, ping));
    expect(trace.read(3)).toMatchObject({ length: long.length, bytes: long.slice(0, 1000) });
    const shorter = encodePacket(publish({ payload: new Uint8Array(1000 - 4 - 6).fill(7) }), 5);
    expect(listener.lines[2]).toBe(`#3 1 c1 packet 0 ${hexOf(shorter)}`);
    expect(listener.lines[3]).toBe('#4 1 c1 packet 0 c000');
  });
});

const publishBytes = encodePacket(publish({ payload: encodeUtf8('a payload') }), 5);

describe('replaying a trace', () => {
  interface Step {
    readonly connection: number;
    readonly direction: Direction;
    readonly bytes: Uint8Array;
  }
  const step: fc.Arbitrary<Step> = fc.record({
    connection: fc.integer({ min: 1, max: 4 }),
    direction: fc.constantFrom<Direction>(TO_SERVER, TO_CLIENT),
    bytes: fc.oneof(
      fc.constantFrom(
        helloBytes,
        ping,
        publishBytes,
        bytesOf(0x20, 0x03, 0, 0, 0),
        helloBytes.subarray(0, 7),
      ),
      fc.uint8Array({ maxLength: 20 }),
    ),
  });

  it('tells exactly what was told while it was lived', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { trace, listener, recorder } = recording();
        for (let connection = 1; connection <= 4; connection += 1) recorder.opened(0, server);
        for (const [at, { connection, direction, bytes }] of steps.entries()) {
          recorder.bytes(at, connection, direction, bytes);
          if (at % 7 === 6) recorder.closed(at, connection, gone);
          if (at % 5 === 4) recorder.action(at, 'freeze', { connection });
        }
        const again = new CollectingListener();
        replay(trace, again);
        expect(again.lines).toEqual(listener.lines);
      }),
    );
  });
});

describe('hostile streams', () => {
  it('of huge announced lengths cost what has come of them', () => {
    const { trace, recorder } = recording(4_000_000);
    const announced = bytesOf(0x30, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x01, 0x61);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 1000; index += 1) {
      const connection = recorder.opened(0, server);
      recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, announced));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);
    expect(trace.endSeq).toBe(2001);
  });

  it('that go on for ever within one packet keep its beginning only', () => {
    const { trace, recorder } = recording(4_000_000, 10_000);
    const connection = recorder.opened(0, server);
    const chunk = new Uint8Array(65_536).fill(0x61);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, bytesOf(0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1)));
    for (let index = 0; index < 500; index += 1) recorder.bytes(2, connection, TO_SERVER, chunk);
    recorder.closed(3, connection, gone);
    expect(trace.read(3)).toMatchObject({ kind: RECORD.opaque, length: 7 + 500 * chunk.length });
    expect(trace.read(3)?.bytes).toHaveLength(10_000);
    expect(trace.stats().bytes).toBeLessThan(100_000);
  });

  it('of bytes that are no packets stay within the budget', () => {
    const { trace, recorder } = recording(1_000_000);
    const connection = recorder.opened(0, server);
    const chunk = new Uint8Array(65_536).fill(0xff);
    for (let index = 0; index < 200; index += 1) recorder.bytes(index, connection, TO_CLIENT, chunk);
    expect(trace.stats().bytes).toBeLessThanOrEqual(1_000_000);
    expect(trace.stats().dropped).toBeGreaterThan(0);
  });

  it('of the shortest packets stay within the budget', () => {
    const { trace, listener, recorder } = recording(1_000_000);
    listener.packet = () => undefined;
    const connection = recorder.opened(0, server);
    recorder.bytes(0, connection, TO_SERVER, helloBytes);
    const pings = concat(...Array.from({ length: 30_000 }, () => ping));
    for (let index = 0; index < 20; index += 1) recorder.bytes(index, connection, TO_SERVER, pings);
    expect(trace.endSeq).toBe(600_003);
    expect(trace.stats().bytes).toBeLessThanOrEqual(1_300_000);
  });
});
