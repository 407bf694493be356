import { describe, expect, it } from 'vitest';
import {
  CodeLensRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentLinkRequest,
  type DocumentSymbol,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  type SelectionRange,
  SelectionRangeRequest,
  SemanticTokensRequest,
  WorkspaceSymbolRequest,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { semanticTokensLegend } from '../../../src/server/features/semantic-tokens.ts';
import { type Client, caretIn, start, uri } from './support/lsp.ts';

const textDocument = { uri };

async function opened(marked: string) {
  const { text, position, document } = marked.includes('|')
    ? caretIn(marked)
    : {
        text: marked,
        position: { line: 0, character: 0 },
        document: TextDocument.create(uri, '', 1, marked),
      };
  const client = await start();
  await client.open(text);
  const asked = { textDocument, position };
  return { client, text, position, document, asked };
}

const demo = `defaults:
  broker: mqtt://localhost:1883
profiles:
  base:
    keepAlive: 30s
    protocolVersion: 5
  demo:
    description: A *delayed* will
    extends: base
    clientId: demo
    sessionExpiryInterval: 10s
    will:
      topic: user/status/demo
      payload: gone
      willDelayInterval: 5s
`;
const withCaret = (word: string, at = 0) => demo.replace(word, `${word.slice(0, at)}|${word.slice(at)}`);

describe('hover', () => {
  const says = async (marked: string) => {
    const { client, asked, document } = await opened(marked);
    const hover = await client.connection.sendRequest(HoverRequest.type, asked);
    if (hover === null || typeof hover.contents !== 'object' || !('value' in hover.contents))
      return undefined;
    return { text: hover.contents.value, on: document.getText(hover.range) };
  };

  it('tells of a key what it means, its range, its default and its section of the standard', async () => {
    const { text, on } = (await says(withCaret('keepAlive', 3))) ?? {};
    expect(on).toBe('keepAlive');
    expect(text).toContain('1.5 times');
    expect(text).toContain('duration from 0 to 65535 s');
    expect(text).toContain('**Default:** `60s`');
    expect(text).toContain('v5 3.1.2.10');
  });

  it.each<readonly [string, string, string]>([
    [
      'a will delay',
      'willDelayInterval',
      'published 5 s after the loss; the Session ends 10 s after the connection',
    ],
    ['its value', '5s', 'published 5 s after the loss'],
    ['a session expiry', 'sessionExpiryInterval', 'the Session ends 10 s after the connection'],
  ])('tells the effect here of %s', async (_what, word, effect) => {
    expect((await says(withCaret(word)))?.text).toContain(effect);
  });

  it('tells that a delay longer than the Session is cut short', async () => {
    const marked = demo.replace('willDelayInterval: 5s', 'willDelayInterval: |1m');
    expect((await says(marked))?.text).toContain('published 10 s after the loss, not 60 s after it');
  });

  it('tells of a word in a list what it means', async () => {
    const { text, on } = (await says('sandbox:\n  deviations: [noWillA|t0x04]\n')) ?? {};
    expect(on).toBe('noWillAt0x04');
    expect(text).toContain('`noWillAt0x04`: DISCONNECT with Reason Code 0x04');
    expect(text).toContain('Breaks v5 [MQTT-3.1.2-8]');
  });

  it('tells no effect of settings that are not understood', async () => {
    const marked = demo.replace('willDelayInterval: 5s', 'willDelayInterval: |5 parsecs');
    expect((await says(marked))?.text).not.toContain('Here');
  });

  it.each(['  demo:\n', 'extends: base'])(
    'shows for a name what becomes of will and Session (%j)',
    async (word) => {
      const at = word.indexOf('demo') === -1 ? word.indexOf('base') : word.indexOf('demo');
      const hover = await says(withCaret(word, at + 1));
      expect(hover?.on).toBe(word.includes('base') ? 'base' : 'demo');
      expect(hover?.text).toContain('| It ends |');
    },
  );

  it('never takes text of the file for markup', async () => {
    expect((await says(withCaret('demo:', 1)))?.text).toContain('A \\*delayed\\* will');
  });

  it('tells of a variable what it stands for, and does not resolve it', async () => {
    process.env['MQTT_HOVER_TEST'] = 'resolved!';
    const hover = await says(`profiles:\n  a:\n    username: x-\${env:MQTT_HO|VER_TEST}\n`);
    expect(hover?.on).toBe(`\${env:MQTT_HOVER_TEST}`);
    expect(hover?.text).toContain('environment variable');
    expect(hover?.text).not.toContain('resolved!');
  });

  it.each(['# a com|ment\nprofiles: {}\n', '|', 'nonsense: |x\n', 'profiles:\n  a:\n    wil: |x\n'])(
    'has nothing to say where nothing is known (%j)',
    async (marked) => {
      expect(await says(marked)).toBeUndefined();
    },
  );
});

describe('inlay hints', () => {
  const hintsOf = async (text: string) => {
    const { client, document } = await opened(text);
    const range = { start: { line: 0, character: 0 }, end: document.positionAt(text.length) };
    const hints = (await client.connection.sendRequest(InlayHintRequest.type, { textDocument, range })) ?? [];
    const lines = text.split('\n');
    return hints.map(
      ({ position, label }) =>
        `${lines[position.line]?.slice(0, position.character).trim()} « ${String(label)}`,
    );
  };

  it('tells what the settings come to, at the settings', async () => {
    expect(await hintsOf(demo)).toEqual([
      'keepAlive: 30s « silent loss noticed after 45 s',
      'base: « session ends with the connection',
      'sessionExpiryInterval: 10s « session kept 10 s',
      'willDelayInterval: 5s « published 5 s after the end',
      'will: « believed alive up to 50 s',
      'demo: « silent loss noticed after 45 s',
    ]);
  });

  it.each<readonly [string, string]>([
    ['keepAlive: 0', 'silent loss never noticed'],
    ['cleanSession: false\n    clientId: x\n    protocolVersion: 3.1.1', 'session kept, no time set'],
    ['sessionExpiryInterval: never', 'session never expires'],
    ['sessionExpiryInterval: 36h', 'session kept 1 day 12 h'],
    ['will: { topic: a, willDelayInterval: 5s }', 'published at once'],
    ['will: { topic: a }\n    keepAlive: 0', 'believed alive for ever'],
  ])('tells of `%s`: %s', async (line, expected) => {
    expect((await hintsOf(`profiles:\n  a:\n    broker: mqtt://h\n    ${line}\n`)).join('\n')).toContain(
      expected,
    );
  });

  it('counts in what the sandbox allows', async () => {
    const text =
      'profiles:\n  a: { broker: sandbox, sessionExpiryInterval: 2h }\nsandbox: { sessionExpiryMaximum: 60s, serverKeepAlive: 10s }\n';
    expect(await hintsOf(text)).toEqual([
      'a: { broker: sandbox, sessionExpiryInterval: 2h « session kept 60 s',
      'a: « silent loss noticed after 15 s',
    ]);
  });

  it('tells nothing of a profile with an error', async () => {
    expect(await hintsOf('profiles:\n  a: { broker: sandbox, keepAlive: soon }\n')).toEqual([]);
  });
});

describe('code lenses', () => {
  const lensesOf = async (commands: readonly string[]) => {
    const client = await start({
      initializationOptions: { commands: commands.map((id) => ({ id, title: `Title of ${id}` })) },
    });
    await client.open(`${demo}  broken: { keepAlive: x }\nscenarios:\n  one: { steps: [] }\n`);
    return (await client.connection.sendRequest(CodeLensRequest.type, { textDocument })) ?? [];
  };

  it('stand over profiles that can be used, with what the command needs', async () => {
    expect(await lensesOf(['mqttSession.connect'])).toMatchObject(
      ['base', 'demo'].map((profile) => ({
        command: {
          title: 'Title of mqttSession.connect',
          command: 'mqttSession.connect',
          arguments: [{ file: uri, profile }],
        },
      })),
    );
  });

  it('stand only for commands that the client has', async () => {
    const commands = (await lensesOf(['mqttSession.whatIf', 'something.else'])).map(
      ({ command }) => command?.command,
    );
    expect(new Set(commands)).toEqual(new Set(['mqttSession.whatIf']));
    expect((await lensesOf(['mqttSession.runScenario'])).map(({ command }) => command?.arguments)).toEqual([
      [{ file: uri, scenario: 'one' }],
    ]);
  });

  it('are not even announced to a client without commands', async () => {
    const client = await start();
    expect(client.initialized?.capabilities.codeLensProvider).toBeUndefined();
  });
});

describe('symbols', () => {
  const outline = (symbols: readonly DocumentSymbol[], depth = 0): string[] =>
    symbols.flatMap(({ name, detail, children }) => [
      `${'  '.repeat(depth)}${name}${detail === undefined ? '' : ` (${detail})`}`,
      ...outline(children ?? [], depth + 1),
    ]);

  it('outline the file, without what passwords say', async () => {
    const { client } = await opened(
      'profiles:\n  a:\n    password: s3cret\n    subscriptions:\n      - topicFilter: x/#\n',
    );
    const symbols = (await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument })) ?? [];
    expect(outline(symbols as DocumentSymbol[])).toEqual([
      'profiles',
      '  a',
      '    password',
      '    subscriptions',
      '      x/#',
      '        topicFilter (x/#)',
    ]);
  });

  it('find the profiles of the workspace by some letters of their names', async () => {
    const { client } = await opened(demo);
    await client.open('profiles:\n  deep-tomato: {}\n', 'file:///lab/other.mqtt.yaml');
    const find = async (query: string) =>
      ((await client.connection.sendRequest(WorkspaceSymbolRequest.type, { query })) ?? []).map(
        ({ name }) => name,
      );
    expect(await find('')).toEqual(['base', 'demo', 'deep-tomato']);
    expect(await find('dmo')).toEqual(['demo', 'deep-tomato']);
    expect(await find('dtm')).toEqual(['deep-tomato']);
  });
});

