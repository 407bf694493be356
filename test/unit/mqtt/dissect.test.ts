import { describe, expect, test } from 'vitest';
import { maxFields } from '../../../src/mqtt/decode/fields.ts';
import { dissectPacket } from '../../../src/mqtt/decode.ts';
import type { Field } from '../../../src/mqtt/packet.ts';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { leavesOf, told } from './support/leaves.ts';
import { binary, block, raw, wire } from './support/wire.ts';

/** A line a field, its place in front, groups indented. */
function drawn(fields: readonly Field[], depth = 0): string[] {
  return fields.flatMap(({ name, value, start, end, fields: inner }) => {
    const line = `${`${start}-${end}`.padEnd(6)} ${'  '.repeat(depth)}${name}${inner ? '' : `: ${value}`}`;
    return [line, ...(inner === undefined ? [] : drawn(inner, depth + 1))];
  });
}

function dissected(bytes: Uint8Array, direction: 0 | 1 = TO_SERVER, version: 3 | 4 | 5 = 5): Field[] {
  return dissectPacket(bytes, 0, bytes.length, version, direction).fields;
}

describe('the fields', () => {
  test('of a CONNECT with a will', () => {
    const bytes = wire(
      0x10,
      ...['MQTT', 5, 0b1100_0110, 0, 60],
      block(0x11, 0, 0, 0, 10),
      'demo',
      block(0x18, 0, 0, 0, 5, 0x26, 'k', 'v'),
      'status',
      binary(...raw("I'm offline")),
      'user',
      binary(...raw('hunter2')),
    );
    expect(drawn(dissected(bytes))).toMatchInlineSnapshot(`
      [
        "0-1    Packet Type: CONNECT (1)",
        "0-1    Flags: 0000",
        "1-2    Remaining Length: 71",
        "2-4    Protocol Name Length: 4",
        "4-8    Protocol Name: MQTT",
        "8-9    Protocol Version: 5",
        "9-10   Connect Flags",
        "9-10     User Name Flag: 1",
        "9-10     Password Flag: 1",
        "9-10     Will Retain: 0",
        "9-10     Will QoS: 0",
        "9-10     Will Flag: 1",
        "9-10     Clean Start: 1",
        "9-10     Reserved: 0",
        "10-12  Keep Alive: 60 s",
        "12-18  Properties",
        "12-13    Property Length: 5",
        "13-18    Session Expiry Interval",
        "13-14      Identifier: 0x11",
        "14-18      Value: 10 s",
        "18-20  Client Identifier Length: 4",
        "20-24  Client Identifier: demo",
        "24-58  Will Message",
        "24-37    Will Properties",
        "24-25      Property Length: 12",
        "25-30      Will Delay Interval",
        "25-26        Identifier: 0x18",
        "26-30        Value: 5 s",
        "30-37      User Property",
        "30-31        Identifier: 0x26",
        "31-33        Name Length: 1",
        "33-34        Name: k",
        "34-36        Value Length: 1",
        "36-37        Value: v",
        "37-39    Will Topic Length: 6",
        "39-45    Will Topic: status",
        "45-47    Will Payload Length: 11",
        "47-58    Will Payload: I'm offline",
        "58-60  User Name Length: 4",
        "60-64  User Name: user",
        "64-66  Password Length: 7",
        "66-73  Password: ••••••••",
      ]
    `);
  });

  test('of a PUBLISH', () => {
    const bytes = wire(0x3b, 'a/b', 0, 7, block(0x23, 0, 1, 0x09, binary(0xff, 0)), raw('21 °C'));
    expect(drawn(dissected(bytes))).toMatchInlineSnapshot(`
      [
        "0-1    Packet Type: PUBLISH (3)",
        "0-1    DUP: 1",
        "0-1    QoS: 1",
        "0-1    RETAIN: 1",
        "1-2    Remaining Length: 22",
        "2-4    Topic Name Length: 3",
        "4-7    Topic Name: a/b",
        "7-9    Packet Identifier: 7",
        "9-18   Properties",
        "9-10     Property Length: 8",
        "10-13    Topic Alias",
        "10-11      Identifier: 0x23",
        "11-13      Value: 1",
        "13-18    Correlation Data",
        "13-14      Identifier: 0x09",
        "14-16      Value Length: 2",
        "16-18      Value: ff00",
        "18-24  Payload: 21 °C",
      ]
    `);
  });

  test('of a SUBSCRIBE', () => {
    const bytes = wire(0x82, 0, 1, 0, 'a/+', 0b0010_1101, '#', 0);
    expect(drawn(dissected(bytes))).toMatchInlineSnapshot(`
      [
        "0-1    Packet Type: SUBSCRIBE (8)",
        "0-1    Flags: 0010",
        "1-2    Remaining Length: 13",
        "2-4    Packet Identifier: 1",
        "4-5    Properties",
        "4-5      Property Length: 0",
        "5-11   Subscription",
        "5-7      Topic Filter Length: 3",
        "7-10     Topic Filter: a/+",
        "10-11    Subscription Options",
        "10-11      Reserved: 0",
        "10-11      Retain Handling: 2",
        "10-11      Retain As Published: 1",
        "10-11      No Local: 1",
        "10-11      QoS: 1",
        "11-15  Subscription",
        "11-13    Topic Filter Length: 1",
        "13-14    Topic Filter: #",
        "14-15    Subscription Options",
        "14-15      Reserved: 0",
        "14-15      Retain Handling: 0",
        "14-15      Retain As Published: 0",
        "14-15      No Local: 0",
        "14-15      QoS: 0",
      ]
    `);
  });

  test('of a CONNACK of 3.1.1, with the name of its return code', () => {
    expect(told(dissected(wire(0x20, 0, 4), TO_CLIENT, 4))).toContain(
      'Return Code: 0x04 Connection Refused, bad user name or password',
    );
  });

  test('of a packet with a fault that leaves the structure clear go on behind the fault', () => {
    const bytes = wire(0x82, 0, 0, 0, 'a', 0);
    expect(told(dissected(bytes))).toContain('Topic Filter: a');
  });

  test('of a packet with a fault that hides the rest end there', () => {
    expect(drawn(dissected(wire(0x30, 'a', block(0x04, 1), raw('x'))))).toMatchInlineSnapshot(`
      [
        "0-1    Packet Type: PUBLISH (3)",
        "0-1    DUP: 0",
        "0-1    QoS: 0",
        "0-1    RETAIN: 0",
        "1-2    Remaining Length: 7",
        "2-4    Topic Name Length: 1",
        "4-5    Topic Name: a",
        "5-6    Properties",
        "5-6      Property Length: 2",
        "6-9    Not read: 040178",
      ]
    `);
  });
});

