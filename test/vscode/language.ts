import * as assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CodeAction,
  type CodeLens,
  CompletionItemKind,
  type CompletionList,
  commands,
  type Diagnostic,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type Location,
  languages,
  MarkdownString,
  type Position,
  Range,
  type SelectionRange,
  type SemanticTokens,
  type TextDocument,
  type TextEdit,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { connected, profileFile, theApi, theExtension } from './support/host.ts';
import type { HostTest } from './support/runner.ts';

/** Each has a fault, so that diagnostics tell when the server has read it. */
const demo = `version: 1
profiles:
  base:
    broker: mqtt://localhost:1883
    keepAlive: 30s
  demo:
    description: A will that waits
    extends: base
    clientId: demo
    sessionExpiryInterval: 10s
    tls: { ca: ./ca.pem }
    will:
      topic: user/status/demo
      payload: gone
      willDelayInterval: 5s
`;

/** Resolves with the diagnostics of a file once they are enough. */
async function diagnosticsOf(
  uri: Uri,
  enough: (diagnostics: readonly Diagnostic[]) => boolean = (diagnostics) => diagnostics.length > 0,
): Promise<readonly Diagnostic[]> {
  await theApi();
  return new Promise((settle) => {
    const check = (): boolean => {
      const diagnostics = languages.getDiagnostics(uri);
      if (!enough(diagnostics)) return false;
      settle(diagnostics);
      return true;
    };
    if (check()) return;
    const heard = languages.onDidChangeDiagnostics(() => {
      if (check()) heard.dispose();
    });
  });
}

const codeOf = ({ code }: Diagnostic): string =>
  String(typeof code === 'object' && code !== null ? code.value : code);

/** Opens a text as a profile file, and waits until the server knows it. */
async function shown(text: string, name = 'test.mqtt.yaml'): Promise<TextDocument> {
  const document = await workspace.openTextDocument(profileFile(text, name));
  await window.showTextDocument(document);
  await diagnosticsOf(document.uri);
  return document;
}

function place(document: TextDocument, word: string, at = 0): Position {
  const offset = document.getText().indexOf(word);
  assert.notEqual(offset, -1, `${word} is not in the text`);
  return document.positionAt(offset + at);
}

/** Asks VS Code as its own editor does. */
function ask<T>(what: string, document: TextDocument, ...more: readonly unknown[]): Thenable<T> {
  return commands.executeCommand<T>(`vscode.${what}`, document.uri, ...more);
}

const whole = (document: TextDocument): Range =>
  new Range(document.positionAt(0), document.positionAt(document.getText().length));

/** A file in the folder that the window has open. */
function inWorkspace(...path: readonly string[]): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return Uri.file(join(folder.uri.fsPath, ...path));
}