describe('folding and selecting', () => {
  it('folds every key over lines, lists, and runs of comments', async () => {
    const { client } = await opened(
      '# one\n# two\nprofiles:\n  a:\n    will:\n      topic: x\n\n    tls: {\n      ca: x\n    }\n  b: { broker: sandbox }\n',
    );
    const folds = (await client.connection.sendRequest(FoldingRangeRequest.type, { textDocument })) ?? [];
    expect(folds.map(({ startLine, endLine, kind }) => [startLine, endLine, kind])).toEqual([
      [0, 1, 'comment'],
      [2, 10, undefined],
      [3, 9, undefined],
      [4, 5, undefined],
      [7, 8, undefined],
    ]);
  });

  it('selects outwards from the caret', async () => {
    const { client, position, document } = await opened(`profiles:\n  a:\n    username: "x-\${us|ername}"\n`);
    const [selection] =
      (await client.connection.sendRequest(SelectionRangeRequest.type, {
        textDocument,
        positions: [position],
      })) ?? [];
    const texts: string[] = [];
    for (let each: SelectionRange | undefined = selection; each !== undefined; each = each.parent)
      texts.push(document.getText(each.range));
    expect(texts).toEqual([
      `\${username}`,
      `x-\${username}`,
      `"x-\${username}"`,
      `username: "x-\${username}"`,
      `a:\n    username: "x-\${username}"`,
      `profiles:\n  a:\n    username: "x-\${username}"`,
      document.getText(),
    ]);
  });
});

