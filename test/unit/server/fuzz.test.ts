/**
 * Whatever the text is and wherever the caret: every feature answers, none fails, and after any sequence of edits the
 * server says what it says of the same text opened anew.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CodeActionRequest,
  CodeLensRequest,
  CompletionRequest,
  DefinitionRequest,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentLinkRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  type Position,
  PrepareRenameRequest,
  ReferencesRequest,
  SelectionRangeRequest,
  SemanticTokensRequest,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { formatText } from '../../../src/server/features/formatting.ts';
import { type Client, start, uri } from './support/lsp.ts';

const textDocument = { uri };
const sample = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../samples/${name}.mqtt.yaml`, import.meta.url)), 'utf8');
const samples = ['will-delay', 'presence', 'keep-alive'].map(sample);

/** Lines that a profile file is made of, whole and broken. */
const line = fc.constantFrom(
  'profiles:',
  '  a:',
  '  b: {',
  '    will:',
  `      topic: x/\${clientId}`,
  '    extends: a',
  '  a: { broker: sandbox }',
  '    - topicFilter: "#"',
  '    subscriptions:',
  '- ',
  '"',
  "'",
  '}',
  ']',
  '# c',
  '',
  '    keepAlive: 5s',
  '  &x a: *x',
  '    password: p',
  'scenarios: { s: { steps: [ { connect: a } ] } }',
  '\t',
  '    payload: |',
  '      text',
  '---',
  '? [a]: b',
  'defaults: { protocolVersion: 3.1.1 }',
  '    will: { topic: a, willDelayInterval: 7d }',
  '{ "profiles": { "a": {} } }',
  '%',
  '!!x y',
);
const text = fc.oneof(
  fc.array(line, { maxLength: 14 }).map((lines) => lines.join('\n')),
  fc
    .tuple(fc.constantFrom(...samples), fc.nat())
    .map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'{}[]:,-#&*!|>\'"%@` \n$ab0'), maxLength: 60 }),
);
const edit = fc.record({
  at: fc.nat(),
  length: fc.nat(12),
  put: fc.oneof(
    line.map((each) => `${each}\n`),
    fc.string({ maxLength: 4 }),
    fc.constant(''),
  ),
});

/** Everything that can be asked at a place, with no answer left out. */
async function askAll(
  { connection }: Client,
  position: Position,
  end: Position,
): Promise<readonly unknown[]> {
  const at = { textDocument, position };
  const range = { start: { line: 0, character: 0 }, end };
  return Promise.all([
    connection.sendRequest(CompletionRequest.type, at),
    connection.sendRequest(HoverRequest.type, at),
    connection.sendRequest(DefinitionRequest.type, at),
    connection.sendRequest(ReferencesRequest.type, { ...at, context: { includeDeclaration: true } }),
    connection.sendRequest(DocumentHighlightRequest.type, at),
    connection.sendRequest(PrepareRenameRequest.type, at),
    connection.sendRequest(SelectionRangeRequest.type, { textDocument, positions: [position] }),
    connection.sendRequest(CodeActionRequest.type, { textDocument, range, context: { diagnostics: [] } }),
    connection.sendRequest(InlayHintRequest.type, { textDocument, range }),
    connection.sendRequest(CodeLensRequest.type, { textDocument }),
    connection.sendRequest(DocumentSymbolRequest.type, { textDocument }),
    connection.sendRequest(FoldingRangeRequest.type, { textDocument }),
    connection.sendRequest(DocumentLinkRequest.type, { textDocument }),
    connection.sendRequest(SemanticTokensRequest.type, { textDocument }),
    connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    }),
  ]);
}

const options = {
  initializationOptions: { commands: [{ id: 'mqttSession.connect', title: 'Connect' }], storesSecrets: true },
};

describe('any text', () => {
  it('gets an answer from every feature at every place', async () => {
    const client = await start(options);
    await client.open('');
    let version = 1;
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), async (whole, at) => {
        version += 1;
        await client.change(version, [{ text: whole }]);
        const document = TextDocument.create(uri, '', version, whole);
        await askAll(client, document.positionAt(at % (whole.length + 1)), document.positionAt(whole.length));
      }),
      { numRuns: 300 },
    );
  });

  it('gets from every feature after any edits what it gets when it is opened anew', async () => {
    const [edited, fresh] = [await start(options), await start(options)];
    await edited.open('');
    let version = 1;
    await fc.assert(
      fc.asyncProperty(text, fc.array(edit, { maxLength: 8 }), fc.nat(), async (first, edits, at) => {
        version += 1;
        await edited.change(version, [{ text: first }]);
        let document = TextDocument.create(uri, '', version, first);
        for (const { at: from, length, put } of edits) {
          version += 1;
          const offset = from % (document.getText().length + 1);
          const change = {
            range: { start: document.positionAt(offset), end: document.positionAt(offset + length) },
            text: put,
          };
          await edited.change(version, [change]);
          document = TextDocument.update(document, [change], version);
        }
        await fresh.open(document.getText(), uri, version);
        const [position, end] = [
          document.positionAt(at % (document.getText().length + 1)),
          document.positionAt(document.getText().length),
        ];
        expect(await askAll(edited, position, end)).toEqual(await askAll(fresh, position, end));
        const isThis = (params: { readonly version?: number }) => params.version === version;
        expect(await edited.diagnosticsWhere(isThis)).toEqual(await fresh.diagnosticsWhere(isThis));
        await fresh.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe('formatting', () => {
  it('is done when it is done once, and is offered for what has no fault in its syntax', () => {
    let formatted = 0;
    fc.assert(
      fc.property(text, fc.constantFrom(2, 4), (whole, indent) => {
        const once = formatText(whole, indent, false);
        if (once === undefined) return;
        formatted += 1;
        expect(formatText(once, indent, false)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
    expect(formatted).toBeGreaterThan(100);
  });

  it.each(samples)('leaves a sample as it is', (whole) => {
    expect(formatText(whole, 2, false)).toBeUndefined();
  });
});
