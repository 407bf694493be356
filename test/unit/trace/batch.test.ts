import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { type Properties, TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';
import { BatchBuilder } from '../../../src/trace/batch.ts';
import type { RecordBatch } from '../../../src/trace/model.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { TopicTable } from '../../../src/trace/topic-table.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { CollectingListener, connect, publish, server } from './support.ts';

const gone = { by: 'client', how: 'fin' } as const;
const alias = (value: number): Properties => [
  { id: PROPERTY.userProperty, kind: 'pair', name: 'n', value: 'v' },
  { id: PROPERTY.messageExpiryInterval, kind: 'number', value: 7 },
  { id: PROPERTY.contentType, kind: 'string', value: 'text' },
  { id: PROPERTY.topicAlias, kind: 'number', value },
];

function recording(byteBudget?: number) {
  const trace = new Trace(byteBudget);
  const recorder = new Recorder(trace, new CollectingListener());
  const open = (): number => {
    const connection = recorder.opened(0, server);
    recorder.bytes(1, connection, TO_SERVER, encodePacket(connect(), 5));
    return connection;
  };
  const send = (connection: number, topic: string, properties: Properties = []): void => {
    recorder.bytes(2, connection, TO_SERVER, encodePacket(publish({ topic, properties }), 5));
  };
  return { trace, recorder, open, send };
}

/** The topics of a batch, or undefined, as a page that got all batches before would say. */
function topicsOf(batches: readonly RecordBatch[]): (string | undefined)[] {
  const known = batches.flatMap(({ newTopics }) => newTopics);
  return batches.flatMap(({ topic }) => Array.from(topic, (number) => known[number]));
}

describe('batches for the page', () => {
  it('carry each topic once, and its number ever after', () => {
    const { trace, open, send } = recording();
    const connection = open();
    send(connection, 'a');
    send(connection, 'b');
    send(connection, 'a');
    const builder = new BatchBuilder(trace);
    const first = builder.build(1);
    expect(first).toMatchObject({ firstSeq: 1, count: 5, newTopics: ['a', 'b'] });
    expect(Array.from(first.topic)).toEqual([-1, -1, 0, 1, 0]);
    send(connection, 'b');
    send(connection, 'c');
    const second = builder.build(first.firstSeq + first.count);
    expect(second).toMatchObject({ firstSeq: 6, count: 2, newTopics: ['c'] });
    expect(Array.from(second.topic)).toEqual([1, 2]);
  });

  it('follow one another, whatever their size, until there are none', () => {
    const { trace, open, send } = recording(1_000_000);
    const connection = open();
    for (let index = 0; index < 20_000; index += 1) send(connection, `t/${index % 300}`);
    const builder = new BatchBuilder(trace);
    const batches: RecordBatch[] = [];
    for (let from = 1; ; ) {
      const batch = builder.build(from, 777);
      if (batch.count === 0) break;
      batches.push(batch);
      from = batch.firstSeq + batch.count;
    }
    const { firstSeq, endSeq } = trace.stats();
    expect(firstSeq).toBeGreaterThan(1);
    const expected = Array.from(
      { length: endSeq - firstSeq },
      (_, index) => `t/${(firstSeq + index - 3) % 300}`,
    );
    expect(topicsOf(batches)).toEqual(expected);
  });

  it('resolve a Topic Alias by its connection and direction', () => {
    const { trace, recorder, open, send } = recording();
    const one = open();
    const two = open();
    send(one, 'long/topic', alias(1));
    send(one, '', alias(1));
    send(two, '', alias(1));
    recorder.bytes(3, one, TO_CLIENT, encodePacket(publish({ topic: '', properties: alias(1) }), 5));
    send(one, 'other', alias(1));
    send(one, '', alias(1));
    const builder = new BatchBuilder(trace);
    const first = builder.build(5, 2);
    const rest = builder.build(7);
    expect(topicsOf([first, rest])).toEqual([
      'long/topic',
      'long/topic',
      undefined,
      undefined,
      'other',
      'other',
    ]);
  });

  it('forget the Topic Aliases of a closed connection', () => {
    const { trace, recorder, open, send } = recording();
    const connection = open();
    send(connection, 'long/topic', alias(1));
    recorder.closed(3, connection, gone);
    const builder = new BatchBuilder(trace);
    builder.build(1);
    expect(builder.rememberedAliases).toBe(0);
  });

  it('have no topic for what is no PUBLISH', () => {
    const { trace, recorder } = recording();
    const connection = recorder.opened(0, server);
    recorder.bytes(1, connection, TO_CLIENT, Uint8Array.of(0x3f, 0xff));
    recorder.closed(2, connection, gone);
    expect(new BatchBuilder(trace).build(1)).toMatchObject({ count: 3, newTopics: [] });
  });
});

describe('the table of topics', () => {
  const number = (table: TopicTable, topic: string): number => {
    const bytes = encodeUtf8(topic);
    return table.numberOf(bytes, 0, bytes.length);
  };

  it('gives each topic one number, over many topics', () => {
    const table = new TopicTable();
    for (let pass = 0; pass < 2; pass += 1) {
      for (let index = 0; index < 50_000; index += 1) expect(number(table, `topic/${index}`)).toBe(index);
    }
    expect(table.takeNew()).toHaveLength(50_000);
    expect(table.takeNew()).toEqual([]);
  });

  it('is bounded: later topics and very long ones get none', () => {
    const table = new TopicTable(2);
    expect(['a', 'b', 'c', 'a'].map((topic) => number(table, topic))).toEqual([0, 1, -1, 0]);
    expect(number(new TopicTable(), 'x'.repeat(1025))).toBe(-1);
  });

  it('gives none to what is no text', () => {
    expect(new TopicTable().numberOf(Uint8Array.of(0x61, 0xff), 0, 2)).toBe(-1);
  });
});