test('a packet of nothing but tiny fields gives a limited number of them, and its bytes are still covered', () => {
  const filters = new Uint8Array(30_000).fill(0);
  for (let at = 1; at < filters.length; at += 4) filters.set([1, 0x61], at);
  const length = filters.length + 2;
  const bytes = Uint8Array.of(
    0x82,
    (length & 0x7f) | 0x80,
    ((length >> 7) & 0x7f) | 0x80,
    length >> 14,
    0,
    1,
    ...filters,
  );
  const { decoded, fields } = dissectPacket(bytes, 0, bytes.length, 4, TO_SERVER);
  expect(decoded.ok && decoded.packet.type === 'subscribe' && decoded.packet.subscriptions.length).toBe(7500);
  const leaves = leavesOf(fields);
  expect(leaves).toHaveLength(maxFields + 1);
  expect(leaves.at(-1)).toMatchObject({ name: 'Not shown', start: leaves.at(-2)?.end, end: bytes.length });
});

describe('a payload is shown', () => {
  const shown = (payload: Uint8Array): string =>
    leavesOf(dissected(Uint8Array.from([...header(payload.length + 3), 0, 1, 0x61, ...payload]), 0, 4)).at(-1)
      ?.value ?? '';
  const header = (length: number): number[] =>
    length < 0x80 ? [0x30, length] : [0x30, (length & 0x7f) | 0x80, length >> 7];

  test('as text when it is UTF-8', () => {
    expect(shown(raw('{"a":"é"}'))).toBe('{"a":"é"}');
  });

  test('as hexadecimal when it is not', () => {
    expect(shown(Uint8Array.of(0xff, 0x00, 0x10))).toBe('ff0010');
  });

  test('as hexadecimal when it has a null character', () => {
    expect(shown(Uint8Array.of(0x61, 0))).toBe('6100');
  });

  test('up to 200 characters', () => {
    expect(shown(raw('x'.repeat(200)))).toBe('x'.repeat(200));
    expect(shown(raw('x'.repeat(201)))).toBe(`${'x'.repeat(200)}…`);
    expect(shown(raw('🌊'.repeat(500)))).toBe(`${'🌊'.repeat(100)}…`);
    expect(shown(new Uint8Array(1000).fill(0xff))).toBe(`${'f'.repeat(200)}…`);
  });
});

describe('a secret', () => {
  const connectFlagsAt = 9;
  const secrets = (fields: readonly Field[]): Field[] => leavesOf(fields).filter((field) => field.secret);

  test('is a Password, marked and masked', () => {
    const bytes = wire(0x10, 'MQTT', 4, 0b1100_0010, 0, 60, 'demo', 'user', binary(...raw('hunter2')));
    const [password] = secrets(dissected(bytes));
    expect(password).toMatchObject({ name: 'Password', value: '••••••••', end: bytes.length });
    expect(password && bytes.subarray(password.start, password.end)).toEqual(raw('hunter2'));
    expect(JSON.stringify(dissected(bytes))).not.toMatch(/hunter2|68756e74657232/);
  });

  test('is Authentication Data', () => {
    const bytes = wire(0xf0, 0x18, block(0x15, 'm', 0x16, binary(...raw('hunter2'))));
    expect(secrets(dissected(bytes))).toHaveLength(1);
    expect(JSON.stringify(dissected(bytes))).not.toMatch(/hunter2|68756e74657232/);
  });

  test('stays hidden wherever the packet is cut off or turns unreadable', () => {
    const connect = wire(0x10, 'MQTT', 5, 0b1100_0010, 0, 60, 0, 'demo', 'user', binary(...raw('hunter2')));
    for (let length = 0; length < connect.length; length += 1) {
      const cut = JSON.stringify(dissected(connect.subarray(0, length)));
      expect(cut).not.toMatch(/hun|68756e/);
    }
    for (let at = 2; at < connect.length - 7; at += 1) {
      for (let value = 0; value <= 0xff; value += 1) {
        // With the Will Flag, the bytes of the Password are those of a Will Payload.
        if (at === connectFlagsAt && (value & 0x04) !== 0) continue;
        const broken = Uint8Array.from(connect);
        broken[at] = value;
        const shown = JSON.stringify(dissectPacket(broken, 0, broken.length, 5, TO_SERVER).fields);
        expect(shown).not.toMatch(/hun|68756e/);
      }
    }
  });
});
