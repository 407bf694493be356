/** Command lines of `mosquitto_pub`, `mosquitto_sub` and `mosquitto_rr`, and their configuration files, option by option. */
import { brokerText, Draft, type DraftMap, secondsText, userProperties } from './draft.ts';
import { MosquittoOptions } from './mosquitto-options.ts';

export type MosquittoCommand = 'mosquitto_pub' | 'mosquitto_sub' | 'mosquitto_rr';

/** The command that a word names, with or without its path. */
export function mosquittoCommand(word: string): MosquittoCommand | undefined {
  const name = word.replace(/^.*[\\/]/, '').replace(/\.exe$/i, '');
  return name === 'mosquitto_pub' || name === 'mosquitto_sub' || name === 'mosquitto_rr' ? name : undefined;
}

/** `words` are what follows the command. */
export function readMosquitto(command: MosquittoCommand, words: readonly string[]): Draft {
  const options = new MosquittoOptions(command, words);
  const draft = new Draft(command.replace('mosquitto_', ''));
  for (const note of options.notes) draft.note(note);
  const version = readVersion(options, draft, command);
  draft.set('protocolVersion', version);
  readBroker(options, draft);
  readIdentity(options, draft);
  readSession(options, draft);
  readProperties(options, draft);
  readWill(options, draft);
  if (command === 'mosquitto_pub') readPublish(options, draft);
  else readSubscribe(options, draft, command);
  return draft;
}

function readVersion(options: MosquittoOptions, draft: Draft, command: MosquittoCommand): string | number {
  if (options.has('-x') || options.properties.length > 0) return 5;
  const word = options.last('-V');
  switch (word) {
    case 'mqttv31':
    case '31':
      return '3.1';
    case 'mqttv5':
    case '5':
      return 5;
    case 'mqttv311':
    case '311':
      return '3.1.1';
    default:
      if (word !== undefined) draft.note('`-V`: not a version of MQTT');
      return command === 'mosquitto_rr' ? 5 : '3.1.1';
  }
}

function readBroker(options: MosquittoOptions, draft: Draft): void {
  const url = options.url;
  const files: DraftMap = {};
  for (const [option, key] of [
    ['--cafile', 'ca'],
    ['--cert', 'cert'],
    ['--key', 'key'],
  ] as const) {
    const value = options.last(option);
    if (value !== undefined) files[key] = value;
  }
  const own =
    Object.keys(files).length > 0 ||
    ['--capath', '--tls-use-os-certs', '--tls-version', '--tls-alpn', '--psk'].some((each) =>
      options.has(each),
    );
  const secured =
    !options.has('--no-tls') &&
    (own || url?.scheme === 'mqtts' || url?.scheme === 'wss' || options.last('-p') === '8883');
  const webSocket = options.has('--ws') || url?.scheme === 'ws' || url?.scheme === 'wss';
  const scheme = webSocket ? (secured ? 'wss' : 'ws') : secured ? 'mqtts' : 'mqtt';
  const port = options.number('-p', draft) ?? url?.port ?? (secured ? 8883 : 1883);
  if (webSocket) draft.note('`--ws`: the path is not known; `/mqtt` stands here');
  draft.set(
    'broker',
    brokerText(scheme, options.last('-h') ?? url?.host ?? 'localhost', port, webSocket ? '/mqtt' : ''),
  );
  const alpn = options.last('--tls-alpn');
  if (alpn !== undefined) files['alpn'] = [alpn];
  if (options.has('--insecure')) {
    draft.note(
      '`--insecure`: there it only skips the check of the host name, here no part of the certificate is checked',
    );
    files['rejectUnauthorized'] = false;
  }
  if (secured && Object.keys(files).length > 0) draft.set('tls', files);
}

