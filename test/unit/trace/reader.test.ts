import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { framingReasons } from '../../../src/mqtt/framing-faults.ts';
import { statementOf } from '../../../src/mqtt/malformed.ts';
import {
  type Direction,
  type Packet,
  type ProtocolVersion,
  TO_CLIENT,
  TO_SERVER,
} from '../../../src/mqtt/packet.ts';
import { type ConnectionState, StreamReader } from '../../../src/mqtt/reader.ts';
import { findStatement } from '../../../src/mqtt/statements.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';
import {
  bytesOf,
  CollectingSink,
  chunkings,
  clientStream,
  concat,
  connect,
  cutAt,
  hexOf,
  publish,
} from './support.ts';

interface Reading {
  readonly sink: CollectingSink;
  readonly reader: StreamReader;
  readonly state: ConnectionState;
}

function read(
  direction: Direction,
  chunks: readonly Uint8Array[],
  version?: ProtocolVersion,
  maxPacketBytes = 1_048_576,
): Reading {
  const sink = new CollectingSink();
  const state: ConnectionState = { version };
  const reader = new StreamReader(direction, state, sink, { maxPacketBytes });
  for (const chunk of chunks) reader.push(chunk);
  return { sink, reader, state };
}

const summary = ({ sink, state }: Reading) => ({
  packets: sink.packets,
  faults: sink.faults,
  opaque: sink.opaqueBytes,
  version: state.version,
});

describe('the facts of a packet', () => {
  const facts = (packet: Packet, version: ProtocolVersion, direction: Direction) => {
    const bytes = encodePacket(packet, version);
    // A packet of a Client comes behind its CONNECT.
    const before = direction === TO_SERVER ? [encodePacket(connect({ version }), version)] : [];
    const seen = read(direction, [...before, bytes], version).sink.packets.at(-1);
    expect(seen?.bytes).toBe(hexOf(bytes));
    expect(seen?.length).toBe(bytes.length);
    return { topic: seen?.topic, packetId: seen?.packetId, reasonCode: seen?.reasonCode };
  };
  const versions: readonly ProtocolVersion[] = [3, 4, 5];

  it.each(versions)('tell the topic of a PUBLISH and its Packet Identifier in version %i', (version) => {
    expect(facts(publish({ topic: 'x/ü' }), version, TO_SERVER)).toEqual({
      topic: 'x/ü',
      packetId: 0,
      reasonCode: 0,
    });
    expect(facts(publish({ qos: 2, packetId: 77 }), version, TO_CLIENT)).toMatchObject({ packetId: 77 });
  });

  it.each(versions)('tell the reason code of a CONNACK in version %i', (version) => {
    const connack: Packet = { type: 'connack', sessionPresent: false, reasonCode: 5, properties: [] };
    expect(facts(connack, version, TO_CLIENT)).toEqual({ topic: '', packetId: 0, reasonCode: 5 });
  });

  it('tell the reason code of an acknowledgement, which 5.0 may leave out', () => {
    const puback = (reasonCode: number): Packet => ({
      type: 'puback',
      packetId: 9,
      reasonCode,
      properties: [],
    });
    expect(facts(puback(0x87), 5, TO_CLIENT)).toMatchObject({ packetId: 9, reasonCode: 0x87 });
    expect(facts(puback(0), 5, TO_CLIENT)).toMatchObject({ packetId: 9, reasonCode: 0 });
  });

  it.each(versions)('tell the first reason code of a SUBACK in version %i', (version) => {
    const suback: Packet = {
      type: 'suback',
      packetId: 3,
      properties: version === 5 ? [{ id: 0x1f, kind: 'string', value: 'because' }] : [],
      reasonCodes: [1, 0x80],
    };
    expect(facts(suback, version, TO_CLIENT)).toMatchObject({ packetId: 3, reasonCode: 1 });
  });

  it('tell the reason code of a DISCONNECT', () => {
    expect(facts({ type: 'disconnect', reasonCode: 0x8e, properties: [] }, 5, TO_CLIENT)).toMatchObject({
      reasonCode: 0x8e,
    });
    expect(facts({ type: 'disconnect', reasonCode: 0, properties: [] }, 4, TO_SERVER)).toMatchObject({
      reasonCode: 0,
    });
  });
});

