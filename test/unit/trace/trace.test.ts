import { describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import type { Row } from '../../../src/trace/columns.ts';
import { RECORD } from '../../../src/trace/model.ts';
import { recordState } from '../../../src/trace/segment.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { bytesOf } from './support.ts';

function row(changes: Partial<Row> = {}): Row {
  return {
    atMs: 1000.25,
    connection: 1,
    kind: RECORD.packet,
    direction: TO_SERVER,
    state: recordState(5, false),
    firstByte: 0x30,
    length: 4,
    packetId: 0,
    reasonCode: 0,
    ...changes,
  };
}

/** Adds `count` packets of `size` bytes, each filled with its number. */
function fill(trace: Trace, count: number, size: number): void {
  for (let index = 0; index < count; index += 1) {
    const bytes = new Uint8Array(size).fill(trace.endSeq);
    trace.append(row({ atMs: trace.endSeq, length: size, packetId: trace.endSeq % 65_536 }), bytes, 0, size);
  }
}

describe('a trace', () => {
  it('is empty at first, and numbers its records from 1', () => {
    const trace = new Trace();
    expect(trace.stats()).toMatchObject({ firstSeq: 1, endSeq: 1, dropped: 0 });
    expect(trace.read(1)).toBeUndefined();
    expect(trace.append(row(), bytesOf(1, 2, 3, 4), 0, 4)).toBe(1);
    expect(trace.append(row(), bytesOf(1, 2, 3, 4), 0, 4)).toBe(2);
    expect(trace.stats()).toMatchObject({ firstSeq: 1, endSeq: 3 });
  });

  it('gives a packet back as it was put in', () => {
    const trace = new Trace();
    trace.append(
      row({ connection: 7, direction: TO_CLIENT, packetId: 513, reasonCode: 0x87, firstByte: 0x40 }),
      bytesOf(9, 0x40, 0x03, 0x02, 0x01, 0x87, 9),
      1,
      6,
    );
    expect(trace.read(1)).toEqual({
      seq: 1,
      atMs: 1000.25,
      connection: 7,
      direction: TO_CLIENT,
      version: 5,
      length: 4,
      bytes: bytesOf(0x40, 0x03, 0x02, 0x01, 0x87),
      secret: false,
      kind: RECORD.packet,
      firstByte: 0x40,
      packetId: 513,
      reasonCode: 0x87,
    });
  });

  it('keeps what the columns have no room for beside them', () => {
    const trace = new Trace();
    const info = { server: 'localhost:1883', tap: 'client', client: 'demo' } as const;
    trace.append(row({ kind: RECORD.opened }), bytesOf(), 0, 0, { kind: RECORD.opened, info });
    expect(trace.read(1)).toMatchObject({ kind: RECORD.opened, info });
  });

  it('answers nothing for numbers that it never gave', () => {
    const trace = new Trace();
    fill(trace, 3, 4);
    for (const seq of [0, -1, 4, 1.5, Number.NaN]) expect(trace.read(seq)).toBeUndefined();
  });

  it('finds each of many records over many segments', () => {
    const trace = new Trace(4_000_000);
    fill(trace, 20_000, 60);
    expect(trace.stats().dropped).toBe(0);
    for (let seq = 1; seq < trace.endSeq; seq += 371) {
      expect(trace.read(seq)).toMatchObject({ seq, atMs: seq, bytes: new Uint8Array(60).fill(seq) });
    }
    const seen = [...trace.segments(15_000)].flatMap(({ columns, count }) =>
      Array.from(columns.atMs.subarray(0, count)),
    );
    expect(seen[0]).toBeLessThanOrEqual(15_000);
    expect(seen.at(-1)).toBe(20_000);
  });

  it('does not change bytes that it gave out before', () => {
    const trace = new Trace();
    fill(trace, 1, 100);
    const given = trace.read(1)?.bytes;
    fill(trace, 5000, 100);
    expect(given).toEqual(new Uint8Array(100).fill(1));
  });
});

describe('the byte budget', () => {
  it('drops the oldest records, counts them, and is kept', () => {
    const trace = new Trace(1_000_000);
    fill(trace, 50_000, 100);
    const { firstSeq, endSeq, dropped, bytes, byteBudget } = trace.stats();
    expect(endSeq).toBe(50_001);
    expect(dropped).toBe(firstSeq - 1);
    expect(dropped).toBeGreaterThan(40_000);
    expect(bytes).toBeLessThanOrEqual(byteBudget);
    expect(bytes).toBeGreaterThan(byteBudget * 0.7);
    expect(trace.read(firstSeq - 1)).toBeUndefined();
    expect(trace.read(firstSeq)).toMatchObject({ seq: firstSeq, atMs: firstSeq });
  });

  it('counts side objects, so that opening and closing connections for ever stays bounded', () => {
    const trace = new Trace(1_000_000);
    const side = { kind: RECORD.closed, end: { by: 'client', how: 'fin' } } as const;
    for (let index = 0; index < 20_000; index += 1) {
      trace.append(row({ kind: RECORD.closed }), bytesOf(), 0, 0, side);
    }
    expect(trace.stats().dropped).toBeGreaterThan(10_000);
    expect(trace.stats().bytes).toBeLessThanOrEqual(1_300_000);
  });

  it('keeps the newest record even when it is larger than the budget', () => {
    const trace = new Trace(10_000);
    fill(trace, 3, 50_000);
    expect(trace.read(3)).toMatchObject({ length: 50_000 });
    expect(trace.read(1)).toBeUndefined();
  });
});

describe('clearing', () => {
  it('forgets the records and goes on with the numbers', () => {
    const trace = new Trace(1_000_000);
    fill(trace, 50_000, 100);
    trace.clear();
    expect(trace.stats()).toMatchObject({ firstSeq: 50_001, endSeq: 50_001, dropped: 0 });
    expect(trace.stats().bytes).toBeLessThan(10_000);
    expect(trace.read(50_000)).toBeUndefined();
    fill(trace, 1, 4);
    expect(trace.read(50_001)).toMatchObject({ seq: 50_001 });
  });
});

describe('a batch of columns', () => {
  it('spans segments, and begins at the oldest record when an older one is asked for', () => {
    const trace = new Trace(1_000_000);
    fill(trace, 50_000, 100);
    const { firstSeq, endSeq } = trace.stats();
    const all = trace.batch(1, Number.POSITIVE_INFINITY);
    expect(all).toMatchObject({ firstSeq, count: endSeq - firstSeq });
    expect(Array.from(all.atMs)).toEqual(Array.from({ length: all.count }, (_, index) => firstSeq + index));
    expect(all.packetId[5]).toBe((firstSeq + 5) % 65_536);
  });

  it('holds no more than asked for, and nothing behind the end', () => {
    const trace = new Trace();
    fill(trace, 10, 4);
    expect(trace.batch(4, 3)).toMatchObject({ firstSeq: 4, count: 3, atMs: Float64Array.of(4, 5, 6) });
    expect(trace.batch(9, 100)).toMatchObject({ firstSeq: 9, count: 2 });
    expect(trace.batch(11, 100)).toMatchObject({ firstSeq: 11, count: 0 });
    expect(trace.batch(99, 100)).toMatchObject({ firstSeq: 11, count: 0 });
  });

  it('is a copy: each column has a buffer of its own, which may be transferred', () => {
    const trace = new Trace();
    fill(trace, 10, 4);
    const batch = trace.batch(1, 10);
    structuredClone(batch, {
      transfer: [batch.atMs.buffer as ArrayBuffer, batch.kind.buffer as ArrayBuffer],
    });
    expect(batch.atMs).toHaveLength(0);
    expect(trace.read(10)).toMatchObject({ atMs: 10 });
  });
});
