import { describe, expect, it } from 'vitest';
import { type CompletionItem, CompletionRequest, InsertTextFormat } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { deviationRows } from '../../../src/profile/keys/deviation-rows.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';
import { seenNamesNotification } from '../../../src/server/messages.ts';
import { caretIn, snippetClient, start, uri } from './support/lsp.ts';

interface Asked {
  readonly items: readonly CompletionItem[];
  readonly labels: readonly string[];
  /** The text with an item taken. */
  take(label: string): string;
}

async function ask(
  marked: string,
  {
    seen = {},
    at = uri,
    snippets = false,
  }: { readonly seen?: object; readonly at?: string; readonly snippets?: boolean } = {},
): Promise<Asked> {
  const client = await start(snippets ? { capabilities: snippetClient } : {});
  const { text, position, document } = caretIn(marked);
  await client.connection.sendNotification(seenNamesNotification, seen);
  await client.open(text, at);
  const result = await client.connection.sendRequest(CompletionRequest.type, {
    textDocument: { uri: at },
    position,
  });
  const items = (Array.isArray(result) ? result : []).toSorted((a, b) =>
    (a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1,
  );
  return {
    items,
    labels: items.map(({ label }) => label),
    take(label) {
      const item = items.find((each) => each.label === label);
      if (item?.textEdit === undefined || !('range' in item.textEdit))
        throw new Error(`${label} is not among ${items.map((each) => each.label).join(', ')}`);
      return TextDocument.applyEdits(document, [item.textEdit]);
    },
  };
}

const deviations = deviationRows.map(({ name }) => name);

const profile = (...lines: string[]) =>
  ['profiles:', '  demo:', ...lines.map((line) => `    ${line}`), ''].join('\n');

describe('completion of keys', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['at the head of an empty file', '|', ['version', 'defaults', 'profiles', 'sandbox', 'scenarios']],
    ['below what stands there already', 'version: 1\n|', ['defaults', 'profiles', 'sandbox', 'scenarios']],
    [
      'in a will',
      profile('broker: sandbox', 'will:', '  |'),
      [
        'topic',
        'payload',
        'payloadJson',
        'payloadBase64',
        'payloadFile',
        'qos',
        'retain',
        'messageExpiryInterval',
        'payloadFormatIndicator',
        'contentType',
        'responseTopic',
        'correlationData',
        'userProperties',
        'willDelayInterval',
      ],
    ],
    [
      'in a will of 3.1.1',
      profile('protocolVersion: 3.1.1', 'will:', '  |'),
      ['topic', 'payload', 'payloadJson', 'payloadBase64', 'payloadFile', 'qos', 'retain'],
    ],
    [
      'in a will whose payload is given',
      profile('protocolVersion: 3.1.1', 'will:', '  payload: x', '  |'),
      ['topic', 'qos', 'retain'],
    ],
    ['in a half-written word', profile('tap:', '  li|'), ['listen', 'faults']],
    [
      'between others',
      profile('will:', '  topic: a', '  |', '  qos: 1', 'keepAlive: 30s', 'protocolVersion: 3.1'),
      ['payload', 'payloadJson', 'payloadBase64', 'payloadFile', 'retain'],
    ],
    [
      'in brackets',
      profile('protocolVersion: 3.1.1', 'subscriptions:', '  - { topicFilter: a, | }'),
      ['qos'],
    ],
    [
      'in brackets that nobody has closed',
      profile('protocolVersion: 3.1.1', 'will: { topic: a, payload: b, |'),
      ['qos', 'retain'],
    ],
    [
      'as the first of a list entry',
      profile('protocolVersion: 3.1.1', 'subscriptions:', '  - |'),
      ['topicFilter', 'qos'],
    ],
    [
      'in an entry below others',
      profile('protocolVersion: 3.1.1', 'subscriptions:', '  - topicFilter: a', '    |'),
      ['qos'],
    ],
    [
      'where the version is inherited',
      'defaults:\n  protocolVersion: 3.1.1\nprofiles:\n  a:\n    will:\n      payload: x\n      |\n',
      ['topic', 'qos', 'retain'],
    ],
    [
      'where it is inherited by extends',
      'profiles:\n  base: { protocolVersion: 3.1.1, broker: sandbox }\n  a:\n    extends: base\n    will:\n      payload: x\n      |\n',
      ['topic', 'qos', 'retain'],
    ],
    ['in the rules of the sandbox', 'sandbox:\n  users:\n    - username: a\n      |\n', ['password']],
  ])('%s', async (_where, text, expected) => {
    const { items } = await ask(text);
    expect(items.filter(({ kind }) => kind !== 15).map(({ label }) => label)).toEqual(expected);
  });

  it('is the same in a long file, whatever else stands in it', async () => {
    const others = Array.from(
      { length: 300 },
      (_, index) => `  p${index}:\n    broker: mqtt://h${index}\n    clientId: "c${index}"\n`,
    ).join('');
    const at = (before: string, after: string) =>
      `version: 1\nprofiles:\n${before}  demo:\n    protocolVersion: 3.1.1\n    will:\n      payload: x\n      |\n${after}sandbox: {}\n`;
    for (const text of [
      at('', ''),
      at(others, ''),
      at('', others),
      at(others, others.replaceAll('  p', '  q')),
    ]) {
      const { labels, take } = await ask(text);
      expect(labels).toEqual(['topic', 'qos', 'retain']);
      expect(take('retain')).toBe(text.replace('|', 'retain: true'));
    }
    const { labels } = await ask(`${at(others, '').replace('|', '')}|`);
    expect(labels).toEqual(['defaults', 'scenarios']);
  });

  it('puts what is required first', async () => {
    const { labels } = await ask(profile('|'));
    expect(labels[0]).toBe('broker');
    expect(labels).toContain('will');
  });

  it.each<readonly [string, string, string, string]>([
    ['a map below its key', profile('|'), 'will', profile('will:', '  ')],
    ['a list below its key', profile('|'), 'subscriptions', profile('subscriptions:', '  - ')],
    ['a value behind it', profile('|'), 'keepAlive', profile('keepAlive: 30s')],
    ['only the key where its colon stands', profile('ke|: 5s'), 'keepAlive', profile('keepAlive: 5s')],
    ['the rest of the word that it replaces', profile('cli|ent: x'), 'clientId', profile('clientId: x')],
    [
      'an entry of a list where the dash is missing',
      profile('subscriptions:', '  |'),
      'topicFilter',
      profile('subscriptions:', '  - topicFilter: user/status/+'),
    ],
    [
      'a space where the dash has none',
      profile('subscriptions:', '  -|'),
      'topicFilter',
      profile('subscriptions:', '  - topicFilter: user/status/+'),
    ],
    ['brackets in brackets', profile('{ | }'), 'will', profile('{ will: {  } }')],
    [
      'a pattern at its column',
      profile('|'),
      'tls with client certificate',
      profile('tls:', '  ca: ./ca.pem', '  cert: ./client.pem', '  key: ./client.key'),
    ],
  ])('writes %s', async (_what, text, label, expected) => {
    expect((await ask(text)).take(label)).toBe(expected);
  });

  it('writes JSON in JSON', async () => {
    const { take } = await ask('{ "profiles": { "a": { | } } }', { at: 'file:///lab/a.mqtt.json' });
    expect(take('keepAlive')).toBe('{ "profiles": { "a": { "keepAlive": "30s" } } }');
    const quoted = await ask('{ "profiles": { "a": { "ke|" } } }', { at: 'file:///lab/a.mqtt.json' });
    expect(quoted.take('keepAlive')).toBe('{ "profiles": { "a": { "keepAlive": "30s" } } }');
  });

  it.each(['will message', 'will message with delay', 'presence', 'profile'])(
    'writes the pattern "%s" without a fault',
    async (label) => {
      const text =
        label === 'profile' ? 'profiles:\n  |\n' : profile('broker: sandbox', 'clientId: demo', '|');
      const taken = (await ask(text)).take(label);
      expect(parseProfileFile(taken, uri).diagnostics).toEqual([]);
    },
  );

  it('offers snippets to a client that knows them, and plain text to another', async () => {
    const plain = await ask(profile('|'));
    expect(plain.items.every(({ insertTextFormat }) => insertTextFormat === InsertTextFormat.PlainText)).toBe(
      true,
    );
    expect(plain.take('presence')).not.toMatch(/\$\{\d/);
    const snippets = await ask(profile('|'), { snippets: true });
    expect(
      snippets.items.every(({ insertTextFormat }) => insertTextFormat === InsertTextFormat.Snippet),
    ).toBe(true);
    expect(snippets.take('keepAlive')).toBe(profile(`keepAlive: \${1:30s}`));
  });

  it.each([
    ['a comment', profile('broker: sandbox # |')],
    ['a description', profile('description: Hello |')],
    ['a block of text', profile('will:', '  topic: a', '  payload: >', '    some |')],
    ['the name of a profile', 'profiles:\n  de|\n'],
  ])('has nothing to say in %s', async (_where, text) => {
    expect((await ask(text)).labels.filter((label) => label !== 'profile' && !label.startsWith('$'))).toEqual(
      [],
    );
  });
});

