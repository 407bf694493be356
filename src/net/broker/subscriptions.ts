import type { QoS, Subscription } from '../../mqtt/packet.ts';
import { TopicTree } from '../../mqtt/topic-tree.ts';
import { sharedSubscription } from '../../mqtt/topics.ts';
import type { Session } from './session.ts';

/** A subscription that was granted, as its Session holds it. */
export interface Subscribed {
  readonly session: Session;
  /** As the Client sent it, with `$share/` if it is shared. */
  readonly topicFilter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly subscriptionIdentifier: number | undefined;
  /** Of a Shared Subscription, who shares it. */
  readonly group: ShareGroup | undefined;
}

/** The Sessions that share one subscription (v5 4.8.2). Each message goes to one of them, in turn. */
class ShareGroup {
  readonly topicFilter: string;
  readonly #members: Subscribed[] = [];
  #turn = 0;

  constructor(topicFilter: string) {
    this.topicFilter = topicFilter;
  }

  get empty(): boolean {
    return this.#members.length === 0;
  }

  add(member: Subscribed): void {
    this.#members.push(member);
  }

  remove(member: Subscribed): void {
    const index = this.#members.indexOf(member);
    if (index >= 0) this.#members.splice(index, 1);
  }

  /** The next member that is connected; if none is, the next that keeps messages while away. */
  next(): Subscribed | undefined {
    const members = this.#members;
    let away: Subscribed | undefined;
    for (let tries = 0; tries < members.length; tries++) {
      const member = members[this.#turn++ % members.length];
      if (member === undefined) continue;
      if (member.session.connection !== undefined) return member;
      away ??= member;
    }
    return away;
  }
}

type Entry = Subscribed | ShareGroup;

/** All subscriptions, found by the topic that they match. */
export class Subscriptions {
  readonly #tree = new TopicTree<Entry>();
  readonly #groups = new Map<string, ShareGroup>();

  /** Adds or replaces (v5 [MQTT-3.8.4-3]). Answers whether the Session had none with this Topic Filter. */
  add(session: Session, subscription: Subscription, subscriptionIdentifier: number | undefined): boolean {
    const { topicFilter, qos, noLocal, retainAsPublished } = subscription;
    const existed = this.remove(session, topicFilter);
    const group = this.#groupFor(session, topicFilter);
    const entry: Subscribed = {
      session,
      topicFilter,
      qos,
      noLocal,
      retainAsPublished,
      subscriptionIdentifier,
      group,
    };
    session.subscriptions.set(topicFilter, entry);
    if (group === undefined) this.#tree.add(topicFilter, entry);
    else group.add(entry);
    return !existed;
  }

  /** Answers whether there was one. Filters are compared character by character (v5 [MQTT-3.10.4-1]). */
  remove(session: Session, topicFilter: string): boolean {
    const entry = session.subscriptions.get(topicFilter);
    if (entry === undefined) return false;
    session.subscriptions.delete(topicFilter);
    const { group } = entry;
    if (group === undefined) this.#tree.delete(topicFilter, entry);
    else {
      group.remove(entry);
      if (group.empty) {
        this.#groups.delete(topicFilter);
        this.#tree.delete(group.topicFilter, group);
      }
    }
    return true;
  }

  removeAll(session: Session): void {
    for (const topicFilter of [...session.subscriptions.keys()]) this.remove(session, topicFilter);
  }

  /** Every subscription that is to get a message of this topic; of each Shared Subscription one. */
  matching(topic: string): { readonly own: Subscribed[]; readonly shared: Subscribed[] } {
    const own: Subscribed[] = [];
    const shared: Subscribed[] = [];
    for (const entry of this.#tree.match(topic)) {
      if (entry instanceof ShareGroup) {
        const member = entry.next();
        if (member !== undefined) shared.push(member);
      } else own.push(entry);
    }
    return { own, shared };
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
