import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { RECORD } from '../../../src/trace/model.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { fragmentsOf, type IpPacket, packetsOf, pcapOf, segmentsOf, sessionOf } from './frames.ts';
import { reopen } from './support.ts';

/** Over TCP, and a real one over a WebSocket that compresses. */
const captures = {
  tcp: sessionOf('IPv4'),
  compressed: packetsOf(readFileSync(new URL('../../fixtures/captures/compressed.pcap', import.meta.url))),
};

function read(packets: readonly IpPacket[]): ReturnType<typeof reopen> {
  return reopen(pcapOf(packets));
}

/** What each direction of each connection carried, its connections in the order of their addresses. */
function streams(records: readonly TraceRecord[]): Map<string, string> {
  const names = new Map<number, string>();
  const carried = new Map<string, string>();
  for (const record of records) {
    if (record.kind === RECORD.opened) names.set(record.connection, JSON.stringify(record.info.endpoints));
    if (record.kind !== RECORD.packet && record.kind !== RECORD.opaque) continue;
    const key = `${names.get(record.connection)} ${record.direction}`;
    carried.set(key, (carried.get(key) ?? '') + Buffer.from(record.bytes).toString('hex'));
  }
  return new Map([...carried].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In how many bytes, by direction, kept or told as missing, the records come to. */
function lengths(records: readonly TraceRecord[]): readonly [number, number] {
  const sum = (direction: Direction): number =>
    records
      .filter((each) => each.kind === RECORD.packet || each.kind === RECORD.opaque)
      .filter((each) => each.direction === direction)
      .reduce((all, { length }) => all + length, 0);
  return [sum(TO_SERVER), sum(TO_CLIENT)];
}

const capture = fc.constantFrom('tcp' as const, 'compressed' as const);
const cuts = fc.array(fc.nat(5000), { maxLength: 6 });
const numbers = fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 });
const pick = (from: readonly number[], at: number): number => from[at % from.length] ?? 0;

/** Each segment up to four places later than it was sent; what opens and ends a connection stays where it is. */
function late(packets: readonly IpPacket[], by: readonly number[]): IpPacket[] {
  return packets
    .map((packet, at) => ({ packet, place: at + (hasData(packet) ? pick(by, at) % 5 : 0) }))
    .sort((a, b) => a.place - b.place)
    .map(({ packet }) => packet);
}

function hasData({ bytes }: IpPacket): boolean {
  const header = (bytes[0] ?? 0) >> 4 === 4 ? 20 : 40;
  return bytes.length > header + ((bytes[header + 12] ?? 0) >> 4) * 4;
}

describe('segments of TCP', () => {
  it('come to the same in whatever pieces they come, sent again, and with fragments among them', () => {
    fc.assert(
      fc.property(capture, cuts, numbers, (name, places, choices) => {
        const packets = captures[name];
        const whole = read(packets);
        const pieces = packets
          .flatMap((packet) => segmentsOf(packet, places))
          .flatMap((packet, at) => {
            const how = pick(choices, at) % 4;
            if (how === 0) return [packet, packet];
            return how === 1 ? fragmentsOf(packet, at, 64) : [packet];
          });
        const again = read(pieces);
        expect(again.summary).toMatchObject({ gaps: 0, fragments: 0, mqtt: whole.summary.mqtt });
        expect(streams(again.recording.records())).toEqual(streams(whole.recording.records()));
      }),
      { numRuns: 60 },
    );
  });

  it('come to the same out of their order', () => {
    fc.assert(
      fc.property(capture, cuts, numbers, (name, places, choices) => {
        const packets = captures[name];
        const whole = read(packets);
        const pieces = packets.flatMap((packet) => late(segmentsOf(packet, places), choices));
        const again = read(pieces);
        expect(again.summary).toMatchObject({ gaps: 0, mqtt: whole.summary.mqtt });
        expect(streams(again.recording.records())).toEqual(streams(whole.recording.records()));
      }),
      { numRuns: 60 },
    );
  });

  it('with other bytes than before change nothing of what came first', () => {
    const packets = captures.tcp;
    const whole = streams(read(packets).recording.records());
    fc.assert(
      fc.property(fc.nat(), (which) => {
        const at = which % packets.length;
        const packet = packets[at];
        if (packet === undefined || !hasData(packet)) return;
        const other = Uint8Array.from(packet.bytes);
        other[other.length - 1] = (other.at(-1) ?? 0) ^ 0xff;
        const again = read(packets.toSpliced(at + 1, 0, { atMs: packet.atMs, bytes: other }));
        expect(streams(again.recording.records())).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['reset', 'fin'] as const)('that are lost before a %s are told as missing, to the byte', (how) => {
    const packets = sessionOf('IPv6', how);
    const whole = read(packets);
    for (const [at, packet] of packets.entries()) {
      if (!hasData(packet)) continue;
      const { recording, summary } = read(packets.toSpliced(at, 1));
      expect(summary.gaps).toBe(1);
      expect(lengths(recording.records())).toEqual(lengths(whole.recording.records()));
    }
  });

  it('are not missed because of a reset that somebody else has made up', () => {
    const packets = [...sessionOf('IPv4')];
    const reset = Uint8Array.from(packets.at(-1)?.bytes ?? []);
    reset[24] = (reset[24] ?? 0) ^ 0x20;
    expect(read([...packets.slice(0, -1), { atMs: 0, bytes: reset }]).summary.gaps).toBe(0);
  });
});
