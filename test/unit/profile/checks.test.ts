import { describe, expect, it } from 'vitest';
import { findStatement, statements } from '../../../src/mqtt/statements.ts';
import { CHECKS, type DiagnosticCode } from '../../../src/profile/checks.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import type { TextEdit } from '../../../src/profile/problem.ts';
import { MAX_FILE_LENGTH } from '../../../src/profile/tree.ts';
import { ProfileWorkspace } from '../../../src/profile/workspace.ts';

/** For each code its smallest bad file, with `|...|` around what the diagnostic must point at, and its nearest good one. */
interface Example {
  readonly bad: string;
  readonly good: string;
  /** Said beside it, of necessity. */
  readonly also?: readonly DiagnosticCode[];
  /** Another file of the workspace. */
  readonly beside?: string;
  /** Files that are there; every other is not. Absent: nothing is known of files. */
  readonly files?: readonly string[];
}

const profile = (...lines: string[]): string =>
  ['profiles:', '  p:', ...lines.map((line) => `    ${line}`), ''].join('\n');
const sandboxed = (...lines: string[]): string => profile('broker: sandbox', ...lines);
const broker = (address: string): string => profile(`broker: ${address}`);
const before5 = (...lines: string[]): string => sandboxed('protocolVersion: 3.1.1', ...lines);
const long = (length: number): string => 'x'.repeat(length);

