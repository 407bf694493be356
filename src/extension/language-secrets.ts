import {
  commands,
  type Disposable,
  l10n,
  Range,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  type SecretPlace,
  type SecretValue,
  secretValueRequest,
  storeSecretCommand,
} from '../server/messages.ts';
import type { Secrets } from './profiles/secrets.ts';

/**
 * The quick fix for a password that stands in a file: keeps the value in secret storage, and only then takes it out of the
 * file. The value is in no argument of the command, so that it is in no log of commands.
 */
export function registerStoreSecret(client: LanguageClient, secrets: Secrets): Disposable {
  return commands.registerCommand(storeSecretCommand, async (place: SecretPlace): Promise<boolean> => {
    const uri = Uri.parse(place.uri);
    const document = await workspace.openTextDocument(uri);
    const found = await client.sendRequest<SecretValue | null>(secretValueRequest, place);
    if (found === null || document.version !== place.version) {
      void window.showWarningMessage(
        l10n.t('The file has changed meanwhile. Nothing was stored; try again.'),
      );
      return false;
    }
    if (!(await mayKeep(secrets, place.name, uri, found.value))) return false;
    await secrets.keep(place.name, uri, found.value);
    return workspace.applyEdit(editOf(document, found));
  });
}

/** Another value under the name would be lost: the user decides. */
async function mayKeep(secrets: Secrets, name: string, file: Uri, value: string): Promise<boolean> {
  const kept = await secrets.peek(name, file);
  if (kept === undefined || kept === value) return true;
  const replace = l10n.t('Replace');
  const chosen = await window.showWarningMessage(
    l10n.t('Another value is kept as secret "{0}" already. Replace it by the one in this file?', name),
    { modal: true },
    replace,
  );
  return chosen === replace;
}

function editOf(document: TextDocument, { edits }: SecretValue): WorkspaceEdit {
  const edit = new WorkspaceEdit();
  for (const { start, end, newText } of edits) {
    edit.replace(document.uri, new Range(document.positionAt(start), document.positionAt(end)), newText);
  }
  return edit;
}
