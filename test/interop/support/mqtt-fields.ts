/** An MQTT Control Packet as we decode it, in the fields and words of tshark: every field, with all its values in their order. */
import { decodePacket } from '../../../src/mqtt/decode.ts';
import type {
  ConnectPacket,
  Packet,
  Properties,
  Property,
  ProtocolVersion,
  Subscription,
} from '../../../src/mqtt/packet.ts';
import { properties as definitions, PROPERTY, type PropertyType } from '../../../src/mqtt/properties.ts';
import { encodeUtf8 } from '../../../src/mqtt/utf8.ts';
import type { PacketRecord } from '../../../src/trace/record.ts';

/** By the name of the field; that of the Will Properties begins with `will: `. */
export type PacketFields = Readonly<Record<string, readonly string[]>>;

type Add = (name: string, ...values: readonly (string | number | boolean)[]) => void;

/** Every field of a packet; only `malformed` of one that cannot be decoded. */
export function fieldsOf({ bytes, length, direction, version, firstByte }: PacketRecord): PacketFields {
  const fields = new Map<string, string[]>();
  const add: Add = (name, ...values) => {
    const texts = values.map((value) => String(typeof value === 'boolean' ? Number(value) : value));
    fields.set(name, [...(fields.get(name) ?? []), ...texts]);
  };
  const decoded = decodePacket(bytes, 0, bytes.length, version ?? 5, direction);
  if (!decoded.ok) return { malformed: [decoded.malformed.message] };
  let header = 1;
  while ((bytes[header] ?? 0) > 0x7f) header += 1;
  const remaining = length - header - 1;
  add('mqtt.hdrflags', hexByte(firstByte));
  add('mqtt.msgtype', firstByte >> 4);
  add('mqtt.len', remaining);
  addBody(add, decoded.packet, { firstByte, remaining, version });
  return Object.fromEntries(fields);
}

interface Head {
  readonly firstByte: number;
  readonly remaining: number;
  readonly version: ProtocolVersion | undefined;
}

function addBody(add: Add, packet: Packet, head: Head): void {
  const { firstByte, remaining, version } = head;
  const is5 = version === 5;
  addFlags(add, packet.type, firstByte, version);
  const properties = (list: Properties): void => {
    if (is5) addProperties(add, list);
  };
  switch (packet.type) {
    case 'connect':
      addConnect(add, packet);
      break;
    case 'connack':
      if (version !== 3) {
        add('mqtt.conack.flags', hexByte(Number(packet.sessionPresent)));
        add('mqtt.conack.flags.sp', packet.sessionPresent);
      }
      add('mqtt.conack.flags.reserved', 0);
      add(is5 ? 'mqtt.connack.reason_code' : 'mqtt.conack.val', packet.reasonCode);
      properties(packet.properties);
      break;
    case 'publish':
      addText(add, 'mqtt.topic', packet.topic);
      if (packet.packetId !== undefined) add('mqtt.msgid', packet.packetId);
      properties(packet.properties);
      add('mqtt.msg', hex(packet.payload));
      break;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      add('mqtt.msgid', packet.packetId);
      if (remaining > 2) add(`mqtt.${packet.type}.reason_code`, packet.reasonCode);
      if (remaining > 3) properties(packet.properties);
      break;
    case 'subscribe':
      add('mqtt.msgid', packet.packetId);
      properties(packet.properties);
      for (const each of packet.subscriptions) addSubscription(add, each, is5);
      break;
    case 'suback':
      add('mqtt.msgid', packet.packetId);
      properties(packet.properties);
      add(is5 ? 'mqtt.suback.reason_code' : 'mqtt.suback.qos', ...packet.reasonCodes);
      break;
    case 'unsubscribe':
      add('mqtt.msgid', packet.packetId);
      properties(packet.properties);
      for (const each of packet.topicFilters) addText(add, 'mqtt.topic', each);
      break;
    case 'unsuback':
      add('mqtt.msgid', packet.packetId);
      properties(packet.properties);
      if (is5) add('mqtt.unsuback.reason_code', ...packet.reasonCodes);
      break;
    case 'disconnect':
    case 'auth':
      if (remaining > 0) add(`mqtt.${packet.type}.reason_code`, packet.reasonCode);
      if (remaining > 1) properties(packet.properties);
      break;
    case 'pingreq':
    case 'pingresp':
      break;
  }
}

/** Before 3.1.1 some types had flags that have been reserved since. */
const flagged: readonly Packet['type'][] = ['pubrel', 'subscribe', 'unsubscribe'];

function addFlags(
  add: Add,
  type: Packet['type'],
  firstByte: number,
  version: ProtocolVersion | undefined,
): void {
  if (type !== 'publish' && (version !== 3 || !flagged.includes(type))) {
    add('mqtt.hdr_reserved', firstByte & 0x0f);
    return;
  }
  add('mqtt.dupflag', (firstByte >> 3) & 1);
  add('mqtt.qos', (firstByte >> 1) & 3);
  add(type === 'publish' ? 'mqtt.retain' : 'mqtt.retain_reserved', firstByte & 1);
}

