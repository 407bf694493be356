/**
 * The statements of the MQTT standards that this program cites, in our own words. An id is unique only together
 * with the version: the same number means different things in 3.1.1 and in 5.0. Ids that start with a digit are
 * section numbers, for passages that carry no statement id.
 */
import type { ProtocolVersion, StatementRef } from './packet.ts';
import { propertySections } from './property-statements.ts';

export interface Statement extends StatementRef {
  /** The section that holds it, for example `3.1.3.2.2`. */
  readonly section: string;
  /** One or two sentences in our words. */
  readonly summary: string;
  /** The standard's page. */
  readonly url: string;
}

/** The page of each version of the standard. */
export const standardUrls: Readonly<Record<ProtocolVersion, string>> = {
  3: 'https://public.dhe.ibm.com/software/dw/webservices/ws-mqtt/mqtt-v3r1.html',
  4: 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html',
  5: 'https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html',
};

/** `id` is a statement id without its `MQTT-` prefix when it has a dash, else a section number. */
type Row = readonly [id: string, section: string, summary: string];

const version5: readonly Row[] = [
  [
    '1.5.4-1',
    '1.5.4',
    'A UTF-8 Encoded String must be well-formed UTF-8 and holds no surrogate code points.',
  ],
  ['1.5.4-2', '1.5.4', 'A UTF-8 Encoded String must not hold the null character U+0000.'],
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
  ['3.1.0-1', '3.1', 'The first packet from the Client on a Network Connection must be CONNECT.'],
  [
    '3.1.0-2',
    '3.1',
    'A second CONNECT on the same Network Connection is a Protocol Error: the Server must close the connection.',
  ],
  ['3.1.2-1', '3.1.2.1', 'The Protocol Name must be the string MQTT; a Server may refuse others.'],
  [
    '3.1.2-2',
    '3.1.2.2',
    'A Server that does not support the Protocol Version may answer with 0x84 and must close the connection.',
  ],
  ['3.1.2-3', '3.1.2.3', 'The reserved Connect Flag must be 0; otherwise the packet is malformed.'],
  [
    '3.1.2-4',
    '3.1.2.4',
    'Clean Start 1: Client and Server discard any existing Session and start a new one.',
  ],
  [
    '3.1.2-5',
    '3.1.2.4',
    'Clean Start 0 and a Session exists for the Client Identifier: the Server resumes it.',
  ],
  ['3.1.2-6', '3.1.2.4', 'Clean Start 0 and no Session exists: the Server creates one.'],
  ['3.1.2-7', '3.1.2.5', 'Will Flag 1: the Server must store the Will Message and tie it to the Session.'],
  [
    '3.1.2-8',
    '3.1.2.5',
    'The Server must publish the Will Message after the Network Connection has closed and the Will Delay Interval has elapsed or the Session has ended, unless it was deleted on DISCONNECT 0x00 or a new Network Connection for the Client Identifier opened before the delay had elapsed.',
  ],
  [
    '3.1.2-9',
    '3.1.2.5',
    'Will Flag 1: Will Properties, Will Topic and Will Payload must be present in the payload.',
  ],
  [
    '3.1.2-10',
    '3.1.2.5',
    'The Will Message must be removed from the Session once it is published or once DISCONNECT 0x00 has come from the Client.',
  ],
  ['3.1.2-11', '3.1.2.6', 'Will Flag 0: Will QoS must be 0.'],
  ['3.1.2-12', '3.1.2.6', 'Will QoS is 0, 1 or 2; 3 is a Malformed Packet.'],
  ['3.1.2-13', '3.1.2.7', 'Will Flag 0: Will Retain must be 0.'],
  [
    '3.1.2-14',
    '3.1.2.7',
    'Will Retain 0: the Server must publish the Will Message as a message that is not retained.',
  ],
  ['3.1.2-15', '3.1.2.7', 'Will Retain 1: the Server must publish the Will Message as a retained message.'],
  ['3.1.2-16', '3.1.2.8', 'User Name Flag 0: no User Name may be present.'],
  ['3.1.2-17', '3.1.2.8', 'User Name Flag 1: a User Name must be present.'],
  ['3.1.2-18', '3.1.2.9', 'Password Flag 0: no Password may be present.'],
  ['3.1.2-19', '3.1.2.9', 'Password Flag 1: a Password must be present.'],
  ['3.1.2-20', '3.1.2.10', 'A Client with nothing else to send must send PINGREQ within the Keep Alive.'],
  [
    '3.1.2-21',
    '3.1.2.10',
    'When CONNACK carries a Server Keep Alive, the Client must use it instead of its own.',
  ],
  [
    '3.1.2-22',
    '3.1.2.10',
    'When nothing arrives from the Client within one and a half times the Keep Alive, the Server must close the Network Connection as if the network had failed.',
  ],
  [
    '3.1.2-23',
    '3.1.2.11.2',
    'Client and Server must keep the Session State after the Network Connection has closed if the Session Expiry Interval is above 0.',
  ],
  ['3.1.2-24', '3.1.2.11.4', 'The Server must not send the Client a packet above its Maximum Packet Size.'],
  ['3.1.2-25', '3.1.2.11.4', 'A packet that is too large for the Client is dropped, as if it had been sent.'],
  [
    '3.1.2-26',
    '3.1.2.11.5',
    'The Server must not use a Topic Alias above the Topic Alias Maximum of the Client.',
  ],
  [
    '3.1.2-27',
    '3.1.2.11.5',
    'Without a Topic Alias Maximum, or with 0, the Server must not send Topic Aliases.',
  ],
  [
    '3.1.2-28',
    '3.1.2.11.6',
    'Request Response Information 0: the Server must not return Response Information.',
  ],
  [
    '3.1.2-29',
    '3.1.2.11.7',
    'Request Problem Information 0: Reason String and User Properties only in PUBLISH, CONNACK and DISCONNECT.',
  ],
  [
    '3.1.2.5',
    '3.1.2.5',
    'When a Will Message is published: network failure, keep-alive timeout, a close without DISCONNECT 0x00, a close by the Server. It should be published promptly; a Server that stops may wait until it has restarted.',
  ],
  [
    '3.1.2.10',
    '3.1.2.10',
    'Keep Alive 0 turns the mechanism off: then the Server has no deadline for a silent Client.',
  ],
  [
    '3.1.2.11.2',
    '3.1.2.11.2',
    'Session Expiry Interval: absent or 0, the Session ends when the Network Connection closes; 0xFFFFFFFF, it does not expire.',
  ],
  [
    '3.1.3-1',
    '3.1.3',
    'The order of the payload is Client Identifier, Will Properties, Will Topic, Will Payload, User Name, Password.',
  ],
  [
    '3.1.3-2',
    '3.1.3.1',
    'The Client Identifier names the state that Client and Server hold for the Session.',
  ],
  ['3.1.3-3', '3.1.3.1', 'The Client Identifier is present and is the first field of the payload.'],
  ['3.1.3-4', '3.1.3.1', 'The Client Identifier is a UTF-8 Encoded String.'],
  ['3.1.3-5', '3.1.3.1', 'A Server must accept Client Identifiers of 1 to 23 letters and digits.'],
  ['3.1.3-6', '3.1.3.1', 'A Server may accept an empty Client Identifier and must then assign a unique one.'],
  ['3.1.3-7', '3.1.3.1', 'A Server that assigns a Client Identifier must return it in CONNACK.'],
  [
    '3.1.3-8',
    '3.1.3.1',
    'A Server that refuses the Client Identifier may answer 0x85 and must close the connection.',
  ],
  [
    '3.1.3-9',
    '3.1.3.2.2',
    'The Server waits with the Will Message until the Will Delay Interval has passed or the Session ends, whichever comes first; a new Network Connection to this Session before that means that it must not be sent.',
  ],
  [
    '3.1.3-10',
    '3.1.3.2.8',
    'The Server keeps the order of the User Properties when it publishes the Will Message.',
  ],
  ['3.1.3-11', '3.1.3.3', 'The Will Topic is a UTF-8 Encoded String.'],
  ['3.1.3-12', '3.1.3.5', 'The User Name is a UTF-8 Encoded String.'],
  [
    '3.1.3.2.2',
    '3.1.3.2.2',
    'Will Delay Interval. The Will Message goes out when the delay has passed or the Session ends, whichever comes first; the note says that a Session ended by Clean Start sends it too.',
  ],
  ['3.1.3.4', '3.1.3.4', 'The Will Payload is 0 to 65,535 bytes; its length prefix is not published.'],
  [
    '3.1.4',
    '3.1.4',
    'What a Server does with CONNECT: checks first, then takes over from an older connection of the Client (its Will Message is published as 3.1.2.5 says), then Clean Start, then CONNACK.',
  ],
  [
    '3.1.4-1',
    '3.1.4',
    'A Server must check that CONNECT has the right format and close the connection if it has not; it may send CONNACK with 0x80 or above first.',
  ],
  [
    '3.1.4-2',
    '3.1.4',
    'A Server may check more, authorisation included; if a check fails it must close the connection.',
  ],
  [
    '3.1.4-3',
    '3.1.4',
    'When the Client Identifier is already connected, the Server sends that older Client DISCONNECT 0x8E and must close its Network Connection.',
  ],
  ['3.1.4-4', '3.1.4', 'After the checks and the takeover the Server processes Clean Start.'],
  ['3.1.4-5', '3.1.4', 'A Server that accepts must answer CONNACK with 0x00.'],
  [
    '3.1.4-6',
    '3.1.4',
    'After a refused CONNECT the Server must not process anything from the Client but AUTH.',
  ],
  ['3.2.0-1', '3.2', 'The Server must send CONNACK with 0x00 before any packet other than AUTH.'],
  ['3.2.0-2', '3.2', 'The Server must not send more than one CONNACK on a Network Connection.'],
  ['3.2.2-1', '3.2.2.1', 'The seven upper bits of the Connect Acknowledge Flags are reserved and must be 0.'],
  ['3.2.2-2', '3.2.2.1.1', 'Accepted with Clean Start 1: Session Present must be 0.'],
  [
    '3.2.2-3',
    '3.2.2.1.1',
    'Accepted with Clean Start 0: Session Present must be 1 if the Server has the Session, else 0.',
  ],
  [
    '3.2.2-4',
    '3.2.2.1.1',
    'A Client without Session State that receives Session Present 1 must close the connection.',
  ],
  [
    '3.2.2-5',
    '3.2.2.1.1',
    'A Client with Session State that receives Session Present 0 must discard its state if it goes on.',
  ],
  ['3.2.2-6', '3.2.2.1.1', 'With a Reason Code other than 0, Session Present must be 0.'],
  [
    '3.2.2-7',
    '3.2.2.2',
    'After CONNACK with a Reason Code of 0x80 or above the Server must close the connection.',
  ],
  ['3.2.2-8', '3.2.2.2', 'The Server must use one of the listed Connect Reason Codes.'],
  [
    '3.2.2-12',
    '3.2.2.3.4',
    'A CONNECT with a Will QoS above what the Server supports must be refused, with 0x9B for preference.',
  ],
  [
    '3.2.2-13',
    '3.2.2.3.5',
    'A CONNECT with Will Retain 1 to a Server without retained messages must be refused, with 0x9A for preference.',
  ],
  [
    '3.2.2-16',
    '3.2.2.3.7',
    'An assigned Client Identifier must not be in use by another Session of the Server.',
  ],
  ['3.2.2-21', '3.2.2.3.14', 'A Client that receives a Server Keep Alive must use it.'],
  ['3.2.2-22', '3.2.2.3.14', 'Without a Server Keep Alive the Server must use the Keep Alive of CONNECT.'],
  [
    '3.2.2.3.2',
    '3.2.2.3.2',
    'A Session Expiry Interval in CONNACK tells the Client which value the Server uses instead of the requested one; absent, the requested one holds.',
  ],
  ['3.3.1-1', '3.3.1.1', 'A PUBLISH that is sent again must have DUP 1.'],
  ['3.3.1-2', '3.3.1.1', 'DUP must be 0 for QoS 0.'],
  ['3.3.1-4', '3.3.1.2', 'A PUBLISH must not have both QoS bits set.'],
  ['3.3.1-5', '3.3.1.3', 'A PUBLISH with RETAIN 1 replaces the retained message of its topic.'],
  [
    '3.3.1-6',
    '3.3.1.3',
    'An empty payload with RETAIN 1 is delivered as usual and removes the retained message of the topic.',
  ],
  ['3.3.1-7', '3.3.1.3', 'A retained message with an empty payload must not be stored.'],
  ['3.3.1-8', '3.3.1.3', 'A PUBLISH with RETAIN 0 must neither store nor replace a retained message.'],
  ['3.3.1-9', '3.3.1.3', 'Retain Handling 0: the Server must send the matching retained messages.'],
  [
    '3.3.1-10',
    '3.3.1.3',
    'Retain Handling 1: the Server sends retained messages only for a new subscription.',
  ],
  ['3.3.1-11', '3.3.1.3', 'Retain Handling 2: the Server must not send retained messages.'],
  ['3.3.1-12', '3.3.1.3', 'Retain As Published 0: the Server must forward with RETAIN 0.'],
  ['3.3.1-13', '3.3.1.3', 'Retain As Published 1: the Server must forward with RETAIN as it received it.'],
  [
    '3.3.2-1',
    '3.3.2.1',
    'The Topic Name must be the first field of the variable header and a UTF-8 Encoded String.',
  ],
  ['3.3.2.1', '3.3.2.1', 'A PUBLISH with an empty Topic Name and no Topic Alias is a Protocol Error.'],
  ['3.3.2-2', '3.3.2.1', 'A Topic Name in PUBLISH must not hold wildcards.'],
  [
    '3.3.2-3',
    '3.3.2.1',
    'The Topic Name that a Server sends must match the subscription; a Server may map topic names.',
  ],
  ['3.3.2-4', '3.3.2.3.2', 'The Payload Format Indicator must reach all subscribers unaltered.'],
  [
    '3.3.2-5',
    '3.3.2.3.3',
    'A copy whose Message Expiry Interval has passed before delivery started must be dropped.',
  ],
  [
    '3.3.2-6',
    '3.3.2.3.3',
    'The Message Expiry Interval sent on is the received one minus the time the message waited in the Server.',
  ],
  ['3.3.2-7', '3.3.2.3.4', 'Topic Alias mappings last only as long as their Network Connection.'],
  ['3.3.2-8', '3.3.2.3.4', 'A Topic Alias of 0 must not be sent.'],
  ['3.3.2-13', '3.3.2.3.5', 'The Response Topic is a UTF-8 Encoded String.'],
  ['3.3.2-14', '3.3.2.3.5', 'The Response Topic must not hold wildcards.'],
  ['3.3.2-15', '3.3.2.3.5', 'The Response Topic must reach all subscribers unaltered.'],
  ['3.3.2-16', '3.3.2.3.6', 'The Correlation Data must reach all subscribers unaltered.'],
  ['3.3.2-17', '3.3.2.3.7', 'All User Properties must reach all subscribers unaltered.'],
  ['3.3.2-18', '3.3.2.3.7', 'The order of the User Properties must be kept.'],
  ['3.3.2-19', '3.3.2.3.9', 'The Content Type is a UTF-8 Encoded String.'],
  ['3.3.2-20', '3.3.2.3.9', 'The Content Type must reach all subscribers unaltered.'],
  [
    '3.3.4-2',
    '3.3.4',
    'A message that matches several subscriptions of a Client is delivered with the highest QoS of them; extra copies are allowed.',
  ],
  ['3.3.4-6', '3.3.4', 'A PUBLISH from Client to Server must not carry a Subscription Identifier.'],
  [
    '3.3.4-7',
    '3.3.4',
    'A Client must not have more unacknowledged QoS 1 and 2 messages than the Receive Maximum of the Server.',
  ],
  ['3.4.2-1', '3.4.2.1', 'PUBACK must carry one of the Reason Codes listed for it.'],
  ['3.5.2-1', '3.5.2.1', 'PUBREC must carry one of the Reason Codes listed for it.'],
  ['3.6.1-1', '3.6.1', 'The flag bits of PUBREL are reserved and must be 0010.'],
  ['3.6.2-1', '3.6.2.1', 'PUBREL must carry one of the Reason Codes listed for it.'],
  ['3.7.2-1', '3.7.2.1', 'PUBCOMP must carry one of the Reason Codes listed for it.'],
  ['3.8.1-1', '3.8.1', 'The flag bits of SUBSCRIBE are reserved and must be 0010.'],
  ['3.8.3-1', '3.8.3', 'Topic Filters must be UTF-8 Encoded Strings.'],
  ['3.8.3.1', '3.8.3.1', 'In the Subscription Options, QoS 3 and Retain Handling 3 are Protocol Errors.'],
  ['3.8.3-2', '3.8.3', 'SUBSCRIBE must hold at least one Topic Filter with its options.'],
  [
    '3.8.3-3',
    '3.8.3.1',
    'No Local 1: a message must not go to a connection whose Client Identifier is that of the publishing connection.',
  ],
  ['3.8.3-4', '3.8.3.1', 'No Local 1 on a shared subscription is a Protocol Error.'],
  ['3.8.3-5', '3.8.3.1', 'The reserved bits of the Subscription Options must be 0.'],
  ['3.8.4-6', '3.8.4', 'SUBACK must hold one Reason Code for each Topic Filter of the SUBSCRIBE.'],
  ['3.8.4-8', '3.8.4', 'A message is delivered with the lower of its own QoS and the QoS that was granted.'],
  ['3.9.3-2', '3.9.3', 'SUBACK must carry Reason Codes listed for it.'],
  ['3.10.1-1', '3.10.1', 'The flag bits of UNSUBSCRIBE are reserved and must be 0010.'],
  ['3.10.3-2', '3.10.3', 'UNSUBSCRIBE must hold at least one Topic Filter.'],
  ['3.11.3', '3.11.3', 'UNSUBACK holds one Reason Code for each Topic Filter of the UNSUBSCRIBE.'],
  ['3.11.3-2', '3.11.3', 'UNSUBACK must carry Reason Codes listed for it.'],
  ['3.12.4-1', '3.12.4', 'The Server must answer PINGREQ with PINGRESP.'],
  [
    '3.14',
    '3.14',
    'DISCONNECT is the last packet of a connection. When it closes without a DISCONNECT 0x00 from the Client, the Will Message is published.',
  ],
  [
    '3.14.0-1',
    '3.14',
    'A Server must not send DISCONNECT before it has sent CONNACK with a Reason Code below 0x80.',
  ],
  ['3.14.1-1', '3.14.1', 'The flag bits of DISCONNECT must be 0; otherwise it is malformed.'],
  ['3.14.2-1', '3.14.2.1', 'The sender of DISCONNECT must use one of the listed Reason Codes.'],
  ['3.14.2-2', '3.14.2.2.2', 'A Server must not send a Session Expiry Interval in DISCONNECT.'],
  [
    '3.14.2.1',
    '3.14.2.1',
    'The Disconnect Reason Codes: 0x00 closes normally and no Will Message is published; 0x04 asks for the Will Message.',
  ],
  [
    '3.14.2.2.2',
    '3.14.2.2.2',
    'A Session Expiry Interval in DISCONNECT replaces the earlier one. When CONNECT said 0, a value above 0 is a Protocol Error and the packet is not a valid DISCONNECT; the Server answers 0x82.',
  ],
  ['3.14.4-1', '3.14.4', 'After DISCONNECT its sender must send no more packets.'],
  ['3.14.4-2', '3.14.4', 'After DISCONNECT its sender must close the Network Connection.'],
  [
    '3.14.4-3',
    '3.14.4',
    'On DISCONNECT 0x00 the Server must discard the Will Message without publishing it.',
  ],
  ['3.15.1-1', '3.15.1', 'The flag bits of AUTH must be 0; otherwise it is malformed.'],
  ['3.15.2-1', '3.15.2.1', 'The sender of AUTH must use one of the listed Reason Codes.'],
  ['3.15.2.2.2', '3.15.2.2.2', 'AUTH must name its Authentication Method, once.'],
  [
    '4.1',
    '4.1',
    'A Session lasts as long as its latest Network Connection plus the Session Expiry Interval. Its state includes the Will Message and the Will Delay Interval.',
  ],
  ['4.1.0-1', '4.1', 'Session State must not be discarded while the Network Connection is open.'],
  [
    '4.1.0-2',
    '4.1',
    'The Server must discard the Session State when the Network Connection is closed and the Session Expiry Interval has passed.',
  ],
  ['4.1.1', '4.1.1', 'Stored Session State may be ended by an administrator; that terminates the Session.'],
  [
    '4.5.0-1',
    '4.5',
    'The Server must add a message to the Session State of each Client with a matching subscription.',
  ],
  ['4.7.0-1', '4.7.1', 'Wildcards may stand in Topic Filters, never in Topic Names.'],
  [
    '4.7.1-1',
    '4.7.1.2',
    'The multi-level wildcard must be the last character of the Topic Filter, alone or after a separator.',
  ],
  ['4.7.1-2', '4.7.1.3', 'The single-level wildcard must fill a whole level of the Topic Filter.'],
  [
    '4.7.2-1',
    '4.7.2',
    'A Topic Filter that starts with a wildcard must not match a Topic Name that starts with $.',
  ],
  ['4.7.3', '4.7.3', 'A Server may decide who may use which topics.'],
  ['4.7.3-1', '4.7.3', 'Topic Names and Topic Filters must be at least one character long.'],
  ['4.7.3-2', '4.7.3', 'Topic Names and Topic Filters must not hold the null character U+0000.'],
  ['4.7.3-3', '4.7.3', 'Topic Names and Topic Filters must not take more than 65,535 bytes.'],
  ['4.8.2', '4.8.2', 'A message for a shared subscription goes to one of the Sessions that share it.'],
  [
    '4.8.2-1',
    '4.8.2',
    'A shared subscription starts with $share/ and a ShareName of at least one character.',
  ],
  ['4.8.2-2', '4.8.2', 'A ShareName holds no /, + or # and is followed by / and a Topic Filter.'],
  ['4.11', '4.11', 'Server redirection: with 0x9C or 0x9D a Server asks the Client to use another Server.'],
  ['4.12.0-4', '4.12', 'A Server that rejects the authentication must close the connection.'],
  ['4.12.1-2', '4.12.1', 'When re-authentication fails, the connection must be closed.'],
  [
    '4.13.1-1',
    '4.13.1',
    'On a Malformed Packet or a Protocol Error the Server must close the Network Connection.',
  ],
  [
    '4.13.2-1',
    '4.13.2',
    'After CONNACK or DISCONNECT with a Reason Code of 0x80 or above the Network Connection must be closed.',
  ],
  ['5.4.2', '5.4.2', 'A Server should decide which Clients may do what, publishing to a topic included.'],
];

