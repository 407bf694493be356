/** The options file of the MQTTX CLI (`--save-options`): one object a command. */
import { brokerText, Draft, isMap, literal, millisecondsText, secondsText, userProperties } from './draft.ts';
import { readMessageProperties } from './mqttx.ts';
import { Source } from './source.ts';

export const mqttxCliCommands = [
  'conn',
  'pub',
  'sub',
  'benchConn',
  'benchPub',
  'benchSub',
  'simulate',
] as const;

/** Of a benchmark, only what concerns one connection has a place. */
const onlyBench = [
  'count',
  'interval',
  'messageInterval',
  'limit',
  'verbose',
  'split',
  'scenario',
  'file',
  'payloadSize',
] as const;

export function readMqttxCli(command: string, fields: Readonly<Record<string, unknown>>): Draft {
  const draft = new Draft(command);
  const source = new Source(fields, draft);
  readConnection(source, draft);
  readWill(source, draft);
  if (command === 'pub' || command === 'benchPub') readPublish(source, draft);
  if (command === 'sub' || command === 'benchSub') readSubscribe(source, draft);
  for (const key of onlyBench) source.leaveOut(key, 'a benchmark, and a profile is one connection');
  source.leaveOut('debug', 'the timeline shows every packet');
  source.skip('loadOptions', 'saveOptions', 'config');
  source.finish();
  return draft;
}

function readConnection(source: Source, draft: Draft): void {
  const version = source.count('mqttVersion');
  draft.set('protocolVersion', version === 3 ? '3.1' : version === 4 ? '3.1.1' : 5);
  const protocol = source.plain('protocol') ?? 'mqtt';
  const host = source.text('hostname') ?? 'localhost';
  draft.set('broker', brokerText(protocol, host, source.count('port'), source.plain('path')));
  source.leaveOut('wsHeaders', 'profiles have no headers for WebSockets');
  const alpn = source.raw('alpn');
  const insecure = source.boolean('insecure');
  const tls = {
    ...fileOf(source, draft, 'ca'),
    ...fileOf(source, draft, 'cert'),
    ...fileOf(source, draft, 'key'),
    ...(Array.isArray(alpn) && alpn.length > 0 ? { alpn: alpn.map(String) } : {}),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  };
  if (Object.keys(tls).length > 0) draft.set('tls', tls);
  draft.set('clientId', source.text('clientId'));
  draft.set('username', source.text('username'));
  draft.password = source.plain('password');
  const clean = source.boolean('clean');
  draft.set('cleanStart', clean);
  const keepAlive = source.count('keepalive');
  draft.set('keepAlive', keepAlive === undefined ? undefined : secondsText(keepAlive));
  const period = source.count('reconnectPeriod') ?? 0;
  if (period > 0) draft.set('reconnect', { after: millisecondsText(period) });
  for (const key of ['maximumReconnectTimes', 'maximunReconnectTimes']) {
    source.leaveOut(key, 'a profile reconnects without a limit, or never');
  }
  const expiry = source.count('sessionExpiryInterval');
  // The CLI sends 0xFFFFFFFF where a kept session has no expiry.
  if (draft.is5 && clean === false && expiry === undefined) draft.set('sessionExpiryInterval', 'never');
  else draft.set5('sessionExpiryInterval', expiry === undefined ? undefined : secondsText(expiry));
  for (const key of ['receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum'])
    draft.set5(key, source.count(key));
  draft.set5('requestResponseInformation', source.boolean('reqResponseInfo'));
  draft.set5('requestProblemInformation', source.boolean('reqProblemInfo'));
  source.leaveOut('authenticationMethod', 'profiles have no enhanced authentication');
  source.leaveOut('authenticationData', 'profiles have no enhanced authentication');
}

/** A path, or several, of which a profile takes one. */
function fileOf(source: Source, draft: Draft, key: string): Record<string, string> {
  const value = source.raw(key);
  if (Array.isArray(value)) {
    if (value.length > 1) draft.note(`\`${key}\`: only the first of ${value.length} files`);
    return typeof value[0] === 'string' && value[0] !== '' ? { [key]: literal(value[0]) } : {};
  }
  return typeof value === 'string' && value !== '' ? { [key]: literal(value) } : {};
}