describe('completion of values', () => {
  const seen = {
    topics: ['user/status/7', 'user/+'],
    clientIds: ['sensor-7'],
    secrets: ['lab'],
  };
  it.each<readonly [string, string, readonly string[]]>([
    ['true and false', profile('cleanStart: |'), ['true', 'false']],
    ['versions', profile('protocolVersion: |'), ['5', '3.1.1', '3.1']],
    ['versions, half-written', profile('protocolVersion: 3.|'), ['5', '3.1.1', '3.1']],
    ['what stands before a value that is there', profile('protocolVersion: |5'), ['5', '3.1.1', '3.1']],
    ['QoS', profile('will: { topic: a, qos: | }'), ['0', '1', '2']],
    ['words', profile('will:', '  payloadFormatIndicator: |'), ['utf8', 'bytes']],
    ['words in a list', 'sandbox:\n  deviations:\n    - |\n', deviations],
    ['words in a list between brackets', 'sandbox: { deviations: [willDelayLeaked, |] }\n', deviations],
    ['never, besides durations', profile('reconnect: |'), ['never', '{ after: 2s, atMost: 30s }']],
    [
      'profiles to extend, but not those that extend this one',
      'profiles:\n  a: { broker: sandbox }\n  b: { extends: c }\n  c:\n    extends: |\n',
      ['a'],
    ],
    [
      'profiles in the steps of a scenario',
      'profiles:\n  a: { broker: sandbox }\n  b: { broker: sandbox }\nscenarios:\n  s:\n    steps:\n      - connect: |\n',
      ['a', 'b'],
    ],
    [
      'profiles inside of a step',
      'profiles:\n  a: { broker: sandbox }\nscenarios: { s: { steps: [{ expectWill: { of: | } }] } }\n',
      ['a'],
    ],
    [
      'profiles in a step that makes a fault',
      'profiles:\n  a: { broker: sandbox }\nscenarios:\n  s:\n    steps:\n      - dropDisconnect: |\n',
      ['a'],
    ],
    [
      'the ways on which a fault works',
      'profiles:\n  a: { broker: sandbox }\nscenarios:\n  s:\n    steps:\n      - freeze: { of: a, direction: | }\n',
      ['toServer', 'toClient', 'both'],
    ],
    [
      'who sends a packet that a fault waits for',
      'profiles:\n  a: { broker: sandbox }\nscenarios:\n  s:\n    steps:\n      - cut:\n          of: a\n          when: { packet: publish, from: | }\n',
      ['client', 'server'],
    ],
    [
      'topics of the trace, without filters',
      profile('will:', '  topic: |'),
      [
        'user/status/7',
        `\${env:NAME}`,
        `\${secret:NAME}`,
        `\${workspaceFolder}`,
        `\${clientId}`,
        `\${username}`,
        `\${random:8}`,
        `\${input:question}`,
      ],
    ],
    [
      'filters of the trace where a filter stands',
      profile('subscriptions:', '  - topicFilter: us|'),
      ['user/status/7', 'user/+'],
    ],
    ['Client Identifiers of the trace', profile('clientId: s|'), ['sensor-7']],
    [
      'secrets by name, the profile’s own first',
      profile('password: $|'),
      [
        `\${secret:lab}`,
        `\${env:NAME}`,
        `\${secret:NAME}`,
        `\${workspaceFolder}`,
        `\${clientId}`,
        `\${username}`,
        `\${random:8}`,
        `\${input:question}`,
      ],
    ],
    [
      'the usual content types',
      profile('will:', '  contentType: text/|'),
      ['text/plain', 'application/json', 'application/octet-stream', 'application/cbor'],
    ],
  ])('offers %s', async (_what, text, expected) => {
    expect((await ask(text, { seen })).labels).toEqual(expected);
  });

  it.each<readonly [string, string, string, string]>([
    ['a space where the colon has none', profile('cleanStart:|'), 'false', profile('cleanStart: false')],
    [
      'the whole value',
      profile('broker: mqtt://lo|'),
      'mqtts://localhost:8883',
      profile('broker: mqtts://localhost:8883'),
    ],
    [
      'only the variable',
      profile(`username: lab-\${us|`),
      `\${clientId}`,
      profile(`username: lab-\${clientId}`),
    ],
    [
      'the bracket that the editor has closed',
      profile(`username: lab-\${us|}`),
      `\${clientId}`,
      profile(`username: lab-\${clientId}`),
    ],
    [
      'quotes where YAML needs them',
      profile('subscriptions: [{ topicFilter: | }]'),
      `\${clientId}`,
      profile(`subscriptions: [{ topicFilter: "\${clientId}" }]`),
    ],
    ['no quotes into quotes', profile('clientId: "sen|"'), 'sensor-7', profile('clientId: "sensor-7"')],
    [
      'a secret under the profile’s name',
      profile('password: |'),
      `\${secret:demo}`,
      profile(`password: \${secret:demo}`),
    ],
  ])('writes %s', async (_what, text, label, expected) => {
    expect((await ask(text, { seen })).take(label)).toBe(expected);
  });

  it('takes names from the files of the workspace', async () => {
    const { labels } = await ask(profile('will: { topic: known/topic }', 'afterConnect:', '  - topic: kn|'));
    expect(labels).toContain('known/topic');
  });

  it('keeps only so many of the names that it is sent', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => `c${index}`);
    const { labels } = await ask(profile('clientId: |'), {
      seen: { clientIds: [...many, 7, 'x'.repeat(300)], topics: 'no list' },
    });
    expect(labels.filter((label) => /^c\d/.test(label))).toHaveLength(500);
  });
});
