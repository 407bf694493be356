/** What the client of this session can do, and what it asks for. */
import type { ClientCapabilities } from 'vscode-languageserver/node';
import type { ClientCommand } from './messages.ts';

export interface Abilities {
  readonly snippets: boolean;
  readonly versionedEdits: boolean;
  /** Diagnostics of open files are asked for, not pushed. */
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  /** The server may say which files are to be watched. */
  readonly registersWatchers: boolean;
  readonly workspaceFolders: boolean;
  readonly storesSecrets: boolean;
  /** What code lenses may offer, by id. */
  readonly commands: ReadonlyMap<string, ClientCommand>;
  readonly docs: string | undefined;
}

/** `options` is what the client has sent as `initializationOptions`, whatever that is. */
export function readAbilities(capabilities: ClientCapabilities, options: unknown): Abilities {
  const given =
    typeof options === 'object' && options !== null ? (options as Readonly<Record<string, unknown>>) : {};
  const { textDocument, workspace } = capabilities;
  const docs = given['docs'];
  return {
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    pullsDiagnostics: textDocument?.diagnostic !== undefined && given['pushDiagnostics'] !== true,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    storesSecrets: given['storesSecrets'] === true,
    commands: new Map(readCommands(given['commands']).map((command) => [command.id, command])),
    docs: typeof docs === 'string' ? docs : undefined,
  };
}

function readCommands(given: unknown): readonly ClientCommand[] {
  return (Array.isArray(given) ? given : []).flatMap((command: unknown) => {
    if (typeof command !== 'object' || command === null) return [];
    const { id, title } = command as { readonly id?: unknown; readonly title?: unknown };
    return typeof id === 'string' && typeof title === 'string' ? [{ id, title }] : [];
  });
}
