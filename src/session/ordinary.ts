/** Ordinary PUBLISHes on the topics of wills: a copy that one of them explains is not taken for a will. */
import type { Connection } from './connection.ts';
import type { Subscribed } from './subscriptions.ts';
import { limits, tolerances } from './tolerances.ts';
import { noteProof } from './unseen-causes.ts';
import { type OrdinaryPublish, type PayloadMark, samePayload, type WillTopic } from './will-topics.ts';

/** What decides whether a copy can be that of an ordinary PUBLISH. */
export interface CopyMarks {
  readonly seq: number;
  readonly atMs: number;
  readonly connection: Connection;
  readonly dup: boolean;
  readonly payload: PayloadMark;
  readonly subscriptions: readonly Subscribed[];
  /** Copies are counted by Session, because a Session may change its connection. */
  readonly receiver: number;
}

export function noteOrdinary(topic: WillTopic, ordinary: OrdinaryPublish): void {
  topic.ordinary.push(ordinary);
  if (topic.ordinary.length > limits.ordinaryPublishes) topic.ordinary.shift();
  if (ordinary.retain) topic.lastRetained = ordinary;
}

/** The ordinary PUBLISH that a copy belongs to, if any; counts the copy. */
export function takeOrdinary(topic: WillTopic, copy: CopyMarks): OrdinaryPublish | undefined {
  const same = topic.ordinary.filter((each) => samePayload(each.payload, copy.payload));
  if (copy.dup) {
    const sentAgain = same.find((each) => each.copies.has(copy.receiver));
    if (sentAgain !== undefined) return sentAgain;
  }
  const ordinary =
    same.find((each) => !each.copies.has(copy.receiver) && mayReach(each, copy)) ??
    same.find((each) => mayReachAgain(each, copy));
  if (ordinary !== undefined) {
    count(ordinary, copy);
    noteProof(ordinary.sender, topic.topic, copy);
  }
  return ordinary;
}

/**
 * The ordinary PUBLISH that a copy with RETAIN 1 belongs to, when it was sent to a subscription with Retain As Published
 * that had been accepted before; counts the copy.
 */
export function takeAsPublished(topic: WillTopic, copy: CopyMarks): OrdinaryPublish | undefined {
  const ordinary = topic.ordinary.find(
    (each) =>
      each.retain &&
      samePayload(each.payload, copy.payload) &&
      !each.copies.has(copy.receiver) &&
      mayReach(each, copy) &&
      copy.subscriptions.some(({ retainAsPublished, sinceMs }) => retainAsPublished && sinceMs <= each.atMs),
  );
  if (ordinary !== undefined) count(ordinary, copy);
  return ordinary;
}

function count(ordinary: OrdinaryPublish, copy: CopyMarks): void {
  const copies = ordinary.copies.get(copy.receiver);
  ordinary.copies.set(copy.receiver, {
    count: (copies?.count ?? 0) + 1,
    firstAtMs: copies?.firstAtMs ?? copy.atMs,
  });
}

/** Whether it was sent soon enough before, to a subscriber who was there or for whom it may have been kept. */
function mayReach(ordinary: OrdinaryPublish, copy: CopyMarks): boolean {
  const { connection, subscriptions } = copy;
  const keptMs = (connection.connack?.atMs ?? 0) > ordinary.atMs ? tolerances.keptMs : tolerances.deliveredMs;
  if (copy.atMs - ordinary.atMs > keptMs) return false;
  if (subscriptions.length === 0) return true;
  const own = ordinary.connection === connection.id;
  return subscriptions.some(
    (subscribed) =>
      !(own && subscribed.noLocal) && subscribed.askedAtMs <= ordinary.atMs + tolerances.fanOutMs,
  );
}

/** Overlapping subscriptions of one Client may bring one copy each (v5 3.3.4). */
function mayReachAgain(ordinary: OrdinaryPublish, copy: CopyMarks): boolean {
  const copies = ordinary.copies.get(copy.receiver);
  if (copies === undefined || copy.atMs - copies.firstAtMs > tolerances.fanOutMs) return false;
  return copies.count < copy.subscriptions.length || copy.connection.session?.olderThanTrace === true;
}
