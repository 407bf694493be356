import { existsSync } from 'node:fs';
import { type ExtensionContext, type LogOutputChannel, l10n, Uri } from 'vscode';
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import { type ClientCommand, type ProfileServerOptions, profileLanguageId } from '../server/messages.ts';
import type { SessionState } from './engine/session-state.ts';
import { tellSeenNames } from './language-names.ts';
import { registerStoreSecret } from './language-secrets.ts';
import type { Secrets } from './profiles/secrets.ts';

/** What the language client uses of the extension. */
export interface LanguageParts {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly secrets: Secrets;
  readonly state: SessionState;
}

/** Starts the language server for profile files. Loaded when the first profile file is open. */
export async function startLanguageClient(parts: LanguageParts): Promise<LanguageClient> {
  const { context, log } = parts;
  const module = context.asAbsolutePath('dist/programs/server.mjs');
  const client = new LanguageClient(
    'mqttSession',
    l10n.t('MQTT Profile Language Server'),
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc },
    },
    {
      documentSelector: ['file', 'untitled'].map((scheme) => ({ scheme, language: profileLanguageId })),
      initializationOptions: optionsFor(context),
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // The documentation of variables and effects is text of our own tables; nothing in it runs.
      markdown: { isTrusted: false, supportHtml: false },
    },
  );
  await client.start();
  context.subscriptions.push(registerStoreSecret(client, parts.secrets), tellSeenNames(client, parts));
  return client;
}

/** The commands that lenses may offer are those of package.json, with the titles that the user reads there. */
function optionsFor(context: ExtensionContext): ProfileServerOptions {
  const { contributes } = context.extension.packageJSON as {
    readonly contributes: {
      readonly commands: readonly {
        readonly command: string;
        readonly title: string;
        /** Where there is little room, as on a lens. */
        readonly shortTitle?: string;
      }[];
    };
  };
  const page = context.asAbsolutePath('docs/profiles.md');
  return {
    commands: contributes.commands.map(
      ({ command, title, shortTitle }): ClientCommand => ({ id: command, title: shortTitle ?? title }),
    ),
    storesSecrets: true,
    pushDiagnostics: true,
    ...(existsSync(page) ? { docs: Uri.file(page).toString() } : {}),
  };
}
