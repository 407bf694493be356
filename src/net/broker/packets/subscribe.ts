import type { SubscribePacket, Subscription } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../mqtt/properties.ts';
import type { Accepted, Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';
import type { Subscribed } from '../subscriptions.ts';

/** The only failure code of SUBACK before 5.0 (v3.1.1 3.9.3). */
const failure = 0x80;

/** SUBSCRIBE (v5 3.8). Filters that are not well-formed do not get here. */
export function handleSubscribe(connection: Connection, accepted: Accepted, packet: SubscribePacket): void {
  const identifier = propertyNumber(packet.properties, PROPERTY.subscriptionIdentifier);
  const wanted: Subscribed[] = [];
  const reasonCodes = packet.subscriptions.map((subscription) => {
    const refused = refusal(connection, accepted, subscription);
    if (refused !== undefined) return connection.version === 5 ? refused : failure;
    subscribe(connection, accepted, subscription, identifier, wanted);
    // v5 [MQTT-3.8.4-7], v3.1.1 [MQTT-3.8.4-5]: what was asked for is granted.
    return subscription.qos;
  });
  // v5 [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.8.4-6]; v3.1.1 [MQTT-3.8.4-1], [MQTT-3.8.4-5].
  connection.reply({ type: 'suback', packetId: packet.packetId, properties: [], reasonCodes });
  for (const subscribed of wanted) connection.context.router.publishRetained(subscribed);
}

function refusal(
  { context }: Connection,
  { session }: Accepted,
  { topicFilter }: Subscription,
): number | undefined {
  if (topicFilter.split('/').length > context.limits.topicFilterLevels) return REASON.topicFilterInvalid;
  if (
    session.subscriptions.size >= context.limits.subscriptionsPerSession &&
    !session.subscriptions.has(topicFilter)
  ) {
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
  const isNew = context.subscriptions.add(session, subscription, identifier);
  const { retainHandling } = subscription;
  // v5 [MQTT-3.3.1-9] to [MQTT-3.3.1-11]; before 5.0 always, which is Retain Handling 0.
  if (retainHandling === 2 || (retainHandling === 1 && !isNew)) return;
  const subscribed = session.subscriptions.get(subscription.topicFilter);
  // v5 4.8.2: no retained messages for a Shared Subscription.
  if (subscribed !== undefined && subscribed.group === undefined) wanted.push(subscribed);
}
