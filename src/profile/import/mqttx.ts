/** Connections as MQTTX exports them (desktop and web): one object a connection, messages last. */
import { NEVER_SECONDS } from '../keys/value-types.ts';
import { brokerText, Draft, millisecondsText, secondsText, userProperties } from './draft.ts';
import { Source } from './source.ts';

/** What MQTTX keeps for its own list, and is no setting of a connection. */
export const mqttxOwn = [
  'id',
  'unreadMessageCount',
  'parentId',
  'orderId',
  'isCollection',
  'createAt',
  'updateAt',
  'client',
  'pushProps',
] as const;

const listMax = 1000;

export function readMqttx(fields: Readonly<Record<string, unknown>>): Draft {
  const name = fields['name'];
  const draft = new Draft(typeof name === 'string' ? name : '');
  const source = new Source(fields, draft);
  source.skip('name', ...mqttxOwn);
  readBroker(source, draft);
  const version = readVersion(source.plain('mqttVersion'), draft);
  draft.set('protocolVersion', version);
  draft.set('clientId', source.text('clientId'));
  if (source.boolean('clientIdWithTime') === true) {
    draft.note(
      '`clientIdWithTime`: MQTTX appends the time to the Client Identifier, so that no Session is ever resumed; the plain one stands here',
    );
  }
  draft.set('username', source.text('username'));
  draft.password = source.plain('password');
  const clean = source.boolean('clean');
  draft.set('cleanStart', clean);
  const keepAlive = source.count('keepalive');
  draft.set('keepAlive', keepAlive === undefined ? undefined : secondsText(keepAlive));
  const timeout = source.count('connectTimeout');
  draft.set('connectTimeout', timeout === undefined ? undefined : secondsText(timeout));
  const period = source.count('reconnectPeriod');
  if (source.boolean('reconnect') === true)
    draft.set('reconnect', { after: millisecondsText(period ?? 4000) });
  readProperties(source.map('properties'), draft, clean);
  readWill(source.map('will'), draft);
  draft.set('subscriptions', readSubscriptions(source, draft));
  const messages = source.raw('messages');
  if (Array.isArray(messages) && messages.length > 0)
    draft.note(`\`messages\`: ${messages.length} recorded messages`);
  source.finish();
  return draft;
}

