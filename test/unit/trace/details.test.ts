import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { type ConnectPacket, type Field, TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';
import { recordDetails } from '../../../src/trace/details.ts';
import { detailsByteLimit, type RecordDetails } from '../../../src/trace/model.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { bytesOf, CollectingListener, chunkings, concat, connect, publish, server } from './support.ts';

const PASSWORD = 'Zq7Xw9Kv3Jb5Hy';
const withPassword: ConnectPacket = connect({ userName: 'anna', password: encodeUtf8(PASSWORD) });
const helloBytes = encodePacket(withPassword, 5);
const gone = { by: 'client', how: 'fin' } as const;

function recording() {
  const trace = new Trace();
  const recorder = new Recorder(trace, new CollectingListener());
  const connection = recorder.opened(0, server);
  return { trace, recorder, connection };
}

/** All records of the trace, shown. */
function allDetails(trace: Trace): RecordDetails[] {
  const all: RecordDetails[] = [];
  for (let seq = trace.firstSeq; seq < trace.endSeq; seq += 1) {
    const details = recordDetails(trace, seq);
    if (details !== undefined) all.push(details);
  }
  return all;
}

function flat(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => [field, ...flat(field.fields ?? [])]);
}

const value = (details: RecordDetails | undefined, name: string): string | undefined =>
  flat(details?.fields ?? []).find((field) => field.name === name)?.value;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Everything that a record shows, as one text. */
const shown = (details: RecordDetails): string => `${text(details.bytes)} ${JSON.stringify(details.fields)}`;

describe('the details of a packet', () => {
  it('are its fields beside its bytes', () => {
    const { trace, recorder, connection } = recording();
    const bytes = encodePacket(publish({ topic: 'a/b', qos: 1, packetId: 5 }), 5);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, bytes));
    const details = recordDetails(trace, 3);
    expect(details).toMatchObject({ seq: 3, title: 'PUBLISH', version: 5, bytes, length: bytes.length });
    expect(value(details, 'Topic Name')).toBe('a/b');
    expect(details?.malformed).toBeUndefined();
  });

  it('tell what is malformed inside', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, bytesOf(0xc0, 0x01, 0x00)));
    expect(recordDetails(trace, 3)).toMatchObject({
      title: 'PINGREQ',
      malformed: { reason: 'trailing-bytes' },
    });
  });

  it('are undefined for a record that is not held', () => {
    expect(recordDetails(new Trace(), 1)).toBeUndefined();
  });

  it('are limited: of a long packet its beginning is shown, with its true lengths', () => {
    const { trace, recorder, connection } = recording();
    const long = encodePacket(publish({ payload: new Uint8Array(3_000_000).fill(0x61) }), 5);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, long));
    const details = recordDetails(trace, 3);
    expect(details).toMatchObject({ length: long.length, malformed: undefined });
    expect(details?.bytes).toEqual(long.slice(0, detailsByteLimit));
    expect(value(details, 'Remaining Length')).toBe(String(long.length - 5));
    expect(value(details, 'Topic Name')).toBe('a/b');
    expect(value(details, 'Not shown')).toBe(`${long.length - detailsByteLimit} bytes`);
    const fields = flat(details?.fields ?? []);
    expect(fields.find(({ name }) => name === 'Remaining Length')).toMatchObject({ start: 1, end: 5 });
    expect(fields.find(({ name }) => name === 'Topic Name')).toMatchObject({ start: 7, end: 10 });
    expect(fields.every(({ end }) => end <= detailsByteLimit)).toBe(true);
  });

  it('still tell the fault of a packet that is kept whole but shown in part', () => {
    const { trace, recorder, connection } = recording();
    const long = encodePacket(publish({ topic: 'a/#', payload: new Uint8Array(100_000) }), 5);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, long));
    expect(recordDetails(trace, 3)?.malformed?.reason).toBe('topic-wildcard');
  });

  it('are limited in the number of fields', () => {
    const { trace, recorder, connection } = recording();
    const subscriptions = Array.from({ length: 10_000 }, () => ({
      topicFilter: 'a',
      qos: 0 as const,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0 as const,
    }));
    const bytes = encodePacket({ type: 'subscribe', packetId: 1, properties: [], subscriptions }, 5);
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, bytes));
    expect(flat(recordDetails(trace, 3)?.fields ?? []).length).toBeLessThan(2_100);
    expect(value(recordDetails(trace, 3), 'More fields')).toBe('not shown');
  });

  it('read a CONNACK that comes before the version is known in the form of 3.1.1', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_CLIENT, bytesOf(0x20, 0x02, 0x00, 0x01));
    const details = recordDetails(trace, 2);
    expect(details).toMatchObject({ title: 'CONNACK', version: undefined, malformed: undefined });
  });
});

