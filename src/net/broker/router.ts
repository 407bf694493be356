import type { QoS } from '../../mqtt/packet.ts';
import type { BrokerLog } from './log.ts';
import type { Message } from './message.ts';
import type { RetainedMessages } from './retained.ts';
import type { Session } from './session.ts';
import type { Subscribed, Subscriptions } from './subscriptions.ts';

/** Brings each message to whom it matters: the retained store and the matching Sessions. */
export class Router {
  readonly #subscriptions: Subscriptions;
  readonly #retained: RetainedMessages;
  readonly #log: BrokerLog;

  constructor(subscriptions: Subscriptions, retained: RetainedMessages, log: BrokerLog) {
    this.#subscriptions = subscriptions;
    this.#retained = retained;
    this.#log = log;
  }

  /** Answers how many Sessions had a matching subscription. */
  publish(message: Message): number {
    if (message.retain && !this.#retained.store(message)) {
      this.#log('warn', `No room to retain the message on "${message.topic}".`);
    }
    const { own, shared } = this.#subscriptions.matching(message.topic);
    const bySession = new Map<Session, Subscribed[]>();
    for (const subscribed of own) {
      // v5 [MQTT-3.8.3-3]: No Local.
      if (subscribed.noLocal && subscribed.session.clientId === message.publisher) continue;
      const others = bySession.get(subscribed.session);
      if (others === undefined) bySession.set(subscribed.session, [subscribed]);
      else others.push(subscribed);
    }
    // v5 [MQTT-3.3.4-2]: overlapping subscriptions of a Session get one copy, at the highest QoS granted to
    // them.
    for (const [session, subscribeds] of bySession) deliver(session, message, subscribeds, false);
    for (const subscribed of shared) deliver(subscribed.session, message, [subscribed], false);
    return bySession.size + shared.length;
  }

  /** Sends the retained messages that a new subscription asks for (v5 [MQTT-3.3.1-9], [MQTT-3.8.4-4]). */
  publishRetained(subscribed: Subscribed): void {
    for (const message of this.#retained.matching(subscribed.topicFilter)) {
      if (subscribed.noLocal && subscribed.session.clientId === message.publisher) continue;
      deliver(subscribed.session, message, [subscribed], true);
    }
  }
}

function deliver(
  session: Session,
  message: Message,
  subscribeds: readonly Subscribed[],
  retained: boolean,
): void {
  let granted: QoS = 0;
  // Because of a new subscription 1: v5 3.8.3.1, v3.1.1 [MQTT-3.3.1-8]. Else as the subscription asks: v5
  // [MQTT-3.3.1-12], [MQTT-3.3.1-13]; before always 0: v3.1.1 [MQTT-3.3.1-9].
  let retain = retained;
  const subscriptionIdentifiers: number[] = [];
  for (const subscribed of subscribeds) {
    if (subscribed.qos > granted) granted = subscribed.qos;
    if (subscribed.retainAsPublished && message.retain) retain = true;
    if (subscribed.subscriptionIdentifier !== undefined) {
      subscriptionIdentifiers.push(subscribed.subscriptionIdentifier);
    }
  }
  // v5 [MQTT-3.8.4-8], v3.1.1 [MQTT-3.8.4-6].
  const qos = message.qos < granted ? message.qos : granted;
  session.outgoing.push({ message, qos, retain, subscriptionIdentifiers });
}