function readIdentity(options: MosquittoOptions, draft: Draft): void {
  const prefix = options.last('-I');
  const id = options.last('-i');
  if (id === undefined && prefix !== undefined) {
    draft.note('`-I`: the process id was to follow; here random letters do');
    draft.set('clientId', `${prefix}\${random:8}`);
  } else draft.set('clientId', id);
  draft.set('username', options.last('-u') ?? options.url?.username);
  const password = options.last('-P') ?? options.url?.password;
  if (password === undefined) return;
  if (/\$\{env:/.test(password)) draft.set('password', password);
  else draft.password = password.replaceAll('$${', '${');
}

/** v5 with a kept session and no interval sends 0xFFFFFFFF there. */
function readSession(options: MosquittoOptions, draft: Draft): void {
  const kept = options.has('-c');
  if (kept) draft.set('cleanStart', false);
  const word = options.last('-x');
  const property = options.properties.find(
    ({ packet, name }) => packet === 'connect' && name === 'session-expiry-interval',
  );
  const written = word ?? property?.value;
  if (written === undefined) {
    if (kept && draft.is5) draft.set('sessionExpiryInterval', 'never');
  } else if (['-1', '4294967295', '∞'].includes(written)) draft.set('sessionExpiryInterval', 'never');
  else if (/^\d{1,10}$/.test(written)) draft.set('sessionExpiryInterval', secondsText(Number(written)));
  else draft.note('`-x`: not a number of seconds');
  const keepAlive = options.number('-k', draft);
  draft.set('keepAlive', secondsText(keepAlive ?? 60));
}

const numbers: Readonly<Record<string, string>> = {
  'receive-maximum': 'receiveMaximum',
  'maximum-packet-size': 'maximumPacketSize',
  'topic-alias-maximum': 'topicAliasMaximum',
};
const switches: Readonly<Record<string, string>> = {
  'request-response-information': 'requestResponseInformation',
  'request-problem-information': 'requestProblemInformation',
};

function readProperties(options: MosquittoOptions, draft: Draft): void {
  const pairs: [string, string][] = [];
  for (const { packet, name, value, second } of options.properties) {
    if (packet === 'will' || packet === 'publish') continue;
    const known = packet === 'connect';
    if (known && name === 'session-expiry-interval') continue;
    const number = known ? numbers[name] : undefined;
    const flag = known ? switches[name] : undefined;
    if (known && name === 'user-property') pairs.push([value, second ?? '']);
    else if (number !== undefined && /^\d{1,10}$/.test(value)) draft.set(number, Number(value));
    else if (flag !== undefined) draft.set(flag, value !== '0');
    else draft.note(`\`-D ${packet} ${name}\`: it has no place in a profile`);
  }
  // The words hold text of the profile language already.
  draft.set('userProperties', pairsOf(pairs));
}

function pairsOf(pairs: readonly (readonly [string, string])[]): ReturnType<typeof userProperties> {
  return userProperties(
    pairs.map(([name, value]) => [name.replaceAll('$${', '${'), value.replaceAll('$${', '${')]),
  );
}

function readWill(options: MosquittoOptions, draft: Draft): void {
  const topic = options.last('--will-topic');
  if (topic === undefined) {
    for (const option of ['--will-payload', '--will-qos', '--will-retain']) {
      if (options.has(option)) draft.note(`\`${option}\`: there is no \`--will-topic\``);
    }
    return;
  }
  const will: DraftMap = { topic };
  const payload = options.last('--will-payload');
  if (payload !== undefined) will['payload'] = payload;
  const qos = options.number('--will-qos', draft);
  if (qos !== undefined) will['qos'] = qos;
  if (options.has('--will-retain')) will['retain'] = true;
  readMessageProperties(options, draft, 'will', will);
  draft.set('will', will);
}

const texts: Readonly<Record<string, string>> = {
  'content-type': 'contentType',
  'correlation-data': 'correlationData',
  'response-topic': 'responseTopic',
};
const intervals: Readonly<Record<string, string>> = {
  'message-expiry-interval': 'messageExpiryInterval',
  'will-delay-interval': 'willDelayInterval',
};

function readMessageProperties(
  options: MosquittoOptions,
  draft: Draft,
  packet: 'will' | 'publish',
  message: DraftMap,
): void {
  const pairs: [string, string][] = [];
  for (const property of options.properties) {
    if (property.packet !== packet) continue;
    const { name, value, second } = property;
    const text = texts[name];
    const interval = name === 'will-delay-interval' && packet !== 'will' ? undefined : intervals[name];
    if (text !== undefined) message[text] = value;
    else if (interval !== undefined && /^\d{1,10}$/.test(value))
      message[interval] = secondsText(Number(value));
    else if (name === 'payload-format-indicator')
      message['payloadFormatIndicator'] = value === '0' ? 'bytes' : 'utf8';
    else if (name === 'user-property') pairs.push([value, second ?? '']);
    else draft.note(`\`-D ${packet} ${name}\`: it has no place in a profile`);
  }
  const properties = pairsOf(pairs);
  if (properties !== undefined) message['userProperties'] = properties;
}

function readPublish(options: MosquittoOptions, draft: Draft): void {
  const topic = options.last('-t') ?? options.url?.topic;
  if (topic === undefined) {
    draft.note('`-t`: there is no topic, so nothing is published');
    return;
  }
  const message: DraftMap = { topic };
  const payload = options.last('-m');
  const file = options.last('-f');
  if (file !== undefined) message['payloadFile'] = file;
  else if (payload !== undefined) message['payload'] = payload;
  for (const option of ['-l', '-s']) {
    if (options.has(option))
      draft.note(`\`${option}\`: messages of a profile are fixed, and this one came from another program`);
  }
  const qos = options.number('-q', draft);
  if (qos !== undefined) message['qos'] = qos;
  if (options.has('-r')) message['retain'] = true;
  readMessageProperties(options, draft, 'publish', message);
  draft.set('afterConnect', [message]);
  draft.note('`-t`: the message is published after each CONNACK, and the Client stays connected');
}

function readSubscribe(options: MosquittoOptions, draft: Draft, command: MosquittoCommand): void {
  const qos = options.number('-q', draft);
  const filters = options.all('-t');
  const { url } = options;
  const topics = filters.length === 0 && url?.topic !== undefined ? [url.topic] : filters;
  if (command === 'mosquitto_rr') {
    draft.note('`mosquitto_rr`: the answer is subscribed to, the request is not published');
    const answer = options.last('-e');
    if (answer !== undefined) draft.set('subscriptions', [{ topicFilter: answer }]);
    return;
  }
  const list = topics.slice(0, 1000).map((topicFilter) => ({
    topicFilter,
    ...(qos === undefined ? {} : { qos }),
    ...(options.has('--retain-as-published') ? { retainAsPublished: true } : {}),
    ...(options.has('--retain-handling') ? handlingOf(options.last('--retain-handling')) : {}),
  }));
  if (list.length > 0) draft.set('subscriptions', list);
}

function handlingOf(word: string | undefined): DraftMap {
  if (word === 'new') return { retainHandling: 'sendIfNew' };
  return word === 'never' ? { retainHandling: 'doNotSend' } : {};
}
