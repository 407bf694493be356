import { describe, expect, it } from 'vitest';
import { RECORD, type RecordBatch } from '../../../src/trace/model.ts';
import { RecordStore } from '../../../src/webview/model/records.ts';

/** A batch of PUBLISH packets, one a millisecond, each with the topic of its number in the batch. */
function batch(firstSeq: number, count: number, newTopics: readonly string[] = []): RecordBatch {
  const index = Array.from({ length: count }, (_, at) => at);
  return {
    firstSeq,
    count,
    atMs: Float64Array.from(index, (at) => firstSeq + at),
    connection: new Uint32Array(count).fill(1),
    kind: new Uint8Array(count).fill(RECORD.packet),
    direction: new Uint8Array(count),
    firstByte: new Uint8Array(count).fill(0x30),
    length: new Uint32Array(count).fill(10),
    packetId: new Uint16Array(count),
    reasonCode: new Uint8Array(count),
    topic: Int32Array.from(index, (at) => (at < newTopics.length ? at : -1)),
    newTopics,
  };
}

describe('the page’s store of records', () => {
  it('finds each record by its number, over many batches', () => {
    const store = new RecordStore();
    store.append(batch(1, 3, ['a', 'b']));
    store.append(batch(4, 50_000));
    expect([store.firstSeq, store.endSeq, store.size]).toEqual([1, 50_004, 50_003]);
    expect(store.get(2)).toMatchObject({ seq: 2, atMs: 2, type: 3, topic: 'b' });
    expect(store.get(40_000)?.atMs).toBe(40_000);
    expect(store.get(50_004)).toBeUndefined();
    expect(store.get(0)).toBeUndefined();
  });

  it('passes over rows that it has', () => {
    const store = new RecordStore();
    store.append(batch(1, 10));
    store.append(batch(6, 10));
    expect([store.endSeq, store.size]).toEqual([16, 15]);
  });

  it('takes a batch after a gap, for what the trace dropped meanwhile', () => {
    const store = new RecordStore();
    store.append(batch(1, 10));
    store.append(batch(100, 10));
    expect(store.get(50)).toBeUndefined();
    expect(store.get(105)?.atMs).toBe(105);
    expect(store.size).toBe(20);
  });

  it('lets go of whole chunks that the trace no longer holds', () => {
    const store = new RecordStore();
    store.append(batch(1, 50_000));
    expect(store.dropBefore(100)).toBe(false);
    expect(store.dropBefore(20_000)).toBe(true);
    expect(store.firstSeq).toBeGreaterThan(1);
    expect(store.firstSeq).toBeLessThanOrEqual(20_000);
    expect(store.get(1)).toBeUndefined();
    expect(store.get(20_000)?.seq).toBe(20_000);
    expect(store.size).toBe(50_001 - store.firstSeq);
  });

  it('visits records from anywhere, in order', () => {
    const store = new RecordStore();
    store.append(batch(1, 20_000));
    const seen: number[] = [];
    store.visit(19_998, (seq) => seen.push(seq));
    expect(seen).toEqual([19_998, 19_999, 20_000]);
  });

  it('begins anew after it was cleared', () => {
    const store = new RecordStore();
    store.append(batch(1, 10, ['a']));
    store.clear();
    store.append(batch(500, 2, ['z']));
    expect(store.get(500)?.topic).toBe('z');
    expect([store.firstSeq, store.size]).toEqual([500, 2]);
  });
});
