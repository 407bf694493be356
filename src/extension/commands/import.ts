import { env, l10n, type Uri, window, workspace } from 'vscode';
import { profileLanguageId } from '../../server/messages.ts';
import { Cancelled, nothingImported, unreadableFile } from '../errors.ts';
import { displayPath } from '../profiles/profile-files.ts';
import { pickOne } from '../ui/quick-input.ts';
import type { Command } from './command.ts';
import { askFile, chooseFolder, exists } from './new-profile.ts';
import { targetOf } from './target.ts';

/** A larger file is not even read; the importer has limits of its own below that. */
const bytesMax = 64_000_000;

/**
 * Reads the connections of another program into a new profile file. Passwords go to secret storage, and what could not be carried over stands at
 * the head of the file. `file` is the file to read and `to` the one to write, for key bindings and other extensions.
 */
export const importCommand: Command = {
  id: 'mqttSession.importConnections',
  async run(app, given) {
    const title = l10n.t('Import Connections');
    const target = targetOf(given);
    const text = await textToImport(title, target.file);
    const { importConnections } = await import('../later.ts');
    const first = importConnections(text);
    if (!first.ok) throw nothingImported(first.message);
    const uri = await fileToWrite(title, target.to);
    if (uri === undefined) {
      // A file that was never saved has no place to keep secrets for: they are asked for when they are needed.
      const document = await workspace.openTextDocument({ language: profileLanguageId, content: first.text });
      await window.showTextDocument(document);
      tell(first.profiles, first.notes.length, 0);
      return document.uri;
    }
    const imported = importConnections(text, app.secrets.namesFor(uri));
    if (!imported.ok) throw nothingImported(imported.message);
    for (const { name, value } of imported.secrets) await app.secrets.keep(name, uri, value);
    await workspace.fs.writeFile(uri, new TextEncoder().encode(imported.text));
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
    tell(imported.profiles, imported.notes.length, imported.secrets.length);
    return uri;
  },
};

/** Undefined where no folder is open: then the file is one that was never saved. */
async function fileToWrite(title: string, given: Uri | undefined): Promise<Uri | undefined> {
  if (given !== undefined && !(await exists(given))) return given;
  const folder = await chooseFolder(title);
  return folder && askFile(folder.uri, title, 'imported.mqtt.yaml');
}

async function textToImport(title: string, file: Uri | undefined): Promise<string> {
  if (file !== undefined) return readFile(file);
  const { value } = await pickOne({
    title,
    placeholder: l10n.t('MQTTX, MQTTX CLI, MQTT Explorer, VSMqtt, or mosquitto command lines, from where?'),
    choices: [
      { value: 'file' as const, label: l10n.t('From a File...') },
      { value: 'clipboard' as const, label: l10n.t('From the Clipboard') },
    ],
  });
  if (value === 'clipboard') return env.clipboard.readText();
  const [chosen] = (await window.showOpenDialog({ title, canSelectMany: false })) ?? [];
  if (chosen === undefined) throw new Cancelled();
  return readFile(chosen);
}

async function readFile(uri: Uri): Promise<string> {
  try {
    const { size } = await workspace.fs.stat(uri);
    if (size > bytesMax) throw new Error(l10n.t('it is too large'));
    return new TextDecoder().decode(await workspace.fs.readFile(uri));
  } catch (thrown) {
    throw unreadableFile(displayPath(uri), thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function tell(profiles: number, notes: number, secrets: number): void {
  const sentences = [
    l10n.t('Imported connections: {0}.', profiles),
    ...(secrets === 0 ? [] : [l10n.t('Passwords put into secret storage: {0}.', secrets)]),
    ...(notes === 0
      ? []
      : [l10n.t('What could not be carried over stands at the head of the file: {0} lines.', notes)]),
  ];
  void window.showInformationMessage(sentences.join(' '));
}
