import type { AuthPacket, ConnectPacket, Packet, Property } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyBytes, propertyString } from '../../../mqtt/properties.ts';
import { reasonCodeName } from '../../../mqtt/reason-codes.ts';
import type { Accepted } from '../accepted.ts';
import type { AuthExchange, AuthStep } from '../access.ts';
import type { Connection } from '../connection.ts';
import { REASON } from '../reasons.ts';
import { acceptConnect } from './accept.ts';
import { refuseConnect } from './connack.ts';

/** An exchange of AUTH packets that is under way (v5 4.12). */
export interface Authenticating {
  readonly method: string;
  readonly exchange: AuthExchange;
  /** Of what it decides; undefined where a Client that is connected authenticates again. */
  readonly connect: ConnectPacket | undefined;
}

/** Begins with the Authentication Data of CONNECT (v5 4.12). */
export function authenticate(connection: Connection, connect: ConnectPacket, method: string): void {
  const exchange = connection.context.authentication.begin(method);
  if (exchange === undefined) {
    // v5 [MQTT-4.12.0-1].
    const message = 'The Authentication Method is not supported.';
    refuseConnect(connection, REASON.badAuthenticationMethod, undefined, message);
    return;
  }
  goOn(
    connection,
    { method, exchange, connect },
    propertyBytes(connect.properties, PROPERTY.authenticationData),
  );
}

/** A packet that comes before CONNACK: AUTH or DISCONNECT, and nothing else (v5 [MQTT-3.1.2-30]). */
export function handleBeforeConnack(
  connection: Connection,
  authenticating: Authenticating,
  packet: Packet,
): void {
  if (packet.type === 'disconnect') {
    connection.close(`DISCONNECT before CONNACK, ${reasonCodeName('disconnect', 5, packet.reasonCode)}`);
  } else if (packet.type !== 'auth' || !isNext(packet, authenticating)) {
    const message = `${packet.type.toUpperCase()} was sent where AUTH must go on with the Authentication Method.`;
    refuseConnect(connection, REASON.protocolError, undefined, message);
  } else goOn(connection, authenticating, propertyBytes(packet.properties, PROPERTY.authenticationData));
}

/** AUTH on a connection that was accepted (v5 3.15, 4.12.1). */
export function handleAuth(connection: Connection, accepted: Accepted, packet: AuthPacket): void {
  const { authenticating } = connection;
  const method = propertyString(packet.properties, PROPERTY.authenticationMethod);
  if (method === undefined || method !== accepted.authenticationMethod) {
    // v5 [MQTT-4.12.0-7], [MQTT-4.12.1-1]: no AUTH without, or with another than, the method of CONNECT.
    connection.disconnect(
      REASON.protocolError,
      'AUTH must name the Authentication Method that CONNECT named, and only if it did.',
    );
    return;
  }
  const data = propertyBytes(packet.properties, PROPERTY.authenticationData);
  if (packet.reasonCode === REASON.reAuthenticate && authenticating === undefined) {
    const exchange = connection.context.authentication.begin(method);
    if (exchange !== undefined) {
      goOn(connection, { method, exchange, connect: undefined }, data);
      return;
    }
    connection.disconnect(
      REASON.badAuthenticationMethod,
      'The Authentication Method is not supported any more.',
    );
  } else if (authenticating !== undefined && isNext(packet, authenticating)) {
    goOn(connection, authenticating, data);
  } else {
    connection.disconnect(
      REASON.protocolError,
      `AUTH with ${reasonCodeName('auth', 5, packet.reasonCode)} does not fit into the exchange.`,
    );
  }
}

/** v5 [MQTT-4.12.0-3], [MQTT-4.12.0-5]: Continue authentication, and the same method in each packet. */
function isNext(packet: AuthPacket, { method }: Authenticating): boolean {
  return (
    packet.reasonCode === REASON.continueAuthentication &&
    propertyString(packet.properties, PROPERTY.authenticationMethod) === method
  );
}

function goOn(connection: Connection, authenticating: Authenticating, data: Uint8Array | undefined): void {
  connection.authenticating = authenticating;
  // Of its own: the packet's bytes may be gone before the exchange has looked at them.
  const own = data === undefined ? undefined : new Uint8Array(data);
  const step = authenticating.exchange.next(own);
  if (step instanceof Promise) {
    connection.waitFor(step, (done) => answer(connection, authenticating, done));
  } else answer(connection, authenticating, step);
}

function answer(connection: Connection, { method, connect }: Authenticating, step: AuthStep): void {
  if (step.kind === 'continue') {
    const reasonCode = REASON.continueAuthentication;
    // v5 [MQTT-4.12.0-2].
    sendAuth(connection, reasonCode, authProperties(method, step.data));
    return;
  }
  connection.authenticating = undefined;
  if (step.kind === 'refused') {
    const message = 'The Client could not prove who it is.';
    // v5 [MQTT-4.12.0-4]; [MQTT-4.12.1-2].
    if (connect === undefined) connection.disconnect(step.reasonCode, message);
    else refuseConnect(connection, step.reasonCode, undefined, message);
    return;
  }
  const properties = authProperties(method, step.data);
  if (connect !== undefined) acceptConnect(connection, connect, step.username, properties);
  else if (connection.accepted?.who.username !== step.username) {
    // What was granted and what is subscribed belongs to the user of CONNECT.
    connection.disconnect(REASON.notAuthorized, 'Another user cannot take over a connection.');
  } else sendAuth(connection, REASON.success, properties);
}

/** What does not fit into the Client's Maximum Packet Size ends the exchange, and with it the connection. */
function sendAuth(connection: Connection, reasonCode: number, properties: Property[]): void {
  if (connection.send({ type: 'auth', reasonCode, properties })) return;
  connection.disconnect(REASON.packetTooLarge, "AUTH exceeds the Client's Maximum Packet Size.");
}

function authProperties(method: string, data: Uint8Array | undefined): Property[] {
  const properties: Property[] = [{ id: PROPERTY.authenticationMethod, kind: 'string', value: method }];
  if (data !== undefined) properties.push({ id: PROPERTY.authenticationData, kind: 'bytes', value: data });
  return properties;
}
