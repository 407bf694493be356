import type { Property } from '../../../mqtt/packet.ts';
import { PROPERTY } from '../../../mqtt/properties.ts';
import type { Connection } from '../connection.ts';
import type { BrokerLimits } from '../limits.ts';
import { REASON, type RETURN_CODE, reasonString } from '../reasons.ts';

/** What CONNACK tells a 5.0 Client beside the terms: undefined where its own wish holds. */
export interface ConnackNews {
  readonly sessionPresent: boolean;
  readonly assignedClientIdentifier: string | undefined;
  readonly sessionExpiryInterval: number | undefined;
  readonly serverKeepAlive: number | undefined;
  readonly responseInformation: string | undefined;
  /** Of an exchange of AUTH packets (v5 3.2.2.3.17, 3.2.2.3.18). */
  readonly authentication: readonly Property[];
}

type ReturnCode = (typeof RETURN_CODE)[keyof typeof RETURN_CODE];

/**
 * Why a CONNECT is refused. Without a return code a Client before 5.0 sees the connection close (v3.1.1
 * [MQTT-3.1.4-1]).
 */
export interface Refusal {
  readonly reasonCode: number;
  readonly returnCode?: ReturnCode | undefined;
  readonly message: string;
}

/** What a Receive Maximum that is absent means (v5 3.2.2.3.3). */
const defaultReceiveMaximum = 65_535;
/** What a Maximum QoS that is absent means (v5 3.2.2.3.4). */
const defaultMaximumQoS = 2;

/** CONNACK with success (v5 3.2, [MQTT-3.1.4-5]; v3.1.1 [MQTT-3.1.4-4]). */
export function sendConnack(connection: Connection, terms: BrokerLimits, news: ConnackNews): void {
  const properties = connection.version === 5 ? connackProperties(terms, news) : [];
  // 3.1 has no Session Present: its byte is reserved.
  const sessionPresent = connection.version !== 3 && news.sessionPresent;
  if (connection.send({ type: 'connack', sessionPresent, reasonCode: REASON.success, properties })) return;
  // v5 [MQTT-3.14.0-1]: without CONNACK no DISCONNECT either.
  connection.close("CONNACK exceeds the Client's Maximum Packet Size");
}

/** In the order of v5 3.2.2.3. What is as the standard has it anyway is left out. */
function connackProperties(terms: BrokerLimits, news: ConnackNews): Property[] {
  const properties: Property[] = [];
  const number = (id: number, value: number | undefined): void => {
    if (value !== undefined) properties.push({ id, kind: 'number', value });
  };
  const string = (id: number, value: string | undefined): void => {
    if (value !== undefined) properties.push({ id, kind: 'string', value });
  };
  const unavailable = (id: number, available: boolean): void => number(id, available ? undefined : 0);
  number(PROPERTY.sessionExpiryInterval, news.sessionExpiryInterval);
  if (terms.receiveMaximum < defaultReceiveMaximum) number(PROPERTY.receiveMaximum, terms.receiveMaximum);
  // v5 [MQTT-3.2.2-9].
  if (terms.maximumQoS < defaultMaximumQoS) number(PROPERTY.maximumQoS, terms.maximumQoS);
  unavailable(PROPERTY.retainAvailable, terms.retainAvailable);
  number(PROPERTY.maximumPacketSize, terms.maximumPacketSize);
  // v5 [MQTT-3.1.3-7].
  string(PROPERTY.assignedClientIdentifier, news.assignedClientIdentifier);
  if (terms.topicAliasMaximum > 0) number(PROPERTY.topicAliasMaximum, terms.topicAliasMaximum);
  unavailable(PROPERTY.wildcardSubscriptionAvailable, terms.wildcardSubscriptions);
  unavailable(PROPERTY.subscriptionIdentifiersAvailable, terms.subscriptionIdentifiers);
  unavailable(PROPERTY.sharedSubscriptionAvailable, terms.sharedSubscriptions);
  number(PROPERTY.serverKeepAlive, news.serverKeepAlive);
  string(PROPERTY.responseInformation, news.responseInformation);
  properties.push(...news.authentication);
  return properties;
}

/**
 * Refuses a CONNECT: CONNACK with a Reason Code in 5.0 (v5 [MQTT-3.1.4-1], [MQTT-3.2.2-7]), with a return
 * code before where there is one for it, then the end. Session Present is 0 (v5 [MQTT-3.2.2-6], v3.1.1
 * [MQTT-3.2.2-4]).
 */
export function refuseConnect(
  connection: Connection,
  reasonCode: number,
  returnCode: ReturnCode | undefined,
  message: string,
): void {
  if (connection.version === 5) {
    const bare = { type: 'connack', sessionPresent: false, reasonCode, properties: [] } as const;
    // v5 [MQTT-3.2.2-19]: no Reason String that makes the packet too large.
    if (!connection.send({ ...bare, properties: [reasonString(message)] })) connection.send(bare);
  } else if (returnCode !== undefined) {
    connection.send({ type: 'connack', sessionPresent: false, reasonCode: returnCode, properties: [] });
  }
  connection.close(`CONNECT refused: ${message}`);
}
