import type { Property } from '../../../mqtt/packet.ts';
import { PROPERTY } from '../../../mqtt/properties.ts';
import type { Connection } from '../connection.ts';
import { REASON, type RETURN_CODE, reasonString } from '../reasons.ts';

/** What CONNACK tells a 5.0 Client: undefined where its own wish holds, or the standard's default. */
export interface ConnackNews {
  readonly sessionPresent: boolean;
  readonly assignedClientIdentifier: string | undefined;
  readonly sessionExpiryInterval: number | undefined;
  readonly serverKeepAlive: number | undefined;
}

/** What a Receive Maximum that is absent means (v5 3.2.2.3.3). */
const defaultReceiveMaximum = 65_535;

/** CONNACK with success (v5 3.2, [MQTT-3.1.4-5]; v3.1.1 [MQTT-3.1.4-4]). */
export function sendConnack(connection: Connection, news: ConnackNews): void {
  const { limits } = connection.context;
  const properties: Property[] = [];
  if (connection.version === 5) {
    const number = (id: number, value: number | undefined): void => {
      if (value !== undefined) properties.push({ id, kind: 'number', value });
    };
    number(PROPERTY.sessionExpiryInterval, news.sessionExpiryInterval);
    if (limits.receiveMaximum < defaultReceiveMaximum) number(PROPERTY.receiveMaximum, limits.receiveMaximum);
    number(PROPERTY.maximumPacketSize, limits.maximumPacketSize);
    if (news.assignedClientIdentifier !== undefined) {
      // v5 [MQTT-3.1.3-7].
      const value = news.assignedClientIdentifier;
      properties.push({ id: PROPERTY.assignedClientIdentifier, kind: 'string', value });
    }
    if (limits.topicAliasMaximum > 0) number(PROPERTY.topicAliasMaximum, limits.topicAliasMaximum);
    number(PROPERTY.serverKeepAlive, news.serverKeepAlive);
  }
  // 3.1 has no Session Present: its byte is reserved.
  const sessionPresent = connection.version !== 3 && news.sessionPresent;
  if (connection.send({ type: 'connack', sessionPresent, reasonCode: REASON.success, properties })) return;
  // v5 [MQTT-3.14.0-1]: without CONNACK no DISCONNECT either.
  connection.close("CONNACK exceeds the Client's Maximum Packet Size");
}

/**
 * Refuses a CONNECT: CONNACK with a Reason Code in 5.0 (v5 [MQTT-3.1.4-1], [MQTT-3.2.2-7]), with a return
 * code before where there is one for it, then the end. Session Present is 0 (v5 [MQTT-3.2.2-6], v3.1.1
 * [MQTT-3.2.2-4]).
 */
export function refuseConnect(
  connection: Connection,
  reasonCode: number,
  returnCode: (typeof RETURN_CODE)[keyof typeof RETURN_CODE] | undefined,
  message: string,
): void {
  if (connection.version === 5) {
    connection.send({
      type: 'connack',
      sessionPresent: false,
      reasonCode,
      properties: [reasonString(message)],
    });
  } else if (returnCode !== undefined) {
    connection.send({ type: 'connack', sessionPresent: false, reasonCode: returnCode, properties: [] });
  }
  connection.close(`CONNECT refused: ${message}`);
}
