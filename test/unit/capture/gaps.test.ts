import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { RECORD } from '../../../src/trace/model.ts';
import { connect, publish } from '../trace/support.ts';
import { plain, Recording, reopen, save } from './support.ts';

const startMs = Date.UTC(2026, 2, 2, 12);
const will = {
  topic: 'offline',
  payload: new TextEncoder().encode('gone'),
  qos: 0,
  retain: false,
  properties: [],
} as const;
const accepted = Uint8Array.of(0x20, 3, 0, 0, 0);

/** demo with a will, and somebody who is subscribed to it. */
function cast(): { readonly recording: Recording; readonly demo: number; readonly subscriber: number } {
  const recording = new Recording();
  const { recorder } = recording;
  const subscriber = recorder.opened(startMs, { server: 'localhost:1883', tap: 'capture' });
  recorder.bytes(startMs, subscriber, TO_SERVER, encodePacket(connect({ clientId: 'sub' }), 5));
  recorder.bytes(startMs, subscriber, TO_CLIENT, accepted);
  const subscriptions = [
    { topicFilter: '#', qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 0 },
  ] as const;
  const subscribe = encodePacket({ type: 'subscribe', packetId: 1, properties: [], subscriptions }, 5);
  recorder.bytes(startMs, subscriber, TO_SERVER, subscribe);
  recorder.bytes(startMs, subscriber, TO_CLIENT, Uint8Array.of(0x90, 4, 0, 1, 0, 0));
  const demo = recorder.opened(startMs, { server: 'localhost:1883', tap: 'capture' });
  recorder.bytes(startMs, demo, TO_SERVER, encodePacket(connect({ will }), 5));
  recorder.bytes(startMs, demo, TO_CLIENT, accepted);
  return { recording, demo, subscriber };
}

function verdicts(recording: Recording, atMs = startMs + 1e6): Map<string, string> {
  const { expectations } = recording.entitiesAt(atMs);
  return new Map(expectations.map(({ kind, clientId, verdict }) => [`${kind} ${clientId}`, verdict]));
}

const copy = encodePacket(publish({ topic: 'offline', payload: will.payload }), 5);

describe('bytes that a capture misses', () => {
  it('leave the will of their Client undecided, whether it comes or not', () => {
    for (const direction of [TO_SERVER, TO_CLIENT] as const) {
      for (const comes of [true, false]) {
        const { recording, demo, subscriber } = cast();
        const { recorder } = recording;
        recorder.missed(startMs + 100, demo, direction, 20);
        recorder.closed(startMs + 200, demo, { by: 'client', how: 'reset' });
        if (comes) recorder.bytes(startMs + 205, subscriber, TO_CLIENT, copy);
        expect(verdicts(recording).get('will demo'), `${direction} ${comes}`).toBe('undecided');
      }
    }
  });

  it('make a subscriber no witness', () => {
    const { recording, demo, subscriber } = cast();
    recording.recorder.missed(startMs + 100, subscriber, TO_CLIENT, 20);
    recording.recorder.closed(startMs + 200, demo, { by: 'client', how: 'reset' });
    expect(verdicts(recording).get('will demo')).toBe('unobserved');
  });

  it('would not be undecided if nothing were missing', () => {
    const { recording, demo } = cast();
    recording.recorder.closed(startMs + 200, demo, { by: 'client', how: 'reset' });
    expect(verdicts(recording).get('will demo')).toBe('missed');
  });

  it('are no fault of the Client', () => {
    const { recording, demo } = cast();
    recording.recorder.missed(startMs + 100, demo, TO_SERVER, 20);
    recording.recorder.closed(startMs + 200, demo, { by: 'server', how: 'fin' });
    const { connections } = recording.entitiesAt(startMs + 300);
    expect(connections.find(({ id }) => id === demo)?.endCause).toBe('untracked');
  });

  it('leave open what the next CONNACK says of the Session, and the Keep Alive', () => {
    const { recording, demo } = cast();
    const { recorder } = recording;
    recorder.missed(startMs + 100, demo, TO_SERVER, 20);
    const again = recorder.opened(startMs + 1000, { server: 'localhost:1883', tap: 'capture' });
    recorder.bytes(startMs + 1000, again, TO_SERVER, encodePacket(connect({ cleanStart: false }), 5));
    recorder.bytes(startMs + 1001, again, TO_CLIENT, Uint8Array.of(0x20, 3, 1, 0, 0));
    recorder.bytes(startMs + 1001, again, TO_SERVER, Uint8Array.of(0xe0, 0));
    recorder.closed(startMs + 1001, again, { by: 'client', how: 'fin' });
    const told = [...verdicts(recording)].filter(([what]) => what.endsWith(' demo'));
    for (const wrong of ['met', 'missed', 'early', 'late']) {
      expect(told.map(([, verdict]) => verdict)).not.toContain(wrong);
    }
  });

  it('within a payload cost nothing but that packet', () => {
    const { recording, subscriber } = cast();
    const { recorder } = recording;
    const long = encodePacket(publish({ payload: new Uint8Array(100) }), 5);
    recorder.bytes(startMs + 1, subscriber, TO_CLIENT, long.subarray(0, 40));
    recorder.missed(startMs + 2, subscriber, TO_CLIENT, 30);
    recorder.bytes(startMs + 3, subscriber, TO_CLIENT, long.subarray(70));
    recorder.bytes(startMs + 4, subscriber, TO_CLIENT, copy);
    const kinds = recording
      .records()
      .slice(-3)
      .map(({ kind, length, bytes }) => [kind, length, bytes.length]);
    expect(kinds).toEqual([
      [RECORD.opaque, 30, 0],
      [RECORD.packet, long.length, 40],
      [RECORD.packet, copy.length, copy.length],
    ]);
  });

  it('elsewhere make what follows opaque until it looks like packets again', () => {
    const { recording, subscriber } = cast();
    const { recorder } = recording;
    recorder.missed(startMs + 2, subscriber, TO_CLIENT, 0);
    recorder.bytes(startMs + 3, subscriber, TO_CLIENT, Uint8Array.of(1, 2, 3, 4, 5));
    recorder.bytes(startMs + 4, subscriber, TO_CLIENT, copy);
    expect(
      recording
        .records()
        .slice(-3)
        .map(({ kind }) => kind),
    ).toEqual([RECORD.opaque, RECORD.opaque, RECORD.packet]);
  });

  it('are said again by the saved trace', () => {
    const { recording, demo, subscriber } = cast();
    recording.recorder.missed(startMs + 100, demo, TO_SERVER, 20);
    recording.recorder.missed(startMs + 100, subscriber, TO_CLIENT, 0);
    recording.recorder.closed(startMs + 200, demo, { by: 'unknown', how: 'error' });
    const { recording: again } = reopen(save(recording.records(), startMs));
    expect(plain(again.records())).toEqual(plain(recording.records()));
    expect(again.entitiesAt(startMs + 1e6)).toEqual(recording.entitiesAt(startMs + 1e6));
  });
});

