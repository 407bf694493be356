import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importConnections } from '../../../src/profile/import/import.ts';
import { shellCommands, shellQuoted } from '../../../src/profile/import/shell-words.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';

/** A password that no other field holds. */
const theSecret = 'hunter2 hunter2';

/** Whatever comes in: a reason, or a file without an error in which no password stands. */
function holds(text: string): void {
  const result = importConnections(text);
  if (!result.ok) {
    expect(result.message).toMatch(/\.$/);
    return;
  }
  const { diagnostics, profiles } = parseProfileFile(result.text, 'x.mqtt.yaml');
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(profiles).toHaveLength(result.profiles);
  expect(result.text).not.toContain(theSecret);
  for (const { name } of result.secrets) {
    expect(profiles.some(({ password }) => password === `\${secret:${name}}`)).toBe(true);
  }
}

const someText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '#',
    'a/+/b',
    `\${x}`,
    '$',
    '\n# - x',
    'a: b',
    '\u0000',
    '\ud800',
    '__proto__',
    '<<',
    '*a',
    '&a',
    'null',
    '5',
    '~',
  ),
  fc.nat(70_000).map((length) => 'x'.repeat(length)),
);
const anything = fc.oneof(
  someText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(someText, fc.integer())),
  fc.dictionary(someText, someText, { maxKeys: 3 }),
);

/** An object with some of these keys, and perhaps one more. */
function fields(...keys: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const known = fc.record(
    Object.fromEntries(
      keys.map((key) => [key, key === 'password' ? fc.oneof(anything, fc.constant(theSecret)) : anything]),
    ),
    { requiredKeys: [] },
  );
  return fc
    .tuple(known, fc.dictionary(fc.string(), anything, { maxKeys: 1 }))
    .map(([one, other]) => ({ ...other, ...one }));
}

const messageKeys = [
  'willDelayInterval',
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'contentType',
  'responseTopic',
  'correlationData',
  'userProperties',
];

const mqttxConnection = fc
  .tuple(
    fields(
      'name',
      'clientId',
      'clean',
      'port',
      'keepalive',
      'connectTimeout',
      'reconnect',
      'reconnectPeriod',
      'username',
      'password',
      'path',
      'certType',
      'ca',
      'cert',
      'key',
      'rejectUnauthorized',
      'ALPNProtocols',
      'ssl',
      'messages',
    ),
    fields(
      'sessionExpiryInterval',
      'receiveMaximum',
      'maximumPacketSize',
      'topicAliasMaximum',
      'requestResponseInformation',
      'userProperties',
      'authenticationData',
    ),
    fields('lastWillTopic', 'lastWillPayload', 'lastWillQos', 'lastWillRetain'),
    fields(...messageKeys),
    fc.array(fields('topic', 'qos', 'disabled', 'nl', 'rap', 'rh', 'alias'), { maxLength: 3 }),
    fc.constantFrom('3.1', '3.1.1', '5.0', 'x'),
    fc.constantFrom('mqtt', 'mqtts', 'ws', 'wss', 'ftp'),
    fc.oneof(fc.constantFrom('localhost', '::1', 'a b'), fc.string()),
  )
  .map(([connection, properties, will, willProperties, subscriptions, mqttVersion, protocol, host]) => ({
    clientId: '',
    ...connection,
    properties,
    will: { ...will, properties: willProperties },
    subscriptions,
    mqttVersion,
    protocol,
    host,
  }));

test('any export of MQTTX', () => {
  fc.assert(
    fc.property(fc.array(mqttxConnection, { maxLength: 3 }), (list) => holds(JSON.stringify(list))),
    { numRuns: 150 },
  );
});

test('any options file of the MQTTX CLI', () => {
  const options = fields(
    'mqttVersion',
    'hostname',
    'port',
    'clientId',
    'clean',
    'keepalive',
    'username',
    'password',
    'protocol',
    'path',
    'ca',
    'alpn',
    'insecure',
    'sessionExpiryInterval',
    'userProperties',
    'connUserProperties',
    'willTopic',
    'willMessage',
    'willQos',
    'willDelayInterval',
    'willUserProperties',
    'topic',
    'message',
    'qos',
    'retain',
    'retainHandling',
  );
  fc.assert(
    fc.property(options, options, (pub, sub) => holds(JSON.stringify({ pub, sub }))),
    { numRuns: 100 },
  );
});

test('any settings of MQTT Explorer and of VSMqtt', () => {
  const explorer = fields(
    'name',
    'host',
    'protocol',
    'port',
    'username',
    'password',
    'encryption',
    'certValidation',
    'clientId',
    'subscriptions',
    'basePath',
  );
  fc.assert(
    fc.property(explorer, (one) => holds(JSON.stringify({ ConnectionManager_connections: { one } }))),
    { numRuns: 60 },
  );
  const vsmqtt = fields(
    'name',
    'host',
    'port',
    'path',
    'protocol',
    'clientId',
    'keepalive',
    'username',
    'password',
    'promptCredentials',
    'ca',
    'insecure',
    'savedSubscriptions',
  );
  fc.assert(
    fc.property(vsmqtt, (one) => holds(JSON.stringify({ 'vsmqtt.brokerProfiles': [one] }))),
    { numRuns: 60 },
  );
});

test('any command line of mosquitto', () => {
  const option = fc.constantFrom(
    '-h',
    '-p',
    '-u',
    '-P',
    '-L',
    '-i',
    '-I',
    '-k',
    '-c',
    '-x',
    '-V',
    '-t',
    '-q',
    '-m',
    '-f',
    '-r',
    '--will-topic',
    '--will-payload',
    '--will-qos',
    '--will-retain',
    '--cafile',
    '--ws',
    '-D',
    'will',
    'connect',
    'publish',
    'user-property',
    'will-delay-interval',
    'mqtt://u:p@h/t',
    '5',
    '31',
    '--nonsense',
  );
  const word = fc
    .oneof({ arbitrary: option, weight: 3 }, { arbitrary: someText, weight: 1 })
    .map(shellQuoted);
  fc.assert(
    fc.property(fc.constantFrom('pub', 'sub', 'rr'), fc.array(word, { maxLength: 20 }), (command, words) =>
      holds(`mosquitto_${command} ${words.join(' ')}`),
    ),
    { numRuns: 200 },
  );
});

test('any text, and any text cut off', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), holds), { numRuns: 100 });
  const whole = JSON.stringify([
    {
      name: 'a',
      clientId: 'c',
      host: 'h',
      port: 1,
      clean: true,
      mqttVersion: '5.0',
      will: { lastWillTopic: 't' },
    },
  ]);
  for (let length = 0; length < whole.length; length += 1) holds(whole.slice(0, length));
});

test('a million brackets, comments or quotes cost no more than reading them', () => {
  for (const text of [
    '[',
    '{"a":',
    '/*',
    '//',
    '"',
    ',',
    '{ /*',
    "mosquitto_sub '",
    'mosquitto_sub -t $',
    '- ',
    '? ',
    'a: ',
    '&a ',
  ].map((each) => each.repeat(100_000))) {
    holds(text);
    holds(`[${text}`);
  }
  expect(importConnections('x'.repeat(17_000_000))).toMatchObject({ ok: false, code: 'too-large' });
});

test('a word that was quoted for a shell is read back as it was', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'binary' }).filter((text) => !text.includes('${')),
        { minLength: 1, maxLength: 5 },
      ),
      (words) => {
        expect(shellCommands(words.map(shellQuoted).join(' '))).toEqual({ ok: true, commands: [words] });
      },
    ),
  );
});
