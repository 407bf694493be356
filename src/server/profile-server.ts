/** The language server for profile files: a thin shell over src/profile. It owns a connection and the files it knows. */
import type { Connection } from 'vscode-languageserver/node';
import { TextDocumentSyncKind } from 'vscode-languageserver/node';
import { type Abilities, readAbilities } from './abilities.ts';
import { NOTHING_SEEN, readSeenNames } from './completion/known-names.ts';
import { DocsLinks } from './docs-links.ts';
import { FIX_ALL_KIND } from './features/code-actions.ts';
import { semanticTokensLegend } from './features/semantic-tokens.ts';
import { followFiles } from './follow-files.ts';
import { type SeenNames, seenNamesNotification } from './messages.ts';
import { NamedFiles } from './named-files.ts';
import { ProfileStore } from './profile-store.ts';
import { Publisher } from './publisher.ts';
import { answerRequests } from './requests.ts';
import { tell } from './tell.ts';

/** What the features share. */
export interface ServerState {
  readonly connection: Connection;
  readonly store: ProfileStore;
  readonly publisher: Publisher;
  readonly namedFiles: NamedFiles;
  abilities: Abilities;
  /** Tells the client's log; silent once the client has gone. */
  readonly warn: (message: string) => void;
  docs: DocsLinks;
  seen: SeenNames;
  /** The folders that `initialize` named, for clients that cannot be asked. */
  roots: readonly string[];
  /** The client says no more, and hears no more. */
  stopped: boolean;
  /** Once, unless the client has gone by then. */
  readonly later: (ms: number, run: () => void) => void;
}

/** Serves one client until the connection ends. Every open document counts as a profile file: the client selects. */
export function serveProfiles(connection: Connection): void {
  const namedFiles = new NamedFiles((uri) => {
    store.workspace.refresh(uri);
    state.publisher.changed();
  });
  const store = new ProfileStore({ fileExists: (uri, path) => namedFiles.exists(uri, path) });
  const state: ServerState = {
    connection,
    store,
    publisher: new Publisher(connection, store, () => state),
    namedFiles,
    warn: (message) => {
      if (!state.stopped) tell(async () => connection.console.warn(message));
    },
    stopped: false,
    later: (ms, run) => {
      setTimeout(() => {
        if (!state.stopped) run();
      }, ms).unref();
    },
    abilities: readAbilities({}, undefined),
    docs: new DocsLinks(undefined),
    seen: NOTHING_SEEN,
    roots: [],
  };

  connection.onInitialize(async ({ capabilities, initializationOptions, rootUri, workspaceFolders }) => {
    state.roots = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    state.abilities = readAbilities(capabilities, initializationOptions);
    state.docs = new DocsLinks(state.abilities.docs);
    await state.docs.load();
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        ...(state.abilities.pullsDiagnostics
          ? {
              diagnosticProvider: {
                identifier: 'mqtt-profile',
                interFileDependencies: true,
                workspaceDiagnostics: false,
              },
            }
          : {}),
        codeActionProvider: { codeActionKinds: ['quickfix', FIX_ALL_KIND] },
        completionProvider: { triggerCharacters: [':', ' ', '{', '[', '$', '/', '-', '"'] },
        hoverProvider: true,
        inlayHintProvider: true,
        ...(state.abilities.commands.size > 0 ? { codeLensProvider: {} } : {}),
        documentSymbolProvider: true,
        workspaceSymbolProvider: true,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentLinkProvider: {},
        documentFormattingProvider: true,
        semanticTokensProvider: { legend: semanticTokensLegend, full: true, range: true },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true }, ...fileOperations },
      },
      serverInfo: { name: 'mqtt-profile' },
    };
  });

  followFiles(state);
  answerRequests(state);
  connection.onNotification(seenNamesNotification, (given: unknown) => {
    state.seen = readSeenNames(given);
  });
  connection.onShutdown(() => {
    state.stopped = true;
    state.publisher.stop();
  });
  connection.listen();
}

/** Folders that are renamed or deleted in the editor: watchers tell only of the folder itself, if at all. */
const folders = { filters: [{ scheme: 'file', pattern: { glob: '**' } }] };
const fileOperations = { fileOperations: { didRename: folders, didDelete: folders, didCreate: folders } };
