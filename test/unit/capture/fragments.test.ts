import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fragments, newFragment } from '../../../src/trace/capture/fragments.ts';
import { type Family, fragmentsOf, type IpPacket, pcapOf, sessionOf } from './frames.ts';
import { plain, reopen } from './support.ts';

const startMs = Date.UTC(2026, 2, 2, 12);
const sessions = { IPv4: sessionOf('IPv4'), IPv6: sessionOf('IPv6') };
const family = fc.constantFrom<Family>('IPv4', 'IPv6');
const most = fc.integer({ min: 1, max: 180 }).map((units) => units * 8);

function read(packets: readonly IpPacket[], snapLength?: number): ReturnType<typeof reopen> {
  return reopen(pcapOf(packets, snapLength));
}

/** In an order of its own, some of them twice. */
function shuffled(fragments: readonly IpPacket[], order: readonly number[], twice: boolean): IpPacket[] {
  const all = twice ? [...fragments, ...fragments] : [...fragments];
  return all
    .map((each, at) => ({ each, key: order[at % Math.max(1, order.length)] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ each }) => each);
}

describe('packets in fragments', () => {
  it('are read as if they were whole, in any order, also when fragments come twice', () => {
    fc.assert(
      fc.property(family, most, fc.array(fc.nat(1000)), fc.boolean(), (which, size, order, twice) => {
        const whole = read(sessions[which]);
        const fragments = sessions[which].flatMap((packet, at) =>
          shuffled(fragmentsOf(packet, at, size), order, twice),
        );
        const again = read(fragments);
        expect(plain(again.recording.records())).toEqual(plain(whole.recording.records()));
        expect(again.summary).toMatchObject({ fragments: 0, gaps: 0, mqtt: 1 });
      }),
      { numRuns: 200 },
    );
  });

  it.each(['IPv4', 'IPv6'] as const)('of %s are missed when one of them is', (which) => {
    const fragments = sessions[which].flatMap((packet, at) => fragmentsOf(packet, at, 1000));
    const whole = read(fragments);
    const long = fragments.findIndex(({ bytes }) => bytes.length > 900) + 1;
    const { summary, recording } = read(fragments.toSpliced(long, 1));
    expect(whole.summary.fragments).toBe(0);
    expect(summary).toMatchObject({ mqtt: 1, gaps: 1 });
    expect(summary.fragments).toBeGreaterThan(1);
    expect(recording.records().length).toBeGreaterThan(3);
  });

  it.each(['IPv4', 'IPv6'] as const)('of %s that contradict each other are not put together', (which) => {
    const fragments = sessions[which].flatMap((packet, at) => fragmentsOf(packet, at, 1000));
    const long = fragments.findIndex(({ bytes }) => bytes.length > 900);
    const other = Uint8Array.from(fragments[long]?.bytes ?? []);
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    const { summary } = read(fragments.toSpliced(long + 1, 0, { atMs: startMs + 3000, bytes: other }));
    expect(summary).toMatchObject({ mqtt: 1, gaps: 1 });
    expect(summary.fragments).toBeGreaterThan(1);
  });

  it('that overlap in part are not put together', () => {
    const [packet] = sessions.IPv4.filter(({ bytes }) => bytes.length > 2000);
    if (packet === undefined) throw new Error('no long packet');
    const at = sessions.IPv4.indexOf(packet);
    const [first, , third] = fragmentsOf(packet, 7, 1000);
    const [, overlapping] = fragmentsOf(packet, 7, 992);
    const cut = [first, overlapping, third].flatMap((each) => each ?? []);
    const { summary } = read([...sessions.IPv4.slice(0, at), ...cut, ...sessions.IPv4.slice(at + 1)]);
    expect(summary).toMatchObject({ gaps: 1, fragments: 3 });
  });

  it('are not waited for longer than a minute, by the clock of the capture', () => {
    const [packet] = sessions.IPv4.filter(({ bytes }) => bytes.length > 2000);
    if (packet === undefined) throw new Error('no long packet');
    const at = sessions.IPv4.indexOf(packet);
    const late = (byMs: number): IpPacket[] => [
      ...sessions.IPv4.slice(0, at),
      ...fragmentsOf(packet, 7, 1000).map(({ atMs, bytes }, index) => ({
        atMs: index === 0 ? atMs : atMs + byMs,
        bytes,
      })),
    ];
    expect(read(late(59_000)).summary.fragments).toBe(0);
    expect(read(late(61_000)).summary.fragments).toBeGreaterThan(1);
  });

  it('of which the capture kept only a part say what is missing, and how much that was', () => {
    const whole = read(sessions.IPv4, 600).recording.records();
    const fragments = sessions.IPv4.flatMap((packet, at) => fragmentsOf(packet, at, 1600));
    const cut = read(fragments, 600).recording.records();
    expect(plain(cut)).toEqual(plain(whole));
  });
});

describe('what fragments hold', () => {
  it('stays within a limit, however many packets are never whole', () => {
    const fragments = new Fragments();
    const frame = new Uint8Array(1400);
    const address = frame.subarray(0, 4);
    const fragment = newFragment();
    Object.assign(fragment, { protocol: 6, more: true, dataEnd: 1400, dataLength: 1400 });
    let mostHeld = 0;
    for (let index = 0; index < 30_000; index += 1) {
      fragment.identification = index >> 3;
      fragment.offset = (index & 7) * 1400;
      expect(fragments.add(address, address, fragment, frame, startMs)).toBeUndefined();
      mostHeld = Math.max(mostHeld, fragments.heldBytes);
    }
    expect(mostHeld).toBeGreaterThan(10_000_000);
    expect(mostHeld).toBeLessThanOrEqual(16_777_216 + 2000);
    expect(fragments.unused).toBe(30_000);
    fragments.add(address, address, fragment, frame, startMs + 120_000);
    expect(fragments.heldBytes).toBeLessThan(2000);
  });
});

describe('a real capture of a router that cuts packets', () => {
  it('is read whole', () => {
    const file = readFileSync(new URL('../../fixtures/captures/fragments.pcap', import.meta.url));
    const { recording, summary } = reopen(file);
    expect(summary).toMatchObject({ mqtt: 3, fragments: 0, gaps: 0, other: 0, startMissing: 0 });
    const lengths = recording.records().map(({ length }) => length);
    expect(lengths.filter((length) => length > 900)).toEqual([945, 5016, 5014]);
  });
});
