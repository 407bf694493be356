import type { StatementRow } from './row.ts';

/** Chapters 1 and 2 of MQTT 5.0: data and the parts of a packet. */
export const version5Format: readonly StatementRow[] = [
  [
    '1.5.4-1',
    '1.5.4',
    'A UTF-8 Encoded String must be well-formed UTF-8 and holds no surrogate code points.',
  ],
  ['1.5.4-2', '1.5.4', 'A UTF-8 Encoded String must not hold the null character U+0000.'],
  [
    '1.5.4-3',
    '1.5.4',
    'The bytes EF BB BF are the character U+FEFF wherever they stand in a string; a receiver must not skip or remove them.',
  ],
  ['1.5.5', '1.5.5', 'A Variable Byte Integer takes at most four bytes.'],
  ['1.5.5-1', '1.5.5', 'A Variable Byte Integer must use the fewest bytes that can hold its value.'],
  ['1.5.7-1', '1.5.7', 'Both strings of a UTF-8 String Pair follow the rules of UTF-8 Encoded Strings.'],
  ['2.1.2', '2.1.2', 'The packet types, and which way each may travel. Type 0 is reserved.'],
  ['2.1.3-1', '2.1.3', 'Reserved flag bits of the fixed header must have the value that the standard lists.'],
  [
    '2.1.4',
    '2.1.4',
    'Remaining Length is the number of bytes that follow it in the packet; all fields together take exactly so many.',
  ],
  ['2.2.1', '2.2.1', 'The Packet Identifier, and which packets carry one. It is not 0.'],
  ['2.2.1-2', '2.2.1', 'A PUBLISH with QoS 0 must not carry a Packet Identifier.'],
  [
    '2.2.1-3',
    '2.2.1',
    'A Client gives each new SUBSCRIBE, UNSUBSCRIBE or QoS 1 or 2 PUBLISH an unused Packet Identifier other than 0.',
  ],
  [
    '2.2.1-4',
    '2.2.1',
    'A Server gives each new QoS 1 or 2 PUBLISH an unused Packet Identifier other than 0.',
  ],
  [
    '2.2.1-5',
    '2.2.1',
    'PUBACK, PUBREC, PUBREL and PUBCOMP carry the Packet Identifier of the PUBLISH they belong to.',
  ],
  ['2.2.1-6', '2.2.1', 'SUBACK and UNSUBACK carry the Packet Identifier of the request they answer.'],
  ['2.2.2-1', '2.2.2.1', 'A packet without properties must say so with a Property Length of 0.'],
  ['2.2.2.1', '2.2.2.1', 'Property Length is the number of bytes that the properties take.'],
  [
    '2.2.2.2',
    '2.2.2.2',
    'A property that is not valid for its packet, or has the wrong type, makes a Malformed Packet; most may appear only once.',
  ],
  ['2.4', '2.4', 'The Reason Codes, and which packets may carry each.'],
];
