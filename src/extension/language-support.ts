import { type Disposable, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { DisposableStore } from './disposables.ts';
import type { LanguageParts } from './language-client.ts';
import { describeThrown } from './log.ts';
import { isProfileDocument, profileFilePattern } from './profiles/profile-files.ts';

/** Brings the language server up when there is a profile file, open or in the workspace, and not before. */
export class LanguageSupport implements Disposable {
  readonly #parts: LanguageParts;
  readonly #store = new DisposableStore();
  #client: Promise<LanguageClient | undefined> | undefined;

  constructor(parts: LanguageParts) {
    this.#parts = parts;
    this.#store.add(
      workspace.onDidOpenTextDocument((document) => {
        if (isProfileDocument(document)) this.#start();
      }),
    );
    if (workspace.textDocuments.some(isProfileDocument)) this.#start();
    else void this.#startWhereProfilesAre();
  }

  /** Ends the server in order. */
  async stop(): Promise<void> {
    this.dispose();
    await (await this.#client)?.stop();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** What is wrong with a file is told also where nobody has opened it. */
  async #startWhereProfilesAre(): Promise<void> {
    const [found] = await workspace.findFiles(profileFilePattern, '**/node_modules/**', 1);
    if (found !== undefined && !this.#store.disposed) this.#start();
  }

  #start(): void {
    this.#client ??= this.#load();
  }

  async #load(): Promise<LanguageClient | undefined> {
    const { context, log } = this.#parts;
    try {
      // A bundle of its own, so that activation does not pay for it.
      const bundle: typeof import('./language-client.ts') = require(
        context.asAbsolutePath('dist/language-client.js'),
      );
      return await bundle.startLanguageClient(this.#parts);
    } catch (thrown) {
      log.error(`The language server did not start: ${describeThrown(thrown)}`);
      return undefined;
    }
  }
}
