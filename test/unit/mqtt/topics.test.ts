import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProtocolVersion } from '../../../src/mqtt/packet.ts';
import { statementKey } from '../../../src/mqtt/statements.ts';
import { TopicTree } from '../../../src/mqtt/topic-tree.ts';
import {
  sharedSubscription,
  topicFilterProblem,
  topicMatches,
  topicNameProblem,
} from '../../../src/mqtt/topics.ts';
import { level, topicFilter } from './support/arbitrary-packets.ts';

describe('a Topic Name', () => {
  test.each(['a', '/', 'a//b', '$SYS/x', ' ', 'a b', 'é', 'x'.repeat(65_535)])('may be %.20j', (topic) => {
    expect(topicNameProblem(topic)).toBeUndefined();
  });

  test.each([
    ['', 'empty', '5:MQTT-4.7.3-1'],
    ['a\u0000', 'null-character', '5:MQTT-4.7.3-2'],
    ['x'.repeat(65_536), 'too-long', '5:MQTT-4.7.3-3'],
    ['é'.repeat(32_768), 'too-long', '5:MQTT-4.7.3-3'],
    ['a/#', 'wildcard-in-name', '5:MQTT-4.7.0-1'],
    ['+', 'wildcard-in-name', '5:MQTT-4.7.0-1'],
  ])('may not be %.20j', (topic, code, statement) => {
    const problem = topicNameProblem(topic);
    expect(problem?.code).toBe(code);
    expect(problem && statementKey(problem.statement)).toBe(statement);
  });

  test('is judged by the statements of its version', () => {
    const problem = topicNameProblem('#', 4);
    expect(problem && statementKey(problem.statement)).toBe('4:MQTT-4.7.1-1');
  });
});

describe('a Topic Filter', () => {
  test.each(['#', '+', 'a/#', '+/+', '+/a/#', '/+', '/', '$share/g/a', '$share/g/#', '$share', '$SYS/#'])(
    'may be %j',
    (filter) => {
      expect(topicFilterProblem(filter)).toBeUndefined();
    },
  );

  test.each<[string, ProtocolVersion, string]>([
    ['', 5, '5:MQTT-4.7.3-1'],
    ['#/a', 5, '5:MQTT-4.7.1-1'],
    ['a#', 5, '5:MQTT-4.7.1-1'],
    ['##', 5, '5:MQTT-4.7.1-1'],
    ['a+', 5, '5:MQTT-4.7.1-2'],
    ['+a/b', 5, '5:MQTT-4.7.1-2'],
    ['a/++', 5, '5:MQTT-4.7.1-2'],
    ['a#', 4, '4:MQTT-4.7.1-2'],
    ['a+', 4, '4:MQTT-4.7.1-3'],
    ['$share/', 5, '5:MQTT-4.8.2-1'],
    ['$share//a', 5, '5:MQTT-4.8.2-1'],
    ['$share/g', 5, '5:MQTT-4.8.2-2'],
    ['$share/g/', 5, '5:MQTT-4.8.2-2'],
    ['$share/+/a', 5, '5:MQTT-4.8.2-2'],
    ['$share/g/#/a', 5, '5:MQTT-4.7.1-1'],
  ])('may not be %j in version %i', (filter, version, statement) => {
    const problem = topicFilterProblem(filter, version);
    expect(problem && statementKey(problem.statement)).toBe(statement);
  });

  test('that starts with $share/ is an ordinary one before 5.0', () => {
    expect(topicFilterProblem('$share/g', 4)).toBeUndefined();
  });

  test('is taken apart when it is a Shared Subscription', () => {
    expect(sharedSubscription('$share/g/a/#')).toEqual({ shareName: 'g', filter: 'a/#' });
    expect(sharedSubscription('$share/g//')).toEqual({ shareName: 'g', filter: '/' });
    for (const filter of ['a', '$share', '$share/g', '$share//a', '$share/g/']) {
      expect(sharedSubscription(filter)).toBeUndefined();
    }
  });
});

/** The rule as one would explain it, level by level (v5 4.7.1). */
function matchesByLevels(filter: string, topic: string): boolean {
  const filters = filter.split('/');
  const topics = topic.split('/');
  if (topic.startsWith('$') && (filters[0] === '+' || filters[0] === '#')) return false;
  for (const [index, part] of filters.entries()) {
    if (part === '#') return topics.length >= index;
    if (index >= topics.length || (part !== '+' && part !== topics[index])) return false;
  }
  return filters.length === topics.length;
}

const matchRows: readonly (readonly [filter: string, topic: string, matches: boolean])[] = [
  ['a', 'a', true],
  ['a', 'a/', false],
  ['a/', 'a', false],
  ['a/#', 'a', true],
  ['a/#', 'a/', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'ab', false],
  ['#', 'a/b', true],
  ['#', '/', true],
  ['#', '$SYS/x', false],
  ['+/x', '$SYS/x', false],
  ['$SYS/#', '$SYS/x', true],
  ['$SYS/+', '$SYS/x', true],
  ['a/+', 'a/$b', true],
  ['+', 'a', true],
  ['+', '/a', false],
  ['+/+', '/a', true],
  ['/+', '/a', true],
  ['a/+', 'a', false],
  ['a/+', 'a/', true],
  ['a/+/c', 'a/b/c', true],
  ['a/+/#', 'a', false],
  ['a/+/#', 'a/b', true],
  ['A', 'a', false],
];

const topicOf = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/') || 't');

describe('a filter and a topic', () => {
  test.each(matchRows)('%j and %j: %j', (filter, topic, matches) => {
    expect(topicMatches(filter, topic)).toBe(matches);
    expect(matchesByLevels(filter, topic)).toBe(matches);
  });

  test('match by characters as they do by levels', () => {
    fc.assert(
      fc.property(topicFilter, topicOf, (filter, topic) => {
        expect(topicMatches(filter, topic)).toBe(matchesByLevels(filter, topic));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a topic tree', () => {
  test('finds what asking each filter finds, also after some were deleted', () => {
    const entry = fc.tuple(topicFilter, fc.integer({ min: 0, max: 3 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), topicOf, (entries, topic) => {
        const tree = new TopicTree<number>();
        const held = new Set<string>();
        for (const [filter, value] of entries) {
          tree.add(filter, value);
          held.add(`${value} ${filter}`);
        }
        for (const [filter, value, gone] of entries) {
          if (gone) expect(tree.delete(filter, value)).toBe(held.delete(`${value} ${filter}`));
        }
        const found = [...held]
          .filter((each) => topicMatches(each.slice(2), topic))
          .map((each) => Number(each[0]));
        expect(tree.match(topic).sort()).toEqual(found.sort());
      }),
      { numRuns: 5000 },
    );
  });

  test('does not delete what it does not have', () => {
    const tree = new TopicTree<string>();
    tree.add('a/b', 'x');
    expect(tree.delete('a', 'x')).toBe(false);
    expect(tree.delete('a/b/c', 'x')).toBe(false);
    expect(tree.delete('a/b', 'y')).toBe(false);
    expect(tree.match('a/b')).toEqual(['x']);
  });

  test('takes a filter of 30,000 levels', () => {
    const tree = new TopicTree<string>();
    const filter = Array.from({ length: 30_000 }, () => '+').join('/');
    tree.add(filter, 'deep');
    expect(tree.match(filter.replaceAll('+', 'x'))).toEqual(['deep']);
    expect(tree.delete(filter, 'deep')).toBe(true);
    expect(tree.match(filter.replaceAll('+', 'x'))).toEqual([]);
  });
});