describe('the details of what is no packet', () => {
  it('name the Server and the cause', () => {
    const { trace, recorder, connection } = recording();
    recorder.closed(1, connection, { by: 'network', how: 'error', detail: 'ECONNREFUSED' });
    const [opened, closed] = allDetails(trace);
    expect(opened).toMatchObject({ title: 'connection opened', length: 0, bytes: bytesOf() });
    expect(value(opened, 'Server')).toBe('localhost:1883');
    expect(closed).toMatchObject({ title: 'connection closed' });
    expect(value(closed, 'Ended by')).toBe('network');
    expect(value(closed, 'Error')).toBe('ECONNREFUSED');
  });

  it('name an action and its target', () => {
    const { trace, recorder } = recording();
    recorder.action(1, 'session-deleted', { server: 'localhost:1883', clientId: 'demo' });
    const details = recordDetails(trace, 2);
    expect(details?.title).toBe('action: session-deleted');
    expect(value(details, 'Client Identifier')).toBe('demo');
  });

  it('show what a server that is no broker says, and why it cannot be read', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_CLIENT, encodeUtf8('HTTP/1.1 400 Bad Request\r\n'));
    const details = recordDetails(trace, 2);
    expect(details).toMatchObject({ title: 'unreadable bytes', malformed: { reason: 'http-answer' } });
    expect(value(details, 'Bytes')).toContain('400 Bad Request');
    expect(value(details, 'Reason')).toContain('HTTP');
  });

  it('say which packet the end of the connection cut short', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, concat(helloBytes, bytesOf(0x30, 0x10, 0x00)));
    recorder.closed(2, connection, gone);
    expect(recordDetails(trace, 3)).toMatchObject({
      title: 'PUBLISH, cut short',
      bytes: bytesOf(0x30, 0x10, 0),
    });
  });
});

