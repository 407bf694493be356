/** Where we and `mqtt-packet` judge differently, and why we do. Anything else that differs is a fault of one of the two. */
import type { MalformedReason } from '../../../../src/mqtt/malformed.ts';
import type { Packet, ProtocolVersion } from '../../../../src/mqtt/packet.ts';

/** What we refuse and it accepts: it does not check this. The statement is that of the reason. */
export const itDoesNotCheck: readonly {
  readonly why: string;
  readonly reasons: readonly MalformedReason[];
}[] = [
  {
    why: 'It stops reading when it has what it needs, and takes what is missing as absent or as a number -1.',
    reasons: ['trailing-bytes', 'truncated', 'remaining-length-mismatch', 'properties-too-long'],
  },
  {
    why: 'It turns ill-formed UTF-8 into U+FFFD, and keeps U+0000.',
    reasons: ['not-utf8', 'utf8-null'],
  },
  {
    why: 'It does not know which side it reads.',
    reasons: ['wrong-direction', 'reason-code-wrong-sender', 'property-wrong-sender'],
  },
  {
    why: 'It knows which properties there are, but not where, how often and with which values they may stand.',
    reasons: [
      'property-not-allowed',
      'duplicate-property',
      'property-value',
      'topic-alias-zero',
      'authentication-data-without-method',
      'authentication-method-missing',
    ],
  },
  {
    why: 'It leaves topics, identifiers and the rules between fields to its caller.',
    reasons: [
      'topic-wildcard',
      'topic-empty',
      'topic-empty-without-alias',
      'topic-filter-invalid',
      'no-local-shared',
      'packet-identifier-zero',
      'no-topic-filters',
      'no-reason-codes',
      'dup-with-qos-0',
      'will-qos-invalid',
      'password-without-user-name',
    ],
  },
  {
    why: 'It takes any name with any version, and any Connect Reason Code.',
    reasons: ['unsupported-protocol-version', 'reason-code-unknown'],
  },
  {
    why: 'It takes numbers that are longer than needed.',
    reasons: ['variable-byte-integer-not-minimal'],
  },
];

/** What we accept and it refuses. */
export const itIsStricter: readonly {
  readonly why: string;
  readonly version: ProtocolVersion;
  /** The passage by which we accept it. */
  readonly statement: string;
  readonly type?: Packet['type'];
  readonly message: RegExp;
}[] = [
  {
    why: 'In 3.1 the flags of all but PUBLISH are not used, or may be DUP.',
    version: 3,
    statement: '2.1',
    message: /^Invalid header flag bits/,
  },
  {
    why: 'In 3.1 reserved bits are not used.',
    version: 3,
    statement: '3.2',
    type: 'connack',
    message: /^Invalid connack flags/,
  },
  {
    why: 'In 3.1 reserved bits are not used.',
    version: 3,
    statement: '3.8',
    type: 'subscribe',
    message: /^Invalid subscribe topic flag bits/,
  },
  {
    why: 'In 3.1 bits of the Connect Flags that have no meaning are not used.',
    version: 3,
    statement: '3.1',
    type: 'connect',
    message: /^(Connect flag bit 0|Will Retain Flag|Will QoS) must be/,
  },
  {
    why: 'In 3.1 User Name and Password may be announced and missing.',
    version: 3,
    statement: '3.1',
    type: 'connect',
    message: /^Cannot parse (username|password)/,
  },
  {
    why: 'An AUTH with Reason Code 0x00 and no properties may be empty.',
    version: 5,
    statement: '3.15.2.1',
    type: 'auth',
    message: /^Invalid auth reason code/,
  },
  {
    why: 'The list of all Reason Codes gives 0x8C to DISCONNECT too, its own list does not.',
    version: 5,
    statement: '2.4',
    type: 'disconnect',
    message: /^Invalid disconnect reason code/,
  },
];

/** What it refuses to write. */
export const itDoesNotWrite: readonly { readonly why: string; applies(packet: Packet): boolean }[] = [
  {
    why: 'Before 5.0 a Password needs a User Name; in 5.0 it does not.',
    applies: (packet) =>
      packet.type === 'connect' && packet.password !== undefined && packet.userName === undefined,
  },
  {
    why: 'An empty Client Identifier without Clean Start is for the Server to judge.',
    applies: (packet) =>
      packet.type === 'connect' && packet.clientId === '' && (!packet.cleanStart || packet.version === 3),
  },
];

/** Whether its refusal of what we read is one of the rows above. `version` is the one the packet was read by. */
export function isKnownRefusal(packet: Packet, version: ProtocolVersion, message: string): boolean {
  return itIsStricter.some(
    (row) =>
      row.version === version && (row.type ?? packet.type) === packet.type && row.message.test(message),
  );
}

/** What both accept and read differently. */
export const itReadsOtherwise: readonly {
  readonly why: string;
  readonly version: ProtocolVersion;
  readonly type: Packet['type'];
  readonly field: string;
}[] = [{ why: '3.1 has no Session Present flag.', version: 3, type: 'connack', field: 'sessionPresent' }];