const EXAMPLES: Readonly<Record<DiagnosticCode, Example | readonly Example[]>> = {
  'yaml-syntax': [
    { bad: sandboxed('clientId: "a|\\|q"'), good: sandboxed('clientId: "a\\n"') },
    { bad: sandboxed('will: !!oops {}').replace('!!oops', '|!!oops|'), good: sandboxed('will: null') },
  ],
  'yaml-alias': [
    {
      bad: sandboxed('will: &w { topic: |*w| }'),
      good: sandboxed('clientId: &c x', 'username: *c'),
    },
    { bad: sandboxed('username: |*c|', 'clientId: &c x'), good: sandboxed('username: "*c"') },
  ],
  'file-too-large': {
    bad: `||${sandboxed(`#${long(MAX_FILE_LENGTH)}`)}`,
    good: sandboxed(`#${long(MAX_FILE_LENGTH - 100)}`),
  },
  'nesting-too-deep': {
    bad: `scenarios: ${'['.repeat(100)}|[|`,
    good: sandboxed(`will: { topic: t, payloadJson: ${'['.repeat(80)}${']'.repeat(80)} }`),
  },
  'no-profiles': [
    { bad: '||', good: sandboxed() },
    { bad: '|profiles|: {}', good: sandboxed() },
    { bad: '||version: 1', good: sandboxed() },
  ],
  'key-not-text': { bad: 'profiles: { p: { broker: sandbox, |[a]|: b } }', good: sandboxed('username: b') },
  'unknown-key': [
    { bad: sandboxed('|clientID|: a'), good: sandboxed('clientId: a') },
    { bad: sandboxed('will: { topic: t, |willDelay|: 5s }'), good: sandboxed('will: { topic: t }') },
    { bad: `|default|: {}\n${sandboxed()}`, good: `defaults: {}\n${sandboxed()}` },
    { bad: `defaults: { |extends|: p }\n${sandboxed()}`, good: `defaults: {}\n${sandboxed()}` },
    { bad: sandboxed('|<<|: {}'), good: sandboxed() },
  ],
  'duplicate-key': { bad: sandboxed('clientId: a', '|clientId|: b'), good: sandboxed('clientId: a') },
  'exclusive-keys': [
    {
      bad: sandboxed('will: { topic: t, payload: a, |payloadFile|: b }'),
      good: sandboxed('will: { topic: t, payloadFile: b }'),
    },
    {
      bad: before5('clientId: a', 'cleanStart: true', '|cleanSession|: true'),
      good: before5('clientId: a', 'cleanSession: true'),
    },
  ],
  'value-missing': [
    { bad: sandboxed('|clientId|:'), good: sandboxed('clientId: ""') },
    {
      bad: sandboxed('subscriptions:', '  - topicFilter: a', '  -||'),
      good: sandboxed('subscriptions:', '  - topicFilter: a'),
    },
    { bad: 'profiles: { |""|: { broker: sandbox } }', good: 'profiles: { p: { broker: sandbox } }' },
  ],
  'required-missing': [
    { bad: 'profiles: { |p|: {} }', good: broker('sandbox') },
    { bad: sandboxed('|will|: { payload: a }'), good: sandboxed('will: { topic: a }') },
    {
      bad: sandboxed('subscriptions: [ { |qos|: 1 } ]'),
      good: sandboxed('subscriptions: [ { topicFilter: a } ]'),
    },
    {
      bad: `${sandboxed()}sandbox: { deny: [ { |then|: disconnect } ] }`,
      good: `${sandboxed()}sandbox: { deny: [ { publish: a } ] }`,
    },
  ],
  'wrong-type': [
    { bad: sandboxed('cleanStart: |yes|'), good: sandboxed('cleanStart: true') },
    { bad: sandboxed('receiveMaximum: |"20"|'), good: sandboxed('receiveMaximum: 20') },
    { bad: sandboxed('clientId: |[a]|'), good: sandboxed('clientId: a') },
    { bad: sandboxed('will: |gone|'), good: sandboxed('will: { topic: gone }') },
    { bad: sandboxed('subscriptions: |a|'), good: sandboxed('subscriptions: []') },
    { bad: sandboxed('userProperties: [|[a]|]'), good: sandboxed('userProperties: [[a, b], { a: c }]') },
    { bad: 'profiles: |[ { broker: sandbox } ]|', good: broker('sandbox'), also: ['no-profiles'] },
    { bad: '|just a text|', good: sandboxed(), also: [] },
    { bad: broker('|[a]|'), good: broker('mqtt://a') },
  ],
  'unknown-choice': [
    { bad: sandboxed('protocolVersion: |4|'), good: sandboxed('protocolVersion: 3.1.1') },
    {
      bad: sandboxed('subscriptions: [ { topicFilter: a, retainHandling: |1| } ]'),
      good: sandboxed('subscriptions: [ { topicFilter: a, retainHandling: sendIfNew } ]'),
    },
  ],
  'out-of-range': [
    { bad: sandboxed('keepAlive: |65536|'), good: sandboxed('keepAlive: 65535') },
    { bad: sandboxed('keepAlive: |-1|'), good: sandboxed('keepAlive: 0') },
    { bad: sandboxed('receiveMaximum: |0|'), good: sandboxed('receiveMaximum: 1') },
    { bad: sandboxed('maximumPacketSize: |4294967296|'), good: sandboxed('maximumPacketSize: 4294967295') },
    { bad: sandboxed('topicAliasMaximum: |65536|'), good: sandboxed('topicAliasMaximum: 65535') },
    { bad: sandboxed('will: { topic: a, qos: |3| }'), good: sandboxed('will: { topic: a, qos: 2 }') },
    {
      bad: sandboxed('sessionExpiryInterval: |50000d|'),
      good: sandboxed('clientId: a', 'sessionExpiryInterval: never'),
    },
    { bad: sandboxed('connectTimeout: |0|'), good: sandboxed('connectTimeout: 1ms') },
    { bad: `version: |2|\n${sandboxed()}`, good: `version: 1\n${sandboxed()}` },
  ],
  'too-many': [
    {
      bad: sandboxed(`subscriptions: |[${'{ topicFilter: a },'.repeat(1001)}]|`),
      good: sandboxed(
        `subscriptions: [${Array.from({ length: 1000 }, (_, index) => `{ topicFilter: a${index} },`).join('')}]`,
      ),
    },
  ],
  'duration-form': [
    { bad: sandboxed('keepAlive: |30 s|'), good: sandboxed('keepAlive: 30s') },
    { bad: sandboxed('keepAlive: |never|'), good: sandboxed('clientId: a', 'sessionExpiryInterval: never') },
  ],
  'duration-fraction': [
    { bad: sandboxed('keepAlive: |500ms|'), good: sandboxed('keepAlive: 1000ms', 'connectTimeout: 500ms') },
    { bad: sandboxed('sessionExpiryInterval: |0.5|'), good: sandboxed('connectTimeout: 0.5') },
    { bad: sandboxed('connectTimeout: |0.5ms|'), good: sandboxed('connectTimeout: 1ms') },
  ],
  'invalid-base64': {
    bad: sandboxed('will: { topic: a, payloadBase64: |YQ| }'),
    good: sandboxed('will: { topic: a, payloadBase64: YQ== }'),
  },
  'invalid-json': {
    bad: sandboxed('will: { topic: a, payloadJson: { a: |.nan| } }'),
    good: sandboxed('will: { topic: a, payloadJson: { a: ".nan" } }'),
  },
  'broker-form': [
    { bad: broker('|localhost|'), good: broker('mqtt://localhost') },
    { bad: broker('|sandbx|'), good: broker('sandbox') },
  ],
  'broker-scheme': { bad: broker('|tcp://localhost|'), good: broker('mqtt://localhost') },
  'broker-host': { bad: broker('|mqtt://a b|'), good: broker('mqtt://a.b') },
  'broker-port': [
    { bad: broker('|mqtt://a:65536|'), good: broker('mqtt://a:65535') },
    { bad: broker('|mqtt://a:0|'), good: broker('mqtt://a:1') },
    { bad: broker(`|mqtt://a:\${env:PORT}|`), good: broker(`mqtt://\${env:HOST}:1883`) },
  ],
  'broker-path': { bad: broker('|mqtt://a/mqtt|'), good: broker('ws://a/mqtt') },
  'broker-credentials': {
    bad: broker('|mqtt://me:hunter2@a|'),
    good: profile('broker: mqtt://a', 'username: me'),
  },
  'listen-form': { bad: sandboxed('tap: { listen: |here| }'), good: sandboxed('tap: { listen: 1884 }') },
  'variable-malformed': [
    { bad: sandboxed(`username: a|\${|env:B`), good: sandboxed(`username: a$\${env:B`) },
    { bad: sandboxed(`username: |\${env}|`), good: sandboxed(`username: \${env:B}`) },
    { bad: sandboxed(`clientId: |\${random:99}|`), good: sandboxed(`clientId: \${random:8}`) },
  ],
  'variable-unknown': { bad: sandboxed(`username: |\${user}|`), good: sandboxed(`username: \${env:USER}`) },
  'variable-not-here': {
    bad: sandboxed(`keepAlive: |\${env:KEEP}|`),
    good: sandboxed('keepAlive: 30', `clientId: \${env:KEEP}`),
  },
  'extends-unknown': { bad: sandboxed('extends: |q|'), good: `${sandboxed('extends: q')}  q: {}\n` },
  'extends-cycle': { bad: sandboxed('extends: |p|'), good: `${sandboxed('extends: q')}  q: {}\n` },
  'key-not-in-version': [
    {
      bad: before5('sessionExpiryInterval: |10s|'),
      good: sandboxed('clientId: a', 'sessionExpiryInterval: 10s'),
    },
    {
      bad: before5('subscriptions: [ { topicFilter: a, noLocal: |true| } ]'),
      good: before5('subscriptions: [ { topicFilter: a, noLocal: false } ]'),
    },
    {
      bad: before5('will: { topic: a, willDelayInterval: |5s| }'),
      good: before5('will: { topic: a, willDelayInterval: null }'),
    },
    { bad: sandboxed('cleanSession: |true|'), good: sandboxed('cleanStart: true') },
    {
      bad: `defaults: { receiveMaximum: 5 }\n${before5().replace('3.1.1', '|3.1.1|')}`,
      good: `defaults: { receiveMaximum: 5 }\n${before5('receiveMaximum: null')}`,
    },
  ],
  'text-too-long': [
    { bad: sandboxed(`username: |${long(65_536)}|`), good: sandboxed(`username: ${long(65_535)}`) },
    {
      bad: sandboxed(`username: |${'é'.repeat(32_768)}|`),
      good: sandboxed(`username: ${'é'.repeat(32_767)}`),
    },
  ],
  'text-not-utf8': [
    { bad: sandboxed('username: |"a\\0"|'), good: sandboxed('will: { topic: a, payload: "a\\0" }') },
    { bad: sandboxed('username: |"\\ud83d"|'), good: sandboxed('username: "\\ud83d\\ude00"') },
    { bad: sandboxed('will: { topic: a, payload: |"\\ud83d"| }'), good: sandboxed('will: { topic: a }') },
  ],
  'client-id-empty': [
    {
      bad: before5('cleanStart: false', 'clientId: |""|'),
      good: before5('cleanStart: true', 'clientId: ""'),
    },
    {
      bad: sandboxed('protocolVersion: 3.1', 'clientId: |""|'),
      good: sandboxed('protocolVersion: 3.1', 'clientId: a'),
    },
    {
      bad: before5('cleanStart: false').replace('p:', '|p|:'),
      good: before5('cleanStart: false', 'clientId: a'),
    },
  ],
  'client-id-too-long': {
    bad: sandboxed('protocolVersion: 3.1', `clientId: |${long(24)}|`),
    good: sandboxed('protocolVersion: 3.1', `clientId: ${long(23)}`),
  },
  'password-in-file': [
    {
      bad: profile('broker: mqtts://a', 'username: me', 'password: |hunter2|'),
      good: profile('broker: mqtts://a', 'username: me', `password: \${secret:me}`),
    },
    {
      bad: profile('broker: mqtts://a', 'username: me', `password: |\${username}|`),
      good: sandboxed('username: me', 'password: secret'),
    },
  ],
  'password-without-username': {
    bad: before5('password: |a|'),
    good: sandboxed('password: a'),
  },
  'will-topic-wildcard': [
    { bad: sandboxed('will: { topic: |a/#| }'), good: sandboxed('will: { topic: a/b }') },
    {
      bad: sandboxed(`will: { topic: |"+/\${clientId}"| }`),
      good: sandboxed(`clientId: a`, `will: { topic: "a/\${clientId}" }`),
    },
  ],
  'will-topic-invalid': [
    { bad: sandboxed('will: { topic: |""| }'), good: sandboxed('will: { topic: " " }') },
    { bad: sandboxed('will: { topic: |"a\\0"| }'), good: sandboxed('will: { topic: "a" }') },
    {
      bad: sandboxed(`will: { topic: |${long(65_536)}| }`),
      good: sandboxed(`will: { topic: ${long(65_535)} }`),
    },
  ],
  'will-payload-too-large': {
    bad: sandboxed(`will: { topic: a, payload: |${long(65_536)}| }`),
    good: sandboxed(`will: { topic: a, payload: ${long(65_535)} }`),
  },
  'will-delay-no-effect': [
    {
      bad: sandboxed('will: { topic: a, willDelayInterval: |5s| }'),
      good: sandboxed(
        'clientId: a',
        'sessionExpiryInterval: 6s',
        'will: { topic: a, willDelayInterval: 5s }',
      ),
    },
    {
      bad: sandboxed('sessionExpiryInterval: 0', 'will: { topic: a, willDelayInterval: |5s| }'),
      good: sandboxed('sessionExpiryInterval: 0', 'will: { topic: a, willDelayInterval: 0 }'),
    },
  ],
  'topic-wildcard': [
    {
      bad: sandboxed('afterConnect: [ { topic: |a/+| } ]'),
      good: sandboxed('afterConnect: [ { topic: a/b } ]'),
    },
    {
      bad: sandboxed('will: { topic: a, responseTopic: |"#"| }'),
      good: sandboxed('will: { topic: a, responseTopic: b }'),
    },
  ],
  'topic-invalid': {
    bad: sandboxed('beforeDisconnect: [ { topic: |""| } ]'),
    good: sandboxed('beforeDisconnect: [ { topic: a } ]'),
  },
  'topic-filter-invalid': [
    {
      bad: sandboxed('subscriptions: [ { topicFilter: |a/b#| } ]'),
      good: sandboxed('subscriptions: [ { topicFilter: a/# } ]'),
    },
    {
      bad: sandboxed('subscriptions: [ { topicFilter: |$share/a| } ]'),
      good: sandboxed('subscriptions: [ { topicFilter: $share/a/b } ]'),
    },
    {
      bad: `${sandboxed()}sandbox: { deny: [ { publish: |a+| } ] }`,
      good: `${sandboxed()}sandbox: { deny: [ { publish: a/+ } ] }`,
    },
  ],
  'shared-no-local': {
    bad: sandboxed('subscriptions: [ { topicFilter: $share/a/b, noLocal: |true| } ]'),
    good: sandboxed('subscriptions: [ { topicFilter: $share/a/b, noLocal: false } ]'),
  },
  'payload-not-utf8': {
    bad: sandboxed('will: { topic: a, payloadBase64: |/w==|, payloadFormatIndicator: utf8 }'),
    good: sandboxed('will: { topic: a, payloadBase64: /w==, payloadFormatIndicator: bytes }'),
  },
  'session-ends-with-connection': {
    bad: sandboxed('cleanStart: |false|'),
    good: sandboxed('clientId: a', 'cleanStart: false', 'sessionExpiryInterval: 1h'),
  },
  'reconnect-order': {
    bad: sandboxed('reconnect: { after: 2s, atMost: |1s| }'),
    good: sandboxed('reconnect: { after: 2s, atMost: 2s }'),
  },
  'tls-unused': {
    bad: profile('broker: mqtt://a', '|tls|: { ca: a.pem }'),
    good: profile('broker: mqtts://a', 'tls: { ca: a.pem }'),
  },
  'tls-pair': {
    bad: profile('broker: mqtts://a', 'tls: { cert: |a.pem| }'),
    good: profile('broker: mqtts://a', 'tls: { cert: a.pem, key: a.key }'),
  },
  'tap-not-loopback': {
    bad: sandboxed('tap: { listen: |0.0.0.0:1884| }'),
    good: sandboxed('tap: { listen: 127.0.0.1:1884 }'),
  },
  'tap-loop': {
    bad: profile('broker: mqtt://localhost:1883', 'tap: { listen: |127.0.0.1:1883| }'),
    good: profile('broker: mqtt://localhost:1883', 'tap: { listen: 127.0.0.1:1884 }'),
  },
  'will-delay-cut-short': {
    bad: sandboxed('clientId: a', 'sessionExpiryInterval: 4s', 'will: { topic: a, willDelayInterval: |5s| }'),
    good: sandboxed('clientId: a', 'sessionExpiryInterval: 5s', 'will: { topic: a, willDelayInterval: 5s }'),
  },
  'will-delay-clean-start': {
    bad: sandboxed(
      'clientId: a',
      'sessionExpiryInterval: 9s',
      'reconnect: { after: 1s }',
      'will: { topic: a, willDelayInterval: |5s| }',
    ),
    good: sandboxed(
      'clientId: a',
      'cleanStart: false',
      'sessionExpiryInterval: 9s',
      'reconnect: { after: 1s }',
      'will: { topic: a, willDelayInterval: 5s }',
    ),
  },
  'session-without-name': [
    {
      bad: sandboxed('sessionExpiryInterval: |1h|'),
      good: sandboxed('clientId: a', 'sessionExpiryInterval: 1h'),
    },
    {
      bad: sandboxed(`clientId: |a-\${random:8}|`, 'sessionExpiryInterval: 1h'),
      good: sandboxed(`clientId: a-\${random:8}`, 'sessionExpiryInterval: 0'),
    },
    {
      bad: before5(`clientId: |a-\${random:8}|`, 'cleanStart: false'),
      good: before5(`clientId: a-\${env:HOST}`, 'cleanStart: false'),
    },
  ],
  'will-topic-dollar': {
    bad: sandboxed('will: { topic: |$a/b| }'),
    good: sandboxed('will: { topic: a/$b }'),
  },
  'will-topic-not-state-topic': [
    {
      bad: sandboxed(
        'clientId: me-1',
        'username: me',
        `will: { topic: |"user/status/\${username}"|, retain: true, payload: gone }`,
        `beforeDisconnect: [ { topic: "user/status/\${clientId}", retain: true } ]`,
      ),
      good: sandboxed(
        'clientId: me-1',
        'username: me',
        `will: { topic: "user/status/\${username}", retain: true, payload: gone }`,
        'beforeDisconnect: [ { topic: user/status/me, retain: true } ]',
      ),
    },
    {
      bad: sandboxed(
        'will: { topic: |lost| }',
        'afterConnect: [ { topic: a/state, retain: true } ]',
        'beforeDisconnect: [ { topic: a/state, retain: true } ]',
      ),
      good: sandboxed('will: { topic: lost }', 'afterConnect: [ { topic: a/config, retain: true } ]'),
    },
  ],
  'will-not-retained': [
    {
      bad: sandboxed('will: { topic: a, retain: |false| }', 'afterConnect: [ { topic: a, retain: true } ]'),
      good: sandboxed('will: { topic: a, retain: false }', 'afterConnect: [ { topic: a } ]'),
    },
    {
      bad: sandboxed('|will|: { topic: a, payload: x }', 'afterConnect: [ { topic: a, retain: true } ]'),
      good: sandboxed(
        'will: { topic: a, payload: x, retain: true }',
        'afterConnect: [ { topic: a, retain: true } ]',
      ),
    },
  ],
  'goodbye-not-retained': {
    bad: sandboxed('afterConnect: [ { topic: a, retain: true } ]', 'beforeDisconnect: [ { topic: |a| } ]'),
    good: sandboxed(
      'afterConnect: [ { topic: a, retain: true } ]',
      'beforeDisconnect: [ { topic: a, retain: true } ]',
    ),
  },
  'will-clears-retained': {
    bad: sandboxed('will: { topic: a, retain: |true| }'),
    good: sandboxed('will: { topic: a, retain: true, payload: x }'),
  },
  'will-expiry-short': {
    bad: sandboxed('keepAlive: 10s', 'will: { topic: a, messageExpiryInterval: |14s| }'),
    good: sandboxed('keepAlive: 10s', 'will: { topic: a, messageExpiryInterval: 15s }'),
  },
  'keep-alive-off-with-will': {
    bad: sandboxed('keepAlive: |0|', 'will: { topic: a }'),
    good: sandboxed('keepAlive: 1s', 'will: { topic: a }'),
  },
  'keep-alive-beyond-nat': [
    {
      bad: profile('broker: mqtt://a', 'keepAlive: |301s|'),
      good: profile('broker: mqtt://a', 'keepAlive: 300s'),
    },
    {
      bad: profile('broker: mqtt://a', 'keepAlive: |20m|'),
      good: profile('broker: mqtt://localhost', 'keepAlive: 20m'),
    },
  ],
  'payload-not-json': [
    {
      bad: sandboxed('will: { topic: a, payload: |gone|, contentType: application/json }'),
      good: sandboxed('will: { topic: a, payload: \'"gone"\', contentType: application/json }'),
    },
    {
      bad: sandboxed(
        'afterConnect: [ { topic: a, payload: |"{ a: 1 }"|, contentType: text/json; charset=utf-8 } ]',
      ),
      good: sandboxed(
        'afterConnect: [ { topic: a, payloadJson: { a: 1 }, contentType: text/json; charset=utf-8 } ]',
      ),
    },
  ],
  'correlation-without-response': {
    bad: sandboxed('will: { topic: a, correlationData: |x| }'),
    good: sandboxed('will: { topic: a, correlationData: x, responseTopic: b }'),
  },
  'subscription-duplicate': {
    bad: sandboxed('subscriptions:', '  - { topicFilter: a }', '  - { topicFilter: |a|, qos: 1 }'),
    good: sandboxed('subscriptions:', '  - { topicFilter: a }', '  - { topicFilter: b, qos: 1 }'),
  },
  'subscriptions-overlap': [
    {
      bad: sandboxed('subscriptions: [ { topicFilter: a/# }, { topicFilter: |a| } ]'),
      good: sandboxed('subscriptions: [ { topicFilter: a/+ }, { topicFilter: a } ]'),
    },
    {
      bad: sandboxed('subscriptions: [ { topicFilter: +/b }, { topicFilter: |a/+| } ]'),
      good: sandboxed('subscriptions: [ { topicFilter: +/b }, { topicFilter: $share/g/a/+ } ]'),
    },
    {
      bad: before5('subscriptions: [ { topicFilter: "#" }, { topicFilter: |a| } ]'),
      good: before5('subscriptions: [ { topicFilter: "#" }, { topicFilter: $SYS/# } ]'),
    },
  ],
  'credentials-unencrypted': {
    bad: profile('broker: |mqtt://a|', 'username: u', `password: \${secret:p}`),
    good: profile('broker: mqtt://127.0.0.1', 'username: u', `password: \${secret:p}`),
  },
  'certificate-unchecked': {
    bad: profile('broker: mqtts://a', 'tls: { rejectUnauthorized: |false| }'),
    good: profile('broker: mqtts://a', 'tls: { rejectUnauthorized: true }'),
  },
  'client-ids-fight': [
    {
      bad: profile('broker: mqtt://a', 'clientId: |x|', 'reconnect: { after: 1s }'),
      beside: profile('broker: mqtt://A:1883', 'clientId: x', 'reconnect: { after: 2s }'),
      good: profile('broker: mqtt://b', 'clientId: x', 'reconnect: { after: 1s }'),
    },
    {
      bad: profile(
        'broker: mqtt://a',
        `username: x`,
        `clientId: |"\${username}-1"|`,
        'reconnect: { after: 1s }',
      ),
      beside: profile('broker: mqtt://a', 'clientId: x-1', 'reconnect: { after: 2s }'),
      good: profile('broker: mqtt://a', `clientId: "x-\${random:4}"`, 'reconnect: { after: 1s }'),
    },
  ],
  'client-id-shared': [
    {
      bad: profile('broker: mqtt://localhost', 'clientId: |x|', 'reconnect: { after: 1s }'),
      beside: profile('broker: mqtt://127.0.0.1', 'clientId: x'),
      good: profile('broker: mqtt://localhost:1884', 'clientId: x', 'reconnect: { after: 1s }'),
    },
    {
      bad: 'profiles:\n  a: { broker: sandbox, clientId: x }\n  |b|: { extends: a }\n',
      good: sandboxed('clientId: x'),
      beside: sandboxed('clientId: x'),
    },
  ],
  'tap-port-shared': {
    bad: sandboxed('tap: { listen: |localhost:1884| }'),
    beside: sandboxed('tap: { listen: 1884 }'),
    good: sandboxed('tap: { listen: localhost:1885 }'),
  },
  'file-missing': [
    {
      bad: profile('broker: mqtts://a', 'tls: { ca: |./ca.pem| }'),
      files: ['./our-ca.pem'],
      good: profile('broker: mqtts://a', 'tls: { ca: ./our-ca.pem }'),
    },
    {
      bad: sandboxed('will: { topic: a, payloadFile: |b.bin| }'),
      files: [],
      good: sandboxed(`will: { topic: a, payloadFile: "\${workspaceFolder}/b.bin" }`),
    },
  ],
  'scenario-steps': [
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ |{}| ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { wait: 1s } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { |steps|: [] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { connect: p } ] } }`,
    },
  ],
  'scenario-profile-unknown': [
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { connect: |q| } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { connect: p } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { publish: { from: |dem|, topic: a } } ] } }\n`.replace(
        '  p:',
        '  demo:',
      ),
      good: `${sandboxed()}scenarios: { s: { steps: [ { connect: { as: p, cleanStart: false } } ] } }`,
    },
  ],
  'scenario-not-connected': [
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { |cut|: p } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { connect: p }, { cut: p } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { connect: p }, { close: p }, { |publish|: { from: p, topic: a } } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { connect: p }, { close: p }, { resume: p }, { publish: { from: p, topic: a } } ] } }`,
    },
  ],
  'tap-fault': [
    {
      bad: 'profiles: { p: { broker: mqtt://h, tap: { listen: 1884, faults: [ |{}| ] } } }',
      good: 'profiles: { p: { broker: mqtt://h, tap: { listen: 1884, faults: [ { cut: {} } ] } } }',
    },
    {
      bad: 'profiles: { p: { broker: mqtt://h, tap: { listen: 1884, faults: [ { freeze: { client: a*, |when|: { count: 2 } } } ] } } }',
      good: 'profiles: { p: { broker: mqtt://h, tap: { listen: 1884, faults: [ { freeze: { client: a*, when: { packet: publish, count: 2 } } } ] } } }',
    },
    {
      bad: 'profiles: { p: { broker: mqtt://h, tap: { listen: 1884, faults: [ { refuse: { |when|: { nth: 3, every: 2 } } } ] } } }',
      good: 'profiles: { p: { broker: mqtt://h, tap: { listen: 1884, faults: [ { refuse: { when: { every: 2 } } } ] } } }',
    },
  ],
  'scenario-program': [
    {
      bad: `${sandboxed('tap: { listen: 1884 }')}scenarios: { s: { steps: [ { expectConnect: p }, { |publish|: { from: p, topic: a } } ] } }`,
      good: `${sandboxed('tap: { listen: 1884 }')}scenarios: { s: { steps: [ { expectConnect: p }, { cut: p } ] } }`,
    },
    {
      // What follows is not said to lack a connection.
      bad: `${sandboxed()}scenarios: { s: { steps: [ { |expectConnect|: p }, { cut: p } ] } }`,
      good: `${sandboxed('tap: { listen: 127.0.0.1:1884 }')}scenarios: { s: { steps: [ { expectConnect: { of: p, within: 5s } } ] } }`,
    },
  ],
  'scenario-fault-condition': [
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { cut: { of: p, |when|: {} } } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { cut: { of: p, when: { after: 1s } } } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { close: { of: p, |when|: { count: 2 } } } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { close: { of: p, when: { packet: publish, count: 2 } } } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { freeze: { of: p, |when|: { packet: connack, from: client } } } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { freeze: { of: p, when: { packet: publish, from: server } } } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { refuse: { of: p, |when|: { nth: 3, every: 2 } } } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { refuse: { of: p, when: { every: 2 } } } ] } }`,
    },
  ],
  'expectation-impossible': [
    {
      bad: `${sandboxed('tap: { listen: 1884 }')}scenarios: { s: { steps: [ { connect: p }, { |expectMessage|: { by: p, topic: a } } ] } }`,
      good: `${sandboxed('tap: { listen: 1884 }')}scenarios: { s: { steps: [ { expectConnect: p }, { expectMessage: { by: p, topic: a } }, { cut: p }, { expectWill: { of: p } } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { |expectWill|: { of: p } } ] } }`,
      good: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { expectWill: { of: p } } ] } }`,
    },
    {
      bad: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { connect: p }, { disconnect: p }, { |expectWill|: { of: p } } ] } }`,
      good: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { connect: p }, { disconnect: { of: p, reason: withWill } }, { expectWill: { of: p } } ] } }`,
    },
    {
      bad: `${sandboxed('clientId: a', 'sessionExpiryInterval: 9s', 'will: { topic: a, willDelayInterval: 2s }')}scenarios: { s: { steps: [ { connect: p }, { cut: p }, { |expectWill|: { of: p, after: 3s } } ] } }`,
      good: `${sandboxed('clientId: a', 'sessionExpiryInterval: 9s', 'will: { topic: a, willDelayInterval: 2s }')}scenarios: { s: { steps: [ { connect: p }, { cut: p }, { expectWill: { of: p, after: 2s } } ] } }`,
    },
    {
      bad: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { dropDisconnect: p }, { clear: p }, { connect: p }, { disconnect: p }, { |expectWill|: { of: p } } ] } }`,
      good: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { dropDisconnect: p }, { connect: p }, { disconnect: p }, { expectWill: { of: p } } ] } }`,
    },
    {
      bad: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { dropDisconnect: p }, { connect: p }, { disconnect: p }, { |expectNoWill|: { of: p, for: 1s } } ] } }`,
      good: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { connect: p }, { delay: { of: p, by: 2s } }, { cut: p }, { expectNoWill: { of: p, for: 1s } } ] } }`,
    },
    {
      bad: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { connect: p }, { cut: p }, { |expectNoWill|: { of: p, for: 1s } } ] } }`,
      good: `${sandboxed('will: { topic: a }')}scenarios: { s: { steps: [ { connect: p }, { disconnect: p }, { expectNoWill: { of: p, for: 1s } } ] } }`,
    },
    {
      bad: `${sandboxed()}scenarios: { s: { steps: [ { connect: p }, { |expectSession|: { of: p, present: true } } ] } }`,
      good: `${sandboxed()}scenarios: { s: { steps: [ { resume: p }, { expectSession: { of: p, present: true } } ] } }`,
    },
    {
      bad: `${sandboxed('subscriptions: [ { topicFilter: a/+ } ]')}scenarios: { s: { steps: [ { |expectMessage|: { by: p, topic: a } } ] } }`,
      good: `${sandboxed('subscriptions: [ { topicFilter: a/+ } ]')}scenarios: { s: { steps: [ { expectMessage: { by: p, topic: a/b } } ] } }`,
    },
  ],
};