export const languageTests: readonly HostTest[] = [
  {
    name: 'a diagnostic stands on the value itself, with its code, and with a link into the reference page',
    async run() {
      const document = await shown(demo.replace('user/status/demo', 'user/#'));
      const found = (await diagnosticsOf(document.uri)).find(
        (each) => codeOf(each) === 'will-topic-wildcard',
      );
      assert.ok(found);
      assert.equal(document.getText(found.range), 'user/#');
      assert.ok(typeof found.code === 'object' && found.code !== null);
      assert.match(found.code.target.path, /docs\/profiles\.md$/);
    },
  },
  {
    name: 'files of the workspace are checked though nobody opens them, and followed when they change, move and go',
    async run() {
      const bad = 'profiles:\n  a: { broker: sandbox, keepAlive: soon }\n';
      const folder = inWorkspace('unopened');
      const [first, second] = [
        inWorkspace('unopened', 'a.mqtt.yaml'),
        inWorkspace('unopened', 'b+(1).mqtt.yml'),
      ];
      mkdirSync(folder.fsPath);
      try {
        writeFileSync(first.fsPath, bad);
        await diagnosticsOf(first, (all) => all.some((each) => codeOf(each) === 'duration-form'));
        writeFileSync(first.fsPath, bad.replace('soon', '-1'));
        await diagnosticsOf(first, (all) => all.some((each) => codeOf(each) === 'out-of-range'));
        renameSync(first.fsPath, second.fsPath);
        await diagnosticsOf(first, (all) => all.length === 0);
        await diagnosticsOf(second, (all) => all.some((each) => codeOf(each) === 'out-of-range'));
        rmSync(folder.fsPath, { recursive: true });
        await diagnosticsOf(second, (all) => all.length === 0);
      } finally {
        rmSync(folder.fsPath, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'a file is checked as it stands in the editor, and as it is on disk when the editor is closed',
    async run() {
      const uri = inWorkspace('open.mqtt.yaml');
      try {
        writeFileSync(uri.fsPath, 'profiles:\n  a: { broker: sandbox, keepAlive: soon }\n');
        const document = await workspace.openTextDocument(uri);
        await window.showTextDocument(document);
        await diagnosticsOf(uri);
        const edit = new WorkspaceEdit();
        edit.replace(uri, new Range(place(document, 'soon'), place(document, 'soon', 4)), '5s');
        assert.ok(await workspace.applyEdit(edit), 'the edit was not made');
        await diagnosticsOf(uri, (all) => all.length === 0);
        // What is closed is the active editor, and another one may have come to be that.
        await window.showTextDocument(document);
        await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
        await diagnosticsOf(uri);
      } finally {
        rmSync(uri.fsPath, { force: true });
      }
    },
  },
  {
    name: 'a quick fix corrects a misspelt key',
    async run() {
      const document = await shown(demo.replace('clientId:', 'clientid:'));
      const [found] = await diagnosticsOf(document.uri, (all) =>
        all.some((each) => codeOf(each) === 'unknown-key'),
      );
      assert.ok(found);
      const at = new Range(place(document, 'clientid'), place(document, 'clientid', 8));
      const actions = await ask<readonly CodeAction[]>('executeCodeActionProvider', document, at, 'quickfix');
      const fix = actions.find(({ edit }) => edit !== undefined);
      assert.ok(fix?.edit, `offered: ${actions.map(({ title }) => title).join(', ')}`);
      await workspace.applyEdit(fix.edit);
      assert.match(document.getText(), /\n {4}clientId: demo\n/);
    },
  },
  {
    name: 'fix all mends all that is safe, wherever it is',
    async run() {
      const document = await shown(demo.replace('30s', '30 s').replace('10s', '10 s'));
      await diagnosticsOf(
        document.uri,
        (all) => all.filter((each) => codeOf(each) === 'duration-form').length === 2,
      );
      const actions = await ask<readonly CodeAction[]>(
        'executeCodeActionProvider',
        document,
        whole(document),
        'source.fixAll.mqtt',
      );
      assert.equal(actions.length, 1);
      assert.ok(actions[0]?.edit);
      await workspace.applyEdit(actions[0].edit);
      assert.equal(document.getText(), demo);
    },
  },
  {
    name: 'a quick fix takes a password out of the file into secret storage, and completion offers it by its name',
    async run() {
      const document = await shown(demo.replace('    clientId:', '    password: hunter2\n    clientId:'));
      await diagnosticsOf(document.uri, (all) => all.some((each) => codeOf(each) === 'password-in-file'));
      const at = new Range(place(document, 'hunter2'), place(document, 'hunter2', 7));
      const actions = await ask<readonly CodeAction[]>('executeCodeActionProvider', document, at, 'quickfix');
      const fix = actions.find(({ command }) => command?.command === '_mqttSession.storeSecret');
      assert.ok(fix?.command, `offered: ${actions.map(({ title }) => title).join(', ')}`);
      assert.doesNotMatch(JSON.stringify(fix.command.arguments), /hunter2/);
      assert.equal(
        await commands.executeCommand(fix.command.command, ...(fix.command.arguments ?? [])),
        true,
      );
      assert.doesNotMatch(document.getText(), /hunter2/);
      const name = /\$\{secret:([\w.-]+)\}/.exec(document.getText())?.[1];
      assert.ok(name);
      const other = await shown(
        `profiles:\n  x:\n    broker: mqtt://localhost\n    keepAlive: bad\n    username: $\n`,
      );
      const { items } = await ask<CompletionList>(
        'executeCompletionItemProvider',
        other,
        place(other, '$', 1),
      );
      assert.ok(items.some(({ label }) => label === `\${secret:${name}}`));
    },
  },
  {
    name: 'completion offers the keys that are left, and writes them in place',
    async run() {
      const document = await shown(demo.replace('      payload: gone\n', '      \n'));
      const position = place(document, 'user/status/demo\n      ', 'user/status/demo\n      '.length);
      const { items } = await ask<CompletionList>('executeCompletionItemProvider', document, position);
      const labels = items.map(({ label }) => label);
      assert.ok(labels.includes('payload'));
      assert.ok(!labels.includes('topic'));
    },
  },
  {
    name: 'completion offers snippets, and the words of a list each with what it means',
    async run() {
      const marked = `${demo}  other:\n    broker: sandbox\n    \nsandbox:\n  deviations:\n    - no\n`;
      const document = await shown(marked);
      const words = await ask<CompletionList>(
        'executeCompletionItemProvider',
        document,
        place(document, '- no', 4),
      );
      const word = words.items.find(({ label }) => label === 'noWillAt0x04');
      assert.match(word?.detail ?? '', /Breaks v5 \[MQTT-3\.1\.2-8\]/);
      const keys = await ask<CompletionList>(
        'executeCompletionItemProvider',
        document,
        place(document, '    \nsandbox', 4),
      );
      assert.ok(keys.items.some(({ kind }) => kind === CompletionItemKind.Snippet));
    },
  },
  {
    name: 'completion offers the Client Identifiers and topics of the live trace',
    async run() {
      // Nothing connects in Restricted Mode, so there is no trace.
      if (!workspace.isTrusted) return;
      const lab =
        'profiles:\n  a:\n    broker: sandbox\n    clientId: seen-in-the-trace\n    will: { topic: seen/too }\n';
      const file = profileFile(lab, 'lab.mqtt.yaml');
      await connected(file, 'a');
      const document = await shown(
        'profiles:\n  x:\n    keepAlive: bad\n    clientId: s\n    will:\n      topic: s\n',
      );
      const offered = async (word: string) => {
        const { items } = await ask<CompletionList>(
          'executeCompletionItemProvider',
          document,
          place(document, word, word.length),
        );
        return items.map(({ label, detail }) => `${String(label)}, ${detail}`);
      };
      // The server is told at a calm rate; each question is a round to it.
      while (!(await offered('clientId: s')).includes('seen-in-the-trace, seen in the trace'));
      assert.ok((await offered('topic: s')).includes('seen/too, seen in the trace'));
    },
  },
  {
    name: 'a hover tells what a setting does here, and over a name what becomes of will and Session',
    async run() {
      const document = await shown(demo);
      const told = async (word: string, at: number) =>
        (await ask<readonly Hover[]>('executeHoverProvider', document, place(document, word, at)))
          .flatMap(({ contents }) => contents)
          .map((content) => (content instanceof MarkdownString ? content.value : String(content)))
          .join('\n');
      assert.match(await told('willDelayInterval', 2), /published 5 s after the loss/);
      assert.match(await told('demo:', 2), /\| It ends \|/);
    },
  },
  {
    name: 'inlay hints tell what the settings come to',
    async run() {
      const document = await shown(demo);
      const hints = await ask<readonly InlayHint[]>('executeInlayHintProvider', document, whole(document));
      const labels = hints.map(({ label }) =>
        typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
      );
      assert.ok(labels.includes('published 5 s after the end'), labels.join(' | '));
      assert.ok(labels.includes('believed alive up to 50 s'), labels.join(' | '));
    },
  },
  {
    name: 'code lenses stand over profiles, each with a command that there is',
    async run() {
      const document = await shown(demo);
      const lenses = await ask<readonly CodeLens[]>('executeCodeLensProvider', document, 50);
      const offered = lenses.flatMap(({ command }) => (command === undefined ? [] : [command]));
      assert.ok(offered.some(({ command }) => command === 'mqttSession.connect'));
      const registered = await commands.getCommands(true);
      assert.deepEqual(
        offered.filter(({ command, title }) => !registered.includes(command) || title.startsWith('%')),
        [],
      );
    },
  },
  {
    name: 'the outline, folding and selecting follow the profiles',
    async run() {
      const document = await shown(demo);
      const symbols = await ask<readonly DocumentSymbol[]>('executeDocumentSymbolProvider', document);
      const profiles = symbols.find(({ name }) => name === 'profiles')?.children ?? [];
      assert.deepEqual(
        profiles.map(({ name }) => name),
        ['base', 'demo'],
      );
      const folds = await ask<readonly FoldingRange[]>('executeFoldingRangeProvider', document);
      assert.ok(folds.some(({ start }) => start === place(document, 'will:').line));
      const [selection] = await ask<readonly SelectionRange[]>('executeSelectionRangeProvider', document, [
        place(document, 'gone', 1),
      ]);
      assert.ok(selection);
      assert.equal(document.getText(selection.range), 'gone');
      assert.equal(document.getText(selection.parent?.range), 'payload: gone');
    },
  },
  {
    name: 'the name of a profile leads to where it is defined, to where it is used, and is renamed in all of them',
    async run() {
      const document = await shown(demo);
      const at = place(document, 'extends: base', 10);
      const [target] = await ask<readonly Location[]>('executeDefinitionProvider', document, at);
      assert.equal(target?.range.start.line, place(document, 'base:').line);
      const uses = await ask<readonly Location[]>('executeReferenceProvider', document, at);
      assert.equal(uses.length, 2);
      const edit = await ask<WorkspaceEdit>('executeDocumentRenameProvider', document, at, 'lab');
      await workspace.applyEdit(edit);
      assert.match(document.getText(), /\n {2}lab:\n/);
      assert.match(document.getText(), /extends: lab\n/);
    },
  },
  {
    name: 'files that a profile names are links',
    async run() {
      const document = await shown(demo);
      const links = await ask<readonly DocumentLink[]>('executeLinkProvider', document);
      const link = links.find(({ range }) => document.getText(range) === './ca.pem');
      assert.equal(link?.target?.fsPath, join(document.uri.fsPath, '..', 'ca.pem'));
    },
  },
  {
    name: 'formatting keeps comments',
    async run() {
      const document = await shown(
        'profiles:\n     a:   # the first\n       broker:   mqtt://h\n       # why\n       keepAlive: soon\n',
      );
      const options = { tabSize: 2, insertSpaces: true };
      const edits = await ask<readonly TextEdit[]>('executeFormatDocumentProvider', document, options);
      const editor = await window.showTextDocument(document);
      await editor.edit((edit) => {
        for (const { range, newText } of edits) edit.replace(range, newText);
      });
      assert.equal(
        document.getText(),
        'profiles:\n  a:   # the first\n    broker: mqtt://h\n    # why\n    keepAlive: soon\n',
      );
    },
  },
  {
    name: 'semantic tokens mark what the grammar cannot tell',
    async run() {
      const document = await shown(demo);
      const { data } = await ask<SemanticTokens>('provideDocumentSemanticTokens', document);
      assert.ok(data.length > 0);
    },
  },
  {
    name: 'nothing that the server does resolves a variable or starts the engine',
    async run() {
      const document = await shown(
        demo.replace('clientId: demo', `clientId: \${input:Never asked}\n    username: \${env:PATH}`),
      );
      const hovers = await ask<readonly Hover[]>(
        'executeHoverProvider',
        document,
        place(document, 'env:', 1),
      );
      assert.ok(hovers.length > 0);
      assert.doesNotMatch(JSON.stringify(hovers), /\/bin/);
      if (!workspace.isTrusted) assert.equal((await theApi()).snapshot().engine, 'idle');
      assert.ok(theExtension().isActive);
    },
  },
];