describe('a saved trace with bytes missing', () => {
  const long = encodePacket(publish({ payload: new Uint8Array(100) }), 5);

  it.each([
    ['within a packet', 30, long.subarray(70)],
    ['up to the end of a packet', long.length - 40, copy],
    ['from within a packet to beyond it', long.length, copy],
    ['without anybody knowing how many', 0, copy],
  ])('%s is the same when it is opened again, and reads on where it did', (_name, count, rest) => {
    const { recording, subscriber } = cast();
    const { recorder } = recording;
    recorder.bytes(startMs + 1, subscriber, TO_CLIENT, long.subarray(0, 40));
    recorder.missed(startMs + 2, subscriber, TO_CLIENT, count);
    recorder.bytes(startMs + 3, subscriber, TO_CLIENT, rest);
    recorder.bytes(startMs + 4, subscriber, TO_CLIENT, copy);
    for (const mask of [true, false]) {
      const { recording: again } = reopen(save(recording.records(), startMs, { mask }));
      expect(plain(again.records())).toEqual(plain(recording.records()));
    }
    expect(recording.records().at(-1)?.kind).toBe(RECORD.packet);
  });

  it('has the packets behind them, though what they say is hidden where it may be part of a CONNECT', () => {
    const recording = new Recording();
    const { recorder } = recording;
    const id = recorder.opened(startMs, { server: 'localhost:1883', tap: 'capture' });
    recorder.missed(startMs + 1, id, TO_SERVER, 50);
    recorder.bytes(startMs + 2, id, TO_SERVER, copy);
    const { recording: again } = reopen(save(recording.records(), startMs));
    expect(recording.records().map(({ kind }) => kind)).toEqual([
      RECORD.opened,
      RECORD.opaque,
      RECORD.packet,
    ]);
    expect(again.records().map(({ kind, length }) => [kind, length])).toEqual(
      recording.records().map(({ kind, length }) => [kind, length]),
    );
  });
});

describe('a connection whose beginning was missed', () => {
  it('shows its packets and yields no verdict', () => {
    const recording = new Recording();
    const { recorder } = recording;
    const info = { server: 'localhost:1883', tap: 'capture', startMissing: true } as const;
    const id = recorder.opened(startMs, info);
    recorder.bytes(startMs, id, TO_CLIENT, copy);
    recorder.bytes(startMs, id, TO_SERVER, Uint8Array.of(0xc0, 0));
    recorder.bytes(startMs, id, TO_CLIENT, Uint8Array.of(0xd0, 0));
    recorder.closed(startMs + 1, id, { by: 'client', how: 'reset' });
    expect(recording.records().map(({ kind }) => kind)).toEqual([
      RECORD.opened,
      RECORD.packet,
      RECORD.packet,
      RECORD.packet,
      RECORD.closed,
    ]);
    const { sessions, wills, expectations } = recording.entitiesAt(startMs + 1e6);
    expect({ sessions, wills, expectations }).toEqual({ sessions: [], wills: [], expectations: [] });
  });
});