describe('the version of a connection', () => {
  it.each<ProtocolVersion>([3, 4, 5])('is learned from its CONNECT: %i', (version) => {
    expect(read(TO_SERVER, [encodePacket(connect({ version }), version)]).state.version).toBe(version);
  });

  it('is learned from the CONNECT of a bridge, which sets a bit of its own', () => {
    const bytes = encodePacket(connect({ version: 4, bridge: true }), 4);
    expect(read(TO_SERVER, [bytes]).state.version).toBe(4);
  });

  it('does not change with a second CONNECT', () => {
    const chunks = [encodePacket(connect({ version: 4 }), 4), encodePacket(connect({ version: 5 }), 5)];
    expect(read(TO_SERVER, chunks).state.version).toBe(4);
  });
});

describe('chunks', () => {
  it('do not matter: every single split gives what the whole gives', () => {
    const bytes = concat(
      encodePacket(connect({ userName: 'u', password: encodeUtf8('p') }), 5),
      encodePacket(publish({ payload: new Uint8Array(200) }), 5),
      encodePacket({ type: 'pingreq' }, 5),
      bytesOf(0x00, 0x01, 0x02),
    );
    const whole = summary(read(TO_SERVER, [bytes]));
    expect(whole.packets).toHaveLength(3);
    expect(whole.faults).toHaveLength(1);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(summary(read(TO_SERVER, cutAt(bytes, [cut])))).toEqual(whole);
    }
    expect(
      summary(
        read(
          TO_SERVER,
          Array.from(bytes, (byte) => bytesOf(byte)),
        ),
      ),
    ).toEqual(whole);
  });

  it('do not matter for random packets in random pieces', () => {
    fc.assert(
      fc.property(
        clientStream.chain(({ packets }) =>
          fc.record({ packets: fc.constant(packets), chunks: chunkings(concat(...packets)) }),
        ),
        ({ packets, chunks }) => {
          const reading = read(TO_SERVER, chunks);
          expect(reading.sink.packets.map(({ bytes }) => bytes)).toEqual(packets.map(hexOf));
          expect(summary(reading)).toEqual(summary(read(TO_SERVER, [concat(...packets)])));
        },
      ),
    );
  });

  it('do not matter for bytes that are damaged or no MQTT at all', () => {
    const damaged = fc
      .record({ stream: clientStream, places: fc.array(fc.nat(), { maxLength: 4 }), value: fc.nat(255) })
      .map(({ stream, places, value }) => {
        const bytes = concat(...stream.packets);
        for (const place of places) bytes[place % bytes.length] = value;
        return bytes;
      });
    const any = fc.oneof(damaged, fc.uint8Array({ minLength: 1, maxLength: 60 }));
    fc.assert(
      fc.property(
        any.chain((bytes) => fc.record({ bytes: fc.constant(bytes), chunks: chunkings(bytes) })),
        fc.constantFrom<Direction>(TO_SERVER, TO_CLIENT),
        fc.constantFrom(16, 40, 1_048_576),
        ({ bytes, chunks }, direction, maxPacketBytes) => {
          const whole = summary(read(direction, [bytes], undefined, maxPacketBytes));
          expect(summary(read(direction, chunks, undefined, maxPacketBytes))).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('lose no byte: packets, opaque bytes and the unfinished packet are all there was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom<Direction>(0, 1), (bytes, direction) => {
        const { sink, reader } = read(direction, [bytes]);
        reader.finish();
        expect(sink.packets.map((packet) => packet.bytes).join('') + sink.opaqueBytes).toBe(hexOf(bytes));
      }),
    );
  });
});

