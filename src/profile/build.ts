/** Turns merged settings into the profile that the rest of the program uses. Defaults come from the table of keys. */
import type { ProtocolVersion, QoS } from '../mqtt/packet.ts';
import { defaultOf } from './key-defaults.ts';
import { isDeviationName } from './keys/deviation-rows.ts';
import type {
  ConnectionProfile,
  DenyThen,
  MessageSettings,
  SandboxRule,
  SandboxSettings,
  SubscriptionSettings,
  TlsSettings,
  UserProperties,
  WillSettings,
} from './model.ts';
import { readServerSettings } from './sandbox-limits.ts';
import { keysOf } from './schema.ts';
import type { ObjectName } from './schema-types.ts';
import type { Settings, SettingValue } from './settings.ts';
import { buildTapFaults } from './tap-faults.ts';

/** Reads settings of one object by key, with the defaults of the table. */
class Reader {
  readonly #settings: Settings;
  readonly #object: ObjectName;

  constructor(settings: Settings, object: ObjectName) {
    this.#settings = settings;
    this.#object = object;
  }

  value(key: string): SettingValue | undefined {
    const value = this.#settings.entries.get(key)?.value;
    return value?.kind === 'unset' ? undefined : value;
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    if (value?.kind === 'text') return value.text;
    const standard = this.#default(key);
    return value === undefined && typeof standard === 'string' ? standard : undefined;
  }

  number(key: string): number | undefined {
    const value = this.value(key);
    if (value?.kind === 'number') return value.number;
    const standard = this.#default(key);
    return value === undefined && typeof standard === 'number' ? standard : undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.value(key);
    if (value?.kind === 'boolean') return value.boolean;
    const standard = this.#default(key);
    return value === undefined && typeof standard === 'boolean' ? standard : undefined;
  }

  pairs(key: string): UserProperties {
    const value = this.value(key);
    return value?.kind === 'pairs' ? value.pairs : [];
  }

  object(key: string): Settings | undefined {
    const value = this.value(key);
    return value?.kind === 'object' ? value.settings : undefined;
  }

  objects(key: string): readonly Settings[] {
    const value = this.value(key);
    if (value?.kind !== 'list') return [];
    return value.items.flatMap((item) => (item.value.kind === 'object' ? [item.value.settings] : []));
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.value(key);
    if (value?.kind !== 'list') return undefined;
    return value.items.flatMap((item) => (item.value.kind === 'text' ? [item.value.text] : []));
  }

  #default(key: string): string | number | boolean | undefined {
    const row = keysOf(this.#object).get(key);
    return row === undefined ? undefined : defaultOf(row);
  }
}

/** The longest time between two attempts when the profile sets none. */
const RECONNECT_AT_MOST_MS = 30_000;

/** The profile of settings that are whole: nothing broken, nothing required missing. Undefined when they are not. */
export function buildProfile(name: string, settings: Settings): ConnectionProfile | undefined {
  const read = new Reader(settings, 'profile');
  const broker = read.value('broker');
  if (broker?.kind !== 'broker') return undefined;
  const will = read.object('will');
  const tls = read.object('tls');
  const reconnect = read.object('reconnect');
  const tap = read.object('tap');
  return {
    name,
    description: read.text('description'),
    broker: broker.broker,
    tls: tls && buildTls(tls),
    protocolVersion: toVersion(read.number('protocolVersion')),
    clientId: read.text('clientId') ?? '',
    username: read.text('username'),
    password: read.text('password'),
    cleanStart: read.boolean('cleanSession') ?? read.boolean('cleanStart') ?? true,
    keepAliveSeconds: read.number('keepAlive') ?? 0,
    connectTimeoutMs: read.number('connectTimeout') ?? 0,
    reconnect: reconnect && buildReconnect(reconnect),
    sessionExpiryInterval: read.number('sessionExpiryInterval'),
    receiveMaximum: read.number('receiveMaximum'),
    maximumPacketSize: read.number('maximumPacketSize'),
    topicAliasMaximum: read.number('topicAliasMaximum'),
    requestResponseInformation: read.boolean('requestResponseInformation'),
    requestProblemInformation: read.boolean('requestProblemInformation'),
    userProperties: read.pairs('userProperties'),
    will: will && buildWill(will),
    subscriptions: read.objects('subscriptions').map(buildSubscription),
    afterConnect: read.objects('afterConnect').map((message) => buildMessage(message, 'message')),
    beforeDisconnect: read.objects('beforeDisconnect').map((message) => buildMessage(message, 'message')),
    observe: read.boolean('observe') === false ? false : undefined,
    tap: tap && buildTap(tap),
  };
}

function buildTls(settings: Settings): TlsSettings {
  const read = new Reader(settings, 'tls');
  return {
    ca: read.text('ca'),
    cert: read.text('cert'),
    key: read.text('key'),
    servername: read.text('servername'),
    alpn: read.texts('alpn'),
    rejectUnauthorized: read.boolean('rejectUnauthorized') ?? true,
  };
}

