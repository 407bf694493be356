/**
 * Finds out which will, if any, a PUBLISH to a subscriber is. A copy is first explained by an ordinary PUBLISH that a Client in the trace
 * sent; then by the will that is due, or a further copy of one that was published; only then by one that must not come.
 */
import { TO_CLIENT, TO_SERVER } from '../mqtt/packet.ts';
import type { Connection } from './connection.ts';
import { fact } from './facts.ts';
import { FLAG } from './open-connections.ts';
import { PublishBytes, payloadStart, topicAliasOf } from './publish-bytes.ts';
import { matching, recentlySubscribed, type Subscribed } from './subscriptions.ts';
import { limits, tolerances } from './tolerances.ts';
import type { ReceivedCopy, Will } from './will.ts';
import type { WillJudge } from './will-judge.ts';
import {
  markPayload,
  type OrdinaryPublish,
  type PayloadMark,
  sameBytes,
  samePayload,
  type WillTopic,
} from './will-topics.ts';
import type { World } from './world.ts';

/** One PUBLISH on the topic of a will, on its way to a subscriber. */
interface Received extends ReceivedCopy {
  readonly dup: boolean;
  readonly payload: PayloadMark;
  readonly subscriptions: readonly Subscribed[];
  /** Copies are counted by Session, because a Session may change its connection. */
  readonly receiver: number;
}

export class Observation {
  readonly #world: World;
  readonly #judge: WillJudge;
  readonly #publish = new PublishBytes();

  constructor(world: World, judge: WillJudge) {
    this.#world = world;
    this.#judge = judge;
  }

  /** Whether a PUBLISH needs a closer look. Says no to most that are on the topic of no will, and costs little. */
  mayMatter(bytes: Uint8Array, start: number, end: number): boolean {
    const publish = this.#publish;
    if (!publish.read(bytes, start, end)) return false;
    return this.#world.willTopics.mayHold(bytes, publish.topicStart, publish.topicEnd);
  }

  /** A PUBLISH from a Client. */
  toServer(connection: Connection, seq: number, bytes: Uint8Array, start: number, end: number): void {
    const topic = this.#topicOf(connection, TO_SERVER, bytes, start, end);
    if (topic === undefined || !connection.carries) return;
    const publish = this.#publish;
    const payloadAt = payloadStart(bytes, publish.restStart, end, connection.version);
    if (payloadAt < 0 || publish.dup) return;
    const ordinary: OrdinaryPublish = {
      connection: connection.id,
      seq,
      atMs: this.#world.nowMs,
      retain: publish.retain,
      payload: markPayload(bytes, payloadAt, end),
      copies: new Set(),
    };
    topic.ordinary.push(ordinary);
    if (topic.ordinary.length > limits.ordinaryPublishes) topic.ordinary.shift();
    if (ordinary.retain) topic.lastRetained = ordinary;
  }

  /** A PUBLISH to a Client. */
  toClient(connection: Connection, seq: number, bytes: Uint8Array, start: number, end: number): void {
    const topic = this.#topicOf(connection, TO_CLIENT, bytes, start, end);
    if (topic === undefined) return;
    const publish = this.#publish;
    const payloadAt = payloadStart(bytes, publish.restStart, end, connection.version);
    if (payloadAt < 0) return;
    const { nowMs: atMs } = this.#world;
    const subscriptions = matching(connection.session, topic.topic);
    const received: Received = {
      seq,
      atMs,
      connection,
      bytes: bytes.slice(start, end),
      dup: publish.dup,
      payload: markPayload(bytes, payloadAt, end),
      subscriptions,
      receiver: connection.session?.id ?? -connection.id,
    };
    const same: Will[] = [];
    for (const will of topic.wills) {
      if (sameBytes(will.message.payload, bytes, payloadAt, end)) same.push(will);
    }
    if (publish.retain && this.#isRetainedMessage(received, topic)) this.#retained(topic, received, same);
    else if (same.length > 0) this.#live(topic, received, same);
    else this.#other(topic, received, bytes, payloadAt, end);
  }

  /** The entry of the topic, with Topic Aliases resolved. */
  #topicOf(
    connection: Connection,
    direction: typeof TO_SERVER | typeof TO_CLIENT,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): WillTopic | undefined {
    const publish = this.#publish;
    if (connection.version === 0 || !publish.read(bytes, start, end)) return undefined;
    const { willTopics } = this.#world;
    const { server } = connection;
    const aliased = connection.has(direction === TO_SERVER ? FLAG.aliasesToServer : FLAG.aliasesToClient);
    if (!aliased) return willTopics.find(server, bytes, publish.topicStart, publish.topicEnd);
    const alias = topicAliasOf(bytes, publish.restStart, end);
    if (alias === 0) return willTopics.find(server, bytes, publish.topicStart, publish.topicEnd);
    connection.aliases ??= { toServer: new Map(), toClient: new Map() };
    const aliases = direction === TO_SERVER ? connection.aliases.toServer : connection.aliases.toClient;
    if (publish.topicEnd > publish.topicStart) {
      aliases.set(alias, bytes.slice(publish.topicStart, publish.topicEnd));
    }
    const topic = aliases.get(alias);
    return topic && willTopics.find(server, topic, 0, topic.length);
  }

