import type { QoS, Subscription } from '../../mqtt/packet.ts';
import { TopicTree } from '../../mqtt/topic-tree.ts';
import { sharedSubscription } from '../../mqtt/topics.ts';
import type { Session } from './session.ts';
import { ShareGroup } from './share-group.ts';

/** A subscription that was granted, as its Session holds it. */
export interface Subscribed {
  readonly session: Session;
  /** As the Client sent it, with `$share/` if it is shared. */
  readonly topicFilter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** The Subscription Identifier, if it has one. */
  readonly identifiers: readonly number[];
  /** Of a Shared Subscription, who shares it. */
  readonly group: ShareGroup | undefined;
  /** Where a topic goes that it alone matches; made when the first does. */
  alone: Route | undefined;
}

/** A Session and those of its subscriptions that one topic matches, with what they amount to. */
export interface Receiver {
  readonly session: Session;
  readonly subscribeds: readonly Subscribed[];
  /** The highest that was granted (v5 [MQTT-3.3.4-2]). */
  readonly qos: QoS;
  readonly retainAsPublished: boolean;
  /** Whether one of them has No Local, so that it depends on the publisher. */
  readonly noLocal: boolean;
  readonly identifiers: readonly number[];
}

/** Where the messages of one topic go. */
export interface Route {
  readonly receivers: readonly Receiver[];
  readonly groups: readonly ShareGroup[];
}

type Entry = Subscribed | ShareGroup;

/** How much the routes that are kept may cost: a place of a receiver, or 16 characters of a topic, cost 1. */
const routesMaximum = 200_000;
/** How many topics that were asked for once are remembered, and of which length at most. */
const seenMaximum = 4_096;
const longestSeen = 256;

const noIdentifiers: readonly number[] = [];
const nowhere: Route = { receivers: [], groups: [] };

/** All subscriptions, found by the topic that they match. */
export class Subscriptions {
  readonly #tree = new TopicTree<Entry>();
  readonly #groups = new Map<string, ShareGroup>();
  /** Of topics that were asked for since a subscription changed. */
  readonly #routes = new Map<string, Route>();
  #routesCost = 0;
  /** Topics that were asked for once. */
  readonly #seen = new Set<string>();
  #count = 0;

  /** Of all Sessions. */
  get count(): number {
    return this.#count;
  }

  /** Adds or replaces (v5 [MQTT-3.8.4-3]). Answers it, and whether the Session had none with this Topic Filter. */
  add(
    session: Session,
    { topicFilter, qos, noLocal, retainAsPublished }: Subscription,
    identifier: number | undefined,
  ): { readonly subscribed: Subscribed; readonly isNew: boolean } {
    const existed = this.remove(session, topicFilter);
    const group = this.#groupFor(session, topicFilter);
    const identifiers = identifier === undefined ? noIdentifiers : [identifier];
    const subscribed: Subscribed = {
      session,
      topicFilter,
      qos,
      noLocal,
      retainAsPublished,
      identifiers,
      group,
      alone: undefined,
    };
    session.subscriptions.set(topicFilter, subscribed);
    if (group === undefined) this.#tree.add(topicFilter, subscribed);
    else group.add(subscribed);
    this.#count += 1;
    this.#forgetRoutes();
    return { subscribed, isNew: !existed };
  }

  /** Answers whether there was one. Filters are compared character by character (v5 [MQTT-3.10.4-1]). */
  remove(session: Session, topicFilter: string): boolean {
    const subscribed = session.subscriptions.get(topicFilter);
    if (subscribed === undefined) return false;
    session.subscriptions.delete(topicFilter);
    const { group } = subscribed;
    if (group === undefined) this.#tree.delete(topicFilter, subscribed);
    else {
      group.remove(subscribed);
      if (group.empty) {
        this.#groups.delete(topicFilter);
        this.#tree.delete(group.topicFilter, group);
      }
    }
    this.#count -= 1;
    this.#forgetRoutes();
    return true;
  }

  removeAll(session: Session): void {
    for (const topicFilter of [...session.subscriptions.keys()]) this.remove(session, topicFilter);
  }

  /** Where a message of this topic goes. Kept until a subscription changes. */
  route(topic: string): Route {
    const known = this.#routes.get(topic);
    if (known !== undefined) return known;
    const route = this.#findRoute(topic);
    // A topic that is published to once, as that of a will, is not worth keeping.
    if (!this.#seen.has(topic)) {
      if (this.#seen.size >= seenMaximum) this.#seen.clear();
      if (topic.length <= longestSeen) this.#seen.add(topic);
      return route;
    }
    const cost = 1 + (topic.length >> 4) + route.receivers.length + route.groups.length;
    if (this.#routesCost + cost > routesMaximum) this.#forgetRoutes();
    if (cost <= routesMaximum) {
      this.#routes.set(topic, route);
      this.#routesCost += cost;
    }
    return route;
  }

  #findRoute(topic: string): Route {
    const entries = this.#tree.match(topic);
    const only = entries[0];
    if (only === undefined) return nowhere;
    if (entries.length === 1 && !(only instanceof ShareGroup)) {
      only.alone ??= { receivers: [{ ...only, subscribeds: [only] }], groups: nowhere.groups };
      return only.alone;
    }
    const groups: ShareGroup[] = [];
    const bySession = new Map<Session, Subscribed[]>();
    for (const entry of entries) {
      if (entry instanceof ShareGroup) {
        groups.push(entry);
        continue;
      }
      const others = bySession.get(entry.session);
      if (others === undefined) bySession.set(entry.session, [entry]);
      else others.push(entry);
    }
    return { receivers: [...bySession.values()].flatMap((each) => receiverOf(each) ?? []), groups };
  }

  #forgetRoutes(): void {
    if (this.#routes.size > 0) this.#routes.clear();
    this.#routesCost = 0;
  }

  /** Before 5.0 `$share` is a level like any other. */
  #groupFor(session: Session, topicFilter: string): ShareGroup | undefined {
    const shared = session.version === 5 ? sharedSubscription(topicFilter) : undefined;
    if (shared === undefined) return undefined;
    const existing = this.#groups.get(topicFilter);
    if (existing !== undefined) return existing;
    const group = new ShareGroup(shared.filter);
    this.#groups.set(topicFilter, group);
    this.#tree.add(shared.filter, group);
    return group;
  }
}

/** What subscriptions of one Session amount to; undefined for none. */
export function receiverOf(subscribeds: readonly Subscribed[]): Receiver | undefined {
  const first = subscribeds[0];
  if (first === undefined) return undefined;
  const { session } = first;
  if (subscribeds.length === 1) return { ...first, subscribeds };
  let qos: QoS = 0;
  let retainAsPublished = false;
  let noLocal = false;
  const identifiers: number[] = [];
  for (const each of subscribeds) {
    if (each.qos > qos) qos = each.qos;
    retainAsPublished ||= each.retainAsPublished;
    noLocal ||= each.noLocal;
    identifiers.push(...each.identifiers);
  }
  return { session, subscribeds, qos, retainAsPublished, noLocal, identifiers };
}
