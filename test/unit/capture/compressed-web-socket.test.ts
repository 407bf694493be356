import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AgreedCompression,
  agreedCompression,
  type Compression,
  InflationBudget,
} from '../../../src/trace/capture/web-socket-inflation.ts';
import { WebSocketReader } from '../../../src/trace/capture/web-socket-reader.ts';

interface Sent {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
  /** In how many frames, with a ping between them. */
  readonly frames: number;
}

/** What RFC 7692 7.2.1 makes of messages: deflated with what came before as the window, without the end of the flush. */
function deflated(messages: readonly Sent[], { windowBits, forgets }: Compression): Uint8Array[] {
  let before = Buffer.alloc(0);
  return messages.map(({ bytes, compressed }) => {
    if (!compressed) return bytes;
    const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
    const window = before.subarray(-(2 ** windowBits) + 262);
    const out = deflateRawSync(bytes, window.length > 0 ? { ...options, dictionary: window } : options);
    before = forgets ? before : Buffer.concat([before, bytes]);
    return out.subarray(0, -4);
  });
}

function frame(first: number, payload: Uint8Array, mask: boolean): Buffer {
  const short = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
  const length = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) length.writeUInt16BE(payload.length);
  if (short === 127) length.writeBigUInt64BE(BigInt(payload.length));
  const key = mask ? [1, 2, 3, 4] : [];
  const masked = payload.map((byte, at) => byte ^ (key[at & 3] ?? 0));
  return Buffer.concat([Buffer.from([first, (mask ? 0x80 : 0) | short]), length, Buffer.from(key), masked]);
}

function framed(messages: readonly Sent[], agreed: Compression, mask: boolean): Buffer {
  const payloads = deflated(messages, agreed);
  const parts: Buffer[] = [];
  for (const [index, { compressed, frames }] of messages.entries()) {
    const payload = payloads[index] ?? new Uint8Array(0);
    const each = Math.ceil(payload.length / frames);
    for (let at = 0; at < frames; at += 1) {
      const first = at === 0 ? 2 | (compressed ? 0x40 : 0) : 0;
      const isLast = at === frames - 1;
      const part = payload.subarray(at * each, isLast ? payload.length : (at + 1) * each);
      parts.push(frame(first | (isLast ? 0x80 : 0), part, mask));
      if (!isLast) parts.push(frame(0x89, Uint8Array.of(1, 2), mask));
    }
  }
  return Buffer.concat(parts);
}

interface Read {
  readonly bytes: Buffer;
  readonly unreadable: number;
}

function read(
  bytes: Uint8Array,
  agreed: Compression | undefined,
  pieceBytes = bytes.length,
  budget = new InflationBudget(),
): Read {
  const parts: Uint8Array[] = [];
  let unreadable = 0;
  const sink = {
    payload: (part: Uint8Array) => parts.push(part.slice()),
    close: () => {},
    unreadable: () => {
      unreadable += 1;
    },
  };
  const reader = new WebSocketReader(sink, agreed && { agreed, budget });
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes, at, Math.min(bytes.length, at + pieceBytes));
  }
  return { bytes: Buffer.concat(parts), unreadable };
}

const message: fc.Arbitrary<Sent> = fc.record({
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.nat(70_000).map((length) => new Uint8Array(length).fill(7)),
    fc.constant(Buffer.from('{"temperature": 21.5}')),
  ),
  compressed: fc.boolean(),
  frames: fc.integer({ min: 1, max: 4 }),
});
const agreed = fc.record({ windowBits: fc.integer({ min: 9, max: 15 }), forgets: fc.boolean() });
const whole: Compression = { windowBits: 15, forgets: false };

