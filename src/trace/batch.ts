/** Builds what the page gets: columns, and topics by number. */
import { packetTypeNumber } from '../mqtt/packet-types.ts';
import { RECORD, type RecordBatch } from './model.ts';
import { topicAlias, topicEnd, topicStart } from './publish-topic.ts';
import { isSecret, type SegmentView, versionOf } from './segment.ts';
import { NO_TOPIC, TopicTable } from './topic-table.ts';
import type { Trace } from './trace.ts';

const PUBLISH = packetTypeNumber('publish');

/** So many records are in one batch at most, unless told otherwise. */
export const defaultBatchCount = 20_000;

/**
 * Makes batches for one receiver, which it keeps in step: a topic's text goes out once, its number ever
 * after. A receiver that starts anew needs a builder of its own. A PUBLISH with a Topic Alias in place of its
 * topic gets the topic that the alias was given, if the packet that gave it has been in a batch.
 */
export class BatchBuilder {
  private readonly trace: Trace;
  private readonly topics: TopicTable;
  /** By connection and direction: the number of the topic of each Topic Alias. */
  private readonly aliases = new Map<number, Map<number, number>>();

  constructor(trace: Trace, topics = new TopicTable()) {
    this.trace = trace;
    this.topics = topics;
  }

  /** How many connections and directions have Topic Aliases that are remembered. */
  get rememberedAliases(): number {
    return this.aliases.size;
  }

  /**
   * At most `maxCount` records from `fromSeq` on, or from the oldest one held if that is later; the next
   * batch begins at `firstSeq + count`. All buffers are copies and may be transferred.
   */
  build(fromSeq: number, maxCount = defaultBatchCount): RecordBatch {
    const columns = this.trace.batch(fromSeq, maxCount);
    const { firstSeq, count } = columns;
    const topic = new Int32Array(count).fill(NO_TOPIC);
    for (const segment of this.trace.segments(firstSeq)) {
      const { columns: rows } = segment;
      const shift = segment.firstSeq - firstSeq;
      const to = Math.min(segment.count, count - shift);
      for (let index = Math.max(0, -shift); index < to; index += 1) {
        const kind = rows.kind[index];
        if (kind === RECORD.packet) {
          if ((rows.firstByte[index] ?? 0) >> 4 === PUBLISH) {
            topic[shift + index] = this.topicOf(segment, index);
          }
        } else if (kind === RECORD.closed) this.forget(rows.connection[index] ?? 0);
      }
      if (to < segment.count) break;
    }
    return { ...columns, topic, newTopics: this.topics.takeNew() };
  }

  private topicOf(segment: SegmentView, index: number): number {
    const { columns, bytes } = segment;
    const state = columns.state[index];
    if (isSecret(state)) return NO_TOPIC;
    const offset = columns.offset[index] ?? 0;
    const end = offset + (columns.kept[index] ?? 0);
    const from = topicStart(bytes, offset);
    const to = topicEnd(bytes, from);
    if (to > end) return NO_TOPIC;
    const number = this.topics.numberOf(bytes, from, to);
    if (versionOf(state) !== 5) return number;

    const hasId = ((columns.firstByte[index] ?? 0) & 0x06) !== 0;
    const properties = to + (hasId ? 2 : 0);
    if (bytes[properties] === 0) return number;
    const alias = topicAlias(bytes, properties, end);
    if (alias === 0) return number;
    const key = (columns.connection[index] ?? 0) * 2 + (columns.direction[index] ?? 0);
    if (to === from) return this.aliases.get(key)?.get(alias) ?? NO_TOPIC;
    let given = this.aliases.get(key);
    if (given === undefined) {
      given = new Map();
      this.aliases.set(key, given);
    }
    given.set(alias, number);
    return number;
  }

  /** Topic Aliases last as long as the Network Connection (v5 3.3.2.3.4). */
  private forget(connection: number): void {
    this.aliases.delete(connection * 2);
    this.aliases.delete(connection * 2 + 1);
  }
}
