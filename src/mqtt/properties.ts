/** The table of all properties of 5.0 (v5 2.2.2.2), and how to find one in a packet. */
import { type Direction, type PacketType, type Properties, TO_CLIENT, TO_SERVER } from './packet.ts';

/** Where properties stand: in a packet, or with the Will Message in a CONNECT. */
export type PropertyContext = PacketType | 'will';

/** Every place for properties. */
export const propertyContexts: readonly PropertyContext[] = [
  'connect',
  'will',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'disconnect',
  'auth',
];

/** The data types of v5 1.5. */
export type PropertyType =
  | 'byte'
  | 'two-byte-integer'
  | 'four-byte-integer'
  | 'variable-byte-integer'
  | 'utf8-string'
  | 'utf8-string-pair'
  | 'binary-data';

export interface PropertyDefinition {
  readonly id: number;
  readonly key: PropertyKey;
  /** In the standard's words. */
  readonly name: string;
  readonly type: PropertyType;
  /** Where it may stand, with the section or statement of 5.0 that says so. */
  readonly contexts: Readonly<Partial<Record<PropertyContext, string>>>;
  /** Where it may stand more than once. */
  readonly repeatsIn: readonly PropertyContext[];
  /** Of a number; what is outside is a Protocol Error. */
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** Where only one side may send it, with the statement that says so. */
  readonly onlyIn?:
    | { readonly context: PropertyContext; readonly direction: Direction; readonly statement: string }
    | undefined;
  readonly unit?: 's' | 'bytes' | undefined;
  /** Must not leave the engine in clear. */
  readonly secret?: true | undefined;
}

/** Property identifiers by the standard's names. */
export const PROPERTY = {
  payloadFormatIndicator: 0x01,
  messageExpiryInterval: 0x02,
  contentType: 0x03,
  responseTopic: 0x08,
  correlationData: 0x09,
  subscriptionIdentifier: 0x0b,
  sessionExpiryInterval: 0x11,
  assignedClientIdentifier: 0x12,
  serverKeepAlive: 0x13,
  authenticationMethod: 0x15,
  authenticationData: 0x16,
  requestProblemInformation: 0x17,
  willDelayInterval: 0x18,
  requestResponseInformation: 0x19,
  responseInformation: 0x1a,
  serverReference: 0x1c,
  reasonString: 0x1f,
  receiveMaximum: 0x21,
  topicAliasMaximum: 0x22,
  topicAlias: 0x23,
  maximumQoS: 0x24,
  retainAvailable: 0x25,
  userProperty: 0x26,
  maximumPacketSize: 0x27,
  wildcardSubscriptionAvailable: 0x28,
  subscriptionIdentifiersAvailable: 0x29,
  sharedSubscriptionAvailable: 0x2a,
} as const;

export type PropertyKey = keyof typeof PROPERTY;

type Details = Omit<PropertyDefinition, 'id' | 'key' | 'name' | 'type' | 'contexts' | 'repeatsIn'> & {
  readonly repeatsIn?: readonly PropertyContext[];
};

function define(
  key: PropertyKey,
  name: string,
  type: PropertyType,
  contexts: PropertyDefinition['contexts'],
  details: Details = {},
): PropertyDefinition {
  return { repeatsIn: [], ...details, id: PROPERTY[key], key, name, type, contexts };
}

const yesOrNo = { minimum: 0, maximum: 1 } as const;

