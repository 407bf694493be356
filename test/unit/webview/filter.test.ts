import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter, typesNamed } from '../../../src/webview/model/filter.ts';
import { RecordFilter } from '../../../src/webview/model/record-filter.ts';
import { recordTypes } from '../../../src/webview/model/record-types.ts';

const topics = ['offline', 'sensors/kitchen/temperature', '$SYS/broker/load', 'offline/demo'];
const lanes = [
  { client: 'demo', server: 'localhost:1883' },
  { client: 'subscriber', server: 'localhost:1883' },
  { client: 'demo 2', server: 'broker.example:8883' },
];
const typeIndex = (word: string): number => recordTypes.findIndex((row) => row.word === word);

function filterOf(text: string): RecordFilter {
  return new RecordFilter(parseFilter(text), (connection) => lanes[connection], topics);
}

/** Whether the filter lets a packet through: client by number, type, direction, topic by number. */
function lets(text: string, connection: number, type: string, topic = -1, direction = 0): boolean {
  return filterOf(text).matchesRecord(connection, typeIndex(type), direction, topic);
}

describe('the filter box', () => {
  it('reads words, keys, quotes and minuses', () => {
    expect(parseFilter('Demo client:"my client" -type:ping topic:Offline/#').terms).toEqual([
      { key: 'text', value: 'demo', negated: false, exact: false },
      { key: 'client', value: 'my client', negated: false, exact: true },
      { key: 'type', value: 'ping', negated: true, exact: false },
      { key: 'topic', value: 'Offline/#', negated: false, exact: false },
    ]);
  });

  it('takes a key that it does not know as text, since topics hold colons', () => {
    expect(parseFilter('urn:dev:1').terms).toEqual([
      { key: 'text', value: 'urn:dev:1', negated: false, exact: false },
    ]);
  });

  it('says which type or direction does not exist', () => {
    expect(parseFilter('type:publsh to:nowhere').problems).toEqual([
      { code: 'filter.unknownType', value: 'publsh' },
      { code: 'filter.unknownDirection', value: 'nowhere' },
    ]);
  });

  it('never fails, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const filter = new RecordFilter(parseFilter(text), () => lanes[0], topics);
        expect(typeof filter.matchesRecord(0, 3, 0, 0)).toBe('boolean');
      }),
    );
  });

  it('understands the beginning of a type, its whole name, and groups', () => {
    expect(typesNamed('pub').map((type) => recordTypes[type]?.word)).toEqual([
      'publish',
      'puback',
      'pubrec',
      'pubrel',
      'pubcomp',
    ]);
    expect(typesNamed('connect')).toEqual([1]);
    expect(typesNamed('ping')).toEqual([12, 13]);
  });
});

describe('a filter on records', () => {
  it('lets everything through when it is empty', () => {
    expect(filterOf('  ').isEmpty).toBe(true);
    expect(lets('', 1, 'pingreq')).toBe(true);
  });

  it('narrows by client, a part of the name or in quotes the whole of it', () => {
    expect(lets('client:demo', 0, 'publish')).toBe(true);
    expect(lets('client:demo', 2, 'publish')).toBe(true);
    expect(lets('client:"demo"', 2, 'publish')).toBe(false);
    expect(lets('client:demo', 1, 'publish')).toBe(false);
  });

  it('narrows by type, and leaves out by type', () => {
    expect(lets('type:publish', 0, 'publish')).toBe(true);
    expect(lets('type:publish', 0, 'pingreq')).toBe(false);
    expect(lets('-type:ping', 0, 'pingreq')).toBe(false);
    expect(lets('-type:ping', 0, 'publish')).toBe(true);
  });

  it('matches topics as a subscription would, or by a part', () => {
    expect(lets('topic:offline/#', 0, 'publish', 0)).toBe(true);
    expect(lets('topic:offline/#', 0, 'publish', 3)).toBe(true);
    expect(lets('topic:offline/#', 0, 'publish', 1)).toBe(false);
    expect(lets('topic:sensors/+/temperature', 0, 'publish', 1)).toBe(true);
    expect(lets('topic:kitchen', 0, 'publish', 1)).toBe(true);
    expect(lets('topic:offline/#', 0, 'pingreq')).toBe(false);
  });

  it('widens within a key and narrows between keys', () => {
    expect(lets('type:publish type:ping', 0, 'pingreq')).toBe(true);
    expect(lets('type:publish client:subscriber', 0, 'publish', 0)).toBe(false);
  });

  it('finds free words in the client, the type and the topic, and wants them all', () => {
    expect(lets('demo', 0, 'pingreq')).toBe(true);
    expect(lets('temperature', 1, 'publish', 1)).toBe(true);
    expect(lets('publish offline', 1, 'publish', 0)).toBe(true);
    expect(lets('publish offline', 1, 'publish', 1)).toBe(false);
  });

  it('tells packets by their direction', () => {
    expect(lets('to:server', 0, 'publish', 0, 0)).toBe(true);
    expect(lets('to:server', 0, 'publish', 0, 1)).toBe(false);
    expect(lets('to:client', 0, 'publish', 0, 1)).toBe(true);
  });

  it('takes a client by its new name once it is known', () => {
    let name = 'connection 7';
    const filter = new RecordFilter(
      parseFilter('client:demo'),
      () => ({ client: name, server: 's' }),
      topics,
    );
    expect(filter.matchesRecord(7, 1, 0, -1)).toBe(false);
    name = 'demo';
    filter.forgetLanes();
    expect(filter.matchesRecord(7, 1, 0, -1)).toBe(true);
  });
});
