import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { anyBytes, packets } from './fuzz-acts.ts';

/** A WebSocket frame, sound or broken (RFC 6455 5.2). */
export interface Frame {
  readonly fin: boolean;
  readonly reserved: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
  /** How much longer than it is it says to be, in bytes. */
  readonly more: number;
}

const payload = fc.oneof(
  fc.constantFrom(...packets),
  fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
  fc.integer({ min: 0, max: 80_000 }).map((length) => Buffer.alloc(length, 'long ')),
);

export const frameOf = (masked: boolean): fc.Arbitrary<Frame> =>
  fc.record({
    fin: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    reserved: rarely,
    opcode: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(2, 2, 2, 0, 9, 10) },
      { weight: 1, arbitrary: fc.constantFrom(1, 3, 8, 11) },
    ),
    masked: rarely.map((wrong) => masked !== wrong),
    payload,
    more: fc.oneof(
      { weight: 20, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1, 70_000, 2 ** 40) },
    ),
  });

const rarely = fc.oneof(
  { weight: 30, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

/** Frames, floods of pings, pieces of frames, and noise. */
export const anyFrames = (masked: boolean): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 8, arbitrary: frameOf(masked).map(frameBytes) },
    {
      weight: 2,
      arbitrary: fc.array(frameOf(masked), { maxLength: 8 }).map((all) => Buffer.concat(all.map(frameBytes))),
    },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 1, max: 3000 })
        .map((count) => Buffer.concat(Array.from({ length: count }, () => frameBytes({ ...ping, masked })))),
    },
    { weight: 1, arbitrary: frameOf(masked).map((frame) => frameBytes(frame).subarray(0, 3)) },
    { weight: 1, arbitrary: anyBytes },
  );

const ping: Frame = {
  fin: true,
  reserved: false,
  opcode: 9,
  masked: true,
  payload: Buffer.from('ping'),
  more: 0,
};

export function frameBytes({ fin, reserved, opcode, masked, payload: bytes, more }: Frame): Buffer {
  const length = bytes.length + more;
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const extended = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) extended.writeUInt16BE(length);
  if (short === 127) extended.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([(fin ? 0x80 : 0) | (reserved ? 0x40 : 0) | opcode, (masked ? 0x80 : 0) | short]);
  if (!masked) return Buffer.concat([head, extended, bytes]);
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  return Buffer.concat([head, extended, mask, bytes.map((byte, index) => byte ^ (mask[index & 3] ?? 0))]);
}

/**
 * What a reader that follows RFC 6455 makes of bytes: the binary messages that are whole, up to the first frame that it must not
 * take. `sound` when there is none, and no frame is cut off.
 */
export function messagesOf(
  stream: Buffer,
  masked: boolean,
): { readonly bytes: Buffer; readonly sound: boolean } {
  const whole: Buffer[] = [];
  let parts: Buffer[] | undefined;
  const told = (sound: boolean) => ({ bytes: Buffer.concat(whole), sound });
  for (let at = 0; at < stream.length; ) {
    const [first = 0, second = 0] = stream.subarray(at, at + 2);
    if (stream.length < at + 2) return told(false);
    const [fin, opcode, short] = [first >= 0x80, first & 0x0f, second & 0x7f];
    const control = opcode >= 8;
    const wrong =
      (first & 0x70) !== 0 ||
      second >= 0x80 !== masked ||
      ![0, 2, 9, 10].includes(opcode) ||
      (control && (!fin || short > 125)) ||
      (opcode === 0 && parts === undefined) ||
      (opcode === 2 && parts !== undefined);
    if (wrong) return told(false);
    const bytesOfLength = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskAt = at + 2 + bytesOfLength;
    const start = maskAt + (masked ? 4 : 0);
    if (stream.length < start) return told(false);
    const length =
      bytesOfLength === 0
        ? short
        : bytesOfLength === 2
          ? stream.readUInt16BE(at + 2)
          : Number(stream.readBigUInt64BE(at + 2));
    at = start + length;
    if (stream.length < at) return told(false);
    if (control) continue;
    const carried = Buffer.from(stream.subarray(start, at));
    for (let index = 0; masked && index < carried.length; index += 1) {
      carried[index] = (carried[index] ?? 0) ^ (stream[maskAt + (index & 3)] ?? 0);
    }
    parts = [...(parts ?? []), carried];
    if (!fin) continue;
    whole.push(...parts);
    parts = undefined;
  }
  return told(true);
}

const key = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The lines of a request for a WebSocket. */
export const requestLines = [
  'GET /mqtt HTTP/1.1',
  'Host: 127.0.0.1:1884',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Key: ${key}`,
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: mqtt',
  'Sec-WebSocket-Extensions: permessage-deflate',
];

/** The answer to a request with this key. */
export function answerTo(requestKey: string): Buffer {
  const accept = createHash('sha1')
    .update(`${requestKey}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    'Sec-WebSocket-Protocol: mqtt',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

const headOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');

/** Handshakes as they should be, and broken ones: lines missing or foreign, too long, cut off, or no HTTP at all. */
export const anyRequest: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(headOf(requestLines)) },
  { weight: 2, arbitrary: fc.subarray(requestLines).map(headOf) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      headOf([...requestLines, 'host: again', 'HOST:', 'X: \xff\x00']),
      headOf([...requestLines, `X-Long: ${'y'.repeat(70_000)}`]),
      headOf(requestLines).subarray(0, 60),
      Buffer.from('\r\n\r\n'),
    ),
  },
  { weight: 1, arbitrary: anyBytes },
);

export const anyAnswer: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(answerTo(key)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno'),
      answerTo('another key'),
      answerTo(key).subarray(0, 40),
    ),
  },
  { weight: 1, arbitrary: anyBytes },
);
