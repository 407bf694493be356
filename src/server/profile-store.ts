/**
 * The profile files that the server knows: those open in the editor as they stand there, the others as they are on disk.
 * An open file hides what is on disk until it is closed.
 */
import type { DidChangeTextDocumentParams, TextDocumentItem } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { ProfileWorkspace, type TextChange, type WorkspaceOptions } from '../profile/workspace.ts';
import { ProfileDocument } from './profile-document.ts';

export class ProfileStore {
  readonly workspace: ProfileWorkspace;
  readonly #documents = new Map<string, ProfileDocument>();
  readonly #open = new Set<string>();
  readonly #onDisk = new Map<string, string>();

  constructor(options: WorkspaceOptions) {
    this.workspace = new ProfileWorkspace(options);
  }

  get(uri: string): ProfileDocument | undefined {
    return this.#documents.get(uri);
  }

  isOpen(uri: string): boolean {
    return this.#open.has(uri);
  }

  all(): Iterable<ProfileDocument> {
    return this.#documents.values();
  }

  /** The URIs of the files that are known from disk. */
  onDisk(): readonly string[] {
    return [...this.#onDisk.keys()];
  }

  open({ uri, languageId, version, text }: TextDocumentItem): void {
    this.#open.add(uri);
    this.#take(TextDocument.create(uri, languageId, version, text));
  }

  /** Changes of a document that is not open are left out: a client that sends them has lost count. */
  change({ textDocument: { uri, version }, contentChanges }: DidChangeTextDocumentParams): void {
    const known = this.#documents.get(uri);
    if (known === undefined || !this.#open.has(uri)) return;
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
    this.workspace.edit(uri, changes);
    this.#documents.set(uri, new ProfileDocument(document, this.workspace));
  }

  /** From now on the file counts as it is on disk, or not at all where it is not there. */
  close(uri: string): void {
    this.#open.delete(uri);
    const text = this.#onDisk.get(uri);
    if (text === undefined) this.#forget(uri);
    else this.#take(TextDocument.create(uri, 'mqtt-profile', 0, text));
  }

  setOnDisk(uri: string, text: string): void {
    if (this.#onDisk.get(uri) === text) return;
    this.#onDisk.set(uri, text);
    if (!this.#open.has(uri)) this.#take(TextDocument.create(uri, 'mqtt-profile', 0, text));
  }

  deleteOnDisk(uri: string): void {
    if (this.#onDisk.delete(uri) && !this.#open.has(uri)) this.#forget(uri);
  }

  #take(document: TextDocument): void {
    this.workspace.set(document.uri, document.getText());
    this.#documents.set(document.uri, new ProfileDocument(document, this.workspace));
  }

  #forget(uri: string): void {
    this.workspace.delete(uri);
    this.#documents.delete(uri);
  }
}