function takeMarks(marked: string): { readonly text: string; readonly start: number; readonly end: number } {
  const [before = '', inside = '', after = ''] = marked.split('|');
  return { text: before + inside + after, start: before.length, end: before.length + inside.length };
}

const cut = (text: string): string =>
  (text.length > 90 ? `${text.slice(0, 90)}...` : text).replaceAll('\n', '⏎');

it('cites only statements that the table of statements has', () => {
  const versions = { v5: 5, 'v3.1.1': 4, 'v3.1': 3 } as const;
  const messages = Object.values(EXAMPLES)
    .flat()
    .flatMap(({ bad }) => parseProfileFile(takeMarks(bad).text, 'a.mqtt.yaml').diagnostics)
    .map(({ message }) => message);
  const cited = messages.flatMap((message) => [
    ...message.matchAll(/\((v5|v3\.1\.1|v3\.1) \[?([\w.-]+)\]?\)/g),
  ]);
  expect(cited.length).toBeGreaterThan(10);
  for (const [label, name, id = ''] of cited) {
    const version = versions[name === 'v5' || name === 'v3.1.1' ? name : 'v3.1'];
    const found =
      findStatement({ version, id }) ??
      statements.find((row) => row.version === version && row.section === id);
    expect(found, label).toBeDefined();
  }
});

