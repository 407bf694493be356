import type { ConnectPacket } from '../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../mqtt/properties.ts';
import type { BrokerLimits } from './limits.ts';
import { neverExpires } from './session.ts';

/**
 * What a CONNECT asks for, in seconds. Absent is 0 in 5.0, whatever Clean Start is (v5 3.1.2.11.2). Before
 * 5.0 Clean Session 1 ends the Session with its connection, and without it the Session has no end (v3.1.1
 * [MQTT-3.1.2-4], [MQTT-3.1.2-6]).
 */
export function requestedSessionExpiryInterval(connect: ConnectPacket): number {
  if (connect.version === 5) return propertyNumber(connect.properties, PROPERTY.sessionExpiryInterval) ?? 0;
  return connect.cleanStart ? 0 : neverExpires;
}

/** What the settings make of it: no Session of any version stays longer than their maximum. */
export function effectiveSessionExpiryInterval(
  requested: number,
  { sessionExpiryMaximum }: BrokerLimits,
): number {
  return Math.min(requested, sessionExpiryMaximum);
}
