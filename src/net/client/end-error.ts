import type { DisconnectPacket } from '../../mqtt/packet.ts';
import { PROPERTY, propertyString } from '../../mqtt/properties.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import type { TappedEnd } from '../tap.ts';
import { hexadecimal } from './connack-errors.ts';
import { netErrors } from './errors.ts';
import type { NetError } from './net-error.ts';
import { transportError } from './transport-errors.ts';

/** Of DISCONNECT (v5 3.14.2.1). */
const sessionTakenOver = 0x8e;

export interface EndedConnection {
  /** `host:port`. */
  readonly server: string;
  readonly host: string;
  /** What to call our client. */
  readonly client: string;
  readonly secure: boolean;
  /** Whether CONNACK with success had come. */
  readonly accepted: boolean;
  /** What the Server had sent. */
  readonly disconnect: DisconnectPacket | undefined;
}

/** Why a connection ended, for its user. */
export function endError(ended: EndedConnection, end: TappedEnd, cause: Error | undefined): NetError {
  const { server, accepted, disconnect } = ended;
  if (disconnect !== undefined) {
    const takenOver = disconnect.reasonCode === sessionTakenOver;
    return netErrors.disconnectedByServer(server, disconnectReason(disconnect), takenOver);
  }
  if (end.by === 'client' && cause === undefined) return netErrors.endedHere(ended.client);
  switch (end.how) {
    case 'fin':
      return accepted ? netErrors.closedByServer(server) : netErrors.closedBeforeConnack(server, 'closed');
    case 'reset':
      return accepted ? netErrors.connectionReset(server) : netErrors.closedBeforeConnack(server, 'reset');
    case 'error':
    case 'refused':
      return cause === undefined || accepted
        ? netErrors.connectionFailed(server, end.detail ?? 'error')
        : transportError(cause, server, ended.host, ended.secure);
  }
}

/** `0x8E Session taken over`, and what the Server says beside it. */
export function disconnectReason({ reasonCode, properties }: DisconnectPacket): string {
  const said = propertyString(properties, PROPERTY.reasonString);
  const name = `${hexadecimal(reasonCode)} ${reasonCodeName('disconnect', 5, reasonCode)}`;
  return said === undefined ? name : `${name} ("${said}")`;
}
