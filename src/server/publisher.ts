/** Brings diagnostics to the client: pushed, or kept ready for a client that asks for those of open files itself. */
import { createHash } from 'node:crypto';
import {
  type Connection,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
} from 'vscode-languageserver/node';
import type { Abilities } from './abilities.ts';
import { diagnosticsOf } from './diagnostics.ts';
import type { DocsLinks } from './docs-links.ts';
import type { ProfileStore } from './profile-store.ts';
import { tell } from './tell.ts';

export class Publisher {
  readonly #connection: Connection;
  readonly #store: ProfileStore;
  readonly #session: () => { readonly abilities: Abilities; readonly docs: DocsLinks };
  /** What each file was last said to have, so that nothing is said twice. */
  readonly #said = new Map<string, string>();
  #due: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(
    connection: Connection,
    store: ProfileStore,
    session: () => { readonly abilities: Abilities; readonly docs: DocsLinks },
  ) {
    this.#connection = connection;
    this.#store = store;
    this.#session = session;
  }

  /** Publishes what has changed, once the changes that have already arrived are all in. */
  changed(): void {
    if (this.#stopped) return;
    this.#due ??= setImmediate(() => {
      this.#due = undefined;
      this.#publish();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#due);
  }

  /** The answer to a client that asks. */
  report(uri: string, previous: string | undefined): DocumentDiagnosticReport {
    const file = this.#store.get(uri);
    const items = file === undefined ? [] : diagnosticsOf(file, this.#store, this.#session().docs);
    const resultId = createHash('sha1').update(JSON.stringify(items)).digest('base64');
    return resultId === previous
      ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
      : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  }

  #publish(): void {
    const { abilities } = this.#session();
    let askAgain = false;
    for (const uri of this.#store.workspace.takeChanged()) {
      if (abilities.pullsDiagnostics && this.#store.isOpen(uri)) {
        askAgain = true;
        // What was pushed while it was closed would stand beside what is asked for now.
        if (this.#said.delete(uri)) this.#send(uri, undefined, []);
        continue;
      }
      this.#push(uri);
    }
    if (askAgain && abilities.refreshesDiagnostics) {
      tell(() => this.#connection.languages.diagnostics.refresh());
    }
  }

  #push(uri: string): void {
    const file = this.#store.get(uri);
    if (file === undefined) {
      if (this.#said.delete(uri)) this.#send(uri, undefined, []);
      return;
    }
    const diagnostics = diagnosticsOf(file, this.#store, this.#session().docs);
    const isOpen = this.#store.isOpen(uri);
    const version = isOpen ? file.document.version : undefined;
    const text = JSON.stringify([version, diagnostics]);
    if (this.#said.get(uri) === text) return;
    const first = !this.#said.has(uri);
    this.#said.set(uri, text);
    // Of a closed file without a fault nothing needs to be said.
    if (first && !isOpen && diagnostics.length === 0) return;
    this.#send(uri, version, diagnostics);
  }

  #send(uri: string, version: number | undefined, diagnostics: ReturnType<typeof diagnosticsOf>): void {
    tell(() =>
      this.#connection.sendDiagnostics({
        uri,
        ...(version === undefined ? {} : { version }),
        diagnostics,
      }),
    );
  }
}
