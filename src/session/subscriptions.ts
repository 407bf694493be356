/** Who is subscribed to what: which copies a connection may get of a message, and whether somebody must have seen it. */

import { decodePacket } from '../mqtt/decode.ts';
import { type QoS, TO_CLIENT, TO_SERVER } from '../mqtt/packet.ts';
import { sharedSubscription, topicMatches } from '../mqtt/topics.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';
import { limits } from './tolerances.ts';

/** A subscription that the Server has accepted. */
export interface Subscribed {
  readonly session: Session;
  /** As subscribed. */
  readonly topicFilter: string;
  /** Without the prefix of a shared subscription. */
  readonly matchFilter: string;
  readonly shared: boolean;
  readonly grantedQos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 2: no retained messages follow. 1: only for a new subscription. */
  readonly retainHandling: 0 | 1 | 2;
  /** When the Client first asked for it, and when the Server first accepted it. */
  readonly askedAtMs: number;
  readonly sinceMs: number;
  /** When the Client last asked for it: retained messages may follow. */
  readonly renewedAtMs: number;
}

/** SUBSCRIBE: nothing counts before SUBACK. */
export function onSubscribe(
  connection: Connection,
  atMs: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const decoded = decodePacket(bytes, start, end, connection.version || 5, TO_SERVER);
  if (!decoded.ok || decoded.packet.type !== 'subscribe') return;
  connection.hasSubscribed = true;
  if (connection.pendingSubscribes.size >= limits.pendingSubscribes) return;
  connection.pendingSubscribes.set(decoded.packet.packetId, { packet: decoded.packet, atMs });
}

/** SUBACK: what the Server accepted now counts, and is returned. */
export function onSuback(
  connection: Connection,
  seq: number,
  atMs: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): readonly Subscribed[] {
  const accepted: Subscribed[] = [];
  const decoded = decodePacket(bytes, start, end, connection.version || 5, TO_CLIENT);
  if (!decoded.ok || decoded.packet.type !== 'suback') return accepted;
  const { packetId, reasonCodes } = decoded.packet;
  const pending = connection.pendingSubscribes.get(packetId);
  connection.pendingSubscribes.delete(packetId);
  const { session } = connection;
  if (pending === undefined || session === undefined) return accepted;
  for (const [index, asked] of pending.packet.subscriptions.entries()) {
    const granted = reasonCodes[index];
    const { topicFilter } = asked;
    if (granted !== 0 && granted !== 1 && granted !== 2) {
      const version = connection.version || 5;
      const refused = { seq, subscriber: connection.name, topicFilter, version, reasonCode: granted ?? 0x80 };
      connection.server.noteSubscription(topicFilter, refused);
      continue;
    }
    connection.server.noteSubscription(topicFilter, undefined);
    const shared = sharedSubscription(asked.topicFilter);
    const before = session.subscriptions.get(asked.topicFilter);
    const sameOptions = before?.noLocal === asked.noLocal && before.grantedQos === granted;
    const subscribed: Subscribed = {
      session,
      topicFilter: asked.topicFilter,
      matchFilter: shared?.filter ?? asked.topicFilter,
      shared: shared !== undefined,
      grantedQos: granted,
      noLocal: asked.noLocal,
      retainAsPublished: asked.retainAsPublished,
      retainHandling: asked.retainHandling,
      askedAtMs: sameOptions ? before.askedAtMs : pending.atMs,
      sinceMs: sameOptions ? before.sinceMs : atMs,
      renewedAtMs: pending.atMs,
    };
    add(subscribed);
    accepted.push(subscribed);
  }
  return accepted;
}

/** UNSUBSCRIBE: from when it is sent, nothing is certain to come. */
export function onUnsubscribe(connection: Connection, bytes: Uint8Array, start: number, end: number): void {
  const decoded = decodePacket(bytes, start, end, connection.version || 5, TO_SERVER);
  if (!decoded.ok || decoded.packet.type !== 'unsubscribe' || connection.session === undefined) return;
  for (const topicFilter of decoded.packet.topicFilters) {
    const subscribed = connection.session.subscriptions.get(topicFilter);
    if (subscribed !== undefined) remove(subscribed);
  }
}

/** The Session ended, and its subscriptions with it. */
export function dropSubscriptions(session: Session): void {
  session.subscriptionsAtEnd = session.subscriptions.size;
  for (const subscribed of session.subscriptions.values()) remove(subscribed);
}

function add(subscribed: Subscribed): void {
  const { session } = subscribed;
  const before = session.subscriptions.get(subscribed.topicFilter);
  if (before !== undefined) remove(before);
  session.subscriptions.set(subscribed.topicFilter, subscribed);
  session.client.server.treeOf(subscribed).add(subscribed.matchFilter, subscribed);
}

function remove(subscribed: Subscribed): void {
  const { session } = subscribed;
  session.subscriptions.delete(subscribed.topicFilter);
  session.client.server.treeOf(subscribed).delete(subscribed.matchFilter, subscribed);
}

/** The subscriptions of one Session that match a topic. */
export function matching(session: Session | undefined, topic: string): readonly Subscribed[] {
  if (session === undefined) return [];
  const found: Subscribed[] = [];
  for (const subscribed of session.subscriptions.values()) {
    if (topicMatches(subscribed.matchFilter, topic)) found.push(subscribed);
  }
  return found;
}

/** Whether retained messages may come now, because of a SUBSCRIBE since `sinceMs` or one that is not answered. */
export function retainedMayFollow(
  connection: Connection,
  topic: string,
  subscriptions: readonly Subscribed[],
  sinceMs: number,
): boolean {
  // A Session that is older than the trace may have subscribed just before it.
  if (subscriptions.length === 0 && connection.openedAtMs >= sinceMs) return true;
  if (subscriptions.some((each) => each.retainHandling !== 2 && each.renewedAtMs >= sinceMs)) return true;
  for (const { packet } of connection.pendingSubscribes.values()) {
    for (const { topicFilter, retainHandling } of packet.subscriptions) {
      if (retainHandling === 2) continue;
      if (topicMatches(sharedSubscription(topicFilter)?.filter ?? topicFilter, topic)) return true;
    }
  }
  return false;
}
