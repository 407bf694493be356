import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { TCP_FLAG } from '../../../src/trace/capture/segment-header.ts';
import { webSocketWithin } from '../../../src/trace/capture/web-socket-within.ts';
import { RECORD } from '../../../src/trace/model.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { bytesOf, concat, connect, publish } from '../trace/support.ts';
import { pcapOf } from './frames.ts';
import { reopen } from './support.ts';
import { Wire } from './wire.ts';

/** A frame with this first byte, masked or not. */
function frame(first: number, payload: Uint8Array, mask: boolean): Uint8Array {
  const long = payload.length > 125;
  const length = long ? [126, payload.length >> 8, payload.length & 0xff] : [payload.length];
  const [short = 0, ...rest] = length;
  const key = mask ? [9, 200, 33, 4] : [];
  const masked = payload.map((byte, at) => byte ^ (key[at & 3] ?? 0));
  return bytesOf(first, short | (mask ? 0x80 : 0), ...rest, ...key, ...masked);
}

const said = encodePacket(publish({ payload: new Uint8Array(300).fill(0x61) }), 4);
const [ping, pong] = [bytesOf(0xc0, 0), bytesOf(0xd0, 0)];
const fromClient = concat(frame(0x82, said, true), frame(0x82, ping, true));
const fromServer = frame(0x82, pong, false);

describe('a connection whose beginning was missed', () => {
  it('is a WebSocket of MQTT when masked frames of one side and bare ones of the other hold packets', () => {
    expect(webSocketWithin([fromClient, fromServer])).toEqual({ client: 0 });
    expect(webSocketWithin([fromServer, fromClient])).toEqual({ client: 1 });
    // With a ping of the WebSocket between, a packet in two frames, and a frame that goes on.
    const parts = [frame(0x02, said.subarray(0, 5), true), frame(0x89, bytesOf(), true)];
    const inParts = concat(...parts, frame(0x80, said.subarray(5), true), fromClient.subarray(0, 50));
    expect(webSocketWithin([inParts, concat(fromServer, fromServer)])).toEqual({ client: 0 });
  });

  it('is not told while there is too little of it', () => {
    expect(webSocketWithin([fromClient, bytesOf()])).toBe('more');
    expect(webSocketWithin([frame(0x82, ping, true), fromServer])).toBe('more');
    expect(webSocketWithin([fromClient.subarray(0, 100), fromServer])).toBe('more');
  });

  it.each([
    ['text', frame(0x81, said, true), fromServer],
    ['compressed', frame(0xc2, said, true), fromServer],
    ['masked from both sides', fromClient, frame(0x82, pong, true)],
    ['masked now and then', concat(fromClient, frame(0x82, ping, false)), fromServer],
    ['packets without frames', concat(said, ping), pong],
    ['TLS', bytesOf(0x17, 3, 3, 0, 40), bytesOf(0x17, 3, 3, 0, 40)],
  ])('is none when it is %s', (_name, one, other) => {
    expect(webSocketWithin([one, other])).toBe('no');
  });

  it('is none of MQTT when its frames hold something else', () => {
    const something = frame(
      0x82,
      Uint8Array.from({ length: 400 }, (_, at) => at * 7),
      true,
    );
    expect(webSocketWithin([something, fromServer])).toBe('more');
  });
});

function seen(records: readonly TraceRecord[]): readonly string[] {
  return records.flatMap((record) =>
    record.kind === RECORD.packet ? [`${record.direction} ${Buffer.from(record.bytes).toString('hex')}`] : [],
  );
}

describe('a capture of a WebSocket', () => {
  const http = (text: string): Uint8Array => Buffer.from(text.replaceAll('\n', '\r\n'));
  const asks = 'GET / HTTP/1.1\nUpgrade: websocket\nSec-WebSocket-Protocol: mqtt\n\n';
  const wire = new Wire()
    .say('client', http(asks))
    .say('server', http('HTTP/1.1 101 Switching Protocols\n\n'));
  const greeting = encodePacket(connect({ version: 4 }), 4);
  const { length: begins } = wire.packets;
  wire.say('client', frame(0x82, greeting, true)).say('server', frame(0x82, bytesOf(0x20, 2, 0, 0), false));
  for (let count = 1; count < 12; count += 1) {
    const subscription = bytesOf(0x82, 6, 0, count, 0, 1, 0x61, 0);
    // Some programs write each field of a packet as a message of its own.
    for (const part of [subscription.subarray(0, 1), subscription.subarray(1, 4), subscription.subarray(4)]) {
      wire.say('client', frame(0x82, part, true));
    }
    wire.say('server', frame(0x82, bytesOf(0x90, 3, 0, count, 0), false));
    wire.say('server', frame(0x82, concat(said, said), false)).say('client', frame(0x89, bytesOf(1), true));
  }
  const opening = new Wire()
    .fromClient(TCP_FLAG.syn, 0, 0)
    .fromServer(TCP_FLAG.syn | TCP_FLAG.ack, 0, 1).packets;
  const packets = wire.packets;
  const { recording: original, summary: before } = reopen(pcapOf([...opening, ...packets]));
  const whole = seen(original.records());

  it('that begins behind the handshake holds what followed, and says that its start was missed', () => {
    const { recording, summary } = reopen(pcapOf(packets.slice(begins)));
    expect(summary).toMatchObject({ mqtt: 1, webSocket: 1, startMissing: 1, other: 0, gaps: 0 });
    expect(before).toMatchObject({ webSocket: 1, startMissing: 0, gaps: 0 });
    expect(whole.length).toBeGreaterThan(40);
    expect([...seen(recording.records())].sort()).toEqual([...whole].sort());
  });

  it('that begins anywhere holds the packets that follow, or is silent', () => {
    let read = 0;
    for (let from = begins + 1; from < packets.length; from += 1) {
      const { recording, summary } = reopen(pcapOf(packets.slice(from)));
      const told = seen(recording.records());
      if (told.length > 0) {
        read += 1;
        expect(summary).toMatchObject({ webSocket: 1, startMissing: 1 });
        const { expectations } = recording.entitiesAt(summary.untilMs ?? 0);
        expect(expectations.filter(({ verdict }) => verdict !== 'undecided')).toEqual([]);
      }
      // Each direction by itself: what was waited for comes at once.
      for (const way of ['0', '1']) {
        const mine = told.filter((each) => each.startsWith(way));
        const theirs = whole.filter((each) => each.startsWith(way));
        expect(mine).toEqual(mine.length === 0 ? [] : theirs.slice(-mine.length));
      }
    }
    expect(read).toBeGreaterThan(5);
  });
});