const version311: readonly Row[] = [
  [
    '1.5.3-1',
    '1.5.3',
    'A UTF-8 string must be well-formed and holds no surrogate code points; otherwise the connection is closed.',
  ],
  ['1.5.3-2', '1.5.3', 'A UTF-8 string must not hold the null character U+0000.'],
  ['2.2.1', '2.2.1', 'The packet types, and which way each may travel. Types 0 and 15 are reserved.'],
  ['2.2.2-1', '2.2.2', 'Reserved flag bits of the fixed header must have the value that the standard lists.'],
  ['2.2.2-2', '2.2.2', 'The receiver of invalid flags must close the Network Connection.'],
  [
    '2.2.3',
    '2.2.3',
    'Remaining Length takes at most four bytes and is the number of bytes that follow it in the packet.',
  ],
  ['2.3.1', '2.3.1', 'Which packets carry a Packet Identifier, and that it is not 0.'],
  [
    '2.3.1-1',
    '2.3.1',
    'SUBSCRIBE, UNSUBSCRIBE and PUBLISH with QoS above 0 must carry a Packet Identifier other than 0.',
  ],
  ['2.3.1-5', '2.3.1', 'A PUBLISH with QoS 0 must not carry a Packet Identifier.'],
  [
    '2.3.1-6',
    '2.3.1',
    'PUBACK, PUBREC and PUBREL carry the Packet Identifier of the PUBLISH they belong to.',
  ],
  ['2.3.1-7', '2.3.1', 'SUBACK and UNSUBACK carry the Packet Identifier of the request they answer.'],
  ['3.1.0-1', '3.1', 'The first packet from the Client on a Network Connection must be CONNECT.'],
  [
    '3.1.0-2',
    '3.1',
    'A second CONNECT on the same Network Connection is a protocol violation: the Server must disconnect the Client.',
  ],
  ['3.1.2-1', '3.1.2.1', 'With a wrong protocol name the Server may disconnect the Client.'],
  [
    '3.1.2-2',
    '3.1.2.2',
    'A Server that does not support the protocol level must answer 0x01 and disconnect.',
  ],
  [
    '3.1.2-3',
    '3.1.2.3',
    'The reserved Connect Flag must be 0; otherwise the Server must disconnect the Client.',
  ],
  [
    '3.1.2-4',
    '3.1.2.4',
    'CleanSession 0: the Server resumes the stored Session or creates one, and stores it after the disconnect.',
  ],
  [
    '3.1.2-5',
    '3.1.2.4',
    'CleanSession 0: the Server must queue QoS 1 and 2 messages for the subscriptions of the Client while it is away.',
  ],
  [
    '3.1.2-6',
    '3.1.2.4',
    'CleanSession 1: any previous Session is discarded; the new one lasts as long as the Network Connection and is not reused.',
  ],
  [
    '3.1.2.7',
    '3.1.2.4',
    'Retained messages are not part of the Session State and stay when the Session ends.',
  ],
  [
    '3.1.2-8',
    '3.1.2.5',
    'Will Flag 1 in an accepted CONNECT: the Will Message is tied to the Network Connection and must be published when that closes, unless the Server deleted it on DISCONNECT.',
  ],
  [
    '3.1.2-9',
    '3.1.2.5',
    'Will Flag 1: Will QoS and Will Retain are used, and Will Topic and Will Message must be present.',
  ],
  [
    '3.1.2-10',
    '3.1.2.5',
    'The Will Message must be removed once it is published or once DISCONNECT has come from the Client.',
  ],
  [
    '3.1.2-11',
    '3.1.2.5',
    'Will Flag 0: Will QoS and Will Retain must be 0, and no Will Topic or Will Message may be present.',
  ],
  ['3.1.2-12', '3.1.2.5', 'Will Flag 0: no Will Message may be published when the Network Connection ends.'],
  ['3.1.2-13', '3.1.2.6', 'Will Flag 0: Will QoS must be 0.'],
  ['3.1.2-14', '3.1.2.6', 'Will QoS is 0, 1 or 2, never 3.'],
  ['3.1.2-15', '3.1.2.7', 'Will Flag 0: Will Retain must be 0.'],
  [
    '3.1.2-16',
    '3.1.2.7',
    'Will Retain 0: the Server must publish the Will Message as a message that is not retained.',
  ],
  ['3.1.2-17', '3.1.2.7', 'Will Retain 1: the Server must publish the Will Message as a retained message.'],
  ['3.1.2-18', '3.1.2.8', 'User Name Flag 0: no User Name may be present.'],
  ['3.1.2-19', '3.1.2.8', 'User Name Flag 1: a User Name must be present.'],
  ['3.1.2-20', '3.1.2.9', 'Password Flag 0: no Password may be present.'],
  ['3.1.2-21', '3.1.2.9', 'Password Flag 1: a Password must be present.'],
  ['3.1.2-22', '3.1.2.9', 'User Name Flag 0: the Password Flag must be 0.'],
  ['3.1.2-23', '3.1.2.10', 'A Client with nothing else to send must send PINGREQ within the Keep Alive.'],
  [
    '3.1.2-24',
    '3.1.2.10',
    'When nothing arrives from the Client within one and a half times the Keep Alive, the Server must disconnect it as if the network had failed.',
  ],
  [
    '3.1.2.5',
    '3.1.2.5',
    'When a Will Message is published: I/O error or network failure, keep-alive timeout, a close without DISCONNECT, a close by the Server because of a protocol error. A Server that stops may wait until it has restarted.',
  ],
  [
    '3.1.2.10',
    '3.1.2.10',
    'Keep Alive 0 turns the mechanism off: then the Server has no deadline for a silent Client.',
  ],
  [
    '3.1.3-1',
    '3.1.3',
    'The order of the payload is Client Identifier, Will Topic, Will Message, User Name, Password.',
  ],
  [
    '3.1.3-2',
    '3.1.3.1',
    'The Client Identifier names the state that Client and Server hold for the Session.',
  ],
  ['3.1.3-3', '3.1.3.1', 'The Client Identifier is present and is the first field of the payload.'],
  ['3.1.3-4', '3.1.3.1', 'The Client Identifier is a UTF-8 encoded string.'],
  ['3.1.3-5', '3.1.3.1', 'A Server must accept Client Identifiers of 1 to 23 letters and digits.'],
  ['3.1.3-6', '3.1.3.1', 'A Server may accept an empty Client Identifier and must then assign a unique one.'],
  ['3.1.3-7', '3.1.3.1', 'A Client with an empty Client Identifier must set CleanSession to 1.'],
  [
    '3.1.3-8',
    '3.1.3.1',
    'An empty Client Identifier with CleanSession 0 must be answered with 0x02 and a close.',
  ],
  [
    '3.1.3-9',
    '3.1.3.1',
    'A Server that refuses the Client Identifier must answer 0x02 and close the connection.',
  ],
  ['3.1.3-10', '3.1.3.2', 'The Will Topic is a UTF-8 encoded string.'],
  ['3.1.3-11', '3.1.3.4', 'The User Name is a UTF-8 encoded string.'],
  [
    '3.1.4-1',
    '3.1.4',
    'A Server must check that CONNECT conforms and close the connection without CONNACK if it does not.',
  ],
  [
    '3.1.4-2',
    '3.1.4',
    'When the Client Identifier is already connected, the Server must disconnect that older Client.',
  ],
  ['3.1.4-3', '3.1.4', 'After the checks the Server processes CleanSession.'],
  ['3.1.4-4', '3.1.4', 'A Server that accepts must answer CONNACK with return code 0.'],
  ['3.1.4-5', '3.1.4', 'After a refused CONNECT the Server must not process anything from the Client.'],
  ['3.2.0-1', '3.2', 'The first packet from the Server must be CONNACK.'],
  ['3.2.2-1', '3.2.2.2', 'Accepted with CleanSession 1: Session Present must be 0.'],
  ['3.2.2.1', '3.2.2.1', 'In the Connect Acknowledge Flags, bits 7 to 1 are reserved and must be 0.'],
  [
    '3.2.2-2',
    '3.2.2.2',
    'Accepted with CleanSession 0: Session Present must be 1 if the Server has stored the Session.',
  ],
  ['3.2.2-3', '3.2.2.2', 'Accepted with CleanSession 0 and no stored Session: Session Present must be 0.'],
  ['3.2.2.3', '3.2.2.3', 'The return codes of CONNACK are 0 to 5; others are reserved.'],
  ['3.2.2-4', '3.2.2.2', 'With a return code other than 0, Session Present must be 0.'],
  [
    '3.2.2-5',
    '3.2.2.3',
    'After CONNACK with a return code other than 0 the Server must close the connection.',
  ],
  ['3.3.1-1', '3.3.1.1', 'A PUBLISH that is sent again must have DUP 1.'],
  ['3.3.1-2', '3.3.1.1', 'DUP must be 0 for QoS 0.'],
  ['3.3.1-4', '3.3.1.2', 'A PUBLISH must not have both QoS bits set.'],
  ['3.3.1-5', '3.3.1.3', 'A PUBLISH with RETAIN 1 makes the Server store the message for later subscribers.'],
  ['3.3.1-8', '3.3.1.3', 'A message that is sent because of a new subscription must have RETAIN 1.'],
  [
    '3.3.1-9',
    '3.3.1.3',
    'A message to an existing subscription must have RETAIN 0, however it was published.',
  ],
  [
    '3.3.1-10',
    '3.3.1.3',
    'An empty payload with RETAIN 1 is delivered as usual and removes the retained message of the topic.',
  ],
  ['3.3.1-11', '3.3.1.3', 'A retained message with an empty payload must not be stored.'],
  [
    '3.3.2-1',
    '3.3.2.1',
    'The Topic Name must be the first field of the variable header and a UTF-8 encoded string.',
  ],
  ['3.3.2-2', '3.3.2.1', 'A Topic Name in PUBLISH must not hold wildcards.'],
  [
    '3.3.2-3',
    '3.3.2.1',
    'The Topic Name that a Server sends must match the subscription; a Server may map topic names.',
  ],
  [
    '3.3.5-2',
    '3.3.5',
    'A Server that does not authorise a PUBLISH either acknowledges it as usual or closes the connection.',
  ],
  ['3.6.1-1', '3.6.1', 'The flag bits of PUBREL are reserved and must be 0010.'],
  ['3.8.1-1', '3.8.1', 'The flag bits of SUBSCRIBE are reserved and must be 0010.'],
  ['3.8.3-1', '3.8.3', 'Topic Filters must be UTF-8 encoded strings.'],
  ['3.8.3-3', '3.8.3', 'SUBSCRIBE must hold at least one Topic Filter with its QoS.'],
  ['3-8.3-4', '3.8.3', 'A requested QoS other than 0, 1 or 2, or a reserved bit set, is malformed.'],
  ['3.8.4-5', '3.8.4', 'SUBACK must hold one return code for each Topic Filter of the SUBSCRIBE.'],
  ['3.8.4-6', '3.8.4', 'A message is delivered with the lower of its own QoS and the QoS that was granted.'],
  ['3.9.3-2', '3.9.3', 'SUBACK return codes other than 0x00, 0x01, 0x02 and 0x80 are reserved.'],
  ['3.10.1-1', '3.10.1', 'The flag bits of UNSUBSCRIBE are reserved and must be 0010.'],
  ['3.10.3-2', '3.10.3', 'UNSUBSCRIBE must hold at least one Topic Filter.'],
  ['3.12.4-1', '3.12.4', 'The Server must answer PINGREQ with PINGRESP.'],
  [
    '3.14.1-1',
    '3.14.1',
    'The flag bits of DISCONNECT must be 0; otherwise the Server must disconnect the Client.',
  ],
  ['3.14.4-1', '3.14.4', 'After DISCONNECT the Client must close the Network Connection.'],
  ['3.14.4-2', '3.14.4', 'After DISCONNECT the Client must send no more packets.'],
  ['3.14.4-3', '3.14.4', 'On DISCONNECT the Server must discard the Will Message without publishing it.'],
  ['4.1.0-1', '4.1', 'Client and Server must store the Session State for the whole Session.'],
  ['4.1.0-2', '4.1', 'A Session must last at least as long as its Network Connection.'],
  [
    '4.1',
    '4.1',
    'The standard sets no expiry for a stored Session; a Server may limit it by policy or end it administratively.',
  ],
  [
    '4.5.0-1',
    '4.5',
    'The Server must add a message to the Session State of each Client with a matching subscription.',
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
  ['4.8.0-1', '4.8', 'On a protocol violation the Server must close the Network Connection.'],
  [
    '4.8.0-2',
    '4.8',
    'On a transient error while it handles a packet the receiver must close the Network Connection.',
  ],
];

const version31: readonly Row[] = [
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

function rowsOf(version: ProtocolVersion, rows: readonly Row[]): readonly Statement[] {
  return rows.map(([id, section, summary]) => ({
    version,
    id: id.includes('-') || isDottedStatement(version, id) ? `MQTT-${id}` : id,
    section,
    summary,
    url: standardUrls[version],
  }));
}

/** The sections on properties that have no row of their own above. */
function propertyRows(): readonly Row[] {
  const own = new Set(version5.map(([id]) => id));
  return propertySections.flatMap(([section, summary]) =>
    own.has(section) ? [] : [[section, section, summary] as const],
  );
}

/** One statement of 3.1.1 is spelled with a dot where all others have a dash. */
function isDottedStatement(version: ProtocolVersion, id: string): boolean {
  return version === 4 && id === '3.1.2.7';
}

/** Every statement that the program knows. */
export const statements: readonly Statement[] = [
  ...rowsOf(5, version5),
  ...rowsOf(5, propertyRows()),
  ...rowsOf(4, version311),
  ...rowsOf(3, version31),
];

const byKey: ReadonlyMap<string, Statement> = new Map(
  statements.map((statement) => [statementKey(statement), statement]),
);

/** For example `5:MQTT-3.1.3-9`, or `5:3.1.2.11.2` for a section. */
export function statementKey(ref: StatementRef): string {
  return `${ref.version}:${ref.id}`;
}

const versionNames: Readonly<Record<ProtocolVersion, string>> = { 3: 'v3.1', 4: 'v3.1.1', 5: 'v5' };

/** As shown to people: `v5 [MQTT-3.1.3-9]`, or `v5 3.1.2.11.2` for a section. */
export function statementLabel(ref: StatementRef): string {
  const name = versionNames[ref.version];
  return ref.id.startsWith('MQTT-') ? `${name} [${ref.id}]` : `${name} ${ref.id}`;
}

/** The statement, or undefined when the table has none of that version and id. */
export function findStatement(ref: StatementRef): Statement | undefined {
  return byKey.get(statementKey(ref));
}
