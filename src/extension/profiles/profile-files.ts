import { basename } from 'node:path';
import {
  type CancellationToken,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { ProfileFile } from '../../profile/model.ts';
import type { Scenario } from '../../profile/scenarios.ts';
import { profileLanguageId } from '../../server/messages.ts';
import { DisposableStore } from '../disposables.ts';
import { unreadableFile } from '../errors.ts';
import { describeThrown } from '../log.ts';

/** What makes a file a profile file; package.json's language has the same endings. */
export const profileFilePattern = '**/*.{mqtt.yaml,mqtt.yml,mqtt.json}';

/** Above this many the view stops listing; a workspace of so many profile files is a mistake in the pattern. */
const fileLimit = 2_000;

/** Typing in an editor refreshes the view this long after the last key. */
const typingPauseMs = 300;

/** A profile file with what it says now: the text of an open editor, saved or not, else the file on disk. */
export interface ProfileSource {
  readonly uri: Uri;
  readonly text: string;
  readonly file: ProfileFile;
  readonly scenarios: readonly Scenario[];
}

/** Finds the profile files of the workspace and of open editors, and follows their changes. */
export class ProfileFiles implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #log: LogOutputChannel;
  readonly #store = new DisposableStore();
  readonly #sources = new Map<string, ProfileSource>();
  /** How often each file was looked at, or was gone. */
  readonly #looks = new Map<string, number>();
  readonly #typing = new Map<string, NodeJS.Timeout>();
  #loading: Promise<void> | undefined;

  constructor(log: LogOutputChannel) {
    this.#log = log;
    this.#store.add(this.#changed);
  }

  /** Every file, in the order of their paths. The first call searches the workspace; later ones are instant. */
  async all(token?: CancellationToken): Promise<readonly ProfileSource[]> {
    this.#loading ??= this.#load(token).catch((thrown) => {
      this.#loading = undefined;
      throw thrown;
    });
    await this.#loading;
    return [...this.#sources.values()].sort((a, b) => (a.uri.path < b.uri.path ? -1 : 1));
  }

  /**
   * One file as it stands at this moment, unsaved text included.
   * @throws {UserFailure} it cannot be read
   */
  async read(uri: Uri): Promise<ProfileSource> {
    let text: string;
    try {
      text = openDocument(uri)?.getText() ?? new TextDecoder().decode(await workspace.fs.readFile(uri));
    } catch (thrown) {
      throw unreadableFile(displayPath(uri), thrown instanceof Error ? thrown.message : String(thrown));
    }
    const known = this.#sources.get(uri.toString());
    if (known?.text === text) return known;
    const { parseWithScenarios } = await import('../later.ts');
    return { uri, text, ...parseWithScenarios(text, basename(uri.path)) };
  }

  dispose(): void {
    for (const timer of this.#typing.values()) clearTimeout(timer);
    this.#store.dispose();
  }

  async #load(token?: CancellationToken): Promise<void> {
    this.#follow();
    const found = await workspace.findFiles(profileFilePattern, '**/node_modules/**', fileLimit, token);
    const open = workspace.textDocuments.filter(isProfileDocument).map((document) => document.uri);
    for (const uri of [...found, ...open]) await this.#refresh(uri);
  }

  #follow(): void {
    const watcher = this.#store.add(workspace.createFileSystemWatcher(profileFilePattern));
    this.#store.add(watcher.onDidCreate((uri) => this.#refreshAndTell(uri)));
    this.#store.add(watcher.onDidChange((uri) => this.#refreshAndTell(uri)));
    this.#store.add(watcher.onDidDelete((uri) => this.#forget(uri)));
    this.#store.add(
      workspace.onDidOpenTextDocument((document) => {
        if (isProfileDocument(document)) void this.#refreshAndTell(document.uri);
      }),
    );
    this.#store.add(workspace.onDidChangeTextDocument(({ document }) => this.#typed(document)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#closed(document)));
    this.#store.add(workspace.onDidChangeWorkspaceFolders(() => void this.#reload()));
  }

  async #reload(): Promise<void> {
    const found = await workspace.findFiles(profileFilePattern, '**/node_modules/**', fileLimit);
    this.#sources.clear();
    for (const uri of found) await this.#refresh(uri);
    this.#changed.fire();
  }

  #typed(document: TextDocument): void {
    if (!isProfileDocument(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#typing.get(key));
    this.#typing.set(
      key,
      setTimeout(() => {
        this.#typing.delete(key);
        void this.#refreshAndTell(document.uri);
      }, typingPauseMs),
    );
  }

  /** What was never on disk is gone with its editor; what is on disk counts again as it is there. */
  #closed(document: TextDocument): void {
    if (!isProfileDocument(document)) return;
    if (document.uri.scheme === 'untitled' || workspace.getWorkspaceFolder(document.uri) === undefined) {
      this.#forget(document.uri);
    } else {
      void this.#refreshAndTell(document.uri);
    }
  }

  #forget(uri: Uri): void {
    this.#look(uri.toString());
    if (this.#sources.delete(uri.toString())) this.#changed.fire();
  }

  async #refreshAndTell(uri: Uri): Promise<void> {
    await this.#refresh(uri);
    this.#changed.fire();
  }

  async #refresh(uri: Uri): Promise<void> {
    const key = uri.toString();
    const look = this.#look(key);
    // What an earlier look finds may come later, and is what the file said before.
    const isNewest = (): boolean => this.#looks.get(key) === look;
    try {
      const source = await this.read(uri);
      if (isNewest()) this.#sources.set(key, source);
    } catch (thrown) {
      if (!isNewest()) return;
      this.#sources.delete(key);
      this.#log.warn(describeThrown(thrown));
    }
  }

  #look(key: string): number {
    const look = (this.#looks.get(key) ?? 0) + 1;
    this.#looks.set(key, look);
    return look;
  }
}

/** The profile file in the editor that is active, or was active before a panel took its place. */
export function activeProfileFile(): Uri | undefined {
  const active = window.activeTextEditor;
  if (active !== undefined && isProfileDocument(active.document)) return active.document.uri;
  const visible = window.visibleTextEditors.filter((editor) => isProfileDocument(editor.document));
  return visible.length === 1 ? visible[0]?.document.uri : undefined;
}

/** A path for people: relative to the workspace where it is in it. */
export function displayPath(uri: Uri): string {
  return uri.scheme === 'untitled' ? basename(uri.path) : workspace.asRelativePath(uri);
}

export function isProfileDocument(document: TextDocument): boolean {
  return document.languageId === profileLanguageId && ['file', 'untitled'].includes(document.uri.scheme);
}

function openDocument(uri: Uri): TextDocument | undefined {
  const key = uri.toString();
  return workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === key);
}
