import type { StatementRow } from './row.ts';

/** Chapters 4 to 7 of MQTT 3.1.1: how Client and Server behave. */
export const version311Operation: readonly StatementRow[] = [
  ['4.1.0-1', '4.1', 'Client and Server must store the Session State for the whole Session.'],
  ['4.1.0-2', '4.1', 'A Session must last at least as long as its Network Connection.'],
  [
    '4.1',
    '4.1',
    'The standard sets no expiry for a stored Session; a Server may limit it by policy or end it administratively.',
  ],
  ['4.3.1-1', '4.3.1', 'QoS 0: the sender must send PUBLISH with QoS 0 and DUP 0.'],
  [
    '4.3.2-1',
    '4.3.2',
    'QoS 1: the sender takes an unused Packet Identifier for each new message, sends it first with DUP 0, and holds it unacknowledged until PUBACK.',
  ],
  [
    '4.3.2-2',
    '4.3.2',
    'QoS 1: the receiver answers with PUBACK once it has taken over the message; after that the same Packet Identifier is a new message.',
  ],
  [
    '4.3.3-1',
    '4.3.3',
    'QoS 2: the sender takes an unused Packet Identifier, sends first with DUP 0, answers PUBREC with PUBREL, holds each unacknowledged until its answer, and never repeats a PUBLISH after its PUBREL.',
  ],
  [
    '4.3.3-2',
    '4.3.3',
    'QoS 2: the receiver answers PUBLISH with PUBREC, and until PUBREL again so without a second delivery; it answers PUBREL with PUBCOMP, and after that the Packet Identifier is a new message.',
  ],
  [
    '4.4.0-1',
    '4.4',
    'When a Client comes back with CleanSession 0, both sides must send unacknowledged PUBLISH and PUBREL packets again with their Packet Identifiers.',
  ],
  [
    '4.5.0-1',
    '4.5',
    'The Server must add a message to the Session State of each Client with a matching subscription.',
  ],
  [
    '4.5.0-2',
    '4.5',
    'A Client must acknowledge each PUBLISH as its QoS says, whether it uses the message or not.',
  ],
  ['4.6.0-1', '4.6', 'PUBLISH packets that are sent again must keep their first order.'],
  ['4.6.0-2', '4.6', 'PUBACKs must be sent in the order of the PUBLISH packets.'],
  ['4.6.0-3', '4.6', 'PUBRECs must be sent in the order of the PUBLISH packets.'],
  ['4.6.0-4', '4.6', 'PUBRELs must be sent in the order of the PUBRECs.'],
  [
    '4.6.0-5',
    '4.6',
    'A Server must treat every topic as an Ordered Topic, unless its settings say otherwise.',
  ],
  [
    '4.6.0-6',
    '4.6',
    'On an Ordered Topic the Server follows these rules towards each subscriber and must send on the messages of one Client, of the same topic and QoS, in the order in which they came.',
  ],
  ['4.7.1-1', '4.7.1', 'Wildcards may stand in Topic Filters, never in Topic Names.'],
  [
    '4.7.1-2',
    '4.7.1.2',
    'The multi-level wildcard must be the last character of the Topic Filter, alone or after a separator.',
  ],
  ['4.7.1-3', '4.7.1.3', 'The single-level wildcard must fill a whole level of the Topic Filter.'],
  [
    '4.7.2-1',
    '4.7.2',
    'A Topic Filter that starts with a wildcard must not match a Topic Name that starts with $.',
  ],
  ['4.7.3-1', '4.7.3', 'Topic Names and Topic Filters must be at least one character long.'],
  ['4.7.3-2', '4.7.3', 'Topic Names and Topic Filters must not hold the null character U+0000.'],
  ['4.7.3-3', '4.7.3', 'Topic Names and Topic Filters must not take more than 65,535 bytes.'],
  [
    '4.7.3-4',
    '4.7.3',
    'When it matches topics the Server must not normalise them, nor change or replace characters that it does not know.',
  ],
  ['4.8.0-1', '4.8', 'On a protocol violation the Server must close the Network Connection.'],
  [
    '4.8.0-2',
    '4.8',
    'On a transient error while it handles a packet the receiver must close the Network Connection.',
  ],
  [
    '6.0.0-1',
    '6',
    'Over WebSocket, MQTT stands in binary data frames; at any other kind of data frame the receiver must close the connection.',
  ],
  [
    '6.0.0-2',
    '6',
    'Over WebSocket, the receiver must not assume that MQTT packets begin or end with frames.',
  ],
  ['6.0.0-3', '6', 'Over WebSocket, the Client must offer mqtt among its subprotocols.'],
  ['6.0.0-4', '6', 'Over WebSocket, the Server must answer with the subprotocol mqtt.'],
  ['7.0.0-1', '7', 'A Server that also connects to other Servers must conform as a Client too.'],
  ['7.0.0-2', '7', 'To work together must not need any extension that stands outside the standard.'],
  [
    '7.1.1-1',
    '7.1.1',
    'A Server must support at least one transport that carries an ordered and lossless stream of bytes both ways.',
  ],
  [
    '7.1.2-1',
    '7.1.2',
    'A Client must support at least one transport that carries an ordered and lossless stream of bytes both ways.',
  ],
];
