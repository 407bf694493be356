import type { Clock } from '../clock.ts';
import type { Behaviour } from './behaviour.ts';
import type { Limited } from './limits.ts';
import type { BrokerLog } from './log.ts';
import type { Message } from './message.ts';
import type { RetainedMessages } from './retained.ts';
import { type Receiver, receiverOf, type Subscribed, type Subscriptions } from './subscriptions.ts';

/** What it reads as it is at that moment. */
export interface RouterWorld extends Limited {
  readonly clock: Clock;
  readonly behaviour: Behaviour;
}

/** Brings each message to whom it matters: the retained store and the matching Sessions. */
export class Router {
  readonly #world: RouterWorld;
  readonly #subscriptions: Subscriptions;
  readonly #retained: RetainedMessages;
  readonly #log: BrokerLog;

  constructor(world: RouterWorld, subscriptions: Subscriptions, retained: RetainedMessages, log: BrokerLog) {
    this.#world = world;
    this.#subscriptions = subscriptions;
    this.#retained = retained;
    this.#log = log;
  }

  /** Answers how many Sessions had a matching subscription. */
  publish(message: Message): number {
    if (message.retain && !this.#retained.store(message)) {
      this.#log('warn', `No room to retain the message on "${message.topic}".`);
    }
    const { receivers, groups } = this.#subscriptions.route(message.topic);
    if (receivers.length > 1) message.forms = new Map();
    let matched = 0;
    for (const receiver of receivers) if (this.#deliverTo(receiver, message)) matched++;
    for (const group of groups) {
      const member = group.next();
      if (member === undefined) continue;
      matched++;
      deliver(member, message, false);
    }
    message.forms = undefined;
    return matched;
  }

  /** Sends the retained messages that a new subscription asks for (v5 [MQTT-3.3.1-9], [MQTT-3.8.4-4]). */
  publishRetained(subscribed: Subscribed, messages: Iterable<Message>): void {
    const { behaviour, clock } = this.#world;
    for (const message of messages) {
      if (!isOwn(subscribed, message))
        deliver(subscribed, behaviour.retainedCopy(message, clock.now()), true);
    }
  }

  /** Answers whether it has a subscription that lets the message through. */
  #deliverTo(receiver: Receiver, message: Message): boolean {
    if (receiver.subscribeds.length === 1 && !receiver.noLocal) {
      deliver(receiver, message, false);
      return true;
    }
    const wanted = receiver.noLocal
      ? receiverOf(receiver.subscribeds.filter((each) => !isOwn(each, message)))
      : receiver;
    if (wanted === undefined) return false;
    if (this.#world.limits.overlapping === 'each') {
      for (const subscribed of wanted.subscribeds) deliver(subscribed, message, false);
    } else {
      // v5 [MQTT-3.3.4-2], [MQTT-3.3.4-4]: one copy, at the highest QoS granted, with every Subscription Identifier.
      deliver(wanted, message, false);
    }
    return true;
  }
}

/** v5 [MQTT-3.8.3-3]: No Local. */
function isOwn({ noLocal, session }: Subscribed, { publisher }: Message): boolean {
  return noLocal && session.clientId === publisher;
}

/**
 * RETAIN is 1 because of a new subscription: v5 3.8.3.1, v3.1.1 [MQTT-3.3.1-8]. Else as the subscription asks: v5
 * [MQTT-3.3.1-12], [MQTT-3.3.1-13]; before always 0: v3.1.1 [MQTT-3.3.1-9].
 */
function deliver(to: Subscribed | Receiver, message: Message, retained: boolean): void {
  to.session.outgoing.push({
    message,
    // v5 [MQTT-3.8.4-8], v3.1.1 [MQTT-3.8.4-6].
    qos: message.qos < to.qos ? message.qos : to.qos,
    retain: retained || (to.retainAsPublished && message.retain),
    subscriptionIdentifiers: to.identifiers,
    shared: 'group' in to ? to.group : undefined,
  });
}