describe('a framing fault', () => {
  const hello = encodePacket(connect({ version: 5 }), 5);
  const hello4 = encodePacket(connect({ version: 4 }), 4);
  const text = (words: string): Uint8Array => encodeUtf8(words);
  const connectBytes = (...body: number[]): Uint8Array => bytesOf(0x10, body.length, ...body);

  interface Case {
    readonly what: string;
    readonly direction: Direction;
    readonly before?: Uint8Array;
    readonly bytes: Uint8Array;
    readonly reason: string;
    readonly offset: number;
    readonly statement: string;
  }

  const cases: readonly Case[] = [
    {
      what: 'the reserved type 0',
      direction: TO_SERVER,
      before: hello,
      bytes: bytesOf(0x00, 0x00),
      reason: 'reserved-packet-type',
      offset: 0,
      statement: '5:2.1.2',
    },
    {
      what: 'AUTH before 5.0',
      direction: TO_SERVER,
      before: hello4,
      bytes: bytesOf(0xf0, 0x00),
      reason: 'reserved-packet-type',
      offset: 0,
      statement: '4:2.2.1',
    },
    {
      what: 'SUBSCRIBE with wrong flags',
      direction: TO_SERVER,
      before: hello4,
      bytes: bytesOf(0x80, 0x05, 0, 1, 0, 1, 0x61),
      reason: 'reserved-flags',
      offset: 0,
      statement: '4:MQTT-3.8.1-1',
    },
    {
      what: 'both QoS bits in PUBLISH',
      direction: TO_CLIENT,
      bytes: bytesOf(0x36, 0x05, 0, 1, 0x61, 0, 1),
      reason: 'publish-qos-invalid',
      offset: 0,
      statement: '5:MQTT-3.3.1-4',
    },
    {
      what: 'a Remaining Length of five bytes',
      direction: TO_CLIENT,
      bytes: bytesOf(0x30, 0x80, 0x80, 0x80, 0x80, 0x01),
      reason: 'variable-byte-integer-too-long',
      offset: 1,
      statement: '5:1.5.5',
    },
    {
      what: 'a topic that is longer than its packet',
      direction: TO_CLIENT,
      bytes: bytesOf(0x30, 0x04, 0, 9, 0x61, 0x62),
      reason: 'topic-too-long',
      offset: 2,
      statement: '5:2.1.4',
    },
    {
      what: 'a PUBLISH without room for its Packet Identifier',
      direction: TO_SERVER,
      before: hello4,
      bytes: bytesOf(0x32, 0x03, 0, 1, 0x61),
      reason: 'packet-too-short',
      offset: 1,
      statement: '4:2.2.3',
    },
    {
      what: 'a PUBACK without its Packet Identifier',
      direction: TO_CLIENT,
      bytes: bytesOf(0x40, 0x01, 0x07),
      reason: 'packet-too-short',
      offset: 1,
      statement: '5:2.1.4',
    },
    {
      what: 'a Client that does not begin with CONNECT',
      direction: TO_SERVER,
      bytes: bytesOf(0xc0, 0x00),
      reason: 'connect-expected',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
    {
      what: 'a CONNECT of another protocol',
      direction: TO_SERVER,
      bytes: connectBytes(0, 4, 0x4d, 0x51, 0x54, 0x58, 4, 2, 0, 60, 0, 0),
      reason: 'not-mqtt-connect',
      offset: 2,
      statement: '5:MQTT-3.1.2-1',
    },
    {
      what: 'a CONNECT of version 6',
      direction: TO_SERVER,
      bytes: connectBytes(0, 4, 0x4d, 0x51, 0x54, 0x54, 6, 2, 0, 60, 0, 0),
      reason: 'unsupported-protocol-version',
      offset: 8,
      statement: '5:MQTT-3.1.2-2',
    },
    {
      what: 'a CONNECT that ends behind its version',
      direction: TO_SERVER,
      bytes: connectBytes(0, 4, 0x4d, 0x51, 0x54, 0x54, 4),
      reason: 'packet-too-short',
      offset: 1,
      statement: '5:2.1.4',
    },
    {
      what: 'an answer in HTTP',
      direction: TO_CLIENT,
      bytes: text('HTTP/1.1 400 Bad Request\r\n\r\n'),
      reason: 'http-answer',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
    {
      what: 'a request in HTTP',
      direction: TO_SERVER,
      bytes: text('GET /mqtt HTTP/1.1\r\n'),
      reason: 'http-request',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
    {
      what: 'a ClientHello of TLS',
      direction: TO_SERVER,
      bytes: bytesOf(0x16, 0x03, 0x01, 0x02, 0x00, 0x01),
      reason: 'tls-bytes',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
    {
      what: 'an alert of TLS',
      direction: TO_CLIENT,
      bytes: bytesOf(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46),
      reason: 'tls-bytes',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
    {
      what: 'a server of AMQP',
      direction: TO_CLIENT,
      bytes: text('AMQP\0\0\u0009\u0001'),
      reason: 'amqp-bytes',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
    {
      what: 'a server of SSH',
      direction: TO_CLIENT,
      bytes: text('SSH-2.0-OpenSSH'),
      reason: 'ssh-bytes',
      offset: 0,
      statement: '5:MQTT-3.1.0-1',
    },
  ];

  it.each(cases)('is told with place and statement: $what', (each) => {
    const before = each.before ?? new Uint8Array(0);
    const { sink } = read(each.direction, [before, each.bytes]);
    expect(sink.faults).toHaveLength(1);
    const [fault] = sink.faults;
    const statement = fault?.malformed.statement;
    expect(fault).toMatchObject({
      malformed: { reason: each.reason, offset: each.offset },
      streamOffset: before.length,
    });
    expect(`${statement?.version}:${statement?.id}`).toBe(each.statement);
    expect(fault?.malformed.message).not.toMatch(/[{}]/);
    expect(sink.opaqueBytes).toBe(hexOf(each.bytes));
  });

  it('has a case here for every reason of its own', () => {
    const tried = new Set(cases.map(({ reason }) => reason));
    expect(Object.keys(framingReasons).filter((reason) => !tried.has(reason))).toEqual([]);
  });

  it.each<ProtocolVersion>([3, 4, 5])('quotes statements that are in the table, version %i', (version) => {
    for (const { statement } of Object.values(framingReasons)) {
      expect(findStatement(statementOf(statement, version))).toBeDefined();
    }
  });

  it('is told once, and all that follows in that direction is opaque, MQTT or not', () => {
    const more = encodePacket({ type: 'pingreq' }, 5);
    const { sink, reader } = read(TO_SERVER, [hello, bytesOf(0x00), more, more]);
    expect(reader.unreadable).toBe(true);
    expect(sink.faults).toHaveLength(1);
    expect(sink.packets).toHaveLength(1);
    expect(sink.opaqueBytes).toBe('00c000c000');
  });

  it('leaves the other direction readable: the DISCONNECT that answers it is read', () => {
    const state: ConnectionState = { version: undefined };
    const toServer = new CollectingSink();
    const toClient = new CollectingSink();
    const client = new StreamReader(TO_SERVER, state, toServer);
    const answer = new StreamReader(TO_CLIENT, state, toClient);
    client.push(concat(hello, bytesOf(0x00, 0x00)));
    answer.push(encodePacket({ type: 'disconnect', reasonCode: 0x81, properties: [] }, 5));
    expect(toServer.faults).toHaveLength(1);
    expect(toClient.packets).toMatchObject([{ reasonCode: 0x81 }]);
  });

  it('is not made of what 3.1 leaves unused: DUP on a repeated SUBSCRIBE', () => {
    const hello3 = encodePacket(connect({ version: 3 }), 3);
    const { sink } = read(TO_SERVER, [hello3, bytesOf(0x8a, 0x06, 0, 1, 0, 1, 0x61, 0)]);
    expect(sink.faults).toEqual([]);
    expect(sink.packets).toHaveLength(2);
  });

  it('is not made of a 3.1.1 answer to a 5.0 CONNECT: a Server that knows only 3.1.1 refuses it so', () => {
    const { sink } = read(TO_CLIENT, [bytesOf(0x20, 0x02, 0x00, 0x01)], 5);
    expect(sink.packets).toMatchObject([{ reasonCode: 1 }]);
  });
});

describe('a packet that is longer than is kept', () => {
  const long = encodePacket(publish({ payload: new Uint8Array(5000).fill(7) }), 5);
  const ping = encodePacket({ type: 'pingresp' }, 5);

  it('is told with its beginning and its true length, and what follows is read', () => {
    const whole = read(TO_CLIENT, [concat(long, ping)], 5, 100);
    expect(whole.sink.packets).toMatchObject([
      { length: long.length, bytes: hexOf(long.slice(0, 100)), topic: 'a/b' },
      { length: 2 },
    ]);
    const pieces = read(TO_CLIENT, cutAt(concat(long, ping), [1, 2, 50, 101, 3000]), 5, 100);
    expect(summary(pieces)).toEqual(summary(whole));
  });

  it('is told as far as it came when the connection ends', () => {
    const { sink, reader } = read(TO_CLIENT, [long.slice(0, 4000)], 5, 100);
    reader.finish();
    expect(sink.packets).toEqual([]);
    expect(sink.opaqueLength).toBe(4000);
    expect(sink.opaqueBytes).toBe(hexOf(long.slice(0, 100)));
  });

  it('takes memory for what has come of it, not for what it announces', () => {
    const announced = bytesOf(0x30, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x01, 0x61);
    const before = process.memoryUsage().arrayBuffers;
    const readings = Array.from({ length: 2000 }, () => read(TO_CLIENT, [announced], 5));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    expect(readings.every(({ sink }) => sink.packets.length === 0)).toBe(true);
  });
});