function readWill(source: Source, draft: Draft): void {
  const topic = source.text('willTopic');
  const names = {
    willDelayInterval: 'willDelayInterval',
    willPayloadFormatIndicator: 'payloadFormatIndicator',
    willMessageExpiryInterval: 'messageExpiryInterval',
    willContentType: 'contentType',
    willResponseTopic: 'responseTopic',
    willCorrelationData: 'correlationData',
    willUserProperties: 'userProperties',
  };
  const message = new Draft('will');
  const properties: Record<string, unknown> = {};
  for (const [theirs, ours] of Object.entries(names)) properties[ours] = source.raw(theirs);
  const payload = source.text('willMessage');
  const qos = source.count('willQos');
  const retain = source.boolean('willRetain');
  if (topic === undefined) return;
  message.set('protocolVersion', draft.settings['protocolVersion']);
  message.set('topic', topic);
  message.set('payload', payload);
  message.set('qos', qos);
  message.set('retain', retain);
  readMessageProperties(new Source(properties, message), message);
  for (const note of message.notes) draft.note(`\`will\`: ${note}`);
  const { protocolVersion: _version, ...settings } = message.settings;
  draft.set('will', settings);
}

function readPublish(source: Source, draft: Draft): void {
  draft.set5('userProperties', userProperties(source.pairs('connUserProperties')));
  const topic = source.text('topic');
  const payload = source.text('message') ?? source.text('payload');
  const qos = source.count('qos');
  const retain = source.boolean('retain');
  const message = new Draft('message');
  message.set('protocolVersion', draft.settings['protocolVersion']);
  message.set('topic', topic);
  message.set('payload', payload);
  message.set('qos', qos);
  message.set('retain', retain);
  const properties = [
    'payloadFormatIndicator',
    'messageExpiryInterval',
    'contentType',
    'responseTopic',
    'correlationData',
    'userProperties',
  ];
  const given = Object.fromEntries(properties.map((key) => [key, source.raw(key)]));
  readMessageProperties(new Source(given, message), message);
  for (const key of [
    'stdin',
    'multiline',
    'lineMode',
    'fileRead',
    'format',
    'topicAlias',
    'dup',
    'subscriptionIdentifier',
    'protobufPath',
    'protobufMessageName',
    'avscPath',
  ]) {
    source.leaveOut(key, 'messages of a profile are fixed');
  }
  for (const note of message.notes) draft.note(`\`message\`: ${note}`);
  if (topic === undefined) return;
  const { protocolVersion: _version, ...settings } = message.settings;
  draft.set('afterConnect', [settings]);
  draft.note('`topic`: the message is published after each CONNACK, and the Client stays connected');
}

function readSubscribe(source: Source, draft: Draft): void {
  draft.set5('userProperties', userProperties(source.pairs('connUserProperties')));
  const topics = listOf(source.raw('topic'));
  const qos = listOf(source.raw('qos'));
  const noLocal = listOf(source.raw('noLocal'));
  const retainAsPublished = listOf(source.raw('retainAsPublished'));
  const handling = listOf(source.raw('retainHandling'));
  const words = ['sendAtSubscribe', 'sendIfNew', 'doNotSend'];
  const list = topics.slice(0, 1000).flatMap((topic, index) => {
    if (typeof topic !== 'string' || topic === '') return [];
    const at = (values: readonly unknown[]): unknown => values[index] ?? values[0];
    const level = Number(at(qos) ?? 0);
    const word = words[Number(at(handling) ?? 0)] ?? 'sendAtSubscribe';
    return [
      {
        topicFilter: literal(topic),
        ...(level > 0 ? { qos: level } : {}),
        ...(draft.is5 && at(noLocal) === true ? { noLocal: true } : {}),
        ...(draft.is5 && at(retainAsPublished) === true ? { retainAsPublished: true } : {}),
        ...(draft.is5 && word !== 'sendAtSubscribe' ? { retainHandling: word } : {}),
      },
    ];
  });
  if (list.length > 0) draft.set('subscriptions', list);
  for (const key of ['subscriptionIdentifier', 'userProperties'])
    source.leaveOut(key, 'profiles have none at subscriptions');
  for (const key of [
    'format',
    'outputMode',
    'fileWrite',
    'fileSave',
    'delimiter',
    'protobufPath',
    'protobufMessageName',
    'avscPath',
  ]) {
    source.leaveOut(key, 'how messages are shown is no setting of the connection');
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function isMqttxCli(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMap(value) && mqttxCliCommands.some((command) => isMap(value[command]));
}
