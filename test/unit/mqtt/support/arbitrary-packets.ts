/** Packets as fast-check makes them: valid ones of every type, version and direction. */
import * as fc from 'fast-check';
import {
  type Direction,
  type Packet,
  type PacketType,
  type Properties,
  type Property,
  type ProtocolVersion,
  type QoS,
  TO_CLIENT,
  TO_SERVER,
} from '../../../../src/mqtt/packet.ts';
import { packetTypes } from '../../../../src/mqtt/packet-types.ts';
import {
  PROPERTY,
  type PropertyContext,
  type PropertyDefinition,
  properties,
} from '../../../../src/mqtt/properties.ts';
import { type ReasonCodePacket, reasonCodeProblem } from '../../../../src/mqtt/reason-codes.ts';

export interface Sample {
  readonly version: ProtocolVersion;
  readonly direction: Direction;
  readonly packet: Packet;
}

/** Any text that a UTF-8 Encoded String may hold. */
export const text = fc
  .oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 8 }))
  .map((value) => value.replaceAll('\u0000', '0'));
const bytes = fc.uint8Array({ maxLength: 12 });
const packetId = fc.integer({ min: 1, max: 0xffff });
const qos = fc.constantFrom<QoS>(0, 1, 2);

/** A level of a topic, without `/` and wildcards. */
export const level = fc.oneof(
  fc.constantFrom('', 'a', 'b', '$SYS', 'é'),
  text.map((value) => value.replaceAll(/[+#/]/g, '-')),
);
export const topicName = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/') || 't');
export const topicFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, all]) => (all ? [...levels, '#'] : levels).join('/'))
  .map((filter) => (filter === '' || filter.startsWith('$share/') ? 'f' : filter));

function propertyValue({ id, type, minimum = 0, maximum }: PropertyDefinition): fc.Arbitrary<Property> {
  const number = (largest: number): fc.Arbitrary<Property> =>
    fc
      .oneof(
        fc.integer({ min: minimum, max: Math.min(largest, 300) }),
        fc.integer({ min: minimum, max: largest }),
      )
      .map((value) => ({ id, kind: 'number', value }));
  switch (type) {
    case 'byte':
      return number(maximum ?? 0xff);
    case 'two-byte-integer':
      return number(0xffff);
    case 'four-byte-integer':
      return number(0xffff_ffff);
    case 'variable-byte-integer':
      return number(268_435_455);
    case 'utf8-string':
      return (id === PROPERTY.responseTopic ? topicName : text).map((value) => ({
        id,
        kind: 'string',
        value,
      }));
    case 'utf8-string-pair':
      return fc.tuple(text, text).map(([name, value]) => ({ id, kind: 'pair', name, value }));
    case 'binary-data':
      return bytes.map((value) => ({ id, kind: 'bytes', value }));
  }
}

/** Some of the properties that may stand there, in any order. */
function propertiesOf(
  context: PropertyContext,
  version: ProtocolVersion,
  direction: Direction,
): fc.Arbitrary<Properties> {
  if (version !== 5) return fc.constant([]);
  const allowed = properties.filter(
    ({ contexts, onlyIn }) =>
      contexts[context] !== undefined && (onlyIn?.context !== context || onlyIn.direction === direction),
  );
  if (allowed.length === 0) return fc.constant([]);
  const groups = allowed.map((definition) => {
    const value = propertyValue(definition);
    const most = definition.repeatsIn.includes(context) ? 3 : 1;
    return fc.array(value, { minLength: 1, maxLength: most });
  });
  return fc
    .subarray(groups)
    .chain((chosen) => fc.tuple(...chosen))
    .map((lists) => lists.flat())
    .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }))
    .map((list) => (context === 'connect' || context === 'auth' ? withMethod(list, context) : list));
}

/** Authentication Data needs a method, and AUTH always names one. */
function withMethod(list: Properties, context: PropertyContext): Properties {
  const has = (id: number): boolean => list.some((property) => property.id === id);
  const needed = context === 'auth' || has(PROPERTY.authenticationData);
  if (!needed || has(PROPERTY.authenticationMethod)) return list;
  return [...list, { id: PROPERTY.authenticationMethod, kind: 'string', value: 'm' }];
}

function reasonCode(
  type: ReasonCodePacket,
  version: ProtocolVersion,
  direction: Direction,
): fc.Arbitrary<number> {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  return fc.constantFrom(
    ...codes.filter((code) => reasonCodeProblem(type, version, code, direction) === undefined),
  );
}

function connect(version: ProtocolVersion): fc.Arbitrary<Packet> {
  const will = fc.record({
    topic: topicName,
    payload: bytes,
    qos,
    retain: fc.boolean(),
    properties: propertiesOf('will', version, TO_SERVER),
  });
  return fc
    .record({
      cleanStart: fc.boolean(),
      keepAliveSeconds: fc.integer({ min: 0, max: 0xffff }),
      clientId: text,
      properties: propertiesOf('connect', version, TO_SERVER),
      will: fc.option(will, { nil: undefined }),
      userName: fc.option(text, { nil: undefined }),
      password: fc.option(bytes, { nil: undefined }),
      bridge: fc.constantFrom(undefined, undefined, undefined, true as const),
    })
    .map(({ password, bridge, ...rest }) => ({
      type: 'connect' as const,
      protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
      version,
      ...(bridge && version !== 5 ? { bridge } : {}),
      ...rest,
      password: version === 5 || rest.userName !== undefined ? password : undefined,
    }));
}