  /**
   * RETAIN 1 means a retained message, sent because of a SUBSCRIBE; but with Retain As Published it can also come live
   * (v5 [MQTT-3.3.1-13]), and then no SUBSCRIBE is near.
   */
  #isRetainedMessage(received: Received, topic: WillTopic): boolean {
    const { connection, subscriptions, atMs } = received;
    if (connection.version !== 5) return true;
    const sinceMs = atMs - tolerances.retainedAfterSubscribeMs;
    return recentlySubscribed(connection, topic.topic, subscriptions, sinceMs);
  }

  #retained(topic: WillTopic, received: Received, same: readonly Will[]): void {
    const { lastRetained } = topic;
    const [due, ...others] = same.filter((will) => this.#isDue(will, received.atMs));
    if (lastRetained === undefined) {
      if (due?.case !== undefined && others.length === 0) due.case.oldCopy = ofUnknownAge(received);
      return;
    }
    if (samePayload(lastRetained.payload, received.payload)) return;
    // The retained message was another one then, so a will with this payload has been published since.
    const published = same.filter(
      (will) => (will.publishedAtMs ?? Number.NEGATIVE_INFINITY) >= lastRetained.atMs,
    );
    const [only] = published;
    if (only === undefined && due?.message.retain === true && others.length === 0) {
      this.#judge.receivedRetained(due, received);
    } else if (only !== undefined && same.length === 1 && !only.message.retain) {
      this.#judge.receivedRetainedWrongly(only, received);
    }
  }

  #live(topic: WillTopic, received: Received, same: readonly Will[]): void {
    const due = same.filter((will) => this.#isDue(will, received.atMs)).sort(byUrgency);
    if (this.#isOrdinary(topic, received, due)) return;
    const { receiver, atMs } = received;
    const newHere = same.filter((will) => !will.copies.has(receiver));
    if (received.dup && newHere.length < same.length) return;
    const fanOut = newHere.find((will) => atMs - will.firstCopyAtMs <= tolerances.fanOutMs);
    const [first] = due;
    if (fanOut === undefined && first !== undefined) {
      this.#credit(first, due, received);
      return;
    }
    const further =
      fanOut ??
      newHere.find((will) => will.copies.size > 0) ??
      same.find((will) => this.#mayGetMore(will, received));
    if (further !== undefined) this.#count(further, received);
    else this.#suspect(received, same);
  }

  /** Whether the copy is that of an ordinary PUBLISH. Wills that are due at that time may have come in its place. */
  #isOrdinary(topic: WillTopic, received: Received, due: readonly Will[]): boolean {
    const { dup, receiver, payload } = received;
    if (
      dup &&
      topic.ordinary.some((each) => each.copies.has(receiver) && samePayload(each.payload, payload))
    ) {
      return true;
    }
    const ordinary = this.#ordinaryFor(topic, received);
    if (ordinary === undefined) return false;
    ordinary.copies.add(receiver);
    for (const { case: willCase } of due) {
      if (willCase === undefined) continue;
      const evidence = { seq: ordinary.seq };
      willCase.ambiguity ??= fact('sameMessagePublished', { publishedAtMs: ordinary.atMs }, evidence);
    }
    return true;
  }

  /** Owed, not seen, and its time has come. */
  #isDue(will: Will, atMs: number): boolean {
    const { case: willCase } = will;
    if (willCase === undefined || willCase.observed !== undefined || willCase.duty === 'withhold')
      return false;
    return willCase.due !== undefined && atMs >= willCase.due.fromMs - tolerances.clockMs;
  }

  #credit(will: Will, due: readonly Will[], received: Received): void {
    for (const other of due) {
      if (other === will || other.case?.verdict !== 'pending' || will.case?.verdict !== 'pending') continue;
      other.case.twins.add(will.case);
      will.case.twins.add(other.case);
    }
    this.#count(will, received);
    this.#judge.received(will, received);
  }

  #count(will: Will, received: Received): void {
    if (Number.isNaN(will.firstCopyAtMs)) will.firstCopyAtMs = received.atMs;
    will.copies.set(received.receiver, (will.copies.get(received.receiver) ?? 0) + 1);
  }

  /** Overlapping subscriptions of one Client may bring one copy each (v5 3.3.4). */
  #mayGetMore(will: Will, received: Received): boolean {
    const copies = will.copies.get(received.receiver) ?? 0;
    if (copies === 0) return false;
    const { session } = received.connection;
    return copies < received.subscriptions.length || session === undefined || session.olderThanTrace;
  }

  /** Nothing that is owed explains the copy: some will was published that must not have been. */
  #suspect(received: Received, same: readonly Will[]): void {
    const repeated = same.filter((will) => will.copies.has(received.receiver));
    const suspects = same.filter((will) => !will.copies.has(received.receiver) && this.#mustNotCome(will));
    const [withheld] = suspects.filter((will) => hasPassed(will, received.atMs));
    const [suspect, ...others] = suspects;
    if (repeated.length > 0) {
      const sure = suspects.length === 0 && repeated.length === 1;
      for (const will of repeated) this.#judge.receivedAgain(will, received, sure);
      for (const { case: willCase } of suspects) {
        if (willCase !== undefined) willCase.ambiguity ??= ambiguous(received);
      }
      return;
    }
    const blamed = withheld ?? suspect;
    if (blamed === undefined) return;
    for (const { case: willCase } of others) {
      if (willCase !== undefined && willCase !== blamed.case) willCase.ambiguity ??= ambiguous(received);
    }
    this.#count(blamed, received);
    this.#judge.received(blamed, received);
  }

  #mustNotCome(will: Will): boolean {
    const { case: willCase } = will;
    return willCase === undefined || willCase.observed === undefined;
  }

  /** The oldest ordinary PUBLISH with that payload of which this subscriber may still get a copy. */
  #ordinaryFor(topic: WillTopic, received: Received): OrdinaryPublish | undefined {
    const { connection, subscriptions, receiver, payload, atMs } = received;
    return topic.ordinary.find((each) => {
      if (!samePayload(each.payload, payload) || each.copies.has(receiver)) return false;
      if (atMs - each.atMs > tolerances.ordinaryMs) return false;
      if (subscriptions.length === 0) return true;
      const own = each.connection === connection.id;
      return subscriptions.some(
        (subscribed) =>
          !(own && subscribed.noLocal) && subscribed.askedAtMs <= each.atMs + tolerances.fanOutMs,
      );
    });
  }

  /** Another payload on the topic of a will that is due: the will, altered, or an unknown publisher's message. */
  #other(topic: WillTopic, received: Received, bytes: Uint8Array, payloadAt: number, end: number): void {
    const due = [...topic.wills].filter((will) => this.#isDue(will, received.atMs));
    const [will, ...others] = due;
    if (will?.case === undefined || others.length > 0 || will.case.altered !== undefined) return;
    if (this.#ordinaryFor(topic, received) !== undefined) return;
    const { payload } = will.message;
    will.case.altered = fact(
      'alteredCopy',
      { subscriber: received.connection.name, receivedAtMs: received.atMs },
      { seq: received.seq },
    );
    const prefixed =
      received.connection.version !== 5 &&
      payload.length > 0 &&
      end - payloadAt > payload.length &&
      sameBytes(payload, bytes, end - payload.length, end);
    will.case.checks = prefixed
      ? [
          {
            id: 'P6',
            passed: false,
            facts: [fact('checkNotDropped', { subscriber: received.connection.name }, { seq: received.seq })],
          },
        ]
      : [
          {
            id: 'P1',
            passed: 'undecided',
            facts: [
              fact(
                'checkContentOther',
                { length: end - payloadAt, expectedLength: payload.length },
                { seq: received.seq, statement: { version: 5, id: 'MQTT-3.3.2-3' } },
              ),
            ],
          },
        ];
    this.#world.changed.expectations.mark(will.case);
  }
}

/** What is still awaited comes first, in the order of its due time; then what was given up, the newest first. */
function byUrgency(a: Will, b: Will): number {
  const awaited = Number(b.case?.verdict === 'pending') - Number(a.case?.verdict === 'pending');
  if (awaited !== 0) return awaited;
  const order = (a.case?.due?.atMs ?? 0) - (b.case?.due?.atMs ?? 0) || (a.case?.id ?? 0) - (b.case?.id ?? 0);
  return a.case?.verdict === 'pending' ? order : -order;
}

function ofUnknownAge(received: Received): ReturnType<typeof fact> {
  const { seq, atMs: receivedAtMs } = received;
  return fact('retainedOfUnknownAge', { subscriber: received.connection.name, receivedAtMs }, { seq });
}

/** Whether the will would have been due by then, had it not been cancelled. */
function hasPassed(will: Will, atMs: number): boolean {
  const due = will.case?.due;
  return due !== undefined && atMs >= due.fromMs - tolerances.clockMs;
}

function ambiguous(received: Received): ReturnType<typeof fact> {
  return fact('ambiguousCopy', { receivedAtMs: received.atMs }, { seq: received.seq });
}