describe('the names of profiles', () => {
  const file =
    'profiles:\n  lab: { broker: sandbox }\n  a: { extends: l|ab }\n  b: { extends: "lab" }\nscenarios:\n  s:\n    steps:\n      - connect: lab\n      - expectWill: { of: lab }\n';

  /** The line and the text of each place that a name leads to. */
  const targets = async (marked: string) => {
    const { client, asked, document } = await opened(marked);
    const found = await client.connection.sendRequest(DefinitionRequest.type, asked);
    return (Array.isArray(found) ? found : []).map((target) =>
      'range' in target ? [target.range.start.line, document.getText(target.range)] : [],
    );
  };

  it('lead to where they are defined', async () => {
    expect(await targets(file)).toEqual([[1, 'lab']]);
  });

  it('are found wherever they are used', async () => {
    const { client, asked, document } = await opened(file);
    const places = async (includeDeclaration: boolean) =>
      (
        (await client.connection.sendRequest(ReferencesRequest.type, {
          ...asked,
          context: { includeDeclaration },
        })) ?? []
      ).map(({ range }) => document.getText(range));
    expect(await places(true)).toEqual(['lab', 'lab', '"lab"', 'lab', 'lab']);
    expect(await places(false)).toEqual(['lab', '"lab"', 'lab', 'lab']);
    expect(await client.connection.sendRequest(DocumentHighlightRequest.type, asked)).toHaveLength(5);
  });

  const renamed = async (marked: string, newName: string) => {
    const { client, asked, document } = await opened(marked);
    const edit = await client.connection.sendRequest(RenameRequest.type, { ...asked, newName });
    return TextDocument.applyEdits(document, edit?.changes?.[uri] ?? []);
  };

  it('are renamed everywhere at once, in their quotes', async () => {
    expect(await renamed(file, 'house')).toBe(file.replace('|', '').replaceAll('lab', 'house'));
  });

  it.each(['true', '5', 'a: b', '"', '#', '- x', 'ä', '{x}', "it's"])(
    'may be called %j, in quotes if need be',
    async (name) => {
      const text = await renamed('profiles:\n  l|ab: { broker: sandbox }\n  x: { extends: lab }\n', name);
      const { client } = await opened(text.replaceAll('|', ''));
      expect(await client.nextDiagnostics()).toMatchObject({ diagnostics: [] });
      const symbols = (await client.connection.sendRequest(DocumentSymbolRequest.type, {
        textDocument,
      })) as DocumentSymbol[];
      expect(symbols[0]?.children?.[0]?.name).toBe(name);
    },
  );

  it.each([
    ['a', /already/],
    [' ', /needs a name/],
    ['x\ny', /one line/],
  ])('are not renamed to %j', async (name, why) => {
    await expect(renamed(file, name)).rejects.toThrow(why);
  });

  it('are what can be renamed, and nothing else', async () => {
    const { client, asked } = await opened(file);
    expect(await client.connection.sendRequest(PrepareRenameRequest.type, asked)).toMatchObject({
      placeholder: 'lab',
    });
    const other = await opened('profiles:\n  lab: { bro|ker: sandbox }\n');
    expect(await other.client.connection.sendRequest(PrepareRenameRequest.type, other.asked)).toBeNull();
  });

  it('of variables lead to the keys that they stand for', async () => {
    expect(await targets(`profiles:\n  a:\n    clientId: x\n    username: \${cli|entId}\n`)).toEqual([
      [2, 'clientId'],
    ]);
  });
});

