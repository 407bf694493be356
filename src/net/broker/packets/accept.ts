import type { ConnectPacket, Property } from '../../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../../mqtt/properties.ts';
import { utf8Problem } from '../../../mqtt/utf8.ts';
import type { ClientIdentity } from '../access.ts';
import type { Connection } from '../connection.ts';
import { Incoming } from '../incoming.ts';
import type { BrokerLimits } from '../limits.ts';
import { REASON, RETURN_CODE } from '../reasons.ts';
import { neverExpires } from '../session.ts';
import { effectiveSessionExpiryInterval, requestedSessionExpiryInterval } from '../session-expiry.ts';
import { isSysTopic } from '../sys-topics.ts';
import { TopicAliases } from '../topic-aliases.ts';
import { willOf } from '../wills.ts';
import { type Refusal, refuseConnect, sendConnack } from './connack.ts';

/** What a Receive Maximum that is absent means (v5 3.1.2.11.3). */
const defaultReceiveMaximum = 65_535;

/**
 * A CONNECT whose Client is who it says it is (v5 3.1.4): its will and the room there is are checked, and then it is
 * accepted. `authentication` is what CONNACK tells of an exchange.
 */
export function acceptConnect(
  connection: Connection,
  packet: ConnectPacket,
  username: string | undefined,
  authentication: readonly Property[],
): void {
  const { context } = connection;
  // v5 [MQTT-3.1.3-6], v3.1.1 [MQTT-3.1.3-6].
  const who = { clientId: packet.clientId === '' ? context.newClientId() : packet.clientId, username };
  const refusal = willRefusal(connection, packet, who) ?? roomRefusal(connection, who);
  if (refusal !== undefined) {
    refuseConnect(connection, refusal.reasonCode, refusal.returnCode, refusal.message);
    return;
  }
  takeOver(connection, packet, who);
  accept(connection, packet, who, authentication);
}

/**
 * What the Client could not be allowed to publish is refused now, where it learns why, and not when nobody is
 * left to tell.
 */
function willRefusal(
  { context, version }: Connection,
  { will }: ConnectPacket,
  who: ClientIdentity,
): Refusal | undefined {
  if (will === undefined) return undefined;
  const { maximumQoS, retainAvailable, payloadFormatCheck } = context.limits;
  if (version === 5 && will.qos > maximumQoS) {
    // v5 [MQTT-3.2.2-12].
    return { reasonCode: REASON.qosNotSupported, message: `The highest Will QoS here is ${maximumQoS}.` };
  }
  if (version === 5 && will.retain && !retainAvailable) {
    // v5 [MQTT-3.2.2-13].
    return { reasonCode: REASON.retainNotSupported, message: 'No will is retained here.' };
  }
  const denied = isSysTopic(will.topic) ? 'notAuthorized' : context.authorization.mayWill(who, will.topic);
  if (denied !== undefined && denied !== 'ignore') {
    return {
      reasonCode: denied === 'unspecifiedError' ? REASON.unspecifiedError : REASON.notAuthorized,
      returnCode: RETURN_CODE.notAuthorized,
      message: `Publishing to the Will Topic "${will.topic}" is denied.`,
    };
  }
  if (
    payloadFormatCheck &&
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

function roomRefusal({ context }: Connection, { clientId }: ClientIdentity): Refusal | undefined {
  if (context.sessions.hasRoomFor(clientId)) return undefined;
  return {
    reasonCode: REASON.quotaExceeded,
    returnCode: RETURN_CODE.serverUnavailable,
    message: 'There are too many sessions.',
  };
}

/**
 * v5 3.1.4 step 1, [MQTT-3.1.4-3]; v3.1.1 [MQTT-3.1.4-2]: before Clean Start, and with all that the end of a
 * connection means.
 */
function takeOver(
  { context }: Connection,
  { cleanStart }: ConnectPacket,
  { clientId }: ClientIdentity,
): void {
  const session = context.sessions.get(clientId);
  const old = session?.connection;
  if (session === undefined || old === undefined) return;
  const { behaviour } = context;
  if (!behaviour.takeoverKeepsWill(session, cleanStart)) session.will = undefined;
  if (behaviour.takeoverResumesEnded(session, cleanStart)) session.sessionExpiryInterval = neverExpires;
  const why = 'Another connection uses this Client Identifier.';
  if (behaviour.tellsTakeover) old.disconnect(REASON.sessionTakenOver, why);
  else old.close(why);
}

function accept(
  connection: Connection,
  packet: ConnectPacket,
  who: ClientIdentity,
  authentication: readonly Property[],
): void {
  const { context } = connection;
  const { limits: terms } = context;
  const { properties, version, cleanStart } = packet;
  const { clientId } = who;
  const requested = requestedSessionExpiryInterval(packet);
  const sessionExpiryInterval = effectiveSessionExpiryInterval(requested, terms);
  const ignored =
    packet.will !== undefined && context.authorization.mayWill(who, packet.will.topic) === 'ignore';
  const existed = context.sessions.get(clientId) !== undefined;
  const { session, present } = context.sessions.open({
    clientId,
    version,
    cleanStart,
    sessionExpiryInterval: context.behaviour.keptFor(sessionExpiryInterval, cleanStart, version),
    will: ignored ? undefined : willOf(packet, terms, context.clock.now()),
  });
  const number = (id: number): number | undefined => propertyNumber(properties, id);
  // v5 [MQTT-3.2.2-21], [MQTT-3.2.2-22]. Before 5.0 the Client could not be told, so its own holds.
  const serverKeepAlive = version === 5 ? serverKeepAliveFor(packet.keepAliveSeconds, terms) : undefined;
  const method = authentication.find(({ id }) => id === PROPERTY.authenticationMethod);
  connection.accept({
    session,
    who,
    atMs: context.clock.now(),
    terms,
    keepAliveSeconds: serverKeepAlive ?? packet.keepAliveSeconds,
    requestedSessionExpiryInterval: requested,
    receiveMaximum: number(PROPERTY.receiveMaximum) ?? defaultReceiveMaximum,
    problemInformation: number(PROPERTY.requestProblemInformation) !== 0,
    authenticationMethod: method?.kind === 'string' ? method.value : undefined,
    incoming: new Incoming(version === 5 ? terms.receiveMaximum : undefined),
    aliases:
      version === 5
        ? new TopicAliases(
            terms.topicAliasMaximum,
            Math.min(number(PROPERTY.topicAliasMaximum) ?? 0, terms.topicAliasesSent),
          )
        : undefined,
  });
  context.log('info', `"${clientId}" connected, ${present ? 'session resumed' : 'new session'}.`);
  // v5 [MQTT-3.2.0-1]: before any other packet.
  sendConnack(connection, terms, {
    sessionPresent: context.behaviour.sessionPresent(present, existed),
    assignedClientIdentifier: packet.clientId === '' ? clientId : undefined,
    sessionExpiryInterval: sessionExpiryInterval === requested ? undefined : sessionExpiryInterval,
    serverKeepAlive,
    responseInformation:
      number(PROPERTY.requestResponseInformation) === 1 ? terms.responseInformation : undefined,
    authentication,
  });
  if (!connection.ended) session.outgoing.attach(connection);
}

/** Undefined where what the Client asks for holds. One that turns Keep Alive off keeps it off. */
function serverKeepAliveFor(
  askedSeconds: number,
  { serverKeepAlive, keepAliveMaximum }: BrokerLimits,
): number | undefined {
  return serverKeepAlive ?? (askedSeconds > keepAliveMaximum ? keepAliveMaximum : undefined);
}