function publish(version: ProtocolVersion, direction: Direction): fc.Arbitrary<Packet> {
  const alias: Property = { id: PROPERTY.topicAlias, kind: 'number', value: 1 };
  return fc
    .record({
      dup: fc.boolean(),
      qos,
      retain: fc.boolean(),
      topic: topicName,
      aliased: fc.boolean(),
      packetId,
      properties: propertiesOf('publish', version, direction),
      payload: bytes,
    })
    .map(({ aliased, ...rest }) => {
      const known = rest.properties.some(({ id }) => id === PROPERTY.topicAlias);
      const empty = aliased && version === 5;
      return {
        type: 'publish' as const,
        ...rest,
        dup: rest.dup && rest.qos > 0,
        topic: empty ? '' : rest.topic,
        packetId: rest.qos > 0 ? rest.packetId : undefined,
        properties: empty && !known ? [alias, ...rest.properties] : rest.properties,
      };
    });
}

function subscribe(version: ProtocolVersion): fc.Arbitrary<Packet> {
  const five = version === 5;
  const subscription = fc
    .record({
      topicFilter,
      shared: fc.boolean(),
      qos,
      noLocal: fc.boolean(),
      retainAsPublished: fc.boolean(),
      retainHandling: qos,
    })
    .map(({ shared, ...rest }) => ({
      ...rest,
      topicFilter: shared ? `$share/group/${rest.topicFilter}` : rest.topicFilter,
      noLocal: five && !shared && rest.noLocal,
      retainAsPublished: five && rest.retainAsPublished,
      retainHandling: five ? rest.retainHandling : (0 as const),
    }));
  return fc.record({
    type: fc.constant('subscribe'),
    packetId,
    properties: propertiesOf('subscribe', version, TO_SERVER),
    subscriptions: fc.array(subscription, { minLength: 1, maxLength: 3 }),
  });
}

function packetOf(type: PacketType, version: ProtocolVersion, direction: Direction): fc.Arbitrary<Packet> {
  const props = propertiesOf(type, version, direction);
  const reasons = (of: 'suback' | 'unsuback'): fc.Arbitrary<number[]> =>
    fc.array(reasonCode(of, version, direction), { minLength: 1, maxLength: 3 });
  switch (type) {
    case 'connect':
      return connect(version);
    case 'connack':
      return fc.record({
        type: fc.constant(type),
        sessionPresent: version === 3 ? fc.constant(false) : fc.boolean(),
        reasonCode: reasonCode(type, version, direction),
        properties: props,
      });
    case 'publish':
      return publish(version, direction);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp': {
      const code = version === 5 ? reasonCode(type, version, direction) : fc.constant(0);
      return fc.record({ type: fc.constant(type), packetId, reasonCode: code, properties: props });
    }
    case 'subscribe':
      return subscribe(version);
    case 'suback':
      return fc.record({ type: fc.constant(type), packetId, properties: props, reasonCodes: reasons(type) });
    case 'unsubscribe':
      return fc.record({
        type: fc.constant(type),
        packetId,
        properties: props,
        topicFilters: fc.array(topicFilter, { minLength: 1, maxLength: 3 }),
      });
    case 'unsuback': {
      const codes = version === 5 ? reasons(type) : fc.constant([]);
      return fc.record({ type: fc.constant(type), packetId, properties: props, reasonCodes: codes });
    }
    case 'pingreq':
    case 'pingresp':
      return fc.constant({ type });
    case 'disconnect': {
      const code = version === 5 ? reasonCode(type, version, direction) : fc.constant(0);
      return fc.record({ type: fc.constant(type), reasonCode: code, properties: props });
    }
    case 'auth':
      return fc.record({
        type: fc.constant(type),
        reasonCode: reasonCode(type, version, direction),
        properties: props,
      });
  }
}

/** Every packet type of every version, each way it may travel. */
const kinds = ([3, 4, 5] as const).flatMap((version) =>
  packetTypes
    .filter(({ since }) => since <= version)
    .flatMap((row) => {
      const before5 = version !== 5 && row.type === 'disconnect' ? TO_SERVER : undefined;
      const only = row.direction ?? before5;
      const directions: readonly Direction[] = only === undefined ? [TO_SERVER, TO_CLIENT] : [only];
      return directions.map((direction) => ({ type: row.type, version, direction }));
    }),
);

/** Any valid packet. */
export const anyPacket: fc.Arbitrary<Sample> = fc.oneof(
  ...kinds.map(({ type, version, direction }) =>
    packetOf(type, version, direction).map((packet) => ({ version, direction, packet })),
  ),
);
