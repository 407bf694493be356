/**
 * Who must have seen a will if it was published. Before a will is called missed, everything that hides a published message from the
 * trace has to be ruled out: nobody subscribed, a shared subscription, No Local, a connection that was not there all the time.
 */
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import type { Connection } from './connection.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';
import type { Subscribed } from './subscriptions.ts';
import { readingFact } from './telling.ts';
import type { Will } from './will.ts';

/** `since-start`: subscribed since before the end of the connection. `since-due`: only when the will was due. */
export type Witness =
  | {
      readonly kind: 'since-start' | 'since-due';
      readonly subscribed: Subscribed;
      readonly connection: Connection;
    }
  | { readonly kind: 'none'; readonly facts: readonly Fact[] };

/** Looks among the subscriptions of the Server. `endedFromMs` and `dueFromMs` bound when it could be published. */
export function findWitness(will: Will, endedFromMs: number, dueFromMs: number): Witness {
  const { topic } = will.message;
  let late: Witness | undefined;
  const reasons: Fact[] = [];
  for (const subscribed of will.client.server.subscriptions.match(topic)) {
    const connection = subscribed.session.client.current;
    const reason = whyNot(will, subscribed, connection, dueFromMs);
    if (reason !== undefined) reasons.push(reason);
    else if (connection !== undefined) {
      if (watches(subscribed, connection, endedFromMs))
        return { kind: 'since-start', subscribed, connection };
      late ??= { kind: 'since-due', subscribed, connection };
    }
  }
  if (late !== undefined) return late;
  const facts = reasons.length === 0 ? [nobody(will)] : reasons.slice(0, 3);
  if (reasons.some(({ code }) => code === 'onlyNoLocal')) facts.push(readingFact('A13'));
  return { kind: 'none', facts };
}

function whyNot(
  will: Will,
  subscribed: Subscribed,
  connection: Connection | undefined,
  dueFromMs: number,
): Fact | undefined {
  const subscriber = subscribed.session.client.clientId;
  if (connection?.carries !== true || connection.blind || connection.frozen !== undefined) {
    return fact('onlyOffline', { subscriber });
  }
  if (subscribed.renewedAtMs < subscribed.session.resumedUnsaidAtMs)
    return fact('onlyResumedUnsaid', { subscriber }, { statement: { version: 3, id: '3.2' } });
  if (subscribed.noLocal && subscriber === will.connection.clientId) {
    return fact('onlyNoLocal', { subscriber }, { statement: { version: 5, id: 'MQTT-3.8.3-3' } });
  }
  if (!watches(subscribed, connection, dueFromMs)) return fact('subscribedAfterDue', { subscriber });
  const { connect } = connection;
  // What every PUBLISH carries besides topic and payload is at most a few bytes; its properties only add to that.
  const least = will.topic.bytes.length + will.message.payload.length;
  if (connect !== undefined && least > connect.maximumPacketSize) {
    return fact('tooLargeForSubscriber', { subscriber }, { statement: { version: 5, id: 'MQTT-3.1.2-24' } });
  }
  return undefined;
}

function watches(subscribed: Subscribed, connection: Connection, fromMs: number): boolean {
  return subscribed.sinceMs <= fromMs && (connection.connack?.atMs ?? Number.POSITIVE_INFINITY) <= fromMs;
}

function nobody(will: Will): Fact {
  const { topic } = will.message;
  const { server } = will.client;
  const refused = server.refusedFor(topic);
  if (refused !== undefined) {
    const { subscriber, topicFilter: filter, version, reasonCode, seq } = refused;
    const reason = reasonCodeName('suback', version, reasonCode);
    return fact('subscriptionRefused', { subscriber, filter, reasonCode, reason }, { seq });
  }
  const observer = server.refusedObserver(will.connection.info.watcher);
  if (observer !== undefined) {
    const { version, reasonCode, seq } = observer;
    const reason = reasonCodeName('connack', version, reasonCode);
    return fact('observerRefused', { reasonCode, reason }, { seq });
  }
  if (will.client.server.sharedSubscriptions.match(topic).length > 0) {
    return fact('onlyShared', {}, { statement: { version: 5, id: '4.8.2' } });
  }
  return topic.startsWith('$')
    ? fact(
        'nobodySubscribedDollar',
        { topic },
        { statement: { version: will.connection.version || 5, id: 'MQTT-4.7.2-1' } },
      )
    : fact('nobodySubscribed', { topic });
}

/** The QoS with which a subscriber would get the will. */
export function deliveredQos(will: Will, subscribed: Subscribed): number {
  return Math.min(will.message.qos, subscribed.grantedQos);
}
