import { type ExtensionContext, type LogOutputChannel, l10n, workspace } from 'vscode';
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import { profileLanguageId } from '../server/messages.ts';
import { profileFilePattern } from './profiles/profile-files.ts';

/** Starts the language server for profile files. Loaded when the first profile file is open. */
export async function startLanguageClient(
  context: ExtensionContext,
  log: LogOutputChannel,
): Promise<LanguageClient> {
  const module = context.asAbsolutePath('dist/server.js');
  const watcher = workspace.createFileSystemWatcher(profileFilePattern);
  const client = new LanguageClient(
    'mqttSession',
    l10n.t('MQTT Profile Language Server'),
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc },
    },
    {
      documentSelector: [{ language: profileLanguageId }],
      synchronize: { fileEvents: watcher },
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    },
  );
  context.subscriptions.push(watcher);
  await client.start();
  return client;
}
