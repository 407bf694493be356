/** What a CONNACK that refuses means to the user, and what to do about it. */
import type { ConnackPacket, ProtocolVersion } from '../../mqtt/packet.ts';
import { PROPERTY, propertyString } from '../../mqtt/properties.ts';
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import { NetError } from './net-error.ts';

interface Refusal {
  /** The Reason Code of 5.0 (v5 3.2.2.2). */
  readonly v5?: number;
  /** The return code before 5.0 (v3.1.1 3.2.2.3). */
  readonly v3?: number;
  readonly code: string;
  readonly hint: string;
  /** Whether the same CONNECT may be accepted later. */
  readonly passing?: true;
}

const refusals: readonly Refusal[] = [
  {
    v5: 0x84,
    v3: 0x01,
    code: 'unsupported-protocol-version',
    hint: 'Set `protocolVersion` to one that the broker speaks: 5, 3.1.1 or 3.1.',
  },
  {
    v5: 0x85,
    v3: 0x02,
    code: 'client-identifier-rejected',
    hint: 'Change `clientId`: the broker may demand a form, a certain length, or one that belongs to the user name.',
  },
  {
    v5: 0x88,
    v3: 0x03,
    code: 'server-unavailable',
    hint: 'The broker is there but cannot serve; try again later.',
    passing: true,
  },
  {
    v5: 0x86,
    v3: 0x04,
    code: 'bad-user-name-or-password',
    hint: 'Check `username` and the secret that `password` names.',
  },
  {
    v5: 0x87,
    v3: 0x05,
    code: 'not-authorized',
    hint: 'Check `username` and `password`, and what the broker allows this client; it may also refuse the will topic.',
  },
  { v5: 0x80, code: 'unspecified-error', hint: 'Look into the log of the broker for the reason.' },
  {
    v5: 0x81,
    code: 'malformed-packet',
    hint: 'Compare the CONNECT packet in the timeline with the log of the broker.',
  },
  {
    v5: 0x82,
    code: 'protocol-error',
    hint: 'Compare the CONNECT packet in the timeline with the log of the broker.',
  },
  {
    v5: 0x83,
    code: 'implementation-specific-error',
    hint: 'Look into the log of the broker for the reason.',
  },
  { v5: 0x89, code: 'server-busy', hint: 'Try again later.', passing: true },
  { v5: 0x8a, code: 'banned', hint: 'The broker has banned this client; its operator can lift the ban.' },
  {
    v5: 0x8c,
    code: 'bad-authentication-method',
    hint: 'Use a listener of the broker that takes user name and password.',
  },
  {
    v5: 0x90,
    code: 'will-topic-refused',
    hint: 'In CONNACK this is about the Will Topic: change `will.topic`.',
  },
  {
    v5: 0x95,
    code: 'packet-too-large',
    hint: 'The CONNECT packet is larger than the broker takes: shorten the will payload or the user properties.',
  },
  {
    v5: 0x97,
    code: 'quota-exceeded',
    hint: 'The broker has reached a limit, perhaps of connections or sessions.',
  },
  {
    v5: 0x99,
    code: 'will-payload-refused',
    hint: 'In CONNACK this is about the Will Payload: change `will.payload` or `payloadFormatIndicator`.',
  },
  {
    v5: 0x9a,
    code: 'will-retain-refused',
    hint: 'The broker keeps no retained messages: set `will.retain: false`.',
  },
  { v5: 0x9b, code: 'will-qos-refused', hint: 'Lower `will.qos`.' },
  { v5: 0x9c, code: 'use-another-server', hint: 'Change `broker` to the server that it names.' },
  { v5: 0x9d, code: 'server-moved', hint: 'Change `broker` to the server that it names.' },
  { v5: 0x9f, code: 'connection-rate-exceeded', hint: 'Connect less often; try again later.', passing: true },
];

function refusalOf(version: ProtocolVersion, code: number): Refusal | undefined {
  return refusals.find((row) => (version === 5 ? row.v5 : row.v3) === code);
}

/** Names the Server, the code, its name in the standard, and what the Server itself says (Reason String, Server Reference). */
export function connackRefused(server: string, version: ProtocolVersion, packet: ConnackPacket): NetError {
  const { reasonCode, properties } = packet;
  const refusal = refusalOf(version, reasonCode);
  const reference = propertyString(properties, PROPERTY.serverReference);
  const reason = propertyString(properties, PROPERTY.reasonString);
  const message = [
    `${server} refused the connection with CONNACK ${hexadecimal(reasonCode)}: ${reasonCodeName('connack', version, reasonCode)}.`,
    ...(reference === undefined ? [] : [`It names "${reference}".`]),
    ...(reason === undefined ? [] : [`It says "${reason}".`]),
  ].join(' ');
  return new NetError(
    refusal?.code ?? 'connection-refused',
    message,
    refusal?.hint ?? 'The standard gives this code no meaning here; look into the log of the broker.',
    refusal?.passing !== true,
  );
}

/** As the standard writes codes: `0x86`. */
export function hexadecimal(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
