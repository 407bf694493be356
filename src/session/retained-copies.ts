/**
 * The other half of check P3: who subscribes after a will with Will Retain 1 was published gets it as a retained message. That it does not come
 * counts only where nothing else in the trace may explain it.
 */
import { PROPERTY } from '../mqtt/properties.ts';
import { topicMatches } from '../mqtt/topics.ts';
import type { Connection } from './connection.ts';
import { fact, statementFor } from './facts.ts';
import type { Subscribed } from './subscriptions.ts';
import { Timer } from './timers.ts';
import { limits, tolerances } from './tolerances.ts';
import type { Will } from './will.ts';
import type { WillTopic } from './will-topics.ts';
import type { World } from './world.ts';

/** A subscriber that should get the will as a retained message. */
interface Awaited {
  readonly will: Will;
  readonly connection: Connection;
  readonly seq: number;
  readonly subscribedAtMs: number;
  readonly timer: Timer;
}

export class RetainedCopies {
  readonly #world: World;
  /** Wills that a subscriber has received, and that the Server must keep. */
  readonly #kept = new Set<Will>();
  readonly #awaited = new Set<Awaited>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A subscriber received the will as it was published. */
  seen(will: Will): void {
    const { message, connection } = will;
    // What expires may be gone, and what somebody with a name may read is not known.
    if (!message.retain || message.payload.length === 0 || hasExpiry(will)) return;
    if (connection.connect?.hasUserName === true || this.#kept.size >= limits.keptWills) return;
    this.#kept.add(will);
  }

  /** Nothing more is looked for of the will. */
  retired(will: Will): void {
    if (!this.#kept.delete(will)) return;
    for (const awaited of this.#awaited) if (awaited.will === will) this.#forget(awaited);
  }

  /** SUBACK accepted these. */
  subscribed(connection: Connection, seq: number, accepted: readonly Subscribed[]): void {
    const { retainedBeforeSuback: before } = connection;
    if (connection.pendingSubscribes.size === 0) connection.retainedBeforeSuback = undefined;
    if (this.#kept.size === 0 || connection.connect?.hasUserName === true) return;
    const { nowMs } = this.#world;
    for (const will of this.#kept) {
      const { publishedAtMs = nowMs, client, message } = will;
      const leftMs = publishedAtMs + tolerances.furtherCopiesMs - nowMs;
      if (
        before?.has(will.topic) === true ||
        client.server !== connection.server ||
        leftMs <= tolerances.retainedMissedAfterMs
      )
        continue;
      const asks = accepted.some(
        (each) =>
          sendsRetained(each, nowMs) &&
          each.renewedAtMs > publishedAtMs &&
          topicMatches(each.matchFilter, message.topic),
      );
      if (asks && this.#awaited.size < limits.keptWills) this.#await(will, connection, seq);
    }
  }

  /** A copy with RETAIN 1 on the topic of a will came. */
  came(topic: WillTopic, connection: Connection): void {
    // A Server may send them before it acknowledges (v5 3.8.4).
    if (connection.pendingSubscribes.size > 0) {
      connection.retainedBeforeSuback ??= new Set();
      if (connection.retainedBeforeSuback.size < limits.keptWills) connection.retainedBeforeSuback.add(topic);
    }
    for (const awaited of this.#awaited) {
      if (awaited.connection === connection && awaited.will.topic === topic) this.#forget(awaited);
    }
  }

  #await(will: Will, connection: Connection, seq: number): void {
    const { timers, nowMs } = this.#world;
    const timer = new Timer(() => this.#judge(awaited));
    const awaited: Awaited = { will, connection, seq, subscribedAtMs: nowMs, timer };
    this.#awaited.add(awaited);
    timers.set(timer, nowMs + tolerances.retainedMissedAfterMs);
  }

  #forget(awaited: Awaited): void {
    this.#awaited.delete(awaited);
    this.#world.timers.clear(awaited.timer);
  }

  #judge(awaited: Awaited): void {
    this.#forget(awaited);
    const { will, connection, seq, subscribedAtMs } = awaited;
    const willCase = will.case;
    const isThere = connection.carries && !connection.blind && connection.frozen === undefined;
    if (!isThere || willCase === undefined || this.#mayBeReplaced(will)) return;
    const ids = { 5: 'MQTT-3.3.1-9', 4: 'MQTT-3.3.1-6' };
    const evidence = { seq, statement: statementFor(connection.version || 5, ids) };
    const told = fact('checkRetainedMissing', { subscriber: connection.name, subscribedAtMs }, evidence);
    willCase.checks = willCase.checks.map((check) =>
      check.id === 'P3' ? { id: 'P3', passed: false, facts: [...check.facts, told] } : check,
    );
    this.#world.changed.expectations.mark(willCase);
  }

  /** Whether another message may have taken its place: one that is in the trace, or one that nobody could see. */
  #mayBeReplaced({ case: willCase, topic, publishedAtMs = 0 }: Will): boolean {
    if ((topic.lastRetained?.atMs ?? 0) >= publishedAtMs || topic.otherAtMs >= publishedAtMs) return true;
    const witness = this.#world.open.get(willCase?.observed?.connection ?? -1);
    return witness?.carries !== true || witness.blind || witness.frozen !== undefined;
  }
}

function hasExpiry({ message }: Will): boolean {
  return message.properties.some(({ id }) => id === PROPERTY.messageExpiryInterval);
}

/** v5 3.8.3.1: 0 always, 1 only for a subscription that is new. */
function sendsRetained({ shared, retainHandling, sinceMs }: Subscribed, nowMs: number): boolean {
  if (shared || retainHandling === 2) return false;
  return retainHandling === 0 || sinceMs === nowMs;
}
