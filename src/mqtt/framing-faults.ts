/**
 * Why bytes cannot be cut into MQTT Control Packets. After one of these the border of the next packet is
 * unknown, so the rest of that direction cannot be read. What is wrong inside a packet whose borders are
 * sound is told by the whole depth, not here.
 */
import { leastPartsOf } from './fixed-header.ts';
import { type MalformedReason, type MalformedRow, malformed, statementOf } from './malformed.ts';
import type { Malformed, ProtocolVersion } from './packet.ts';
import { packetTypeOf } from './packet-types.ts';
import { fillTemplate } from './template.ts';

const malformedPacket = 0x81;
const protocolError = 0x82;
const unsupportedProtocolVersion = 0x84;

/** All fields lie within the Remaining Length. */
const remainingLength = { 5: '2.1.4', 4: '2.2.3', 3: '2.1' } as const;
/** The first packet from the Client must be CONNECT. */
const firstPacket = { 5: 'MQTT-3.1.0-1', 4: 'MQTT-3.1.0-1', 3: '3.1' } as const;

/** The reasons that only framing has; it shares others with the whole depth. */
export const framingReasons = {
  'packet-too-short': {
    message: '{type} is too short for its {parts}.',
    statement: remainingLength,
    reasonCode: malformedPacket,
  },
  'topic-too-long': {
    message: 'Topic Name is longer than the packet leaves room for.',
    statement: remainingLength,
    reasonCode: malformedPacket,
  },
  'connect-expected': {
    message:
      "The Client's first packet is {type}, but must be CONNECT. Perhaps the beginning of the connection was not seen.",
    statement: firstPacket,
    reasonCode: protocolError,
  },
  'not-mqtt-connect': {
    message: 'The Protocol Name of CONNECT is not "MQTT".',
    statement: { 5: 'MQTT-3.1.2-1', 4: 'MQTT-3.1.2-1', 3: '3.1' },
    reasonCode: unsupportedProtocolVersion,
  },
  'tls-bytes': {
    message: 'These bytes are TLS, not MQTT: one side speaks TLS and the other does not.',
    statement: firstPacket,
    reasonCode: malformedPacket,
  },
  'http-answer': {
    message:
      'The Server answers in HTTP, not MQTT: a web server listens there, or one that speaks MQTT over WebSocket only.',
    statement: firstPacket,
    reasonCode: malformedPacket,
  },
  'http-request': {
    message: 'The Client sends an HTTP request, not MQTT: it is a web client, or speaks MQTT over WebSocket.',
    statement: firstPacket,
    reasonCode: malformedPacket,
  },
  'amqp-bytes': {
    message: 'These bytes are AMQP, not MQTT.',
    statement: firstPacket,
    reasonCode: malformedPacket,
  },
  'ssh-bytes': {
    message: 'These bytes are SSH, not MQTT.',
    statement: firstPacket,
    reasonCode: malformedPacket,
  },
} as const satisfies Readonly<Record<string, MalformedRow>>;

type OwnReason = keyof typeof framingReasons;
type SharedReason = Extract<
  MalformedReason,
  | 'reserved-packet-type'
  | 'reserved-flags'
  | 'publish-qos-invalid'
  | 'variable-byte-integer-too-long'
  | 'unsupported-protocol-version'
>;
export type FramingFault = OwnReason | SharedReason;

/**
 * Makes the finding about the packet that begins at `bytes[start]`. `offset` is in bytes from there. While
 * the version is unknown, 5.0 is quoted.
 */
export function framingFault(
  reason: FramingFault,
  bytes: Uint8Array,
  start: number,
  offset: number,
  version: ProtocolVersion | undefined,
): Malformed {
  const quoted = version ?? 5;
  const first = bytes[start] ?? 0;
  const row = packetTypeOf(first >> 4);
  const type = row?.name ?? 'A packet of a reserved type';
  switch (reason) {
    case 'reserved-packet-type':
      return malformed(reason, quoted, offset, { number: first >> 4 });
    case 'reserved-flags': {
      const params = { type, flags: fourBits(first & 0x0f), expected: fourBits(row?.flags ?? 0) };
      return malformed(reason, quoted, offset, params, row?.flagsStatement);
    }
    case 'publish-qos-invalid':
      return malformed(reason, quoted, offset);
    case 'variable-byte-integer-too-long':
      return malformed(reason, quoted, offset, { field: 'Remaining Length' });
    case 'unsupported-protocol-version':
      return malformed(reason, quoted, offset, {
        // The Protocol Version comes right behind the name, of which there are two.
        name: bytes[start + offset - 1] === 0x70 ? 'MQIsdp' : 'MQTT',
        level: bytes[start + offset] ?? 0,
      });
    default: {
      const own = framingReasons[reason];
      return {
        reason,
        message: fillTemplate(own.message, { type, parts: leastPartsOf(first) }),
        offset,
        statement: statementOf(own.statement, quoted),
        reasonCode: own.reasonCode,
      };
    }
  }
}

function fourBits(value: number): string {
  return value.toString(2).padStart(4, '0');
}
