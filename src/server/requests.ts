/** One line a request: what is asked of which file, and which feature answers. */
import { complete } from './completion/completion.ts';
import { knownNames } from './completion/known-names.ts';
import { codeActions, secretValue } from './features/code-actions.ts';
import { codeLenses } from './features/code-lenses.ts';
import { documentLinks } from './features/document-links.ts';
import { foldingRanges } from './features/folding.ts';
import { formatFile } from './features/formatting.ts';
import { hover } from './features/hover.ts';
import { inlayHints } from './features/inlay-hints.ts';
import { definition, highlights, prepareRename, references, rename } from './features/navigation.ts';
import { selectionRanges } from './features/selection-ranges.ts';
import { semanticTokens } from './features/semantic-tokens.ts';
import { documentSymbols, workspaceSymbols } from './features/symbols.ts';
import { type SecretPlace, secretValueRequest } from './messages.ts';
import type { ProfileDocument } from './profile-document.ts';
import type { ServerState } from './profile-server.ts';

export function answerRequests(state: ServerState): void {
  const { connection, store, publisher } = state;
  const { languages } = connection;
  type Of = { readonly textDocument: { readonly uri: string } };
  /** Answers about a file that is known; of another there is nothing to say. */
  const about =
    <P extends Of, R>(answer: (file: ProfileDocument, params: P) => R) =>
    (params: P): R | null => {
      const file = store.get(params.textDocument.uri);
      return file === undefined ? null : answer(file, params);
    };
  /** The names of a file before those of the others. */
  const names = (file: ProfileDocument) => {
    const others = [...store.all()].filter((other) => other !== file);
    return knownNames([file, ...others], state.seen);
  };

  connection.onCompletion(
    about((file, { position }) => complete(file, position, () => names(file), state.abilities)),
  );
  connection.onHover(about((file, { position }) => hover(file, position) ?? null));
  connection.onDefinition(about((file, { position }) => definition(file, position)));
  connection.onReferences(
    about((file, { position, context }) => references(file, position, context.includeDeclaration)),
  );
  connection.onDocumentHighlight(about((file, { position }) => highlights(file, position)));
  connection.onPrepareRename(about((file, { position }) => prepareRename(file, position) ?? null));
  connection.onRenameRequest(about((file, { position, newName }) => rename(file, position, newName) ?? null));
  connection.onDocumentSymbol(about((file) => documentSymbols(file)));
  connection.onWorkspaceSymbol(({ query }) => workspaceSymbols(store.all(), query, MAX_SYMBOLS));
  connection.onFoldingRanges(about((file) => foldingRanges(file)));
  connection.onSelectionRanges(about((file, { positions }) => selectionRanges(file, positions)));
  connection.onDocumentLinks(about((file) => documentLinks(file)));
  connection.onDocumentFormatting(about((file, { options }) => formatFile(file, options)));
  connection.onCodeLens(about((file) => codeLenses(file, state.abilities.commands)));
  connection.onCodeAction(
    about((file, params) => codeActions(file, params, { ...state.abilities, store, docs: state.docs })),
  );
  languages.inlayHint.on(
    about((file, { range }) => inlayHints(file, file.offset(range.start), file.offset(range.end))),
  );
  languages.semanticTokens.on(({ textDocument: { uri } }) => {
    const file = store.get(uri);
    return file === undefined ? { data: [] } : semanticTokens(file);
  });
  languages.semanticTokens.onRange(({ textDocument: { uri }, range }) => {
    const file = store.get(uri);
    return file === undefined
      ? { data: [] }
      : semanticTokens(file, file.offset(range.start), file.offset(range.end));
  });
  languages.diagnostics.on(({ textDocument: { uri }, previousResultId }) =>
    publisher.report(uri, previousResultId),
  );
  connection.onRequest(secretValueRequest, (place: SecretPlace) => secretValue(store, place) ?? null);
}

/** More are not listed; the query narrows them down. */
const MAX_SYMBOLS = 200;
