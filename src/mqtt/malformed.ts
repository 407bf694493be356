/**
 * The table of reasons why bytes are not an MQTT Control Packet, or break a rule that a packet alone can show.
 * Here is what the standard calls a Malformed Packet or a Protocol Error. What a Server decides (a Client
 * Identifier that it rejects, a Session Present that is wrong) is for the session rules.
 */
import type { Malformed, ProtocolVersion, StatementRef } from './packet.ts';
import { fillTemplate } from './template.ts';

/** Statement ids by version. A version without its own is told by the next newer one that has. */
export type StatementIds = Readonly<{ 5: string; 4?: string | undefined; 3?: string | undefined }>;

export interface MalformedRow {
  /** One sentence with `{field}` places. */
  readonly message: string;
  /** Replaced by a more telling statement where the reader knows one. */
  readonly statement: StatementIds;
  /** What a Server should answer: 0x81 when it cannot be read, 0x82 when what it says is not permitted. */
  readonly reasonCode: number;
}

const malformedPacket = 0x81;
const protocolError = 0x82;
const remainingLength = { 5: '2.1.4', 4: '2.2.3', 3: '2.1' } as const;

export const malformedReasons = {
  truncated: {
    message: '{field} is cut off: bytes needed {needed}, bytes left {left}.',
    statement: remainingLength,
    reasonCode: malformedPacket,
  },
  'trailing-bytes': {
    message: 'The packet goes on behind its last field: bytes left {count}.',
    statement: remainingLength,
    reasonCode: malformedPacket,
  },
  'remaining-length-mismatch': {
    message: 'Remaining Length is {announced}, but the bytes that follow are {present}.',
    statement: remainingLength,
    reasonCode: malformedPacket,
  },
  'variable-byte-integer-too-long': {
    message: '{field} takes more than four bytes.',
    statement: { 5: '1.5.5', 4: '2.2.3', 3: '2.1' },
    reasonCode: malformedPacket,
  },
  'variable-byte-integer-not-minimal': {
    message: '{field} takes more bytes than its value needs.',
    statement: { 5: 'MQTT-1.5.5-1' },
    reasonCode: malformedPacket,
  },
  'reserved-packet-type': {
    message: 'Packet type {number} is reserved.',
    statement: { 5: '2.1.2', 4: '2.2.1', 3: '2.1' },
    reasonCode: malformedPacket,
  },
  'wrong-direction': {
    message: '{type} is never sent by the {sender}.',
    statement: { 5: '2.1.2', 4: '2.2.1', 3: '2.1' },
    reasonCode: protocolError,
  },
  'reserved-flags': {
    message: 'The flags of {type} are {flags}, but must be {expected}.',
    statement: { 5: 'MQTT-2.1.3-1', 4: 'MQTT-2.2.2-1' },
    reasonCode: malformedPacket,
  },
  'reserved-bits': {
    message: 'The reserved bits of {field} are not zero.',
    statement: { 5: 'MQTT-2.1.3-1', 4: 'MQTT-2.2.2-1' },
    reasonCode: malformedPacket,
  },
  'not-utf8': {
    message: '{field} is not well-formed UTF-8.',
    statement: { 5: 'MQTT-1.5.4-1', 4: 'MQTT-1.5.3-1', 3: '2.5' },
    reasonCode: malformedPacket,
  },
  'utf8-null': {
    message: '{field} contains the null character U+0000.',
    statement: { 5: 'MQTT-1.5.4-2', 4: 'MQTT-1.5.3-2', 3: '2.5' },
    reasonCode: malformedPacket,
  },
  'packet-identifier-zero': {
    message: 'Packet Identifier is 0.',
    statement: { 5: '2.2.1', 4: '2.3.1', 3: '2.4' },
    reasonCode: protocolError,
  },
  'unsupported-protocol-name': {
    message: 'Protocol Name is "{name}", which is not a version of MQTT.',
    statement: { 5: 'MQTT-3.1.2-1', 4: 'MQTT-3.1.2-1', 3: '3.1' },
    reasonCode: 0x84,
  },
  'unsupported-protocol-version': {
    message: 'Protocol Name "{name}" with Protocol Version {level} is not a version of MQTT known here.',
    statement: { 5: 'MQTT-3.1.2-2', 4: 'MQTT-3.1.2-2', 3: '3.1' },
    reasonCode: 0x84,
  },
  'reserved-connect-flag': {
    message: 'The reserved bit of the Connect Flags is not 0.',
    statement: { 5: 'MQTT-3.1.2-3', 4: 'MQTT-3.1.2-3' },
    reasonCode: malformedPacket,
  },
  'will-qos-without-will': {
    message: 'Will QoS is {qos}, but the Will Flag is 0.',
    statement: { 5: 'MQTT-3.1.2-11', 4: 'MQTT-3.1.2-13' },
    reasonCode: malformedPacket,
  },
  'will-retain-without-will': {
    message: 'Will Retain is 1, but the Will Flag is 0.',
    statement: { 5: 'MQTT-3.1.2-13', 4: 'MQTT-3.1.2-15' },
    reasonCode: malformedPacket,
  },
  'will-qos-invalid': {
    message: 'Will QoS is 3.',
    statement: { 5: 'MQTT-3.1.2-12', 4: 'MQTT-3.1.2-14', 3: '3.1' },
    reasonCode: malformedPacket,
  },
  'password-without-user-name': {
    message: 'The Password Flag is 1, but the User Name Flag is 0.',
    statement: { 5: 'MQTT-3.1.2-19', 4: 'MQTT-3.1.2-22' },
    reasonCode: malformedPacket,
  },
  'publish-qos-invalid': {
    message: 'QoS is 3.',
    statement: { 5: 'MQTT-3.3.1-4', 4: 'MQTT-3.3.1-4', 3: '2.1' },
    reasonCode: malformedPacket,
  },
  'dup-with-qos-0': {
    message: 'DUP is 1, but QoS is 0.',
    statement: { 5: 'MQTT-3.3.1-2', 4: 'MQTT-3.3.1-2' },
    reasonCode: malformedPacket,
  },
  'topic-wildcard': {
    message: '{field} contains a wildcard character (+ or #).',
    statement: { 5: 'MQTT-3.3.2-2', 4: 'MQTT-3.3.2-2', 3: 'Appendix A' },
    reasonCode: 0x90,
  },
  'topic-empty': {
    message: '{field} is empty.',
    statement: { 5: 'MQTT-4.7.3-1', 4: 'MQTT-4.7.3-1', 3: 'Appendix A' },
    reasonCode: 0x90,
  },
  'topic-empty-without-alias': {
    message: 'Topic Name is empty, and there is no Topic Alias.',
    statement: { 5: '3.3.2.1' },
    reasonCode: protocolError,
  },
  'topic-filter-invalid': {
    message: 'Topic Filter is not valid: {problem}',
    statement: { 5: 'MQTT-4.7.1-1', 4: 'MQTT-4.7.1-2', 3: 'Appendix A' },
    reasonCode: 0x8f,
  },
  'properties-too-long': {
    message: 'Property Length is {announced}, but the bytes left are {left}.',
    statement: { 5: '2.2.2.1' },
    reasonCode: malformedPacket,
  },
  'unknown-property': {
    message: '0x{id} is not a property of MQTT 5.0.',
    statement: { 5: '2.2.2.2' },
    reasonCode: malformedPacket,
  },
  'property-not-allowed': {
    message: '{property} must not stand in {context}.',
    statement: { 5: '2.2.2.2' },
    reasonCode: malformedPacket,
  },
  'duplicate-property': {
    message: '{property} stands more than once.',
    statement: { 5: '2.2.2.2' },
    reasonCode: protocolError,
  },
  'property-value': {
    message: '{property} is {value}, but must be {allowed}.',
    statement: { 5: '2.2.2.2' },
    reasonCode: protocolError,
  },
  'topic-alias-zero': {
    message: 'Topic Alias is 0.',
    statement: { 5: 'MQTT-3.3.2-8' },
    reasonCode: 0x94,
  },
  'property-wrong-sender': {
    message: '{property} must not be sent by the {sender} in {context}.',
    statement: { 5: '2.2.2.2' },
    reasonCode: protocolError,
  },
  'authentication-data-without-method': {
    message: 'Authentication Data stands without Authentication Method.',
    statement: { 5: '3.1.2.11.10' },
    reasonCode: protocolError,
  },
  'authentication-method-missing': {
    message: 'AUTH has no Authentication Method.',
    statement: { 5: '3.15.2.2.2' },
    reasonCode: protocolError,
  },
  'reason-code-unknown': {
    message: '0x{code} is not a Reason Code of {type}.',
    statement: { 5: '2.4', 4: '3.2.2.3', 3: '3.2' },
    reasonCode: protocolError,
  },
  'reason-code-wrong-sender': {
    message: '0x{code} {name} is never sent by the {sender} in {type}.',
    statement: { 5: '2.4' },
    reasonCode: protocolError,
  },
  'no-topic-filters': {
    message: '{type} has no Topic Filter.',
    statement: { 5: 'MQTT-3.8.3-2', 4: 'MQTT-3.8.3-3', 3: '3.8' },
    reasonCode: protocolError,
  },
  'no-reason-codes': {
    message: '{type} has no Reason Code.',
    statement: { 5: 'MQTT-3.8.4-6', 4: 'MQTT-3.8.4-5', 3: '3.9' },
    reasonCode: protocolError,
  },
  'subscription-reserved-bits': {
    message: 'The reserved bits of the Subscription Options are not zero.',
    statement: { 5: 'MQTT-3.8.3-5', 4: 'MQTT-3-8.3-4' },
    reasonCode: malformedPacket,
  },
  'subscription-qos-invalid': {
    message: 'The QoS of the subscription is 3.',
    statement: { 5: '3.8.3.1', 4: 'MQTT-3-8.3-4', 3: '3.8' },
    reasonCode: protocolError,
  },
  'retain-handling-invalid': {
    message: 'Retain Handling is 3.',
    statement: { 5: '3.8.3.1' },
    reasonCode: protocolError,
  },
  'no-local-shared': {
    message: 'No Local is 1 on a Shared Subscription.',
    statement: { 5: 'MQTT-3.8.3-4' },
    reasonCode: protocolError,
  },
} as const satisfies Readonly<Record<string, MalformedRow>>;

export type MalformedReason = keyof typeof malformedReasons;

/** Says which statement a version of the standard has for a rule. */
export function statementOf(ids: StatementIds, version: ProtocolVersion): StatementRef {
  if (version === 3 && ids[3] !== undefined) return { version: 3, id: ids[3] };
  if (version !== 5 && ids[4] !== undefined) return { version: 4, id: ids[4] };
  return { version: 5, id: ids[5] };
}

/** Makes a finding. `offset` is in bytes from the start of the packet. */
export function malformed(
  reason: MalformedReason,
  version: ProtocolVersion,
  offset: number,
  params: Readonly<Record<string, string | number>> = {},
  statement: StatementIds = malformedReasons[reason].statement,
): Malformed {
  const row = malformedReasons[reason];
  return {
    reason,
    message: fillTemplate(row.message, params),
    offset,
    statement: statementOf(statement, version),
    reasonCode: row.reasonCode,
  };
}
