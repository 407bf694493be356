/**
 * Takes in every PUBLISH: one from a Client may explain copies that are no will, one to a Client may be a will. Most are on the topic of no
 * will, and are done with after a glance.
 */
import { TO_CLIENT, TO_SERVER } from '../mqtt/packet.ts';
import type { Attribution } from './attribution.ts';
import type { Connection } from './connection.ts';
import { FLAG } from './open-connections.ts';
import { noteOrdinary } from './ordinary.ts';
import { PublishBytes, payloadStart, topicAliasOf } from './publish-bytes.ts';
import { matching, retainedMayFollow } from './subscriptions.ts';
import { limits, tolerances } from './tolerances.ts';
import { markPayload, sameBytes, type WillTopic, willsWith } from './will-topics.ts';
import type { World } from './world.ts';

export class Observation {
  readonly #world: World;
  readonly #attribution: Attribution;
  readonly #publish = new PublishBytes();

  constructor(world: World, attribution: Attribution) {
    this.#world = world;
    this.#attribution = attribution;
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
    const ordinary = {
      connection: connection.id,
      sender: connection,
      seq,
      atMs: this.#world.nowMs,
      retain: publish.retain,
      payload: markPayload(bytes, payloadAt, end),
      copies: new Map(),
    };
    noteOrdinary(topic, ordinary);
    if (connection.will?.topic === topic) this.#world.insights.ownState(connection, ordinary);
  }

  /** A PUBLISH to a Client. */
  toClient(connection: Connection, seq: number, bytes: Uint8Array, start: number, end: number): void {
    const topic = this.#topicOf(connection, TO_CLIENT, bytes, start, end);
    if (topic === undefined) return;
    const publish = this.#publish;
    const payloadAt = payloadStart(bytes, publish.restStart, end, connection.version);
    if (payloadAt < 0) return;
    const { nowMs: atMs } = this.#world;
    const { session } = connection;
    const received = {
      seq,
      atMs,
      connection,
      bytes: bytes.slice(start, end),
      dup: publish.dup,
      payload: markPayload(bytes, payloadAt, end),
      subscriptions: matching(session, topic.topic),
      receiver: session?.id ?? -connection.id,
    };
    if (publish.retain) this.#world.retainedCopies.came(topic, connection);
    const same = willsWith(topic, received.payload).filter((will) =>
      sameBytes(will.message.payload, bytes, payloadAt, end),
    );
    // RETAIN 1 means a retained message, sent because of a SUBSCRIBE. With Retain As Published it can also come live
    // (v5 [MQTT-3.3.1-13]), and then no SUBSCRIBE is near.
    const sinceMs = atMs - tolerances.retainedAfterSubscribeMs;
    if (publish.retain && retainedMayFollow(connection, topic.topic, received.subscriptions, sinceMs)) {
      this.#attribution.retained(topic, received, same);
    } else if (same.length > 0) this.#attribution.live(topic, received, same);
    else this.#attribution.other(topic, received, payloadAt - start);
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
      if (!mayRemember(aliases, alias, publish.topicEnd - publish.topicStart)) {
        // What comes behind this alias is not recognised, so what does not come proves nothing.
        connection.blind = true;
        return willTopics.find(server, bytes, publish.topicStart, publish.topicEnd);
      }
      aliases.set(alias, bytes.slice(publish.topicStart, publish.topicEnd));
    }
    const topic = aliases.get(alias);
    return topic && willTopics.find(server, topic, 0, topic.length);
  }
}

function mayRemember(aliases: ReadonlyMap<number, Uint8Array>, alias: number, topicBytes: number): boolean {
  if (topicBytes > limits.aliasedTopicBytes) return false;
  return aliases.has(alias) || aliases.size < limits.topicAliases;
}
