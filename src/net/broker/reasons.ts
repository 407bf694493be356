import type { Property } from '../../mqtt/packet.ts';
import { PROPERTY } from '../../mqtt/properties.ts';

/** The Reason Codes that this broker sends (v5 2.4); their names and packets are in mqtt/reason-codes.ts. */
export const REASON = {
  success: 0x00,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  continueAuthentication: 0x18,
  reAuthenticate: 0x19,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  sharedSubscriptionsNotSupported: 0x9e,
  subscriptionIdentifiersNotSupported: 0xa1,
  wildcardSubscriptionsNotSupported: 0xa2,
} as const;

/** The return codes of CONNACK in 3.1 and 3.1.1 that this broker sends (v3.1.1 3.2.2.3). */
export const RETURN_CODE = {
  unacceptableProtocolVersion: 0x01,
  identifierRejected: 0x02,
  serverUnavailable: 0x03,
  badUserNameOrPassword: 0x04,
  notAuthorized: 0x05,
} as const;

/** From here on a Reason Code tells a failure (v5 2.4). */
export const firstFailure = 0x80;

const longestReasonString = 200;

/** A Reason String (v5 2.2.2.2): for people, and short, because it may quote a topic of any length. */
export function reasonString(message: string): Property {
  const value =
    message.length > longestReasonString ? `${message.slice(0, longestReasonString - 1)}…` : message;
  return { id: PROPERTY.reasonString, kind: 'string', value };
}
