import type { ConnectPacket, Malformed } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../../../mqtt/properties.ts';
import { utf8Problem } from '../../../mqtt/utf8.ts';
import type { Connection } from '../connection.ts';
import { REASON, RETURN_CODE } from '../reasons.ts';
import { effectiveSessionExpiryInterval, requestedSessionExpiryInterval } from '../session-expiry.ts';
import { willOf } from '../wills.ts';
import { refuseConnect, sendConnack } from './connack.ts';

/**
 * Why a CONNECT is refused. Without a return code a Client before 5.0 sees the connection close (v3.1.1
 * [MQTT-3.1.4-1]).
 */
interface Refusal {
  readonly reasonCode: number;
  readonly returnCode?: (typeof RETURN_CODE)[keyof typeof RETURN_CODE];
  readonly message: string;
}

/** 3.1 allows 1 to 23 characters (v3.1 3.1). */
const longestClientId31 = 23;
/** Bridges of Mosquitto set this bit of the Protocol Version. */
const bridgeBit = 0x80;
const defaultReceiveMaximum = 65_535;

/**
 * CONNECT (v5 3.1.4). All checks come before anything changes: a refused CONNECT leaves an older connection
 * of the same Client, and its Session, as they are.
 */
export function handleConnect(connection: Connection, packet: ConnectPacket): void {
  connection.version = packet.version;
  const refusal =
    identifierRefusal(packet) ?? loginRefusal(connection, packet) ?? willRefusal(connection, packet);
  if (refusal !== undefined) {
    refuseConnect(connection, refusal.reasonCode, refusal.returnCode, refusal.message);
    return;
  }
  const { context } = connection;
  // v5 [MQTT-3.1.3-6], v3.1.1 [MQTT-3.1.3-6].
  const clientId = packet.clientId === '' ? context.newClientId() : packet.clientId;
  if (!context.sessions.hasRoomFor(clientId)) {
    refuseConnect(
      connection,
      REASON.quotaExceeded,
      RETURN_CODE.serverUnavailable,
      'There are too many sessions.',
    );
    return;
  }
  takeOver(connection, clientId);
  accept(connection, packet, clientId);
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

function identifierRefusal({ version, clientId, cleanStart }: ConnectPacket): Refusal | undefined {
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
  return undefined;
}

function loginRefusal({ context }: Connection, packet: ConnectPacket): Refusal | undefined {
  if (propertyString(packet.properties, PROPERTY.authenticationMethod) !== undefined) {
    // v5 [MQTT-4.12.0-1].
    return {
      reasonCode: REASON.badAuthenticationMethod,
      message: 'The Authentication Method is not supported.',
    };
  }
  if (context.authorization.mayConnect(packet.userName, packet.password)) return undefined;
  // v5 [MQTT-3.1.4-2], v3.1.1 3.1.4.
  return {
    reasonCode: REASON.badUserNameOrPassword,
    returnCode: RETURN_CODE.badUserNameOrPassword,
    message: 'The user name or password is wrong.',
  };
}

/**
 * What the Client could not be allowed to publish is refused now, where it learns why, and not when nobody is
 * left to tell.
 */
function willRefusal(
  { context }: Connection,
  { will, clientId, userName: username }: ConnectPacket,
): Refusal | undefined {
  if (will === undefined) return undefined;
  const identity = { clientId, username };
  if (context.authorization.mayWill(identity, will.topic) !== undefined) {
    return {
      reasonCode: REASON.notAuthorized,
      returnCode: RETURN_CODE.notAuthorized,
      message: `Publishing to the Will Topic "${will.topic}" is denied.`,
    };
  }
  if (
    propertyNumber(will.properties, PROPERTY.payloadFormatIndicator) === 1 &&
    utf8Problem(will.payload, 0, will.payload.length)?.kind === 'ill-formed'
  ) {
    // v5 3.1.3.2.3.
    return {
      reasonCode: REASON.payloadFormatInvalid,
      message: 'The Will Payload is not the UTF-8 that it says it is.',
    };
  }
  return undefined;
}

/**
 * v5 3.1.4 step 1, [MQTT-3.1.4-3]; v3.1.1 [MQTT-3.1.4-2]: before Clean Start, and with all that the end of a
 * connection means.
 */
function takeOver({ context }: Connection, clientId: string): void {
  context.sessions
    .get(clientId)
    ?.connection?.disconnect(REASON.sessionTakenOver, 'Another connection uses this Client Identifier.');
}

function accept(connection: Connection, packet: ConnectPacket, clientId: string): void {
  const { context } = connection;
  const { properties, version, cleanStart } = packet;
  const requested = requestedSessionExpiryInterval(packet);
  const sessionExpiryInterval = effectiveSessionExpiryInterval(requested, context.settings);
  const { session, present } = context.sessions.open({
    clientId,
    version,
    cleanStart,
    sessionExpiryInterval,
    will: willOf(packet),
  });
  // v5 [MQTT-3.2.2-21], [MQTT-3.2.2-22]. Before 5.0 the Client could not be told, so its own holds.
  const serverKeepAlive = version === 5 ? context.settings.serverKeepAlive : undefined;
  connection.accept({
    session,
    atMs: context.clock.now(),
    keepAliveSeconds: serverKeepAlive ?? packet.keepAliveSeconds,
    requestedSessionExpiryInterval: requested,
    receiveMaximum: propertyNumber(properties, PROPERTY.receiveMaximum) ?? defaultReceiveMaximum,
    maximumPacketSize: propertyNumber(properties, PROPERTY.maximumPacketSize) ?? Number.POSITIVE_INFINITY,
    problemInformation: propertyNumber(properties, PROPERTY.requestProblemInformation) !== 0,
  });
  context.log('info', `"${clientId}" connected, ${present ? 'session resumed' : 'new session'}.`);
  // v5 [MQTT-3.2.0-1]: before any other packet.
  sendConnack(connection, {
    sessionPresent: present,
    assignedClientIdentifier: packet.clientId === '' ? clientId : undefined,
    sessionExpiryInterval: sessionExpiryInterval === requested ? undefined : sessionExpiryInterval,
    serverKeepAlive,
  });
  if (!connection.ended) session.outgoing.attach(connection);
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