describe('links', () => {
  it('lead to the files of TLS and of payloads, but not through variables', async () => {
    const { client } = await opened(
      `profiles:\n  a:\n    tls: { ca: ../ca.pem, cert: "./my cert.pem", key: "\${workspaceFolder}/k" }\n    will: { topic: a, payloadFile: /abs/w.bin }\n`.replace(
        '$',
        '$',
      ),
    );
    const links = (await client.connection.sendRequest(DocumentLinkRequest.type, { textDocument })) ?? [];
    expect(links.map(({ target }) => target)).toEqual([
      'file:///ca.pem',
      'file:///lab/my%20cert.pem',
      'file:///abs/w.bin',
    ]);
  });
});

describe('semantic tokens', () => {
  const tokensOf = async (client: Client, text: string) => {
    const { data = [] } =
      (await client.connection.sendRequest(SemanticTokensRequest.type, { textDocument })) ?? {};
    const lines = text.split('\n');
    const tokens: string[] = [];
    let [line, character] = [0, 0];
    for (let at = 0; at < data.length; at += 5) {
      const [down = 0, right = 0, length = 0, type = 0] = data.slice(at, at + 4);
      line += down;
      character = down === 0 ? character + right : right;
      tokens.push(
        `${lines[line]?.slice(character, character + length)}: ${semanticTokensLegend.tokenTypes[type]}`,
      );
    }
    return tokens;
  };

  it('tell the words of a list from other texts', async () => {
    const text = 'sandbox:\n  deviations:\n    - noWillAt0x04\n    - nothing\n';
    const { client } = await opened(text);
    expect(await tokensOf(client, text)).toEqual(['noWillAt0x04: enumMember']);
  });

  it('tell topics, variables, durations, words and names apart', async () => {
    const text =
      `profiles:\n  a: { extends: a, keepAlive: 5s }\n  b:\n    protocolVersion: 3.1.1\n    username: x-\${clientId}\n    subscriptions:\n      - topicFilter: "$share/g/+/x"\n`.replace(
        `\${`,
        `\${`,
      );
    const { client } = await opened(text);
    expect(await tokensOf(client, text)).toEqual([
      'a: class',
      'a: class',
      '5s: number',
      'b: class',
      '3.1.1: enumMember',
      `\${clientId}: variable`,
      '$share: keyword',
      '/: operator',
      '/: operator',
      '+: operator',
      '/: operator',
    ]);
  });
});

