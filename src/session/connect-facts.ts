/** What the rules keep of CONNECT, CONNACK and DISCONNECT. Everything is copied: the bytes belong to the trace. */
import { decodePacket } from '../mqtt/decode.ts';
import {
  type ConnectPacket,
  type Properties,
  type Property,
  type ProtocolVersion,
  TO_CLIENT,
  TO_SERVER,
  type WillMessage,
} from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber, propertyString } from '../mqtt/properties.ts';
import type { ClientDisconnect, ConnackFacts, ConnectFacts, Connection } from './connection.ts';
import { connectedExpiry } from './expiry.ts';

export function connectFactsOf(packet: ConnectPacket, seq: number, atMs: number): ConnectFacts {
  const { properties, will } = packet;
  return {
    seq,
    atMs,
    version: packet.version,
    clientId: packet.clientId,
    cleanStart: packet.cleanStart,
    keepAliveSeconds: packet.keepAliveSeconds,
    hasUserName: packet.userName !== undefined,
    sessionExpiryInterval: propertyNumber(properties, PROPERTY.sessionExpiryInterval),
    topicAliasMaximum: propertyNumber(properties, PROPERTY.topicAliasMaximum) ?? 0,
    maximumPacketSize: propertyNumber(properties, PROPERTY.maximumPacketSize) ?? Number.POSITIVE_INFINITY,
    will: will === undefined ? undefined : copyWill(will),
    willDelayInterval:
      will === undefined ? undefined : propertyNumber(will.properties, PROPERTY.willDelayInterval),
  };
}

function copyWill(will: WillMessage): WillMessage {
  return { ...will, payload: will.payload.slice(), properties: copyProperties(will.properties) };
}

function copyProperties(properties: Properties): Property[] {
  return properties.map((each) => (each.kind === 'bytes' ? { ...each, value: each.value.slice() } : each));
}

/** A CONNACK that breaks a rule is read as far as its two fixed bytes go. */
export function connackFactsOf(
  connection: Connection,
  seq: number,
  atMs: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): ConnackFacts {
  const version = connection.version || 5;
  const decoded = decodePacket(bytes, start, end, version, TO_CLIENT);
  const body = bodyStart(bytes, start, end);
  const packet = decoded.ok && decoded.packet.type === 'connack' ? decoded.packet : undefined;
  const properties = packet?.properties ?? [];
  return {
    seq,
    atMs,
    reasonCode: packet?.reasonCode ?? bytes[body + 1] ?? 0,
    sessionPresent: packet?.sessionPresent ?? (version !== 3 && ((bytes[body] ?? 0) & 1) === 1),
    sessionExpiryInterval: propertyNumber(properties, PROPERTY.sessionExpiryInterval),
    serverKeepAlive: propertyNumber(properties, PROPERTY.serverKeepAlive),
    assignedClientId: propertyString(properties, PROPERTY.assignedClientIdentifier),
    topicAliasMaximum: propertyNumber(properties, PROPERTY.topicAliasMaximum) ?? 0,
  };
}

/** What kind of DISCONNECT a Client sent, and whether it is valid (v5 3.14, v3.1.1 3.14). */
export function clientDisconnectOf(
  connection: Connection,
  seen: Pick<ClientDisconnect, 'seq' | 'atMs' | 'previousAtMs'>,
  bytes: Uint8Array,
  start: number,
  end: number,
): ClientDisconnect {
  const version = connection.version || 5;
  const decoded = decodePacket(bytes, start, end, version, TO_SERVER);
  if (decoded.ok && decoded.packet.type === 'disconnect') {
    const { reasonCode, properties } = decoded.packet;
    const asked = propertyNumber(properties, PROPERTY.sessionExpiryInterval);
    return { ...seen, sessionExpiryInterval: asked, ...validKind(connection, reasonCode, asked) };
  }
  const reasonCode = version === 5 ? rawReasonCode(bytes, start, end) : 0;
  const malformed = decoded.ok ? undefined : decoded.malformed;
  return {
    ...seen,
    reasonCode,
    sessionExpiryInterval: undefined,
    kind: malformedKind(malformed?.reason ?? '', reasonCode),
    ambiguous: false,
    problem: sentence(malformed?.message),
  };
}

function validKind(
  connection: Connection,
  reasonCode: number,
  asked: number | undefined,
): Pick<ClientDisconnect, 'kind' | 'ambiguous' | 'reasonCode' | 'problem'> {
  const validity = expiryValidity(connection, asked);
  const ambiguous = validity === 'ambiguous';
  const problem = 'Session Expiry Interval above 0 after 0';
  if (validity !== 'valid' && reasonCode === 0) {
    return { reasonCode, kind: 'normal-invalid-expiry', ambiguous, problem };
  }
  if (validity === 'invalid') return { reasonCode, kind: 'client-violation', ambiguous, problem };
  const kind = reasonCode === 0 ? 'normal' : reasonCode === 4 ? 'with-will' : 'client-error';
  return { reasonCode, kind, ambiguous, problem: '' };
}

/** v5 3.14.2.2.2; of CONNECT and CONNACK, either may be what counts (A4). */
function expiryValidity(
  connection: Connection,
  asked: number | undefined,
): 'valid' | 'invalid' | 'ambiguous' {
  if (asked === undefined || asked === 0) return 'valid';
  const byConnect = (connection.connect?.sessionExpiryInterval ?? 0) > 0;
  const byConnack = connectedExpiry(connection) > 0;
  if (byConnect === byConnack) return byConnect ? 'valid' : 'invalid';
  return 'ambiguous';
}

function malformedKind(reason: string, reasonCode: number): ClientDisconnect['kind'] {
  if (reason === 'reason-code-unknown' || reason === 'reason-code-wrong-sender') return 'client-illegal-code';
  return reasonCode === 0 ? 'normal-malformed' : 'client-violation';
}

/** Of a DISCONNECT of 5.0; 0x00 when the wire left it out. */
export function rawReasonCode(bytes: Uint8Array, start: number, end: number): number {
  const body = bodyStart(bytes, start, end);
  return body < end ? (bytes[body] ?? 0) : 0;
}

function bodyStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && at < start + 4 && (bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

/** Without its full stop, to stand inside another sentence. */
export function sentence(message: string | undefined): string {
  return (message ?? '').replace(/\.$/, '');
}

export function isAccepted(version: ProtocolVersion | 0, reasonCode: number): boolean {
  return version === 5 ? reasonCode < 0x80 : reasonCode === 0;
}