function addConnect(add: Add, packet: ConnectPacket): void {
  const { will, userName, password } = packet;
  const flags = [
    userName !== undefined,
    password !== undefined,
    will?.retain ?? false,
    ((will?.qos ?? 0) & 2) !== 0,
    ((will?.qos ?? 0) & 1) !== 0,
    will !== undefined,
    packet.cleanStart,
  ].reduce((bits, flag) => bits * 2 + Number(flag), 0);
  addText(add, 'mqtt.proto', packet.protocolName, 'mqtt.protoname');
  add('mqtt.ver', packet.version);
  add('mqtt.conflags', hexByte(flags << 1));
  add('mqtt.conflag.uname', userName !== undefined);
  add('mqtt.conflag.passwd', password !== undefined);
  add('mqtt.conflag.retain', will?.retain ?? false);
  add('mqtt.conflag.qos', will?.qos ?? 0);
  add('mqtt.conflag.willflag', will !== undefined);
  add('mqtt.conflag.cleansess', packet.cleanStart);
  add('mqtt.conflag.reserved', 0);
  add('mqtt.kalive', packet.keepAliveSeconds);
  const is5 = packet.version === 5;
  if (is5) addProperties(add, packet.properties);
  addText(add, 'mqtt.clientid', packet.clientId);
  if (will !== undefined) {
    if (is5) addProperties((name, ...values) => add(`will: ${name}`, ...values), will.properties);
    addText(add, 'mqtt.willtopic', will.topic);
    add('mqtt.willmsg_len', will.payload.length);
    add('mqtt.willmsg', hex(will.payload));
  }
  if (userName !== undefined) addText(add, 'mqtt.username', userName);
  if (password !== undefined) addText(add, 'mqtt.passwd', Buffer.from(password).toString());
}

function addSubscription(add: Add, subscription: Subscription, is5: boolean): void {
  const { topicFilter, qos, noLocal, retainAsPublished, retainHandling } = subscription;
  addText(add, 'mqtt.topic', topicFilter);
  if (!is5) {
    add('mqtt.sub.qos', qos);
    return;
  }
  const options = qos | (Number(noLocal) << 2) | (Number(retainAsPublished) << 3) | (retainHandling << 4);
  add('mqtt.subscription_options', hexByte(options));
  add('mqtt.subscription_options_reserved', '0x00');
  add('mqtt.subscription_options_retain', retainHandling);
  add('mqtt.subscription_options_rap', retainAsPublished);
  add('mqtt.subscription_options_nl', noLocal);
  add('mqtt.subscription_options_qos', qos);
}

function addProperties(add: Add, list: Properties): void {
  const lengths = list.map((property) => lengthOf(property));
  add(
    'mqtt.property_len',
    lengths.reduce((sum, each) => sum + each, 0),
  );
  for (const property of list) {
    add('mqtt.property_id', hexByte(property.id));
    addProperty(add, property);
  }
}

/** Fields of their own that tshark has for a few properties. */
const ownNames: Readonly<Record<number, string>> = {
  [PROPERTY.maximumQoS]: 'mqtt.property.max_qos',
  [PROPERTY.topicAlias]: 'mqtt.property.topic_alias',
};

function addProperty(add: Add, property: Property): void {
  switch (property.kind) {
    case 'number':
      add(ownNames[property.id] ?? 'mqtt.prop_number', property.value);
      break;
    case 'string':
      if (property.id === PROPERTY.contentType) add('mqtt.property.content_type', property.value);
      else addText(add, 'mqtt.prop_string', property.value);
      break;
    case 'bytes':
      add('mqtt.prop_string_len', property.value.length);
      add('mqtt.prop_string', Buffer.from(property.value).toString());
      break;
    case 'pair':
      addText(add, 'mqtt.prop_key', property.name);
      addText(add, 'mqtt.prop_value', property.value);
      break;
  }
}

const sizes: Readonly<Partial<Record<PropertyType, number>>> = {
  byte: 1,
  'two-byte-integer': 2,
  'four-byte-integer': 4,
};

/** In bytes, with its identifier. */
function lengthOf(property: Property): number {
  const type = definitions.find(({ id }) => id === property.id)?.type ?? 'byte';
  switch (property.kind) {
    case 'number':
      return 1 + (sizes[type] ?? variableLength(property.value));
    case 'string':
      return 3 + encodeUtf8(property.value).length;
    case 'bytes':
      return 3 + property.value.length;
    case 'pair':
      return 5 + encodeUtf8(property.name).length + encodeUtf8(property.value).length;
  }
}

function variableLength(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}

function addText(add: Add, name: string, value: string, valueName = name): void {
  add(`${name}_len`, encodeUtf8(value).length);
  add(valueName, value);
}

function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?=.)/g, '$&:');
}
