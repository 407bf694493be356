/** Every text of a profile that may hold variables, in one place: for asking, for replacing and for checking. */
import type { BrokerAddress, ConnectionProfile, MessageSettings, UserProperties } from './model.ts';
import type { Path } from './settings.ts';

/**
 * Gives the text to put in place of `text`. `json`: what is put in must be escaped, because it lands inside of a JSON
 * string.
 */
export type MapText = (text: string, path: Path, json: boolean) => string;

/** The profile with every text that may hold variables replaced, always in the same order: `clientId` and `username` first. */
export function mapTexts(profile: ConnectionProfile, map: MapText): ConnectionProfile {
  const plain = (text: string, ...path: Path) => map(text, path, false);
  const optional = (text: string | undefined, ...path: Path) =>
    text === undefined ? undefined : map(text, path, false);
  const pairs = (properties: UserProperties, ...path: Path): UserProperties =>
    properties.map(([name, value], index) => [
      map(name, [...path, index], false),
      map(value, [...path, index], false),
    ]);
  const messages = (list: readonly MessageSettings[], key: string) =>
    list.map((message, index) => mapMessage(message, [key, index], map));

  const clientId = plain(profile.clientId, 'clientId');
  const username = optional(profile.username, 'username');
  const { tls, will } = profile;
  return {
    ...profile,
    clientId,
    username,
    password: optional(profile.password, 'password'),
    broker: mapBroker(profile.broker, map),
    tls: tls && {
      ...tls,
      ca: optional(tls.ca, 'tls', 'ca'),
      cert: optional(tls.cert, 'tls', 'cert'),
      key: optional(tls.key, 'tls', 'key'),
      servername: optional(tls.servername, 'tls', 'servername'),
      alpn: tls.alpn?.map((name, index) => plain(name, 'tls', 'alpn', index)),
    },
    userProperties: pairs(profile.userProperties, 'userProperties'),
    will: will && { ...will, ...mapMessage(will, ['will'], map) },
    subscriptions: profile.subscriptions.map((subscription, index) => ({
      ...subscription,
      topicFilter: plain(subscription.topicFilter, 'subscriptions', index, 'topicFilter'),
    })),
    afterConnect: messages(profile.afterConnect, 'afterConnect'),
    beforeDisconnect: messages(profile.beforeDisconnect, 'beforeDisconnect'),
  };
}

function mapBroker(broker: BrokerAddress, map: MapText): BrokerAddress {
  if (broker.kind === 'sandbox') return broker;
  return { ...broker, host: map(broker.host, ['broker'], false), path: map(broker.path, ['broker'], false) };
}

/** A message with every text that may hold variables replaced; `path` is where it stands. */
export function mapMessage(message: MessageSettings, path: Path, map: MapText): MessageSettings {
  const at = (...rest: Path): Path => [...path, ...rest];
  const optional = (text: string | undefined, key: string) =>
    text === undefined ? undefined : map(text, at(key), false);
  return {
    ...message,
    topic: map(message.topic, at('topic'), false),
    payload: mapPayload(message.payload, at('payload'), map),
    contentType: optional(message.contentType, 'contentType'),
    responseTopic: optional(message.responseTopic, 'responseTopic'),
    correlationData:
      message.correlationData?.kind === 'text'
        ? { kind: 'text', text: map(message.correlationData.text, at('correlationData'), false) }
        : message.correlationData,
    userProperties: message.userProperties.map(([name, value], index) => [
      map(name, at('userProperties', index), false),
      map(value, at('userProperties', index), false),
    ]),
  };
}

function mapPayload(
  payload: MessageSettings['payload'],
  path: Path,
  map: MapText,
): MessageSettings['payload'] {
  switch (payload.kind) {
    case 'base64':
      return payload;
    case 'file':
      return { kind: 'file', path: map(payload.path, path, false) };
    case 'text':
      return { ...payload, text: map(payload.text, path, payload.json === true) };
  }
}
