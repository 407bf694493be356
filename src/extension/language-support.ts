import type { Disposable, ExtensionContext, LogOutputChannel } from 'vscode';
import { workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { DisposableStore } from './disposables.ts';
import { describeThrown } from './log.ts';
import { isProfileDocument } from './profiles/profile-files.ts';

/** Brings the language server up with the first open profile file, and not before. */
export class LanguageSupport implements Disposable {
  readonly #context: ExtensionContext;
  readonly #log: LogOutputChannel;
  readonly #store = new DisposableStore();
  #client: Promise<LanguageClient | undefined> | undefined;

  constructor(context: ExtensionContext, log: LogOutputChannel) {
    this.#context = context;
    this.#log = log;
    this.#store.add(
      workspace.onDidOpenTextDocument((document) => {
        if (isProfileDocument(document)) this.#start();
      }),
    );
    if (workspace.textDocuments.some(isProfileDocument)) this.#start();
  }

  /** Ends the server in order. */
  async stop(): Promise<void> {
    this.dispose();
    await (await this.#client)?.stop();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #start(): void {
    this.#client ??= this.#load();
  }

  async #load(): Promise<LanguageClient | undefined> {
    try {
      // A bundle of its own, so that activation does not pay for it.
      const bundle: typeof import('./language-client.ts') = require(
        this.#context.asAbsolutePath('dist/language-client.js'),
      );
      return await bundle.startLanguageClient(this.#context, this.#log);
    } catch (thrown) {
      this.#log.error(`The language server did not start: ${describeThrown(thrown)}`);
      return undefined;
    }
  }
}
