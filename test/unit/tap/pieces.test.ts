import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TO_SERVER } from '../../../src/mqtt/packet.ts';
import { packetTypeNumber } from '../../../src/mqtt/packet-types.ts';
import { PacketGate } from '../../../src/net/tap/packet-gate.ts';
import { requestTo, WebSocketFrames } from '../../../src/net/tap/web-socket-frames.ts';
import { wire } from './support/packets.ts';

const packets = [
  wire.publish('t', 'x'),
  wire.publish('topic', 'y'.repeat(300)),
  wire.publish('t', '\xe0\x00\xe0'),
  wire.pingreq,
  wire.disconnect,
];
const stream = fc
  .array(fc.constantFrom(...packets), { maxLength: 20 })
  .map((each) => [wire.connect('demo'), ...each]);
const noise = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });

/** The bytes in pieces of the given lengths, over and over. */
function* pieces(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let [pos, turn] = [0, 0]; pos < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(pos, pos + length);
    pos += length;
  }
}

describe('a gate', () => {
  /** What passes, and what types were told. */
  const through = (bytes: Buffer, lengths: readonly number[], set: Partial<PacketGate> = {}) => {
    const passed: Buffer[] = [];
    const types: number[] = [];
    let dropped = 0;
    const gate = new PacketGate(
      TO_SERVER,
      { version: undefined },
      {
        pass: (each) => passed.push(Buffer.from(each)),
        passed: (type) => types.push(type),
        dropped: (_bytes, _type, first) => {
          if (first) dropped += 1;
        },
        unreadable: () => {},
      },
    );
    Object.assign(gate, set);
    for (const piece of pieces(bytes, lengths)) gate.feed(piece);
    gate.finish();
    return { passed: Buffer.concat(passed), types, dropped };
  };

  it('leaves out the packets of one type, and no other byte, however they come', () => {
    fc.assert(
      fc.property(stream, cuts, (all, lengths) => {
        const { passed, dropped } = through(Buffer.concat(all), lengths, {
          dropping: packetTypeNumber('disconnect'),
        });
        expect(passed.equals(Buffer.concat(all.filter((each) => each !== wire.disconnect)))).toBe(true);
        expect(dropped).toBe(all.filter((each) => each === wire.disconnect).length);
      }),
    );
  });

  it('tells each packet once it has passed', () => {
    fc.assert(
      fc.property(stream, cuts, (all, lengths) => {
        const { passed, types } = through(Buffer.concat(all), lengths, { watching: true });
        expect(passed.equals(Buffer.concat(all))).toBe(true);
        expect(types).toEqual(all.map((each) => (each[0] ?? 0) >> 4));
      }),
    );
  });

  it('passes noise as it is, at the latest when it ends', () => {
    fc.assert(
      fc.property(stream, noise, cuts, fc.boolean(), (all, rest, lengths, watching) => {
        const kept = all.filter((each) => each !== wire.disconnect);
        // What looks like a DISCONNECT behind the packets is one.
        fc.pre((rest[0] ?? 0) >> 4 !== packetTypeNumber('disconnect'));
        const bytes = Buffer.concat([...kept, rest]);
        expect(through(bytes, lengths, { watching }).passed.equals(bytes)).toBe(true);
      }),
    );
  });
});

describe('the frames of a WebSocket', () => {
  const head = 'GET / HTTP/1.1\r\nHost: tap\r\nUpgrade: websocket\r\n\r\n';
  const sent = 'GET / HTTP/1.1\r\nHost: broker:80\r\nUpgrade: websocket\r\n\r\n';
  const frame = fc
    .record({
      payload: fc.uint8Array({ maxLength: 70_000, size: 'medium' }),
      opcode: fc.constantFrom(0, 2, 8, 9, 10),
      fin: fc.boolean(),
      mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
    })
    .map(({ payload, opcode, fin, mask }) => {
      const short = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
      const length = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
      if (short === 126) length.writeUInt16BE(payload.length);
      if (short === 127) length.writeBigUInt64BE(BigInt(payload.length));
      const body = payload.map((byte, index) => byte ^ (mask?.[index & 3] ?? 0));
      const first = [(fin ? 0x80 : 0) | opcode, (mask === undefined ? 0 : 0x80) | short];
      return {
        raw: Buffer.concat([Buffer.from(first), length, Buffer.from(mask ?? []), body]),
        mqtt: Buffer.from(opcode < 8 ? payload : []),
      };
    });

  it('pass as they come, with what is MQTT in them beside, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }),
        fc.array(fc.boolean(), { minLength: 1 }),
        (frames, lengths, wholes) => {
          const reader = new WebSocketFrames(requestTo('broker:80'));
          const raw: Buffer[] = [];
          const mqtt: Buffer[] = [];
          let turn = 0;
          const bytes = Buffer.concat([Buffer.from(head), ...frames.map((each) => each.raw)]);
          for (const piece of pieces(bytes, lengths)) {
            reader.feed(piece, wholes[turn++ % wholes.length] ?? false, (unit) => {
              raw.push(unit.raw);
              mqtt.push(unit.mqtt);
              if (unit.rebuilt !== undefined) expect(unit.rebuilt(unit.mqtt).equals(unit.raw)).toBe(true);
            });
          }
          raw.push(reader.finish() ?? Buffer.alloc(0));
          const expected = Buffer.concat([Buffer.from(sent), ...frames.map((each) => each.raw)]);
          expect(Buffer.concat(raw).equals(expected)).toBe(true);
          expect(Buffer.concat(mqtt).equals(Buffer.concat(frames.map((each) => each.mqtt)))).toBe(true);
        },
      ),
    );
  });

  it('pass noise in their place', () => {
    fc.assert(
      fc.property(noise, cuts, fc.boolean(), (bytes, lengths, whole) => {
        for (const start of ['', head]) {
          const reader = new WebSocketFrames(requestTo('broker:80'));
          const raw: Buffer[] = [];
          for (const piece of pieces(Buffer.concat([Buffer.from(start), bytes]), lengths)) {
            reader.feed(piece, whole, (unit) => raw.push(unit.raw));
          }
          raw.push(reader.finish() ?? Buffer.alloc(0));
          const passed = Buffer.concat(raw);
          expect(passed.subarray(passed.length - bytes.length).equals(bytes)).toBe(true);
        }
      }),
    );
  });
});
