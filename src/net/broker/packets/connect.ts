import type { ConnectPacket, Malformed } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../../mqtt/properties.ts';
import type { Connection } from '../connection.ts';
import { REASON, RETURN_CODE } from '../reasons.ts';
import { acceptConnect } from './accept.ts';
import { authenticate } from './auth.ts';
import { type Refusal, refuseConnect } from './connack.ts';

/** 3.1 allows 1 to 23 characters (v3.1 3.1). */
const longestClientId31 = 23;
/** Bridges of Mosquitto set this bit of the Protocol Version. */
const bridgeBit = 0x80;

/**
 * CONNECT (v5 3.1.4). All checks come before anything changes: a refused CONNECT leaves an older connection
 * of the same Client, and its Session, as they are.
 */
export function handleConnect(connection: Connection, packet: ConnectPacket): void {
  connection.version = packet.version;
  connection.maximumPacketSize =
    propertyNumber(packet.properties, PROPERTY.maximumPacketSize) ?? Number.POSITIVE_INFINITY;
  const unidentified = identifierRefusal(connection, packet);
  if (unidentified !== undefined) {
    refuseConnect(connection, unidentified.reasonCode, unidentified.returnCode, unidentified.message);
    return;
  }
  const method = propertyString(packet.properties, PROPERTY.authenticationMethod);
  if (method !== undefined) authenticate(connection, packet, method);
  else if (connection.context.authentication.mayConnect(packet.userName, packet.password)) {
    acceptConnect(connection, packet, packet.userName, []);
  } else {
    // v5 [MQTT-3.1.4-2], v3.1.1 3.1.4.
    const message = 'The user name or password is wrong.';
    refuseConnect(connection, REASON.badUserNameOrPassword, RETURN_CODE.badUserNameOrPassword, message);
  }
}

/**
 * A CONNECT that cannot be read or is not permitted (v5 [MQTT-3.1.4-1]; v3.1.1 [MQTT-3.1.4-1]: close without
 * CONNACK).
 */
export function refuseMalformedConnect(
  connection: Connection,
  bytes: Uint8Array,
  malformed: Malformed,
): void {
  const level = protocolLevel(bytes);
  if (malformed.reason === 'unsupported-protocol-name' || level === undefined) {
    connection.close(`CONNECT refused: ${malformed.message}`);
    return;
  }
  // v5 [MQTT-3.1.2-2], v3.1.1 [MQTT-3.1.2-2]: in the words of the nearest version that has them.
  connection.version = level >= 5 ? 5 : level === 3 ? 3 : 4;
  const returnCode =
    malformed.reasonCode === REASON.unsupportedProtocolVersion
      ? RETURN_CODE.unacceptableProtocolVersion
      : undefined;
  refuseConnect(connection, malformed.reasonCode, returnCode, malformed.message);
}

function identifierRefusal(
  { context }: Connection,
  { version, clientId, cleanStart }: ConnectPacket,
): Refusal | undefined {
  const refusal = (message: string): Refusal => ({
    reasonCode: REASON.clientIdentifierNotValid,
    returnCode: RETURN_CODE.identifierRejected,
    message,
  });
  if (version === 3 && (clientId.length < 1 || [...clientId].length > longestClientId31)) {
    return refusal('The Client Identifier must have 1 to 23 characters in MQTT 3.1.');
  }
  if (version === 4 && clientId === '' && !cleanStart) {
    // v3.1.1 [MQTT-3.1.3-7], [MQTT-3.1.3-8].
    return refusal('An empty Client Identifier needs Clean Session 1.');
  }
  // v5 [MQTT-3.1.3-6], [MQTT-3.1.3-8]; v3.1.1 [MQTT-3.1.3-6], [MQTT-3.1.3-9].
  if (clientId === '' && !context.limits.emptyClientId) {
    return refusal('The Client Identifier must not be empty here.');
  }
  return undefined;
}

/** The Protocol Version byte of a CONNECT that may be anything; undefined when it does not reach that far. */
function protocolLevel(bytes: Uint8Array): number | undefined {
  let nameAt = 1;
  while ((bytes[nameAt] ?? 0) >= 0x80) nameAt++;
  nameAt++;
  const nameLength = ((bytes[nameAt] ?? 0) << 8) | (bytes[nameAt + 1] ?? 0);
  const level = bytes[nameAt + 2 + nameLength];
  return level === undefined ? undefined : level & ~bridgeBit;
}