/** Every property of 5.0, in the order of its identifiers. */
export const properties: readonly PropertyDefinition[] = [
  define(
    'payloadFormatIndicator',
    'Payload Format Indicator',
    'byte',
    { publish: '3.3.2.3.2', will: '3.1.3.2.3' },
    yesOrNo,
  ),
  define(
    'messageExpiryInterval',
    'Message Expiry Interval',
    'four-byte-integer',
    { publish: '3.3.2.3.3', will: '3.1.3.2.4' },
    { unit: 's' },
  ),
  define('contentType', 'Content Type', 'utf8-string', { publish: '3.3.2.3.9', will: '3.1.3.2.5' }),
  define('responseTopic', 'Response Topic', 'utf8-string', { publish: '3.3.2.3.5', will: '3.1.3.2.6' }),
  define('correlationData', 'Correlation Data', 'binary-data', {
    publish: '3.3.2.3.6',
    will: '3.1.3.2.7',
  }),
  define(
    'subscriptionIdentifier',
    'Subscription Identifier',
    'variable-byte-integer',
    { publish: '3.3.2.3.8', subscribe: '3.8.2.1.2' },
    {
      minimum: 1,
      repeatsIn: ['publish'],
      onlyIn: { context: 'publish', direction: TO_CLIENT, statement: 'MQTT-3.3.4-6' },
    },
  ),
  define(
    'sessionExpiryInterval',
    'Session Expiry Interval',
    'four-byte-integer',
    { connect: '3.1.2.11.2', connack: '3.2.2.3.2', disconnect: '3.14.2.2.2' },
    { unit: 's', onlyIn: { context: 'disconnect', direction: TO_SERVER, statement: 'MQTT-3.14.2-2' } },
  ),
  define('assignedClientIdentifier', 'Assigned Client Identifier', 'utf8-string', { connack: '3.2.2.3.7' }),
  define(
    'serverKeepAlive',
    'Server Keep Alive',
    'two-byte-integer',
    { connack: '3.2.2.3.14' },
    { unit: 's' },
  ),
  define('authenticationMethod', 'Authentication Method', 'utf8-string', {
    connect: '3.1.2.11.9',
    connack: '3.2.2.3.17',
    auth: '3.15.2.2.2',
  }),
  define(
    'authenticationData',
    'Authentication Data',
    'binary-data',
    { connect: '3.1.2.11.10', connack: '3.2.2.3.18', auth: '3.15.2.2.3' },
    { secret: true },
  ),
  define(
    'requestProblemInformation',
    'Request Problem Information',
    'byte',
    { connect: '3.1.2.11.7' },
    yesOrNo,
  ),
  define(
    'willDelayInterval',
    'Will Delay Interval',
    'four-byte-integer',
    { will: '3.1.3.2.2' },
    { unit: 's' },
  ),
  define(
    'requestResponseInformation',
    'Request Response Information',
    'byte',
    { connect: '3.1.2.11.6' },
    yesOrNo,
  ),
  define('responseInformation', 'Response Information', 'utf8-string', { connack: '3.2.2.3.15' }),
  define('serverReference', 'Server Reference', 'utf8-string', {
    connack: '3.2.2.3.16',
    disconnect: '3.14.2.2.5',
  }),
  define('reasonString', 'Reason String', 'utf8-string', {
    connack: '3.2.2.3.9',
    puback: '3.4.2.2.2',
    pubrec: '3.5.2.2.2',
    pubrel: '3.6.2.2.2',
    pubcomp: '3.7.2.2.2',
    suback: '3.9.2.1.2',
    unsuback: '3.11.2.1.2',
    disconnect: '3.14.2.2.3',
    auth: '3.15.2.2.4',
  }),
  define(
    'receiveMaximum',
    'Receive Maximum',
    'two-byte-integer',
    { connect: '3.1.2.11.3', connack: '3.2.2.3.3' },
    { minimum: 1 },
  ),
  define('topicAliasMaximum', 'Topic Alias Maximum', 'two-byte-integer', {
    connect: '3.1.2.11.5',
    connack: '3.2.2.3.8',
  }),
  define('topicAlias', 'Topic Alias', 'two-byte-integer', { publish: '3.3.2.3.4' }, { minimum: 1 }),
  define('maximumQoS', 'Maximum QoS', 'byte', { connack: '3.2.2.3.4' }, yesOrNo),
  define('retainAvailable', 'Retain Available', 'byte', { connack: '3.2.2.3.5' }, yesOrNo),
  define(
    'userProperty',
    'User Property',
    'utf8-string-pair',
    {
      connect: '3.1.2.11.8',
      connack: '3.2.2.3.10',
      publish: '3.3.2.3.7',
      will: '3.1.3.2.8',
      puback: '3.4.2.2.3',
      pubrec: '3.5.2.2.3',
      pubrel: '3.6.2.2.3',
      pubcomp: '3.7.2.2.3',
      subscribe: '3.8.2.1.3',
      suback: '3.9.2.1.3',
      unsubscribe: '3.10.2.1.2',
      unsuback: '3.11.2.1.3',
      disconnect: '3.14.2.2.4',
      auth: '3.15.2.2.5',
    },
    {
      repeatsIn: propertyContexts,
    },
  ),
  define(
    'maximumPacketSize',
    'Maximum Packet Size',
    'four-byte-integer',
    { connect: '3.1.2.11.4', connack: '3.2.2.3.6' },
    { minimum: 1, unit: 'bytes' },
  ),
  define(
    'wildcardSubscriptionAvailable',
    'Wildcard Subscription Available',
    'byte',
    { connack: '3.2.2.3.11' },
    yesOrNo,
  ),
  define(
    'subscriptionIdentifiersAvailable',
    'Subscription Identifiers Available',
    'byte',
    { connack: '3.2.2.3.12' },
    yesOrNo,
  ),
  define(
    'sharedSubscriptionAvailable',
    'Shared Subscription Available',
    'byte',
    { connack: '3.2.2.3.13' },
    yesOrNo,
  ),
];

const byId: (PropertyDefinition | undefined)[] = [];
for (const each of properties) byId[each.id] = each;

/** The row of an identifier from the wire, or undefined when the standard has none. */
export function propertyDefinition(id: number): PropertyDefinition | undefined {
  return byId[id];
}

/** What messages call a place for properties, for example `PUBLISH`. */
export function contextName(context: PropertyContext): string {
  return context === 'will' ? 'the Will Properties' : context.toUpperCase();
}

/** Each place where each property may stand, with its section or statement. */
export function propertyUses(definitions: readonly PropertyDefinition[]): {
  readonly definition: PropertyDefinition;
  readonly context: PropertyContext;
  readonly section: string;
}[] {
  return definitions.flatMap((definition) =>
    propertyContexts.flatMap((context) => {
      const section = definition.contexts[context];
      return section === undefined ? [] : [{ definition, context, section }];
    }),
  );
}

/** What a packet without properties has. */
export const noProperties: Properties = [];

/** The value of the first property `id` that is a number. */
export function propertyNumber(props: Properties, id: number): number | undefined {
  for (const each of props) if (each.id === id && each.kind === 'number') return each.value;
  return undefined;
}

/** The value of the first property `id` that is a UTF-8 Encoded String. */
export function propertyString(props: Properties, id: number): string | undefined {
  for (const each of props) if (each.id === id && each.kind === 'string') return each.value;
  return undefined;
}

/** The value of the first property `id` that is Binary Data: a view, as the packet holds it. */
export function propertyBytes(props: Properties, id: number): Uint8Array | undefined {
  for (const each of props) if (each.id === id && each.kind === 'bytes') return each.value;
  return undefined;
}

/** Every User Property, in the order of the wire. */
export function userProperties(props: Properties): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const each of props) {
    if (each.id === PROPERTY.userProperty && each.kind === 'pair') pairs.push([each.name, each.value]);
  }
  return pairs;
}
