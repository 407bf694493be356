import { describe, expect, test } from 'vitest';
import { importConnections } from '../../../src/profile/import/import.ts';
import type { ConnectionProfile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';

/** The text that comes out, with its profiles; it must have no error. */
function imported(text: string): {
  readonly text: string;
  readonly profiles: readonly ConnectionProfile[];
  readonly notes: readonly string[];
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  readonly format: string;
} {
  const result = importConnections(text);
  if (!result.ok) throw new Error(result.message);
  const file = parseProfileFile(result.text, 'x.mqtt.yaml');
  expect(file.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { ...result, profiles: file.profiles };
}

function only(text: string): ConnectionProfile {
  const [profile, ...more] = imported(text).profiles;
  if (profile === undefined || more.length > 0) throw new Error('not one profile');
  return profile;
}

const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const mqttx = {
  id: '9a2c',
  clientId: 'mqttx_0c668d0d',
  name: 'lab',
  clean: false,
  protocol: 'wss',
  host: 'broker.example.com',
  port: 8084,
  keepalive: 45,
  connectTimeout: 8,
  reconnect: true,
  reconnectPeriod: 2500,
  username: 'ann',
  password: 'pa$$word',
  path: '/mqtt',
  certType: 'self',
  ssl: true,
  mqttVersion: '5.0',
  unreadMessageCount: 3,
  clientIdWithTime: true,
  parentId: null,
  orderId: 1,
  rejectUnauthorized: false,
  ALPNProtocols: '[mqtt, x]',
  ca: '/certs/ca.pem',
  cert: '/certs/me.pem',
  key: '/certs/me.key',
  isCollection: false,
  createAt: '2026-01-01 10:00:00:000',
  updateAt: '2026-01-01 10:00:00:000',
  will: {
    id: '77',
    lastWillTopic: 'gone/ann',
    lastWillPayload: `price: \${unknown}`,
    lastWillQos: '1',
    lastWillRetain: true,
    properties: {
      willDelayInterval: 90,
      payloadFormatIndicator: true,
      messageExpiryInterval: 3600,
      contentType: 'text/plain',
      responseTopic: 'answer',
      correlationData: 'c1',
    },
  },
  properties: {
    sessionExpiryInterval: null,
    receiveMaximum: 20,
    maximumPacketSize: 65535,
    topicAliasMaximum: 10,
    requestResponseInformation: true,
    requestProblemInformation: false,
    userProperties: { site: 'lab', tag: ['a', 'b'] },
    authenticationMethod: 'SCRAM-SHA-1',
    authenticationData: { type: 'Buffer', data: [115, 51, 99] },
  },
  subscriptions: [
    {
      id: '1',
      topic: 'a/+/b',
      qos: '2',
      disabled: false,
      alias: 'all',
      nl: true,
      rap: true,
      rh: '2',
      color: '#fff',
    },
    { id: '2', topic: 'off', qos: 0, disabled: true },
  ],
  messages: [{ id: 'm', payload: 'secret payload', topic: 't', out: true }],
};

describe('an export of MQTTX', () => {
  test('is carried over field by field', () => {
    expect(withoutUndefined(only(JSON.stringify([mqttx])))).toEqual({
      name: 'lab',
      broker: { kind: 'network', scheme: 'wss', host: 'broker.example.com', port: 8084, path: '/mqtt' },
      tls: {
        ca: '/certs/ca.pem',
        cert: '/certs/me.pem',
        key: '/certs/me.key',
        alpn: ['mqtt', 'x'],
        rejectUnauthorized: false,
      },
      protocolVersion: 5,
      clientId: 'mqttx_0c668d0d',
      username: 'ann',
      password: `\${secret:lab}`,
      cleanStart: false,
      keepAliveSeconds: 45,
      connectTimeoutMs: 8000,
      reconnect: { afterMs: 2500, atMostMs: 30_000 },
      sessionExpiryInterval: 0xffffffff,
      receiveMaximum: 20,
      maximumPacketSize: 65535,
      topicAliasMaximum: 10,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: [
        ['site', 'lab'],
        ['tag', 'a'],
        ['tag', 'b'],
      ],
      will: {
        topic: 'gone/ann',
        payload: { kind: 'text', text: `price: $\${unknown}` },
        qos: 1,
        retain: true,
        willDelayInterval: 90,
        messageExpiryInterval: 3600,
        payloadFormatIndicator: 'utf8',
        contentType: 'text/plain',
        responseTopic: 'answer',
        correlationData: { kind: 'text', text: 'c1' },
        userProperties: [],
      },
      subscriptions: [
        { topicFilter: 'a/+/b', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
      ],
      afterConnect: [],
      beforeDisconnect: [],
    });
  });

  test('gives its password apart from the file', () => {
    const { text, secrets } = imported(JSON.stringify([mqttx]));
    expect(secrets).toEqual([{ name: 'lab', value: 'pa$$word' }]);
    expect(text).not.toContain('pa$$word');
    expect(text).not.toContain('115');
  });

  test('says at the head of the file what could not be carried over', () => {
    const { text, notes } = imported(JSON.stringify([{ ...mqttx, future: 1 }]));
    for (const key of [
      'clientIdWithTime',
      'alias',
      'subscriptions[1]',
      'authenticationMethod',
      'messages',
      'future',
      'unreadMessageCount',
    ]) {
      expect(
        notes.some((note) => note.includes(key)),
        key,
      ).toBe(true);
    }
    for (const note of notes) expect(text).toContain(`# - ${note}`);
    expect(text).not.toContain('secret payload');
  });

  test('may be one object, or YAML, and its protocol may follow from ssl', () => {
    const { protocol: _protocol, ...without } = mqttx;
    expect(only(JSON.stringify(without)).broker).toMatchObject({ scheme: 'mqtts' });
    expect(
      only('- name: a\n  clientId: c\n  host: h\n  port: 1883\n  clean: true\n  mqttVersion: 3.1.1\n'),
    ).toMatchObject({
      protocolVersion: 4,
      clientId: 'c',
    });
  });

  test('of 3.1.1 loses what only 5.0 has, and says so', () => {
    const { profiles, notes } = imported(JSON.stringify([{ ...mqttx, mqttVersion: '3.1.1' }]));
    expect(profiles[0]).toMatchObject({ protocolVersion: 4, will: { topic: 'gone/ann' } });
    expect(notes.some((note) => note.includes('willDelayInterval'))).toBe(true);
    expect(notes.some((note) => note.includes('receiveMaximum'))).toBe(true);
  });

  test('keeps two connections of one name apart, and their passwords', () => {
    const { profiles, secrets } = imported(JSON.stringify([mqttx, { ...mqttx, password: 'other' }]));
    expect(profiles.map(({ name, password }) => [name, password])).toEqual([
      ['lab', `\${secret:lab}`],
      ['lab 2', `\${secret:lab-2}`],
    ]);
    expect(secrets.map(({ name }) => name)).toEqual(['lab', 'lab-2']);
  });
});

test('secrets avoid the names that stand for something else', () => {
  const result = importConnections(JSON.stringify([mqttx]), new Set(['lab']));
  expect(result.ok && result.secrets).toEqual([{ name: 'lab-2', value: 'pa$$word' }]);
});

test('an options file of the MQTTX CLI gives a profile for each command', () => {
  const { profiles, notes, format } = imported(
    JSON.stringify({
      pub: {
        mqttVersion: 5,
        hostname: 'h',
        port: 1884,
        clientId: 'p',
        clean: true,
        keepalive: 30,
        protocol: 'mqtt',
        username: 'u',
        password: 'x',
        reconnectPeriod: 1000,
        maximumReconnectTimes: 10,
        sessionExpiryInterval: 60,
        reqResponseInfo: true,
        connUserProperties: { a: 'b' },
        willTopic: 'gone',
        willMessage: 'bye',
        willQos: 1,
        willRetain: true,
        willDelayInterval: 5,
        topic: 't',
        message: 'hello',
        qos: 1,
        retain: true,
        topicAlias: 3,
      },
      sub: { mqttVersion: 4, hostname: 'h', port: 1883, topic: ['a', 'b/#'], qos: [0, 2], verbose: true },
    }),
  );
  expect(format).toBe('mqttxCli');
  expect(profiles[0]).toMatchObject({
    name: 'pub',
    clientId: 'p',
    sessionExpiryInterval: 60,
    requestResponseInformation: true,
    reconnect: { afterMs: 1000 },
    userProperties: [['a', 'b']],
    will: { topic: 'gone', qos: 1, retain: true, willDelayInterval: 5 },
    afterConnect: [{ topic: 't', qos: 1, retain: true }],
  });
  expect(profiles[1]).toMatchObject({
    name: 'sub',
    protocolVersion: 4,
    subscriptions: [
      { topicFilter: 'a', qos: 0 },
      { topicFilter: 'b/#', qos: 2 },
    ],
  });
  expect(notes.some((note) => note.includes('maximumReconnectTimes'))).toBe(true);
  expect(notes.some((note) => note.includes('topicAlias'))).toBe(true);
});

test('the settings of MQTT Explorer give a profile for each connection', () => {
  const { profiles, notes, secrets } = imported(
    JSON.stringify({
      ConnectionManager_connections: {
        one: {
          configVersion: 1,
          type: 'mqtt',
          id: 'one',
          host: 'h',
          protocol: 'ws',
          basePath: 'mqtt',
          port: 443,
          name: 'web',
          username: 'u',
          password: 'p',
          encryption: true,
          certValidation: false,
          selfSignedCertificate: { name: 'ca.pem', data: 'AAAA' },
          subscriptions: [
            { topic: '#', qos: 0 },
            { topic: 'x', qos: 1 },
          ],
        },
        two: { host: 'old', port: 1883, name: 'old', subscriptions: ['a', '$SYS/#'] },
      },
      Settings: { theme: 'dark' },
    }),
  );
  expect(profiles[0]).toMatchObject({
    name: 'web',
    broker: { scheme: 'wss', path: '/mqtt', port: 443 },
    tls: { rejectUnauthorized: false },
    password: `\${secret:web}`,
    subscriptions: [{ topicFilter: '#' }, { topicFilter: 'x', qos: 1 }],
  });
  expect(profiles[1]).toMatchObject({
    name: 'old',
    subscriptions: [{ topicFilter: 'a' }, { topicFilter: '$SYS/#' }],
  });
  expect(secrets).toEqual([{ name: 'web', value: 'p' }]);
  expect(notes.some((note) => note.includes('selfSignedCertificate'))).toBe(true);
  expect(notes.some((note) => note.includes('Settings'))).toBe(true);
});

test('the settings of VSMqtt are read as VS Code writes them, with comments', () => {
  const { profiles, notes } = imported(`{
    // brokers
    "vsmqtt.brokerProfiles": [
      { "name": "home", "host": "ws://h", "port": 9001, "path": "/mqtt", "clientId": "me", "keepalive": 20, /* so */
        "username": "u", "promptCredentials": true, "savedSubscriptions": [{ "topic": "a//b", "qos": 1 },],
        "unixSocket": "/run/x", "defaultsForPublish": { "topic": "t" }, },
    ],
  }`);
  expect(profiles[0]).toMatchObject({
    name: 'home',
    broker: { scheme: 'ws', host: 'h', port: 9001, path: '/mqtt' },
    keepAliveSeconds: 20,
    password: `\${secret:home}`,
    subscriptions: [{ topicFilter: 'a//b', qos: 1 }],
  });
  expect(notes.some((note) => note.includes('unixSocket'))).toBe(true);
  expect(notes.some((note) => note.includes('defaultsForPublish'))).toBe(true);
});

describe('a command line of mosquitto', () => {
  test('for a subscriber with a delayed will', () => {
    const profile =
      only(`mosquitto_sub -h broker -p 1884 -t 'user/status/+' -t "a b/#" -q 1 -i me -c -x 10 -k 30 \\
      --will-topic offline --will-payload "I'm offline" --will-qos 1 --will-retain -D will will-delay-interval 5 \\
      -D connect user-property site lab -v`);
    expect(profile).toMatchObject({
      broker: { scheme: 'mqtt', host: 'broker', port: 1884 },
      protocolVersion: 5,
      clientId: 'me',
      cleanStart: false,
      sessionExpiryInterval: 10,
      keepAliveSeconds: 30,
      userProperties: [['site', 'lab']],
      will: {
        topic: 'offline',
        payload: { text: "I'm offline" },
        qos: 1,
        retain: true,
        willDelayInterval: 5,
      },
      subscriptions: [
        { topicFilter: 'user/status/+', qos: 1 },
        { topicFilter: 'a b/#', qos: 1 },
      ],
    });
  });

  test('speaks 3.1.1 by itself, and 5 with -x or -D', () => {
    expect(only('mosquitto_sub -t a').protocolVersion).toBe(4);
    expect(only('mosquitto_sub -t a -V 31 -i x').protocolVersion).toBe(3);
    expect(only('mosquitto_sub -t a -x 0').protocolVersion).toBe(5);
    expect(only('mosquitto_sub -t a -D connect receive-maximum 5').protocolVersion).toBe(5);
    expect(only('mosquitto_sub -t a -V 5 -c -i x').sessionExpiryInterval).toBe(0xffffffff);
    expect(only('mosquitto_sub -t a -x -1 -i x').sessionExpiryInterval).toBe(0xffffffff);
  });

  test('takes the topic from its address, and the password out of it', () => {
    const { profiles, secrets } = imported(
      '/usr/bin/mosquitto_pub -L mqtts://ann:top@h:8884/a/b -m hi -r -q 2',
    );
    expect(profiles[0]).toMatchObject({
      broker: { scheme: 'mqtts', host: 'h', port: 8884 },
      username: 'ann',
      password: `\${secret:pub}`,
      afterConnect: [{ topic: 'a/b', payload: { text: 'hi' }, qos: 2, retain: true }],
    });
    expect(secrets).toEqual([{ name: 'pub', value: 'top' }]);
  });

  test('leaves variables of the shell to the environment', () => {
    const profile = only(`mosquitto_pub -h "$HOST" -u '$u' -P "\${PASS}" -t "a/$ID" -m '\${x}'`);
    expect(profile).toMatchObject({
      broker: { host: `\${env:HOST}` },
      username: '$u',
      password: `\${env:PASS}`,
      afterConnect: [{ topic: `a/\${env:ID}`, payload: { text: `$\${x}` } }],
    });
  });

  test('among others, and with TLS', () => {
    const { profiles, notes } = imported(
      'export A=1\nsudo mosquitto_sub --cafile ca.crt --cert me.crt --key me.key --insecure --tls-alpn mqtt -t x | tee log\n',
    );
    expect(profiles[0]).toMatchObject({
      broker: { scheme: 'mqtts', host: 'localhost', port: 8883 },
      tls: { ca: 'ca.crt', cert: 'me.crt', key: 'me.key', alpn: ['mqtt'], rejectUnauthorized: false },
    });
    expect(notes.some((note) => note.includes('2 other commands'))).toBe(true);
    expect(notes.some((note) => note.includes('--insecure'))).toBe(true);
  });

  test('may stand in its configuration file', () => {
    expect(only('# mine\n-h broker\n--will-topic gone\n--will-payload so long\n-k 15\n')).toMatchObject({
      broker: { host: 'broker' },
      keepAliveSeconds: 15,
      will: { topic: 'gone', payload: { text: 'so long' } },
    });
  });

  test('is not run', () => {
    expect(importConnections('mosquitto_pub -t a -m "$(cat /etc/passwd)"')).toMatchObject({
      ok: false,
      code: 'unreadable',
    });
    expect(importConnections("mosquitto_pub -t 'a")).toMatchObject({ ok: false, code: 'unreadable' });
  });
});

describe('a text that is none of these', () => {
  test.each([
    ['', 'unknown-format'],
    ['hello', 'unknown-format'],
    ['[1, 2]', 'unknown-format'],
    ['{ "a": ', 'unreadable'],
    ['[]', 'unknown-format'],
    ['{"ConnectionManager_connections":{}}', 'nothing-found'],
  ])('%j is refused with a reason', (text, code) => {
    expect(importConnections(text)).toMatchObject({ ok: false, code });
  });

  test('a connection whose address is none is left out, and told', () => {
    const { profiles, notes } = imported(JSON.stringify([{ ...mqttx, host: 'not a host' }, mqttx]));
    expect(profiles).toHaveLength(1);
    expect(notes.some((note) => note.startsWith('lab: the whole profile'))).toBe(true);
  });

  test('quotes nothing of a text that it cannot read', () => {
    const result = importConnections('{"password": "hunter2", oops');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
