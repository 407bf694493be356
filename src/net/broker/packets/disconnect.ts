import type { DisconnectPacket } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../mqtt/properties.ts';
import { reasonCodeName } from '../../../mqtt/reason-codes.ts';
import type { Accepted } from '../accepted.ts';
import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';
import { effectiveSessionExpiryInterval } from '../session-expiry.ts';

/**
 * DISCONNECT from the Client (v5 3.14). One that is malformed, or has a code that is the Server's, does not
 * get here.
 */
export function handleDisconnect(
  connection: Connection,
  { session, requestedSessionExpiryInterval }: Accepted,
  packet: DisconnectPacket,
): void {
  const requested = propertyNumber(packet.properties, PROPERTY.sessionExpiryInterval);
  if (requested !== undefined && requested > 0 && requestedSessionExpiryInterval === 0) {
    // v5 3.14.2.2.2: not a valid DISCONNECT, so the will stays.
    connection.disconnect(
      REASON.protocolError,
      'DISCONNECT changes the Session Expiry Interval from 0 to another value.',
    );
    return;
  }
  // Before the Session can end: with Session Expiry Interval 0 it ends now, and its end would publish the
  // will.
  if (packet.reasonCode === REASON.success) {
    // v5 [MQTT-3.14.4-3], [MQTT-3.1.2-10]; v3.1.1 [MQTT-3.14.4-3], [MQTT-3.1.2-10]. No other code does.
    session.will = undefined;
  }
  if (requested !== undefined) {
    session.sessionExpiryInterval = effectiveSessionExpiryInterval(requested, connection.context.limits);
  }
  connection.close(`DISCONNECT, ${reasonCodeName('disconnect', 5, packet.reasonCode)}`);
}