const uri = 'file:///a.mqtt.yaml';

/** What is said of a text, with the other file and the files of the example around it. */
function read(text: string, { beside, files }: Example) {
  const workspace = new ProfileWorkspace(
    files === undefined ? {} : { fileExists: (_, path) => files.includes(path) },
  );
  if (beside !== undefined) workspace.set('file:///b.mqtt.yaml', beside);
  workspace.set(uri, text);
  const file = workspace.file(uri);
  if (file === undefined) throw new Error('The file is not in the workspace.');
  return { workspace, file, problems: workspace.problems(uri) };
}

function apply(text: string, edits: readonly TextEdit[]): string {
  let edited = text;
  for (const { range, newText } of edits.toReversed()) {
    edited = edited.slice(0, range.start) + newText + edited.slice(range.end);
  }
  return edited;
}

/** Errors that keep something else from being used than a profile. */
const OF_SCENARIOS: ReadonlySet<DiagnosticCode> = new Set([
  'scenario-steps',
  'scenario-profile-unknown',
  'scenario-program',
  'scenario-fault-condition',
]);
/** What a fix may leave behind: what takes two steps to mend. */
const LEFT_BEHIND: ReadonlySet<DiagnosticCode> = new Set(['extends-cycle']);

describe.each(CHECKS.map(({ code }) => code))('%s', (code) => {
  const examples = [EXAMPLES[code]].flat();
  it.each(examples.map((example) => [cut(example.bad), example] as const))('is said of %s', (_, example) => {
    const { text, start, end } = takeMarks(example.bad);
    const { problems } = read(text, example);
    const told = problems.map((problem) => [problem.code, problem.range.start, problem.range.end]);
    expect(told).toContainEqual([code, start, end]);
    const codes = new Set(problems.map((problem) => problem.code));
    expect(
      [...codes].filter((other) => other !== code && !example.also?.some((each) => each === other)),
    ).toEqual([]);
  });

  it.each(examples.map((example) => [cut(example.good), example] as const))(
    'is not said of %s',
    (_, example) => {
      const { file, problems } = read(example.good, example);
      expect(
        problems.filter((problem) => problem.code === code || problem.severity !== 'information'),
      ).toEqual([]);
      expect(file.names.some(({ usable }) => usable)).toBe(true);
    },
  );

  it('keeps the profile from being used if, and only if, it is an error', () => {
    const severity = CHECKS.find((row) => row.code === code)?.severity;
    for (const example of examples) {
      const { problems, file, workspace } = read(takeMarks(example.bad).text, example);
      expect(problems.find((problem) => problem.code === code)?.severity).toBe(severity);
      if (OF_SCENARIOS.has(code)) {
        expect(workspace.scenarios(uri).some(({ usable }) => usable)).toBe(false);
        expect(file.profiles).toHaveLength(1);
      } else if (severity === 'error') expect(file.profiles).toEqual([]);
      else if (code !== 'no-profiles') expect(file.profiles.length).toBeGreaterThan(0);
    }
  });

  it('says what to do next', () => {
    for (const example of examples) {
      const { problems } = read(takeMarks(example.bad).text, example);
      const message = problems.find((problem) => problem.code === code)?.message ?? '';
      expect(message).toMatch(/[.?]$/);
      expect(message).not.toMatch(/(?<!\$)\{\w+\}|undefined/);
      expect(message.length).toBeGreaterThan(20);
    }
  });

  it('is gone when one of its fixes is applied', () => {
    for (const example of examples) {
      const { text } = takeMarks(example.bad);
      for (const problem of read(text, example).problems) {
        for (const { title, edits, secret } of problem.fixes) {
          const edited = apply(text, edits);
          const after = read(edited, example).problems;
          const still = after.filter((each) => each.code === problem.code && !LEFT_BEHIND.has(each.code));
          expect(still, `${title}:\n${edited}`).toEqual([]);
          expect(
            after.filter((each) => each.code === 'yaml-syntax'),
            `${title}:\n${edited}`,
          ).toEqual([]);
          if (secret !== undefined) expect(edited).not.toContain(secret.value);
        }
      }
    }
  });
});
