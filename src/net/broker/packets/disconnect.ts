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
  const { behaviour, limits } = connection.context;
  const asked = propertyNumber(packet.properties, PROPERTY.sessionExpiryInterval);
  const changed = behaviour.changedExpiry(asked, requestedSessionExpiryInterval);
  if (changed === 'refused') {
    connection.disconnect(
      REASON.protocolError,
      'DISCONNECT changes the Session Expiry Interval from 0 to another value.',
    );
    return;
  }
  // Before the Session can end: with Session Expiry Interval 0 it ends now, and its end would publish the
  // will.
  if (behaviour.removesWill(packet.reasonCode)) session.will = undefined;
  if (changed !== undefined) session.sessionExpiryInterval = effectiveSessionExpiryInterval(changed, limits);
  connection.close(`DISCONNECT, ${reasonCodeName('disconnect', 5, packet.reasonCode)}`);
}
