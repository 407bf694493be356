/** CONNECT (v5 3.1, v3.1.1 3.1, v3.1 3.1). */
import type { ConnectPacket, Properties, ProtocolVersion, QoS, WillMessage } from '../packet.ts';
import { PROPERTY } from '../properties.ts';
import { hasWildcard } from '../topics.ts';
import type { Cursor } from './cursor.ts';
import { decodeProperties } from './properties.ts';

interface ConnectFlags {
  readonly cleanStart: boolean;
  readonly will: { readonly qos: QoS; readonly retain: boolean } | undefined;
  readonly userName: boolean;
  readonly password: boolean;
}

export function decodeConnect(cursor: Cursor): ConnectPacket {
  const { protocolName, bridge } = decodeProtocol(cursor);
  const flags = decodeFlags(cursor);
  const keepAliveSeconds = cursor.uint16('Keep Alive', 's');
  const propertiesAt = cursor.pos;
  const properties = decodeProperties(cursor, 'connect');
  checkAuthentication(cursor, properties, propertiesAt);
  const clientId = cursor.text('Client Identifier');
  const will = flags.will === undefined ? undefined : decodeWill(cursor, flags.will);
  // v3.1 3.1: Remaining Length takes precedence over the flags, and what is missing then is not an error.
  const userName = flags.userName && !isLeftOut(cursor) ? cursor.text('User Name') : undefined;
  const password = flags.password && !isLeftOut(cursor) ? cursor.binary('Password', true) : undefined;
  const packet = {
    type: 'connect',
    protocolName,
    version: cursor.version,
    cleanStart: flags.cleanStart,
    keepAliveSeconds,
    clientId,
    properties,
    will,
    userName,
    password,
  } as const;
  return bridge ? { ...packet, bridge } : packet;
}

/** Mosquitto's bridges set this bit of the Protocol Version to tell what they are. */
const bridgeBit = 0x80;

/** Protocol Name and Protocol Version; without a pair that is known, nothing behind them can be read. */
function decodeProtocol(cursor: Cursor): { readonly protocolName: string; readonly bridge: boolean } {
  const at = cursor.pos;
  const protocolName = cursor.text('Protocol Name');
  const levelAt = cursor.pos;
  const level = cursor.uint8('Protocol Version');
  const bridge = (level & bridgeBit) !== 0;
  const version = protocolVersion(protocolName, bridge ? level - bridgeBit : level);
  if (version !== undefined) cursor.version = version;
  else if (protocolName === 'MQTT' || protocolName === 'MQIsdp') {
    cursor.stop('unsupported-protocol-version', levelAt, { name: protocolName, level });
  } else cursor.stop('unsupported-protocol-name', at, { name: protocolName.slice(0, 40) });
  return { protocolName, bridge };
}

function protocolVersion(name: string, level: number): ProtocolVersion | undefined {
  if (name === 'MQTT' && (level === 4 || level === 5)) return level;
  return name === 'MQIsdp' && level === 3 ? level : undefined;
}

/** Connect Flags (v5 3.1.2.3). In 3.1, bits that have no meaning are not used and may be anything. */
function decodeFlags(cursor: Cursor): ConnectFlags {
  const at = cursor.pos;
  const bits = cursor.byte('Connect Flags');
  const willFlag = (bits & 0x04) !== 0;
  const willQoS = (bits >> 3) & 0x03;
  const willRetain = (bits & 0x20) !== 0;
  if (cursor.fields !== undefined) noteFlags(cursor, at, bits);
  if (cursor.version !== 3) {
    if ((bits & 0x01) !== 0) cursor.complain('reserved-connect-flag', at);
    if (!willFlag && willQoS !== 0) cursor.complain('will-qos-without-will', at, { qos: willQoS });
    if (!willFlag && willRetain) cursor.complain('will-retain-without-will', at);
  }
  if (cursor.version === 4 && (bits & 0xc0) === 0x40) cursor.complain('password-without-user-name', at);
  if (willFlag && willQoS === 3) cursor.complain('will-qos-invalid', at);
  return {
    cleanStart: (bits & 0x02) !== 0,
    will: willFlag ? { qos: willQoS === 1 || willQoS === 2 ? willQoS : 0, retain: willRetain } : undefined,
    userName: (bits & 0x80) !== 0,
    password: (bits & 0x40) !== 0,
  };
}

function noteFlags(cursor: Cursor, at: number, bits: number): void {
  const { fields } = cursor;
  fields?.open('Connect Flags', at);
  const note = (name: string, value: number) => fields?.leaf(name, String(value), at, at + 1);
  note('User Name Flag', bits >> 7);
  note('Password Flag', (bits >> 6) & 1);
  note('Will Retain', (bits >> 5) & 1);
  note('Will QoS', (bits >> 3) & 3);
  note('Will Flag', (bits >> 2) & 1);
  note(cursor.version === 5 ? 'Clean Start' : 'Clean Session', (bits >> 1) & 1);
  note('Reserved', bits & 1);
  fields?.close();
}

function decodeWill(cursor: Cursor, flags: { readonly qos: QoS; readonly retain: boolean }): WillMessage {
  cursor.fields?.open('Will Message', cursor.pos);
  const properties = decodeProperties(cursor, 'will', 'Will Properties');
  const at = cursor.pos;
  const topic = cursor.text('Will Topic');
  if (topic === '') cursor.complain('topic-empty', at, { field: 'Will Topic' });
  if (hasWildcard(topic)) cursor.complain('topic-wildcard', at + 2, { field: 'Will Topic' });
  const payload = cursor.binary(cursor.version === 5 ? 'Will Payload' : 'Will Message');
  cursor.fields?.close();
  return { topic, payload, qos: flags.qos, retain: flags.retain, properties };
}

function isLeftOut(cursor: Cursor): boolean {
  return cursor.version === 3 && !cursor.more;
}

function checkAuthentication(cursor: Cursor, properties: Properties, at: number): void {
  let method = false;
  let data = false;
  for (const { id } of properties) {
    if (id === PROPERTY.authenticationMethod) method = true;
    else if (id === PROPERTY.authenticationData) data = true;
  }
  if (data && !method) cursor.complain('authentication-data-without-method', at);
}
