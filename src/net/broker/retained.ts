import { hasWildcard, topicMatches } from '../../mqtt/topics.ts';
import type { Clock } from '../clock.ts';
import type { Limited } from './limits.ts';
import type { Message } from './message.ts';

/**
 * The retained messages: the last one of each topic (v5 3.3.1.3). No part of any Session. A flat map, because
 * a tree would let one topic of 65,535 levels cost as many nodes.
 */
export class RetainedMessages {
  readonly #settings: Limited;
  readonly #clock: Clock;
  readonly #byTopic = new Map<string, Message>();
  #bytes = 0;

  constructor(settings: Limited, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Expired ones count until they are found. */
  get count(): number {
    return this.#byTopic.size;
  }

  /** The topics of the first ones that are kept, at most so many. */
  topics(limit: number): string[] {
    const topics: string[] = [];
    for (const topic of this.#byTopic.keys()) {
      if (topics.length >= limit) break;
      topics.push(topic);
    }
    return topics;
  }

  /** Whether `store` would keep a message of this topic and of about this many bytes. */
  hasRoomFor(topic: string, bytes: number): boolean {
    if (this.#roomWithout(topic, bytes)) return true;
    this.#removeExpired();
    return this.#roomWithout(topic, bytes);
  }

  /**
   * Keeps a message with RETAIN 1, or removes its topic's when it is empty. Answers false when there is no
   * room.
   */
  store(message: Message): boolean {
    if (message.payload.length === 0) {
      // v5 [MQTT-3.3.1-6], [MQTT-3.3.1-7]; v3.1.1 [MQTT-3.3.1-10], [MQTT-3.3.1-11].
      this.#remove(message.topic);
      return true;
    }
    if (!this.hasRoomFor(message.topic, message.bytes)) return false;
    // v5 [MQTT-3.3.1-5]: in place of the one before.
    this.#remove(message.topic);
    this.#byTopic.set(message.topic, message);
    this.#bytes += message.bytes;
    return true;
  }

  /** Those whose topic a filter matches, without expired ones. */
  matching(topicFilter: string): Message[] {
    const nowMs = this.#clock.now();
    const found: Message[] = [];
    if (!hasWildcard(topicFilter)) {
      const message = this.#byTopic.get(topicFilter);
      if (message !== undefined && !this.#removeIfExpired(message, nowMs)) found.push(message);
      return found;
    }
    for (const message of this.#byTopic.values()) {
      if (topicMatches(topicFilter, message.topic) && !this.#removeIfExpired(message, nowMs)) {
        found.push(message);
      }
    }
    return found;
  }

  #roomWithout(topic: string, bytes: number): boolean {
    const old = this.#byTopic.get(topic);
    const count = this.#byTopic.size - (old === undefined ? 0 : 1);
    const { retainedMessages, retainedBytes } = this.#settings.limits;
    return count < retainedMessages && this.#bytes - (old?.bytes ?? 0) + bytes <= retainedBytes;
  }

  #removeExpired(): void {
    const nowMs = this.#clock.now();
    for (const message of this.#byTopic.values()) this.#removeIfExpired(message, nowMs);
  }

  /** v5 3.3.2.3.3: an expired retained message is one no longer. */
  #removeIfExpired(message: Message, nowMs: number): boolean {
    if (!message.isExpired(nowMs)) return false;
    this.#remove(message.topic);
    return true;
  }

  #remove(topic: string): void {
    const message = this.#byTopic.get(topic);
    if (message === undefined) return;
    this.#byTopic.delete(topic);
    this.#bytes -= message.bytes;
  }
}
