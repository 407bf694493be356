import { describe, expect, test } from 'vitest';
import { decodePacket, dissectPacket } from '../../../src/mqtt/decode.ts';
import { malformedReasons } from '../../../src/mqtt/malformed.ts';
import { properties, propertyDefinition } from '../../../src/mqtt/properties.ts';
import { reasonCodeStatements } from '../../../src/mqtt/reason-codes.ts';
import { findStatement, statementKey } from '../../../src/mqtt/statements.ts';
import { topicProblems } from '../../../src/mqtt/topics.ts';
import { rangesOf } from './support/leaves.ts';
import { malformedRows } from './support/malformed-rows.ts';

describe.each(malformedRows)('$name', (row) => {
  const { version, direction, bytes, reason, offset, statement, reasonCode } = row;
  const decoded = decodePacket(bytes, 0, bytes.length, version, direction);

  test('is told with reason, offset, statement and Reason Code', () => {
    const found = decoded.ok ? undefined : decoded.malformed;
    expect(found && { ...found, message: '', statement: statementKey(found.statement) }).toEqual({
      ...{ reason, offset, statement, reasonCode, message: '' },
    });
  });

  test('is told in a whole sentence', () => {
    const message = decoded.ok ? '' : decoded.malformed.message;
    expect(message).toMatch(/^[A-Z0].*\.$/);
    expect(message).not.toMatch(/[{}]|undefined/);
  });

  test('has fields that cover every byte', () => {
    const dissected = dissectPacket(bytes, 0, bytes.length, version, direction);
    expect(dissected.decoded).toEqual(decoded);
    let end = 0;
    for (const range of rangesOf(dissected.fields)) {
      expect(range.start).toBe(end);
      end = range.end;
    }
    expect(end).toBe(bytes.length);
  });
});

test('the rows have every reason', () => {
  const seen = new Set<string>(malformedRows.map((row) => row.reason));
  expect(Object.keys(malformedReasons).filter((reason) => !seen.has(reason))).toEqual([]);
});

describe('every statement that can be told is in the table of statements', () => {
  test.each([...new Set(malformedRows.map((row) => row.statement))])('%s', (key) => {
    const [version, id] = key.split(/:(.*)/s);
    const ref = { version: version === '3' ? 3 : version === '4' ? 4 : 5, id: id ?? '' } as const;
    expect(findStatement(ref)?.summary).toBeTruthy();
  });

  const ids: string[] = properties.flatMap((definition) => [
    ...Object.values(definition.contexts),
    ...(definition.onlyIn === undefined ? [] : [definition.onlyIn.statement]),
  ]);
  ids.push(...Object.values(reasonCodeStatements));
  ids.push(...Object.values(topicProblems).map((row) => row.statement[5]));
  ids.push(...Object.values(malformedReasons).map((row) => row.statement[5]));
  test.each([...new Set(ids)].sort())('v5 %s', (id) => {
    expect(findStatement({ version: 5, id })?.summary).toBeTruthy();
  });
});

test('of several faults the first one is told', () => {
  const bytes = Uint8Array.of(0x83, 3, 0, 0, 0);
  const decoded = decodePacket(bytes, 0, bytes.length, 5, 0);
  expect(decoded.ok || decoded.malformed.reason).toBe('reserved-flags');
});

test('a property identifier beyond those of the standard is no index into anything', () => {
  expect(propertyDefinition(0x7f)).toBeUndefined();
  expect(propertyDefinition(-1)).toBeUndefined();
});
