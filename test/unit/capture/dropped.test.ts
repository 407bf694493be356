import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import type { Endpoints } from '../../../src/mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { newFragment } from '../../../src/trace/capture/fragments.ts';
import { newSegment, readSegment } from '../../../src/trace/capture/segment-reader.ts';
import { CaptureWriter } from '../../../src/trace/capture/writer.ts';
import { RECORD } from '../../../src/trace/model.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { connect, publish } from '../trace/support.ts';
import { packetsOf } from './frames.ts';
import { plain, Recording, reopen, save } from './support.ts';

const startMs = Date.UTC(2026, 2, 2, 12);
const endpoints: Endpoints = {
  client: { address: '10.0.0.1', port: 50_000 },
  server: { address: '10.0.0.2', port: 1883 },
  carrier: 'tcp',
};

/** A Client that publishes more than the trace holds, and is answered. */
function longTraffic(trace: Trace): Recording {
  const recording = new Recording(trace);
  const { recorder } = recording;
  const id = recorder.opened(startMs, { server: 'broker:1883', tap: 'listener', endpoints });
  recorder.bytes(startMs, id, TO_SERVER, encodePacket(connect({ clientId: 'demo' }), 5));
  recorder.bytes(startMs, id, TO_CLIENT, Uint8Array.of(0x20, 3, 0, 0, 0));
  const payload = new Uint8Array(400);
  for (let count = 0; count < 600; count += 1) {
    const qos1 = publish({ qos: 1, packetId: 7, payload });
    recorder.bytes(startMs + count, id, TO_SERVER, encodePacket(qos1, 5));
    recorder.bytes(startMs + count, id, TO_CLIENT, Uint8Array.of(0x40, 2, 0, 7));
  }
  return recording;
}

interface Sent {
  readonly direction: Direction;
  readonly sequence: number;
  readonly next: number;
  readonly acknowledged: number;
  readonly from: string;
}

function segmentsIn(file: Uint8Array): Sent[] {
  return packetsOf(file).map(({ bytes }) => {
    const segment = newSegment();
    readSegment(bytes, 0, 0, segment, newFragment());
    const { sequence, dataLength, flags, acknowledged, fromPort } = segment;
    return {
      direction: fromPort === endpoints.client.port ? TO_SERVER : TO_CLIENT,
      sequence,
      next: (sequence + dataLength + ((flags & 3) === 0 ? 0 : 1)) >>> 0,
      acknowledged,
      from: `${segment.from.join('.')}:${fromPort}`,
    };
  });
}

function savedWith(recording: Recording): Uint8Array {
  const { trace } = recording;
  const writer = new CaptureWriter({
    mask: false,
    dropped: trace.stats().dropped,
    openingOf: (connection) => {
      const dropped = trace.droppedOf(connection);
      return dropped && { info: dropped.info, passed: dropped.bytes };
    },
  });
  for (const record of recording.records()) writer.write(record);
  return Buffer.concat([writer.take(), writer.end(startMs + 1000)]);
}

describe('a trace that has dropped its oldest records, saved', () => {
  const whole = longTraffic(new Trace());
  const cut = longTraffic(new Trace(100_000));
  const file = savedWith(cut);

  it('has the addresses and sequence numbers that it would have if nothing were missing', () => {
    expect(cut.trace.stats().dropped).toBeGreaterThan(100);
    const all = segmentsIn(save(whole.records(), startMs + 1000, { mask: false }));
    const kept = segmentsIn(file);
    expect(kept.length).toBeGreaterThan(100);
    expect(kept).toEqual(all.slice(-kept.length));
  });

  it('says how much came before, in its head and where the connection goes on', () => {
    const text = Buffer.from(file).toString('latin1');
    expect(text).toContain(`The ${cut.trace.stats().dropped} records before these were no longer held.`);
    const [, toServer, toClient] =
      /(\d+) bytes to the Server and (\d+) bytes to the Client came before/.exec(text) ?? [];
    const [first] = cut.records();
    const before = whole.records().filter(({ seq }) => seq < (first?.seq ?? 0));
    const sum = (direction: Direction): number =>
      before.filter((each) => each.direction === direction).reduce((all, { length }) => all + length, 0);
    expect([Number(toServer), Number(toClient)]).toEqual([sum(TO_SERVER), sum(TO_CLIENT)]);
  });

  it('is read back as what it held, and yields nothing that it does not show', () => {
    const { recording, summary } = reopen(file);
    expect(summary).toMatchObject({ ours: true, mqtt: 1, gaps: 0, problem: undefined });
    const [opened, ...records] = recording.records();
    expect(opened).toMatchObject({ kind: RECORD.opened, info: { startMissing: true, endpoints } });
    const withoutSeq = (all: typeof records): string[] =>
      plain(all.map((each) => ({ ...each, seq: 0, version: undefined, secret: false }) as typeof each));
    expect(withoutSeq(records)).toEqual(withoutSeq(cut.records()));
    expect(recording.entitiesAt(startMs + 1e6).expectations).toEqual([]);
  });

  it('forgets a connection that has left as a whole', () => {
    const trace = new Trace(100_000);
    const recording = longTraffic(trace);
    recording.recorder.closed(startMs + 700, 1, { by: 'client', how: 'fin' });
    expect(trace.droppedOf(1)).toBeDefined();
    const { recorder } = recording;
    const other = recorder.opened(startMs + 800, { server: 'broker:1883', tap: 'listener' });
    const bytes = encodePacket(publish({ payload: new Uint8Array(1000) }), 5);
    for (let count = 0; count < 200; count += 1) recorder.bytes(startMs + 900, other, TO_CLIENT, bytes);
    expect(trace.droppedOf(1)).toBeUndefined();
  });
});

describe('the next part of a recording', () => {
  it('goes on where the part before ended: same ends, next sequence numbers', () => {
    const records = longTraffic(new Trace()).records();
    const one = new CaptureWriter({ mask: false });
    for (const record of records.slice(0, 500)) one.write(record);
    const other = new CaptureWriter({ mask: false, after: one });
    for (const record of records.slice(500, 700)) other.write(record);
    const third = new CaptureWriter({ mask: false, after: other });
    for (const record of records.slice(700)) third.write(record);
    const parts = [one, other, third].flatMap((writer) => segmentsIn(writer.take()));
    expect(parts).toEqual(segmentsIn(save(records, startMs, { mask: false })));
  });
});
