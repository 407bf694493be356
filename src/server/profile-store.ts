/**
 * The profile files that the server knows: those open in the editor as they stand there, the others as they are on disk.
 * An open file hides what is on disk until it is closed.
 */
import type { DidChangeTextDocumentParams, TextDocumentItem } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { ProfileWorkspace, type TextChange, type WorkspaceOptions } from '../profile/workspace.ts';
import { ProfileDocument } from './profile-document.ts';
import { uriKey } from './uris.ts';

export class ProfileStore {
  readonly workspace: ProfileWorkspace;
  /** By the key of the URI; in the workspace each stands under the URI that was used last. */
  readonly #documents = new Map<string, ProfileDocument>();
  readonly #open = new Set<string>();
  readonly #onDisk = new Map<string, { readonly uri: string; readonly text: string }>();

  constructor(options: WorkspaceOptions) {
    this.workspace = new ProfileWorkspace(options);
  }

  get(uri: string): ProfileDocument | undefined {
    return this.#documents.get(uriKey(uri));
  }

  isOpen(uri: string): boolean {
    return this.#open.has(uriKey(uri));
  }

  all(): Iterable<ProfileDocument> {
    return this.#documents.values();
  }

  /** The URIs of the files that are known from disk. */
  onDisk(): readonly string[] {
    return [...this.#onDisk.values()].map(({ uri }) => uri);
  }

  open({ uri, languageId, version, text }: TextDocumentItem): void {
    this.#open.add(uriKey(uri));
    this.#take(TextDocument.create(uri, languageId, version, text));
  }

  /** Changes of a document that is not open are left out: a client that sends them has lost count. */
  change({ textDocument: { uri, version }, contentChanges }: DidChangeTextDocumentParams): void {
    const known = this.get(uri);
    if (known === undefined || !this.isOpen(uri)) return;
    const changes: TextChange[] = [];
    let { document } = known;
    for (const change of contentChanges) {
      const range =
        'range' in change
          ? { start: document.offsetAt(change.range.start), end: document.offsetAt(change.range.end) }
          : { start: 0, end: document.getText().length };
      // A range that ends before it starts is read as the editor's own library reads it.
      const [start, end] = range.start <= range.end ? [range.start, range.end] : [range.end, range.start];
      changes.push({ range: { start, end }, text: change.text });
      document = TextDocument.update(document, [change], version);
    }
    this.workspace.edit(document.uri, changes);
    // A version is told of though its text is that of the one before.
    this.workspace.refresh(document.uri);
    this.#documents.set(uriKey(uri), new ProfileDocument(document, this.workspace));
  }

  /** From now on the file counts as it is on disk, or not at all where it is not there. */
  close(uri: string): void {
    const key = uriKey(uri);
    this.#open.delete(key);
    const known = this.#onDisk.get(key);
    if (known === undefined) this.#forget(key);
    else this.#take(TextDocument.create(uri, 'mqtt-profile', 0, known.text));
  }

  setOnDisk(uri: string, text: string): void {
    const key = uriKey(uri);
    if (this.#onDisk.get(key)?.text === text) return;
    this.#onDisk.set(key, { uri, text });
    if (!this.#open.has(key)) this.#take(TextDocument.create(uri, 'mqtt-profile', 0, text));
  }

  deleteOnDisk(uri: string): void {
    const key = uriKey(uri);
    if (this.#onDisk.delete(key) && !this.#open.has(key)) this.#forget(key);
  }

  #take(document: TextDocument): void {
    const key = uriKey(document.uri);
    const before = this.#documents.get(key)?.uri;
    if (before !== undefined && before !== document.uri) this.workspace.delete(before);
    this.workspace.set(document.uri, document.getText());
    this.workspace.refresh(document.uri);
    this.#documents.set(key, new ProfileDocument(document, this.workspace));
  }

  #forget(key: string): void {
    const known = this.#documents.get(key);
    if (known !== undefined) this.workspace.delete(known.uri);
    this.#documents.delete(key);
  }
}
