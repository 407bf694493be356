import { commands, l10n, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import { profileLanguageId } from '../../server/messages.ts';
import { askText, pickOne } from '../ui/quick-input.ts';
import type { NextStep } from '../ui/show-error.ts';
import type { Command } from './command.ts';

/** What a new file says: it can be connected as it is. */
export const profileTemplate = `version: 1

profiles:
  demo:
    description: A will after 5 s, a session for 10 s
    broker: sandbox # the broker inside; for one of your own: mqtt://localhost:1883
    clientId: demo
    cleanStart: true
    keepAlive: 30s
    sessionExpiryInterval: 10s
    will:
      topic: offline
      payload: I'm offline
      qos: 1
      willDelayInterval: 5s

  subscriber:
    description: Waits for the will
    broker: sandbox
    clientId: subscriber
    subscriptions:
      - { topicFilter: offline, qos: 1 }
`;

const endings = ['.mqtt.yaml', '.mqtt.yml', '.mqtt.json'];

export const newProfileCommand: Command = {
  id: 'mqttSession.newProfileFile',
  async run() {
    const title = l10n.t('New Profile File');
    const folder = await chooseFolder(title);
    if (folder === undefined) {
      const document = await workspace.openTextDocument({
        language: profileLanguageId,
        content: profileTemplate,
      });
      await window.showTextDocument(document);
      return document.uri;
    }
    const uri = await askFile(folder.uri, title, 'connections.mqtt.yaml');
    await workspace.fs.writeFile(uri, new TextEncoder().encode(profileTemplate));
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
    return uri;
  },
};

/** The next step where there is no profile to choose from. */
export function createProfileStep(): NextStep {
  return {
    title: l10n.t('New Profile File'),
    run: () => commands.executeCommand(newProfileCommand.id),
  };
}

/**
 * The folder for a new file: the only one, or the one that the user picks. Undefined where none is open.
 * @throws {Cancelled}
 */
export async function chooseFolder(title: string): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0];
  const chosen = await pickOne({
    title,
    placeholder: l10n.t('In which folder?'),
    choices: folders.map((folder) => ({ value: folder, label: folder.name, description: folder.uri.fsPath })),
  });
  return chosen.value;
}

/**
 * Asks for the path of a profile file that does not exist.
 * @throws {Cancelled}
 */
export async function askFile(folder: Uri, title: string, suggestion: string): Promise<Uri> {
  let taken: string | undefined;
  let value = suggestion;
  for (;;) {
    const name = await askText({
      title,
      prompt: l10n.t('Path within the folder; it ends in {0}.', endings.join(', ')),
      value,
      problem: (typed) => pathProblem(typed) ?? (typed === taken ? l10n.t('This file exists.') : undefined),
    });
    const uri = Uri.joinPath(folder, name);
    if (!(await exists(uri))) return uri;
    taken = name;
    value = name;
  }
}

function pathProblem(path: string): string | undefined {
  if (!endings.some((ending) => path.endsWith(ending) && path.length > ending.length)) {
    return l10n.t('The name must end in {0}.', endings.join(', '));
  }
  if (path.startsWith('/') || path.split(/[\\/]/).includes('..')) {
    return l10n.t('The path must stay within the folder.');
  }
  return undefined;
}

export async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