function buildReconnect(settings: Settings): NonNullable<ConnectionProfile['reconnect']> {
  const read = new Reader(settings, 'reconnect');
  const afterMs = read.number('after') ?? 0;
  return { afterMs, atMostMs: read.number('atMost') ?? Math.max(afterMs, RECONNECT_AT_MOST_MS) };
}

function buildTap(settings: Settings): ConnectionProfile['tap'] {
  const read = new Reader(settings, 'tap');
  const listen = read.value('listen');
  if (listen?.kind !== 'listen') return undefined;
  const faults = buildTapFaults(read.objects('faults'));
  const { host, port } = listen;
  return { listen: { host, port }, ...(faults.length === 0 ? {} : { faults }) };
}

function buildWill(settings: Settings): WillSettings {
  const willDelayInterval = new Reader(settings, 'will').number('willDelayInterval');
  return { ...buildMessage(settings, 'will'), willDelayInterval };
}

export function buildMessage(settings: Settings, object: 'will' | 'message'): MessageSettings {
  const read = new Reader(settings, object);
  const format = read.text('payloadFormatIndicator');
  return {
    topic: read.text('topic') ?? '',
    payload: buildPayload(read),
    qos: toQoS(read.number('qos')),
    retain: read.boolean('retain') ?? false,
    messageExpiryInterval: read.number('messageExpiryInterval'),
    payloadFormatIndicator: format === 'utf8' || format === 'bytes' ? format : undefined,
    contentType: read.text('contentType'),
    responseTopic: read.text('responseTopic'),
    correlationData: buildCorrelationData(read.value('correlationData')),
    userProperties: read.pairs('userProperties'),
  };
}

function buildPayload(read: Reader): MessageSettings['payload'] {
  const base64 = read.text('payloadBase64');
  if (base64 !== undefined) return { kind: 'base64', base64 };
  const path = read.text('payloadFile');
  if (path !== undefined) return { kind: 'file', path };
  const json = read.text('payloadJson');
  if (json !== undefined) return { kind: 'text', text: json, json: true };
  return { kind: 'text', text: read.text('payload') ?? '' };
}

function buildCorrelationData(value: SettingValue | undefined): MessageSettings['correlationData'] {
  if (value?.kind === 'text') return { kind: 'text', text: value.text };
  if (value?.kind !== 'object') return undefined;
  return { kind: 'base64', base64: new Reader(value.settings, 'correlationData').text('base64') ?? '' };
}

export function buildSubscription(settings: Settings): SubscriptionSettings {
  const read = new Reader(settings, 'subscription');
  return {
    topicFilter: read.text('topicFilter') ?? '',
    qos: toQoS(read.number('qos')),
    noLocal: read.boolean('noLocal') ?? false,
    retainAsPublished: read.boolean('retainAsPublished') ?? false,
    retainHandling: toQoS(read.number('retainHandling')),
  };
}

/** The sandbox broker's settings; of broken ones what could be understood, and then no profile may use them. */
export function buildSandbox(settings: Settings): SandboxSettings {
  const read = new Reader(settings, 'sandbox');
  const deviations = (read.texts('deviations') ?? []).filter(isDeviationName);
  const allow = read.objects('allow').map((rule) => buildRule(new Reader(rule, 'allow')));
  return {
    deny: read.objects('deny').map((rule) => {
      const deny = new Reader(rule, 'deny');
      // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
      return { ...buildRule(deny), then: toThen(deny.text('then')) };
    }),
    ...(allow.length === 0 ? {} : { allow }),
    users: read.objects('users').map((entry) => {
      const user = new Reader(entry, 'user');
      return { username: user.text('username') ?? '', password: user.text('password') ?? '' };
    }),
    ...(deviations.length === 0 ? {} : { deviations }),
    ...readServerSettings(({ key }) => plainValue(read.value(key))),
  };
}

function buildRule(read: Reader): SandboxRule {
  const rule: { -readonly [key in keyof SandboxRule]: string } = {};
  for (const key of ['publish', 'subscribe', 'will', 'username', 'clientId'] as const) {
    const text = read.text(key);
    if (text !== undefined) rule[key] = text;
  }
  return rule;
}

function plainValue(value: SettingValue | undefined): string | number | boolean | undefined {
  switch (value?.kind) {
    case 'text':
      return value.text;
    case 'number':
      return value.number;
    case 'boolean':
      return value.boolean;
    default:
      return undefined;
  }
}

const toVersion = (number: number | undefined): ProtocolVersion =>
  number === 3 || number === 4 ? number : 5;
/** QoS and Retain Handling: 0, 1 or 2, as the table of keys lets through. */
const toQoS = (number: number | undefined): QoS => (number === 1 || number === 2 ? number : 0);
const toThen = (word: string | undefined): DenyThen =>
  word === 'disconnect' || word === 'ignore' || word === 'unspecifiedError' ? word : 'notAuthorized';