describe('formatting', () => {
  const formatted = async (text: string, tabSize = 2) => {
    const { client, document } = await opened(text.replaceAll('|', '¦'));
    const edits = await client.connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument,
      options: { tabSize, insertSpaces: true },
    });
    return TextDocument.applyEdits(document, edits ?? []).replaceAll('¦', '|');
  };

  it.each<readonly [string, string, string]>([
    [
      'indents by two',
      'profiles:\n     a:\n       broker:   sandbox\n',
      'profiles:\n  a:\n    broker: sandbox\n',
    ],
    [
      'keeps comments where they belong',
      'profiles:\n    # of a\n    a:  # here\n        broker: sandbox   \n        # last of a\n    b: {}\n',
      'profiles:\n  # of a\n  a:  # here\n    broker: sandbox\n    # last of a\n  b: {}\n',
    ],
    [
      'spaces brackets',
      'profiles:\n  a: {broker: sandbox,tls: {alpn: [ mqtt,x ]}}\n',
      'profiles:\n  a: { broker: sandbox, tls: { alpn: [mqtt, x] } }\n',
    ],
    [
      'aligns lists',
      'profiles:\n   a:\n      afterConnect:\n      -   topic: a\n          qos: 1\n',
      'profiles:\n  a:\n    afterConnect:\n    - topic: a\n      qos: 1\n',
    ],
    ['ends the file with one line break', 'profiles: {}\n\n\n\n', 'profiles: {}\n'],
    ['leaves one blank line of several', 'version: 1\n\n\n\nprofiles: {}', 'version: 1\n\nprofiles: {}\n'],
    [
      'moves what stands on several lines along',
      'profiles:\n    a:\n        tls: {\n          ca: x\n        }\n',
      'profiles:\n  a:\n    tls: {\n      ca: x\n    }\n',
    ],
  ])('%s', async (_what, text, expected) => {
    expect(await formatted(text)).toBe(expected);
  });

  it('writes JSON by its own rules', async () => {
    const { client, document } = await (async () => {
      const at = 'file:///lab/a.mqtt.json';
      const text = '{"profiles":\n{"a":{"broker":"sandbox"},\n"b":{}}}';
      const client = await start();
      await client.open(text, at);
      return { client, document: TextDocument.create(at, '', 1, text) };
    })();
    const edits = await client.connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument: { uri: document.uri },
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(TextDocument.applyEdits(document, edits ?? [])).toBe(
      '{\n  "profiles": {\n    "a": { "broker": "sandbox" },\n    "b": {}\n  }\n}\n',
    );
  });

  it.each(['profiles: [\n', 'profiles:\n\ta: 1\n', 'a: &x 1\nb:   *x\n'])(
    'leaves %j as it is',
    async (text) => {
      expect(await formatted(text)).toBe(text);
    },
  );
});
