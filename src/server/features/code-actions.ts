/** What mends the diagnostics at a place, and everything that can be mended without a question. */
import { type CodeAction, CodeActionKind, type CodeActionParams } from 'vscode-languageserver/node';
import type { Problem, QuickFix, TextEdit } from '../../profile/problem.ts';
import { toDiagnostic } from '../diagnostics.ts';
import type { DocsLinks } from '../docs-links.ts';
import { type SecretPlace, type SecretValue, storeSecretCommand } from '../messages.ts';
import type { ProfileDocument } from '../profile-document.ts';
import type { ProfileStore } from '../profile-store.ts';

/** Everything that is safe to mend at once, also on saving (`editor.codeActionsOnSave`). */
export const FIX_ALL_KIND = `${CodeActionKind.SourceFixAll}.mqtt`;

export interface ActionAbilities {
  /** The client can store what leaves the file. Without it such fixes are not offered: the value would be lost. */
  readonly storesSecrets: boolean;
  /** The client applies an edit to a version of a document, or not at all. */
  readonly versionedEdits: boolean;
}

export function codeActions(
  file: ProfileDocument,
  { range, context }: CodeActionParams,
  {
    store,
    docs,
    storesSecrets,
    versionedEdits,
  }: ActionAbilities & { readonly store: ProfileStore; readonly docs: DocsLinks },
): CodeAction[] {
  const wants = (kind: string) =>
    context.only === undefined || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    const at = { start: file.offset(range.start), end: file.offset(range.end) };
    for (const { problem, fix } of store.workspace.fixes(file.uri, at)) {
      if (fix.secret !== undefined && !storesSecrets) continue;
      actions.push({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [toDiagnostic(problem, file, store, docs)],
        ...(fix.preferred === true ? { isPreferred: true } : {}),
        ...effectOf(file, problem, fix, versionedEdits),
      });
    }
  }
  if (wants(FIX_ALL_KIND)) {
    const edits = store.workspace.fixAll(file.uri);
    if (edits.length > 0) {
      actions.push({
        title: 'Fix all that is safe to fix in this profile file',
        kind: FIX_ALL_KIND,
        edit: editOf(file, edits, versionedEdits),
      });
    }
  }
  return actions;
}

/** A value that leaves the file is stored before the file is touched, so the command does both. */
function effectOf(
  file: ProfileDocument,
  problem: Problem,
  fix: QuickFix,
  versioned: boolean,
): Pick<CodeAction, 'edit' | 'command'> {
  if (fix.secret === undefined) return { edit: editOf(file, fix.edits, versioned) };
  const place: SecretPlace = {
    uri: file.uri,
    version: file.document.version,
    start: problem.range.start,
    end: problem.range.end,
    name: fix.secret.name,
  };
  return { command: { title: fix.title, command: storeSecretCommand, arguments: [place] } };
}

function editOf(
  file: ProfileDocument,
  edits: readonly TextEdit[],
  versioned: boolean,
): NonNullable<CodeAction['edit']> {
  const changes = edits.map(({ range, newText }) => ({ range: file.range(range), newText }));
  const { uri } = file;
  if (!versioned) return { changes: { [uri]: changes } };
  return { documentChanges: [{ textDocument: { uri, version: file.document.version }, edits: changes }] };
}

/** The password that a place names, with the edits that take it out; undefined when the file is another by now. */
export function secretValue(store: ProfileStore, place: SecretPlace): SecretValue | undefined {
  const file = store.get(place.uri);
  if (file === undefined || file.document.version !== place.version) return undefined;
  const found = store.workspace
    .fixes(place.uri, place)
    .find(
      ({ problem: { range }, fix }) =>
        range.start === place.start && range.end === place.end && fix.secret?.name === place.name,
    );
  if (found?.fix.secret === undefined) return undefined;
  return {
    value: found.fix.secret.value,
    edits: found.fix.edits.map(({ range, newText }) => ({ start: range.start, end: range.end, newText })),
  };
}
