import { describe, expect, it } from 'vitest';
import type { ConnectionProfile, ProfileFile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';

const parse = (text: string): ProfileFile => parseProfileFile(text, 'lab.mqtt.yaml');
const codes = (file: ProfileFile): string[] => file.diagnostics.map(({ code }) => code);
const usable = (file: ProfileFile): string[] => file.profiles.map(({ name }) => name);

function only(text: string): ConnectionProfile {
  const file = parse(text);
  expect(file.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const profile = file.profiles.at(-1);
  if (profile === undefined) throw new Error('No usable profile');
  return profile;
}

const WHOLE = `
version: 1
profiles:
  demo:
    description: Everything there is
    broker: wss://broker.example.com/mqtt
    tls: { ca: ./ca.pem, cert: ./me.pem, key: ./me.key, servername: x, alpn: [mqtt], rejectUnauthorized: false }
    protocolVersion: 5
    clientId: demo
    username: demo
    password: \${secret:demo}
    cleanStart: false
    keepAlive: 30s
    connectTimeout: 1500ms
    reconnect: { after: 2s, atMost: 1m }
    sessionExpiryInterval: never
    receiveMaximum: 20
    maximumPacketSize: 65535
    topicAliasMaximum: 10
    requestResponseInformation: true
    requestProblemInformation: false
    userProperties: { site: lab, room: 12 }
    will:
      topic: offline
      payloadJson: { state: off, at: 1.50, tags: [a, null, true] }
      qos: 2
      retain: true
      willDelayInterval: 5s
      messageExpiryInterval: 1h
      payloadFormatIndicator: utf8
      contentType: application/json
      responseTopic: demo/reply
      correlationData: { base64: AAEC/w== }
      userProperties: [[why, lost], [why, gone]]
    subscriptions:
      - { topicFilter: $share/g/a/#, qos: 1, retainAsPublished: true, retainHandling: doNotSend }
    afterConnect:
      - { topic: birth, payload: online, qos: 1, retain: true }
    beforeDisconnect:
      - { topic: birth, payloadFile: ./goodbye.bin }
    tap: { listen: "[::1]:1884" }
sandbox:
  deny: [{ publish: test/#, then: disconnect }, { publish: other }]
  users: [{ username: demo, password: plain }]
  sessionExpiryMaximum: 1h
  serverKeepAlive: 60s
scenarios:
  drop: { steps: [ { connect: demo }, { cut: demo }, { expectWill: { of: demo, after: 5s } } ] }
`;

describe('a profile that uses every key', () => {
  it('comes out whole, with durations in their unit', () => {
    expect(only(WHOLE)).toEqual({
      name: 'demo',
      description: 'Everything there is',
      broker: { kind: 'network', scheme: 'wss', host: 'broker.example.com', port: 443, path: '/mqtt' },
      tls: {
        ca: './ca.pem',
        cert: './me.pem',
        key: './me.key',
        servername: 'x',
        alpn: ['mqtt'],
        rejectUnauthorized: false,
      },
      protocolVersion: 5,
      clientId: 'demo',
      username: 'demo',
      password: `\${secret:demo}`,
      cleanStart: false,
      keepAliveSeconds: 30,
      connectTimeoutMs: 1500,
      reconnect: { afterMs: 2000, atMostMs: 60_000 },
      sessionExpiryInterval: 0xffff_ffff,
      receiveMaximum: 20,
      maximumPacketSize: 65_535,
      topicAliasMaximum: 10,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: [
        ['site', 'lab'],
        ['room', '12'],
      ],
      will: {
        topic: 'offline',
        payload: { kind: 'text', text: '{"state":"off","at":1.50,"tags":["a",null,true]}', json: true },
        qos: 2,
        retain: true,
        willDelayInterval: 5,
        messageExpiryInterval: 3600,
        payloadFormatIndicator: 'utf8',
        contentType: 'application/json',
        responseTopic: 'demo/reply',
        correlationData: { kind: 'base64', base64: 'AAEC/w==' },
        userProperties: [
          ['why', 'lost'],
          ['why', 'gone'],
        ],
      },
      subscriptions: [
        { topicFilter: '$share/g/a/#', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 2 },
      ],
      afterConnect: [
        {
          topic: 'birth',
          payload: { kind: 'text', text: 'online' },
          qos: 1,
          retain: true,
          userProperties: [],
        },
      ],
      beforeDisconnect: [
        {
          topic: 'birth',
          payload: { kind: 'file', path: './goodbye.bin' },
          qos: 0,
          retain: false,
          userProperties: [],
        },
      ],
      tap: { listen: { host: '::1', port: 1884 } },
    });
  });

  it('brings the settings of the sandbox', () => {
    const { deny, ...rest } = parse(WHOLE).sandbox;
    expect(deny.map(({ publish, then }) => `${publish} ${then}`)).toEqual([
      'test/# disconnect',
      'other notAuthorized',
    ]);
    expect(rest).toEqual({
      users: [{ username: 'demo', password: 'plain' }],
      sessionExpiryMaximum: 3600,
      serverKeepAlive: 60,
    });
  });

  it('brings the deviations of the sandbox; of one that is misspelt it says which is meant, and uses none of the file', () => {
    const withDeviations = (words: string) =>
      parse(`sandbox: { deviations: ${words} }\nprofiles: { a: { broker: sandbox } }\n`);
    expect(withDeviations('[willsInLine, noWillAt0x04]').sandbox.deviations).toEqual([
      'willsInLine',
      'noWillAt0x04',
    ]);
    expect(withDeviations('[]').sandbox).not.toHaveProperty('deviations');
    const { sandboxUsable, diagnostics } = withDeviations('[willInLine]');
    expect(sandboxUsable).toBe(false);
    expect(diagnostics.map(({ message }) => message)).toEqual([expect.stringContaining('`willsInLine`')]);
  });

  it('means the same when it is written as JSON', () => {
    const json = `{
\t"profiles": {
\t\t"demo": { "broker": "sandbox", "keepAlive": "30s", "clientId": "caf\\u00e9", "will": { "topic": "offline" } }
\t}
}`;
    const { profiles, diagnostics } = parseProfileFile(json, 'lab.mqtt.json');
    expect(diagnostics).toEqual([]);
    expect(profiles).toMatchObject([{ clientId: 'café', keepAliveSeconds: 30, will: { topic: 'offline' } }]);
  });
});

describe('a profile that says nothing but where to connect', () => {
  it('has the defaults of the table', () => {
    expect(only('profiles: { p: { broker: mqtt://localhost } }')).toEqual({
      name: 'p',
      broker: { kind: 'network', scheme: 'mqtt', host: 'localhost', port: 1883, path: '' },
      protocolVersion: 5,
      clientId: '',
      cleanStart: true,
      keepAliveSeconds: 60,
      connectTimeoutMs: 10_000,
      userProperties: [],
      subscriptions: [],
      afterConnect: [],
      beforeDisconnect: [],
    });
  });

  it('keeps texts as they are written', () => {
    const { will } = only('profiles: { p: { broker: sandbox, will: { topic: 007, payload: 21.50 } } }');
    expect(will).toMatchObject({ topic: '007', payload: { text: '21.50' } });
  });
});

describe('defaults and extends', () => {
  it('lie under a profile in that order, and the profile decides', () => {
    const profile = only(`
defaults: { broker: sandbox, keepAlive: 10, username: fromDefaults, clientId: fromDefaults }
profiles:
  base: { keepAlive: 20, username: fromBase }
  p: { extends: base, keepAlive: 30 }
`);
    expect(profile).toMatchObject({ keepAliveSeconds: 30, username: 'fromBase', clientId: 'fromDefaults' });
  });

  it('merge maps with fixed keys key by key, and replace lists and User Properties whole', () => {
    const profile = only(`
defaults:
  broker: sandbox
  sessionExpiryInterval: 1h
  will: { topic: a, payload: x, userProperties: { a: b }, willDelayInterval: 5 }
  subscriptions: [{ topicFilter: a }, { topicFilter: b }]
  userProperties: { a: b, c: d }
profiles:
  p: { will: { payload: y, userProperties: { c: d } }, subscriptions: [{ topicFilter: c }], userProperties: { e: f } }
`);
    expect(profile.will).toMatchObject({
      topic: 'a',
      payload: { text: 'y' },
      willDelayInterval: 5,
      userProperties: [['c', 'd']],
    });
    expect(profile.subscriptions).toMatchObject([{ topicFilter: 'c' }]);
    expect(profile.userProperties).toEqual([['e', 'f']]);
  });

  it('let one form of a payload take the place of another', () => {
    const { will } = only(`
defaults: { broker: sandbox, will: { topic: a, payloadFile: ./x } }
profiles: { p: { will: { payloadBase64: YQ== } } }
`);
    expect(will?.payload).toEqual({ kind: 'base64', base64: 'YQ==' });
  });

  it('let `cleanSession` take the place of an inherited `cleanStart`', () => {
    expect(
      only(`
defaults: { broker: sandbox, cleanStart: true, clientId: p }
profiles: { p: { protocolVersion: 3.1.1, cleanSession: false } }
`).cleanStart,
    ).toBe(false);
  });

  it('are undone by `null`, for a whole will as for one of its keys', () => {
    const file = parse(`
defaults: { broker: sandbox, keepAlive: 10, clientId: a, sessionExpiryInterval: 1h, will: { topic: a, willDelayInterval: 5 } }
profiles: { a: { will: null, keepAlive: ~ }, b: { will: { willDelayInterval: null } } }
`);
    expect(codes(file)).toEqual([]);
    expect(file.profiles.map(({ will }) => will?.willDelayInterval)).toEqual([undefined, undefined]);
    expect(file.profiles.map(({ will }) => will?.topic)).toEqual([undefined, 'a']);
    expect(file.profiles.map(({ keepAliveSeconds }) => keepAliveSeconds)).toEqual([60, 10]);
  });

  it('do not pass on the description', () => {
    expect(
      only('profiles: { a: { description: A, broker: sandbox }, b: { extends: a } }').description,
    ).toBeUndefined();
  });

  it('let a profile that others extend be incomplete, and then do not offer it', () => {
    const file = parse(
      'profiles: { base: { will: { qos: 1 } }, p: { extends: base, broker: sandbox, will: { topic: a } } }',
    );
    expect(codes(file)).toEqual([]);
    expect(usable(file)).toEqual(['p']);
    expect(file.names).toMatchObject([
      { name: 'base', usable: false },
      { name: 'p', usable: true },
    ]);
  });

  it('report a circle at each of its links, and leave whoever extends into it unusable', () => {
    const file = parse(`
defaults: { broker: sandbox }
profiles: { a: { extends: b }, b: { extends: a }, c: { extends: a }, d: {} }
`);
    expect(codes(file)).toEqual(['extends-cycle', 'extends-cycle']);
    expect(usable(file)).toEqual(['d']);
  });

  it('follow a long chain without running out of stack', () => {
    const links = Array.from({ length: 4000 }, (_, index) => `  p${index}: { extends: p${index + 1} }`);
    const file = parse(`profiles:\n${links.join('\n')}\n  p4000: { broker: sandbox, clientId: root }\n`);
    expect(codes(file)).toEqual([]);
    expect(file.profiles[0]?.clientId).toBe('root');
  });
});

describe('an error', () => {
  it('in one profile leaves the others', () => {
    const file = parse(
      'profiles: { a: { broker: sandbox }, b: { broker: sandbox, qos: 1 }, c: { broker: sandbox } }',
    );
    expect(usable(file)).toEqual(['a', 'c']);
    expect(file.names.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('in a profile leaves those unusable that extend it, unless they replace what is wrong', () => {
    const file = parse(`
defaults: { broker: sandbox }
profiles: { a: { keepAlive: no }, b: { extends: a }, c: { extends: a, keepAlive: 5 } }
`);
    expect(codes(file)).toEqual(['duration-form']);
    expect(usable(file)).toEqual(['c']);
  });

  it('in defaults is told once, and leaves every profile unusable that it reaches', () => {
    const file = parse(
      'defaults: { broker: sandbox, will: { topic: "#" } }\nprofiles: { a: {}, b: {}, c: { will: { topic: x } } }',
    );
    expect(codes(file)).toEqual(['will-topic-wildcard']);
    expect(usable(file)).toEqual(['c']);
  });

  it('in the sandbox concerns those who connect to it', () => {
    const file = parse(
      'profiles: { a: { broker: sandbox }, b: { broker: mqtt://b } }\nsandbox: { denied: [] }',
    );
    expect(usable(file)).toEqual(['b']);
  });

  it('of indentation concerns the profile it stands in', () => {
    const file = parse(`
profiles:
  a:
    broker: sandbox
  b:
    broker: sandbox
   clientId: x
  c:
    broker: sandbox
`);
    expect(codes(file)).toContain('yaml-syntax');
    expect(usable(file)).not.toContain('b');
    expect(usable(file)).toContain('a');
  });

  it('of syntax outside of the profiles leaves all of them unusable', () => {
    const file = parse('profiles: { a: { broker: sandbox } }\n]\n');
    expect(codes(file)).toContain('yaml-syntax');
    expect(usable(file)).toEqual([]);
  });

  it('of syntax reaches wherever an alias carries it', () => {
    const file = parse(`
profiles:
  a:
    broker: &b "mqtt://host\\q"
  b:
    broker: *b
`);
    expect(usable(file)).toEqual([]);
  });

  it('behind an alias reaches those who use it', () => {
    const file = parse(
      'profiles: { a: { broker: sandbox, will: &w { topic: "#" } }, b: { broker: sandbox, will: *w } }',
    );
    expect(codes(file)).toEqual(['will-topic-wildcard']);
    expect(usable(file)).toEqual([]);
  });

  it('names the thing and the nearest name', () => {
    const message = (text: string) => parse(text).diagnostics[0]?.message;
    expect(message('profiles: { a: { broker: sandbox, keepalive: 5 } }')).toContain(
      'Did you mean `keepAlive`?',
    );
    expect(message('profiles: { a: { broker: sandbox, session-expiry-interval: 5 } }')).toContain(
      'Did you mean `sessionExpiryInterval`?',
    );
    expect(
      message('profiles: { alpha: { broker: sandbox }, b: { extends: alhpa, broker: sandbox } }'),
    ).toContain('Did you mean `alpha`?');
    expect(message(`profiles: { a: { broker: sandbox, username: "\${evn:X}" } }`)).toContain(
      'Did you mean `env`?',
    );
    expect(message('profiles: { a: { broker: tcp://host:1 } }')).toContain('Write `mqtt://host:1`');
    expect(
      message('profiles: { a: { broker: sandbox, protocolVersion: 3.1.1, receiveMaximum: 3 } }'),
    ).toContain('only in MQTT 5.0');
  });
});

describe('hostile files', () => {
  it('with aliases that multiply are read in bounded work', () => {
    const layers = Array.from(
      { length: 30 },
      (_, index) => `  - &l${index + 1} [${Array(10).fill(`*l${index}`).join(', ')}]`,
    );
    const file = parse(`scenarios:\n  - &l0 x\n${layers.join('\n')}\nprofiles: { p: { broker: sandbox } }\n`);
    expect(codes(file)).toContain('yaml-alias');
  });

  it('with a payload that aliases multiply are refused', () => {
    const layers = Array.from(
      { length: 20 },
      (_, index) => `&l${index + 1} [${Array(10).fill(`*l${index}`).join(', ')}]`,
    );
    const file = parse(
      `profiles: { p: { broker: sandbox, will: { topic: a, payloadJson: [&l0 x, ${layers.join(', ')}] } } }`,
    );
    expect(codes(file)).toContain('yaml-alias');
    expect(usable(file)).toEqual([]);
  });

  it('with very many brackets, dashes or unknown keys are refused, not choked on', () => {
    for (const text of [
      '['.repeat(100_000),
      '- '.repeat(50_000),
      '{a: '.repeat(50_000),
      '? '.repeat(50_000),
    ]) {
      expect(codes(parse(text))).toEqual(['nesting-too-deep']);
    }
    const keys = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(codes(parse(keys))).toHaveLength(1000);
  });

  it('with very many profiles are cut off where the table says', () => {
    const names = Array.from({ length: 5001 }, (_, index) => `  p${index}: { broker: sandbox }`);
    const file = parse(`profiles:\n${names.join('\n')}\n`);
    expect(codes(file)).toEqual(['too-many']);
    expect(file.profiles).toHaveLength(5000);
  });

  it('may name things as JavaScript does', () => {
    const file = parse('profiles: { __proto__: { broker: sandbox }, constructor: { extends: toString } }');
    expect(codes(file)).toEqual(['extends-unknown']);
    expect(usable(file)).toEqual(['__proto__']);
  });
});
