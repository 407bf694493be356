import type { SubscribePacket, Subscription } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../mqtt/properties.ts';
import { hasWildcard, sharedSubscription } from '../../../mqtt/topics.ts';
import type { DenyThen } from '../../../profile/model.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import type { BrokerLimits } from '../limits.ts';
import { REASON } from '../reasons.ts';
import type { Subscribed } from '../subscriptions.ts';

/** The only failure code of SUBACK before 5.0 (v3.1.1 3.9.3). */
const failure = 0x80;

/** SUBSCRIBE (v5 3.8). Filters that are not well-formed do not get here. */
export function handleSubscribe(connection: Connection, accepted: Accepted, packet: SubscribePacket): void {
  const { version } = connection;
  const identifier = propertyNumber(packet.properties, PROPERTY.subscriptionIdentifier);
  if (version === 5 && !isWithinTerms(connection, accepted.terms, packet, identifier)) return;
  const denials = packet.subscriptions.map(({ topicFilter }) => denial(connection, accepted, topicFilter));
  if (denials.includes('disconnect')) {
    connection.disconnect(REASON.notAuthorized, 'Subscribing to one of the Topic Filters is denied.');
    return;
  }
  const wanted: Subscribed[] = [];
  const reasonCodes = packet.subscriptions.map((subscription, index) => {
    const denied = denials[index];
    const refused = deniedBy(denied) ?? refusal(connection, accepted, subscription);
    if (refused !== undefined) return version === 5 ? refused : failure;
    // v5 [MQTT-3.8.4-7], v3.1.1 [MQTT-3.8.4-5]: what was asked for is granted, as far as there is such a QoS.
    const { maximumQoS } = accepted.terms;
    const qos = subscription.qos < maximumQoS ? subscription.qos : maximumQoS;
    if (denied !== 'ignore') subscribe(connection, accepted, { ...subscription, qos }, identifier, wanted);
    return qos;
  });
  // v5 [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.8.4-6]; v3.1.1 [MQTT-3.8.4-1], [MQTT-3.8.4-5].
  connection.reply({ type: 'suback', packetId: packet.packetId, properties: [], reasonCodes });
  const { router, retained, sys } = connection.context;
  for (const subscribed of wanted) {
    router.publishRetained(subscribed, retained.matching(subscribed.topicFilter));
    router.publishRetained(subscribed, sys.subscribed(subscribed.topicFilter));
  }
}

/** Whether the Client keeps to what CONNACK told it; if not, the connection has ended. */
function isWithinTerms(
  connection: Connection,
  { subscriptionIdentifiers, sharedSubscriptions, wildcardSubscriptions }: BrokerLimits,
  { subscriptions }: SubscribePacket,
  identifier: number | undefined,
): boolean {
  const has = (test: (topicFilter: string) => boolean): boolean =>
    subscriptions.some(({ topicFilter }) => test(topicFilter));
  if (!subscriptionIdentifiers && identifier !== undefined) {
    // v5 3.2.2.3.12.
    const message = 'There are no Subscription Identifiers here.';
    connection.disconnect(REASON.subscriptionIdentifiersNotSupported, message);
    return false;
  }
  if (!sharedSubscriptions && has((filter) => sharedSubscription(filter) !== undefined)) {
    // v5 3.2.2.3.13.
    const message = 'There are no Shared Subscriptions here.';
    connection.disconnect(REASON.sharedSubscriptionsNotSupported, message);
    return false;
  }
  if (!wildcardSubscriptions && has(hasWildcard)) {
    // v5 3.2.2.3.11.
    const message = 'There are no wildcards in Topic Filters here.';
    connection.disconnect(REASON.wildcardSubscriptionsNotSupported, message);
    return false;
  }
  return true;
}

function denial(
  { context, version }: Connection,
  { who }: Accepted,
  topicFilter: string,
): DenyThen | undefined {
  const shared = version === 5 ? sharedSubscription(topicFilter) : undefined;
  return context.authorization.maySubscribe(who, shared?.filter ?? topicFilter);
}

/** The Reason Code of a rule that has one. */
function deniedBy(denied: DenyThen | undefined): number | undefined {
  if (denied === 'notAuthorized') return REASON.notAuthorized;
  return denied === 'unspecifiedError' ? REASON.unspecifiedError : undefined;
}

function refusal(
  { context }: Connection,
  { session, terms }: Accepted,
  { topicFilter }: Subscription,
): number | undefined {
  const { topicFilterLevels, subscriptionsPerSession } = context.limits;
  if (topicFilter.split('/').length > topicFilterLevels) return REASON.topicFilterInvalid;
  // Before 5.0: there the connection goes on, because the Client could not know.
  if (!terms.wildcardSubscriptions && hasWildcard(topicFilter)) {
    return REASON.wildcardSubscriptionsNotSupported;
  }
  if (session.subscriptions.size >= subscriptionsPerSession && !session.subscriptions.has(topicFilter)) {
    return REASON.quotaExceeded;
  }
  return undefined;
}

function subscribe(
  { context }: Connection,
  { session }: Accepted,
  subscription: Subscription,
  identifier: number | undefined,
  wanted: Subscribed[],
): void {
  const { subscribed, isNew } = context.subscriptions.add(session, subscription, identifier);
  const { retainHandling } = subscription;
  // v5 [MQTT-3.3.1-9] to [MQTT-3.3.1-11]; before 5.0 always, which is Retain Handling 0.
  if (retainHandling === 2 || (retainHandling === 1 && !isNew)) return;
  // v5 4.8.2: no retained messages for a Shared Subscription.
  if (subscribed.group === undefined) wanted.push(subscribed);
}