describe('compressed messages of a WebSocket', () => {
  it('come out as they were, in whatever frames and pieces, with what was agreed on', () => {
    const piece = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3000 }));
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        agreed,
        fc.boolean(),
        piece,
        (sent, how, mask, size) => {
          const result = read(framed(sent, how, mask), how, size);
          expect(result.unreadable).toBe(0);
          expect(result.bytes.equals(Buffer.concat(sent.map(({ bytes }) => bytes)))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are not read where none were agreed on, and nothing is after them', () => {
    const sent = { bytes: Buffer.from('hello'), compressed: true, frames: 1 };
    expect(read(framed([sent, sent], whole, true), undefined)).toEqual({
      bytes: Buffer.alloc(0),
      unreadable: 1,
    });
  });

  it('that refer to what was to be forgotten are not read', () => {
    const sent = { bytes: Buffer.from('the same again and again'), compressed: true, frames: 1 };
    const result = read(framed([sent, sent], whole, false), { ...whole, forgets: true });
    expect(result.bytes.toString().startsWith('the same again and again')).toBe(true);
    expect(result.unreadable).toBe(1);
  });

  it('whose end is missing are not read on', () => {
    const cut = frame(0xc2, deflateRawSync(Buffer.from('hello hello')).subarray(0, 3), false);
    expect(read(Buffer.concat([cut, cut]), whole).unreadable).toBe(1);
  });

  it('that would be made of nothing but a little are given up in time, in all connections together', () => {
    // A thousand times what comes: zeros.
    const bomb = deflateRawSync(new Uint8Array(10_000_000), { finishFlush: constants.Z_SYNC_FLUSH });
    const sent = frame(0xc2, bomb.subarray(0, -4), false);
    const budget = new InflationBudget();
    budget.made(60_000_000);
    const result = read(sent, whole, 1000, budget);
    expect(result.unreadable).toBe(1);
    expect(result.bytes.length).toBeLessThan(9_000_000);
    expect(result.bytes.length).toBeGreaterThan(7_000_000);
    expect(read(sent, whole, 1000, budget)).toEqual({ bytes: Buffer.alloc(0), unreadable: 1 });
  });

  it('that repeat each other are read, however many there are', () => {
    const budget = new InflationBudget();
    const text = Buffer.from('{"temperature": 21.5, "humidity": 40, "unit": "C"}'.repeat(20));
    const sent = Array.from({ length: 50 }, () => ({ bytes: text, compressed: true, frames: 1 }));
    const bytes = framed(sent, { windowBits: 15, forgets: true }, false);
    // As much as 100 MB of it, each message with the headers of a frame of its own.
    for (let times = 0; times < 2000; times += 1) {
      budget.read(bytes.length + sent.length * 66);
      budget.made(text.length * sent.length);
    }
    expect(read(bytes, { windowBits: 15, forgets: true }, 1000, budget).unreadable).toBe(0);
  });

  it('of more connections than there is room for are not read', () => {
    const sent = { bytes: Buffer.from('hello'), compressed: true, frames: 1 };
    expect(read(framed([sent], whole, true), whole, 100, new InflationBudget(32_768)).unreadable).toBe(0);
    expect(read(framed([sent], whole, true), whole, 100, new InflationBudget(32_767)).unreadable).toBe(1);
  });
});

describe('what a Server agrees to', () => {
  const usual = { windowBits: 15, forgets: false };
  const rows: readonly (readonly [string, AgreedCompression | undefined])[] = [
    ['Sec-WebSocket-Extensions: permessage-deflate', { toServer: usual, toClient: usual }],
    [
      'sec-websocket-extensions:x, Permessage-Deflate ; server_no_context_takeover;client_max_window_bits="10"',
      { toServer: { windowBits: 10, forgets: false }, toClient: { windowBits: 15, forgets: true } },
    ],
    [
      'Sec-WebSocket-Extensions: x\r\nSec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_max_window_bits=8',
      { toServer: { windowBits: 15, forgets: true }, toClient: { windowBits: 8, forgets: false } },
    ],
    [
      'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; client_max_window_bits',
      { toServer: usual, toClient: usual },
    ],
    ['Sec-WebSocket-Extensions: x-webkit-deflate-frame', undefined],
    ['Sec-WebSocket-Protocol: permessage-deflate', undefined],
  ];

  it.each(rows)('is read in %j', (line, expected) => {
    expect(agreedCompression(`HTTP/1.1 101 Switching Protocols\r\n${line}\r\n\r\n`)).toEqual(expected);
  });
});
