/**
 * Topics by number, so that a batch carries each topic's text once. Looks topics up by their bytes, without
 * making strings.
 */
import { decodeUtf8 } from '../mqtt/utf8.ts';

/** So many topics get a number; what comes later gets none. */
const TOPIC_LIMIT = 100_000;
/** Longer topics get no number. In bytes. */
const TOPIC_BYTES_LIMIT = 1024;
const FIRST_SLOTS = 1024;
/** Topics that somebody made to collide are given up after so many steps. */
const PROBE_LIMIT = 256;

/** What has no number. */
export const NO_TOPIC = -1;

export class TopicTable {
  private readonly limit: number;
  /** By number: the bytes of the topic and their hash. */
  private readonly topics: Uint8Array[] = [];
  private readonly hashes: number[] = [];
  /** Open addressing: the number of a topic, or `NO_TOPIC`. Always a power of two, at most half full. */
  private slots = new Int32Array(FIRST_SLOTS).fill(NO_TOPIC);
  private news: string[] = [];

  constructor(limit = TOPIC_LIMIT) {
    this.limit = limit;
  }

  /** How many topics have a number. */
  get size(): number {
    return this.topics.length;
  }

  /** The number of the topic at `bytes[start, end)`; a new one for a new topic; or `NO_TOPIC`. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length <= 0 || length > TOPIC_BYTES_LIMIT) return NO_TOPIC;
    let hash = 0x811c9dc5;
    for (let index = start; index < end; index += 1) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
    const mask = this.slots.length - 1;
    // The upper bits of this hash (FNV-1a) are mixed better than the lower ones.
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probes = 0; ; probes += 1) {
      if (probes === PROBE_LIMIT) return NO_TOPIC;
      const number = this.slots[slot] ?? NO_TOPIC;
      if (number === NO_TOPIC) break;
      if (this.hashes[number] === hash && this.isAt(number, bytes, start, length)) return number;
      slot = (slot + 1) & mask;
    }
    if (this.topics.length >= this.limit) return NO_TOPIC;
    const text = decodeUtf8(bytes, start, end);
    if (text === undefined) return NO_TOPIC;
    const number = this.topics.length;
    this.topics.push(bytes.slice(start, end));
    this.hashes.push(hash);
    this.news.push(text);
    this.slots[slot] = number;
    if (this.topics.length * 2 > this.slots.length) this.grow();
    return number;
  }

  /** The topics that got a number since the last call, in the order of their numbers. */
  takeNew(): string[] {
    const taken = this.news;
    this.news = [];
    return taken;
  }

  private isAt(number: number, bytes: Uint8Array, start: number, length: number): boolean {
    const topic = this.topics[number];
    if (topic === undefined || topic.length !== length) return false;
    for (let index = 0; index < length; index += 1) if (topic[index] !== bytes[start + index]) return false;
    return true;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(NO_TOPIC);
    const mask = slots.length - 1;
    for (const [number, hash] of this.hashes.entries()) {
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== NO_TOPIC) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.slots = slots;
  }
}
