/** Keeps the store in step with the client's documents and with the disk. */
import { DidChangeWatchedFilesNotification, FileChangeType, WatchKind } from 'vscode-languageserver/node';
import type { ServerState } from './profile-server.ts';
import { isAtOrIn, isProfileFile, profileFileGlob, WorkspaceFiles } from './workspace-files.ts';

export function followFiles(state: ServerState): void {
  const { connection, store, publisher, namedFiles } = state;
  const files = new WorkspaceFiles(store, state.warn);
  const then = (work: Promise<void>): void => void work.then(() => publisher.changed());
  let roots: readonly string[] = [];

  connection.onDidOpenTextDocument(({ textDocument }) => {
    store.open(textDocument);
    namedFiles.recheck(textDocument.uri);
    publisher.changed();
  });
  connection.onDidChangeTextDocument((change) => {
    store.change(change);
    publisher.changed();
  });
  connection.onDidSaveTextDocument(({ textDocument: { uri } }) => {
    namedFiles.recheck(uri);
    // A client that watches nothing says at least this.
    if (isInside(uri, roots)) then(files.touched(uri));
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    store.close(uri);
    publisher.changed();
    // It counts as it is on disk now, also where nobody has told of a change.
    if (isInside(uri, roots)) then(files.touched(uri));
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const folders: string[] = [];
    for (const { uri, type } of changes) {
      namedFiles.touched(uri);
      if (type === FileChangeType.Deleted) then(files.deleted(uri));
      else if (isProfileFile(uri)) then(files.touched(uri));
      else if (type === FileChangeType.Created) folders.push(uri);
    }
    if (folders.length > 0) then(files.created(folders));
  });

  // The folders are asked for once the client takes requests.
  connection.onInitialized(() =>
    begin().catch((thrown: unknown) => state.warn(`Not all is followed: ${String(thrown)}`)),
  );
  const begin = async (): Promise<void> => {
    if (state.abilities.registersWatchers) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [
          { globPattern: profileFileGlob },
          // Of a folder that goes nothing else is said; and files that profiles name come and go.
          { globPattern: '**', kind: WatchKind.Create | WatchKind.Delete },
        ],
      });
    }
    const given = state.abilities.workspaceFolders
      ? await connection.workspace.getWorkspaceFolders()
      : undefined;
    roots = given?.map(({ uri }) => uri) ?? state.roots;
    then(files.folders(roots, []));
    if (roots.length > 0) state.later(WATCHERS_START_MS, () => then(files.rescan()));
    if (!state.abilities.workspaceFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map(({ uri }) => uri));
      roots = [...roots.filter((uri) => !gone.has(uri)), ...added.map(({ uri }) => uri)];
      then(
        files.folders(
          added.map(({ uri }) => uri),
          [...gone],
        ),
      );
    });
  };

  const rescan = () => then(files.rescan());
  connection.workspace.onDidRenameFiles(rescan);
  connection.workspace.onDidDeleteFiles(rescan);
  connection.workspace.onDidCreateFiles(rescan);
}

/** Clients start watching some time after they were asked to; what comes in between is found by a second walk. */
const WATCHERS_START_MS = 5_000;

const isInside = (uri: string, roots: readonly string[]): boolean =>
  roots.some((root) => isAtOrIn(uri, root));