describe('a password', () => {
  it('is hidden in the bytes and in the fields, and nothing else is', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, helloBytes);
    const details = recordDetails(trace, 2);
    const at = text(helloBytes).indexOf(PASSWORD);
    const expected = helloBytes.slice();
    expected.fill(0x2a, at, at + PASSWORD.length);
    expect(details?.bytes).toEqual(expected);
    expect(value(details, 'User Name')).toBe('anna');
    expect(flat(details?.fields ?? []).find(({ name }) => name === 'Password')).toMatchObject({
      start: at,
      end: at + PASSWORD.length,
      secret: true,
    });
    expect(JSON.stringify(details)).not.toContain(PASSWORD);
  });

  it('is hidden in the trace view only: the trace itself keeps the bytes as they were', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, helloBytes);
    recordDetails(trace, 2);
    expect(trace.read(2)?.bytes).toEqual(helloBytes);
  });

  it('is hidden when it is longer than the packet, with all that follows on the connection', () => {
    const { trace, recorder, connection } = recording();
    // Remaining Length ends within the password: its rest follows as if it were packets.
    const short = helloBytes.slice();
    short[1] = (short[1] ?? 0) - 9;
    recorder.bytes(1, connection, TO_SERVER, short);
    const all = allDetails(trace);
    expect(all.length).toBeGreaterThan(2);
    for (const details of all) {
      for (let from = 0; from + 3 <= PASSWORD.length; from += 1) {
        expect(shown(details)).not.toContain(PASSWORD.slice(from, from + 3));
      }
    }
  });

  it('is hidden when the CONNECT is not understood at all, and the details say so', () => {
    const { trace, recorder, connection } = recording();
    const unknown = helloBytes.slice();
    unknown[8] = 9;
    recorder.bytes(1, connection, TO_SERVER, unknown);
    const details = recordDetails(trace, 2);
    expect(details?.malformed?.reason).toBe('unsupported-protocol-version');
    expect(details?.bytes).toEqual(new Uint8Array(unknown.length).fill(0x2a));
    expect(value(details, 'Hidden')).toMatch(/password/);
  });

  it('is hidden when the connection ends before the CONNECT does', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, helloBytes.slice(0, -4));
    recorder.closed(2, connection, gone);
    const details = recordDetails(trace, 2);
    expect(details?.title).toBe('CONNECT, cut short');
    expect(details?.bytes).toEqual(new Uint8Array(helloBytes.length - 4).fill(0x2a));
  });

  it('does not hide what a Client sends behind a CONNECT that only breaks a rule', () => {
    const { trace, recorder, connection } = recording();
    const properties = [
      { id: PROPERTY.receiveMaximum, kind: 'number', value: 1 } as const,
      { id: PROPERTY.receiveMaximum, kind: 'number', value: 1 } as const,
    ];
    const twice = encodePacket({ ...withPassword, properties }, 5);
    recorder.bytes(1, connection, TO_SERVER, concat(twice, encodePacket(publish(), 5)));
    const [, hello, message] = allDetails(trace);
    expect(hello?.malformed?.reason).toBe('duplicate-property');
    expect(hello === undefined ? PASSWORD : shown(hello)).not.toContain(PASSWORD);
    expect(value(hello, 'User Name')).toBe('anna');
    expect(value(message, 'Topic Name')).toBe('a/b');
  });

  it('is never shown, wherever a CONNECT is damaged and however it comes', () => {
    const damaged = fc
      .record({
        place: fc.nat(text(helloBytes).indexOf(PASSWORD) - 1),
        value: fc.nat(255),
        more: fc.uint8Array({ maxLength: 10 }),
      })
      .map(({ place, value: byte, more }) => {
        const bytes = concat(helloBytes, more);
        bytes[place] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(
        damaged.chain((bytes) => fc.record({ bytes: fc.constant(bytes), chunks: chunkings(bytes) })),
        ({ chunks }) => {
          const { trace, recorder, connection } = recording();
          for (const chunk of chunks) recorder.bytes(1, connection, TO_SERVER, chunk);
          recorder.closed(2, connection, gone);
          // A length or flag that was changed can make another field of it; what is not a clear field stays
          // hidden.
          for (const details of allDetails(trace)) {
            const clear = flat(details.fields).filter(
              ({ secret, fields }) => !secret && fields === undefined,
            );
            const at = text(details.bytes).indexOf(PASSWORD.slice(0, 4));
            const covered = clear.some(({ start, end }) => start <= at && at < end);
            expect(at === -1 || covered).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('Authentication Data', () => {
  const authenticating = connect({
    properties: [
      { id: PROPERTY.authenticationMethod, kind: 'string', value: 'SCRAM' },
      { id: PROPERTY.authenticationData, kind: 'bytes', value: encodeUtf8(PASSWORD) },
    ],
  });

  it('is hidden in CONNECT, AUTH and CONNACK', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, encodePacket(authenticating, 5));
    const { properties } = authenticating;
    recorder.bytes(2, connection, TO_CLIENT, encodePacket({ type: 'auth', reasonCode: 0x18, properties }, 5));
    recorder.bytes(
      3,
      connection,
      TO_CLIENT,
      encodePacket({ type: 'connack', sessionPresent: false, reasonCode: 0, properties }, 5),
    );
    const all = allDetails(trace);
    expect(all).toHaveLength(4);
    for (const details of all) expect(shown(details)).not.toContain(PASSWORD);
    for (const details of all.slice(1)) expect(shown(details)).toContain('SCRAM');
  });

  it('is hidden in bytes that cannot be read, in both directions', () => {
    const { trace, recorder, connection } = recording();
    recorder.bytes(1, connection, TO_SERVER, encodePacket(authenticating, 5));
    const unreadable = concat(bytesOf(0x00), encodeUtf8(PASSWORD));
    recorder.bytes(2, connection, TO_CLIENT, unreadable);
    recorder.bytes(3, connection, TO_SERVER, unreadable);
    const all = allDetails(trace);
    expect(all).toHaveLength(4);
    for (const details of all) expect(shown(details)).not.toContain(PASSWORD);
  });
});
