import { describe, expect, it } from 'vitest';
import { type CodeAction, CodeActionRequest } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type SecretPlace, type SecretValue, secretValueRequest } from '../../../src/server/messages.ts';
import { caretIn, snippetClient, start, uri } from './support/lsp.ts';

async function actionsAt(marked: string, options: object = {}, only?: string[]) {
  const client = await start(options);
  const { text, position, document } = caretIn(marked);
  await client.open(text, uri, 3);
  const found = await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: { start: position, end: position },
    context: { diagnostics: [], ...(only === undefined ? {} : { only }) },
  });
  const actions = (found ?? []).filter((each): each is CodeAction => 'kind' in each);
  const apply = (action: CodeAction | undefined) =>
    TextDocument.applyEdits(document, action?.edit?.changes?.[uri] ?? []);
  return { client, actions, apply };
}

const profile = (line: string) => `profiles:\n  demo:\n    broker: mqtt://127.0.0.1\n    ${line}\n`;

describe('quick fixes', () => {
  it.each<readonly [string, string]>([
    ['cli|entid: x', 'clientId: x'],
    ['keepAlive: 30| s', 'keepAlive: 30s'],
    ['cleanStart: y|es', 'cleanStart: true'],
  ])('mend `%s`', async (line, expected) => {
    const { actions, apply } = await actionsAt(profile(line));
    const fix = actions.find(({ kind }) => kind === 'quickfix');
    expect(apply(fix)).toBe(profile(expected));
    expect(fix?.diagnostics).toHaveLength(1);
  });

  it('are for what is wrong at the caret, not elsewhere', async () => {
    const { actions } = await actionsAt(profile('clientid: x').replace('profiles', 'profi|les'), {}, [
      'quickfix',
    ]);
    expect(actions).toEqual([]);
  });

  it('say to which version of the file they belong, where the client can tell', async () => {
    const { actions } = await actionsAt(profile('cli|entid: x'), { capabilities: snippetClient });
    expect(actions[0]?.edit?.documentChanges).toMatchObject([{ textDocument: { uri, version: 3 } }]);
  });
});

describe('fix all', () => {
  it('mends all that is safe, wherever it is', async () => {
    const { actions, apply } = await actionsAt(
      `|${profile('keepAlive: 30 s\n    connectTimeout: 5 s')}`,
      {},
      ['source.fixAll'],
    );
    expect(actions.map(({ kind }) => kind)).toEqual(['source.fixAll.mqtt']);
    expect(apply(actions[0])).toBe(profile('keepAlive: 30s\n    connectTimeout: 5s'));
  });
});

describe('a password in the file', () => {
  const text = profile('username: me\n    password: "hunter|2"');

  it('is not taken out where nothing can store it', async () => {
    const { actions } = await actionsAt(text);
    expect(actions.filter(({ title }) => title.includes('secret'))).toEqual([]);
  });

  it('is taken out by a command of the client, which is not told the value', async () => {
    const { client, actions } = await actionsAt(text, { initializationOptions: { storesSecrets: true } });
    const fix = actions.find(({ command }) => command !== undefined);
    expect(fix?.edit).toBeUndefined();
    expect(JSON.stringify(fix)).not.toContain('hunter2');
    const [place] = (fix?.command?.arguments ?? []) as SecretPlace[];
    const found = await client.connection.sendRequest<SecretValue | null>(secretValueRequest, place);
    expect(found?.value).toBe('hunter2');
    expect(found?.edits.map(({ newText }) => newText)).toEqual([expect.stringContaining('secret:demo')]);
  });

  it('is told to nobody when the file is another by now', async () => {
    const { client, actions } = await actionsAt(text, { initializationOptions: { storesSecrets: true } });
    const [place] = (actions.find(({ command }) => command !== undefined)?.command?.arguments ??
      []) as SecretPlace[];
    await client.change(4, [{ text: text.replace('|', '').replace('hunter2', 'other') }]);
    expect(await client.connection.sendRequest(secretValueRequest, place)).toBeNull();
    expect(
      await client.connection.sendRequest(secretValueRequest, { uri: 'file:///x', version: 4 }),
    ).toBeNull();
  });
});
