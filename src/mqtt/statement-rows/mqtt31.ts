import type { StatementRow } from './row.ts';

/** MQTT 3.1, by section: it has no statement ids. */
export const version31: readonly StatementRow[] = [
  ['2.1', '2.1', 'The fixed header: message type, DUP, QoS, RETAIN and Remaining Length.'],
  ['2.4', '2.4', 'Message identifiers. 0 is not a valid one.'],
  ['2.5', '2.5', 'Strings are UTF-8 with a length prefix of two bytes.'],
  [
    '3.1',
    '3.1',
    'CONNECT. The Will Message is published on the behalf of the Client when the Server meets an I/O error or the Keep Alive runs out; DISCONNECT from the Client does not trigger it. Other closes are not mentioned. The Client Identifier has 1 to 23 characters.',
  ],
  ['3.2', '3.2', 'CONNACK. Its first byte is reserved: there is no Session Present flag.'],
  ['3.3', '3.3', 'PUBLISH. Its topic name must not hold wildcards.'],
  ['3.8', '3.8', 'SUBSCRIBE. A message is delivered with at most the QoS that was granted.'],
  ['3.9', '3.9', 'SUBACK holds the granted QoS of each topic of the SUBSCRIBE.'],
  ['3.10', '3.10', 'UNSUBSCRIBE names one topic or more.'],
  ['3.14', '3.14', 'DISCONNECT: the Client says that it closes the connection cleanly.'],
  [
    'Appendix A',
    'Appendix A',
    'Topics: at least one character, no null character, and wildcards only in subscriptions.',
  ],
];