function readBroker(source: Source, draft: Draft): void {
  const protocol = source.plain('protocol')?.replace(/:\/\/$/, '');
  const ssl = source.boolean('ssl') ?? false;
  const scheme = protocol ?? (ssl ? 'mqtts' : 'mqtt');
  const path = source.plain('path');
  const host = source.text('host');
  const port = source.count('port');
  if (host !== undefined) draft.set('broker', brokerText(scheme, host, port, path));
  const secured = scheme === 'mqtts' || scheme === 'wss';
  const own = source.plain('certType') === 'self';
  const verify = source.boolean('rejectUnauthorized');
  const alpn = (source.plain('ALPNProtocols') ?? '')
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((each) => each.trim());
  const tls = {
    ...(own ? present({ ca: source.text('ca'), cert: source.text('cert'), key: source.text('key') }) : {}),
    ...(verify === false ? { rejectUnauthorized: false } : {}),
    ...(alpn.some((each) => each !== '') ? { alpn: alpn.filter((each) => each !== '') } : {}),
  };
  for (const key of ['ca', 'cert', 'key'])
    source.leaveOut(key, 'MQTTX did not use it, as the certificate type is not self-signed');
  if (secured && Object.keys(tls).length > 0) draft.set('tls', tls);
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** `3.1`, `3.1.1` or `5.0`. */
function readVersion(text: string | undefined, draft: Draft): number | string {
  if (text === '3.1' || text === '3.1.1') return text;
  if (text !== undefined && text !== '5.0' && text !== '5')
    draft.note('`mqttVersion`: not a version of MQTT; 5 stands here');
  return 5;
}

function readProperties(properties: Source | undefined, draft: Draft, clean: boolean | undefined): void {
  const expiry = properties?.count('sessionExpiryInterval');
  if (draft.is5 && clean === false && expiry === undefined) {
    // MQTTX sends 0xFFFFFFFF there.
    draft.set('sessionExpiryInterval', 'never');
  } else if (draft.is5 || (expiry ?? 0) > 0) {
    draft.set5(
      'sessionExpiryInterval',
      expiry === undefined ? undefined : secondsText(Math.min(expiry, NEVER_SECONDS)),
    );
  }
  if (properties === undefined) return;
  for (const key of ['receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum'])
    draft.set5(key, properties.count(key));
  for (const key of ['requestResponseInformation', 'requestProblemInformation'])
    draft.set5(key, properties.boolean(key));
  draft.set5('userProperties', userProperties(properties.pairs('userProperties')));
  properties.leaveOut('authenticationMethod', 'profiles have no enhanced authentication');
  properties.leaveOut('authenticationData', 'profiles have no enhanced authentication');
  properties.finish();
}

function readWill(will: Source | undefined, draft: Draft): void {
  const topic = will?.text('lastWillTopic');
  if (will === undefined || topic === undefined) return;
  const message = new Draft('will');
  message.set('protocolVersion', draft.settings['protocolVersion']);
  message.set('topic', topic);
  message.set('payload', will.text('lastWillPayload'));
  message.set('qos', will.count('lastWillQos'));
  message.set('retain', will.boolean('lastWillRetain'));
  const properties = will.map('properties');
  if (properties !== undefined) readMessageProperties(properties, message);
  will.skip('id');
  will.finish();
  for (const note of message.notes) draft.note(`\`will\`: ${note}`);
  const { protocolVersion: _version, ...settings } = message.settings;
  draft.set('will', settings);
}

/** The properties of a will, as MQTTX and its CLI name them. */
export function readMessageProperties(properties: Source, message: Draft): void {
  const delay = properties.count('willDelayInterval');
  message.set5('willDelayInterval', delay === undefined ? undefined : secondsText(delay));
  const expiry = properties.count('messageExpiryInterval');
  message.set5('messageExpiryInterval', expiry === undefined ? undefined : secondsText(expiry));
  const format = properties.boolean('payloadFormatIndicator');
  message.set5('payloadFormatIndicator', format === undefined ? undefined : format ? 'utf8' : 'bytes');
  message.set5('contentType', properties.text('contentType'));
  message.set5('responseTopic', properties.text('responseTopic'));
  message.set5('correlationData', properties.text('correlationData'));
  message.set5('userProperties', userProperties(properties.pairs('userProperties')));
  properties.finish();
}

function readSubscriptions(
  source: Source,
  draft: Draft,
): Record<string, string | number | boolean>[] | undefined {
  const list = source.maps('subscriptions', listMax).flatMap((each, index) => {
    const topicFilter = each.text('topic');
    if (topicFilter === undefined) return [];
    if (each.boolean('disabled') === true) {
      draft.note(`\`subscriptions[${index}]\`: it is disabled`);
      return [];
    }
    const options = draft.is5
      ? {
          noLocal: each.boolean('nl'),
          retainAsPublished: each.boolean('rap'),
          retainHandling: retainHandling(each.count('rh')),
        }
      : {};
    each.skip('id', 'retain', 'color', 'createAt', 'connectionId', 'nl', 'rap', 'rh');
    each.leaveOut('alias', 'subscriptions have no name here');
    each.leaveOut('subscriptionIdentifier', 'profiles set none');
    each.leaveOut('userProperties', 'profiles have none at subscriptions');
    const qos = each.count('qos');
    each.finish();
    return [{ topicFilter, ...(qos === undefined ? {} : { qos }), ...onlySet(options) }];
  });
  return list.length === 0 ? undefined : list;
}

const handlings = ['sendAtSubscribe', 'sendIfNew', 'doNotSend'] as const;

export function retainHandling(value: number | undefined): string | undefined {
  return value === undefined ? undefined : handlings[value];
}

/** Without what is undefined, and without what is the default anyway. */
function onlySet(
  options: Readonly<Record<string, string | boolean | undefined>>,
): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) =>
      value === undefined || value === false || value === 'sendAtSubscribe' ? [] : [[key, value]],
    ),
  );
}
