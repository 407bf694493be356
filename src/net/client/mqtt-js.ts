/** What MQTT.js is told. */
import type { IClientOptions, IClientSubscribeOptions } from 'mqtt';
import type { ConnectPacket, Subscription } from '../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../mqtt/properties.ts';
import type { InFlight } from './in-flight-store.ts';

/** The longest that a timer takes, about 25 days: our own timeouts are shorter. */
const neverMs = 2 ** 31 - 1;

/**
 * Only what governs the exchanges. The CONNECT that MQTT.js makes of these does not go out, so that the Client Identifier need not be the real
 * one, and user name, password and will are not told to it at all.
 */
export function mqttJsOptions(connect: ConnectPacket, inFlight: InFlight): IClientOptions {
  const { version, cleanStart } = connect;
  return {
    protocolVersion: version,
    protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
    clientId: 'unused',
    clean: cleanStart,
    keepalive: 0,
    reconnectPeriod: 0,
    connectTimeout: neverMs,
    resubscribe: false,
    outgoingStore: inFlight.outgoing,
    incomingStore: inFlight.incoming,
    // Its own log prints payloads.
    log: () => {},
    ...(version === 5 && { properties: limits(connect) }),
  };
}

/** What the client has announced, and MQTT.js holds the Server to. */
function limits({ properties }: ConnectPacket): NonNullable<IClientOptions['properties']> {
  const receiveMaximum = propertyNumber(properties, PROPERTY.receiveMaximum);
  const topicAliasMaximum = propertyNumber(properties, PROPERTY.topicAliasMaximum);
  return {
    ...(receiveMaximum !== undefined && { receiveMaximum }),
    ...(topicAliasMaximum !== undefined && { topicAliasMaximum }),
  };
}

/** The options are those of 5.0; MQTT.js leaves them out before. */
export function mqttJsSubscription(subscription: Subscription): IClientSubscribeOptions {
  const { qos, noLocal, retainAsPublished, retainHandling } = subscription;
  return { qos, nl: noLocal, rap: retainAsPublished, rh: retainHandling };
}
