import { describe, expect, test } from 'vitest';
import { packetTypeNumber, packetTypeOf, packetTypes } from '../../../src/mqtt/packet-types.ts';
import {
  PROPERTY,
  properties,
  propertyBytes,
  propertyDefinition,
  propertyNumber,
  propertyString,
  userProperties,
} from '../../../src/mqtt/properties.ts';
import { reasonCodeName, reasonCodeProblem, reasonCodes } from '../../../src/mqtt/reason-codes.ts';

describe('properties', () => {
  test('are each defined once, under their identifier', () => {
    expect(properties.map(({ id }) => id)).toEqual(Object.values(PROPERTY));
    for (const definition of properties) expect(propertyDefinition(definition.id)).toBe(definition);
  });

  test('may repeat only where they may stand', () => {
    for (const { contexts, repeatsIn } of properties) {
      expect(repeatsIn.filter((context) => contexts[context] === undefined)).toEqual([]);
    }
  });

  test('are found in a packet by their identifier, the first one if there are more', () => {
    const bytes = Uint8Array.of(1);
    const list = [
      { id: PROPERTY.subscriptionIdentifier, kind: 'number', value: 7 },
      { id: PROPERTY.subscriptionIdentifier, kind: 'number', value: 8 },
      { id: PROPERTY.contentType, kind: 'string', value: 'text' },
      { id: PROPERTY.correlationData, kind: 'bytes', value: bytes },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '1' },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'a', value: '2' },
    ] as const;
    expect(propertyNumber(list, PROPERTY.subscriptionIdentifier)).toBe(7);
    expect(propertyString(list, PROPERTY.contentType)).toBe('text');
    expect(propertyBytes(list, PROPERTY.correlationData)).toBe(bytes);
    expect(userProperties(list)).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
    expect(propertyNumber(list, PROPERTY.topicAlias)).toBeUndefined();
    expect(propertyString(list, PROPERTY.reasonString)).toBeUndefined();
    expect(propertyBytes(list, PROPERTY.authenticationData)).toBeUndefined();
  });
});

describe('Reason Codes', () => {
  test('have one name in a packet', () => {
    const uses = reasonCodes.flatMap(({ code, packets }) =>
      Object.keys(packets).map((packet) => `${packet} ${code}`),
    );
    expect(new Set(uses).size).toBe(uses.length);
  });

  test.each([
    ['disconnect', 5, 0x00, 'Normal disconnection'],
    ['connack', 5, 0x00, 'Success'],
    ['suback', 5, 0x00, 'Granted QoS 0'],
    ['connack', 4, 0x05, 'Connection Refused, not authorized'],
    ['connack', 3, 0x02, 'Connection Refused, identifier rejected'],
    ['disconnect', 5, 0x8e, 'Session taken over'],
    ['connack', 5, 0x8e, 'reserved'],
    ['pingreq', 5, 0x00, 'reserved'],
  ] as const)('of %s in version %i: %i is "%s"', (type, version, code, name) => {
    expect(reasonCodeName(type, version, code)).toBe(name);
  });

  test('know who may send them', () => {
    expect(reasonCodeProblem('disconnect', 5, 0x04, 0)).toBeUndefined();
    expect(reasonCodeProblem('disconnect', 5, 0x04, 1)).toBe('wrong-sender');
    expect(reasonCodeProblem('disconnect', 5, 0x8e, 0)).toBe('wrong-sender');
    expect(reasonCodeProblem('disconnect', 5, 0x05, 0)).toBe('unknown');
  });
});

test('packet types are numbered from 1 to 15', () => {
  expect(packetTypes.map(({ number }) => number)).toEqual(
    Array.from({ length: 15 }, (_, index) => index + 1),
  );
  for (const row of packetTypes) {
    expect(packetTypeOf(row.number)).toBe(row);
    expect(packetTypeNumber(row.type)).toBe(row.number);
  }
  expect(packetTypeOf(0)).toBeUndefined();
});
