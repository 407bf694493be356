import { randomBytes } from 'node:crypto';
import {
  type Disposable,
  EventEmitter,
  env,
  l10n,
  type Uri,
  ViewColumn,
  type WebviewPanel,
  window,
} from 'vscode';
import { factTemplates } from '../../session/sentences.ts';
import { DisposableStore } from '../disposables.ts';
import { describeThrown } from '../log.ts';
import { errorsOf } from '../profiles/problems.ts';
import { displayPath, type ProfileFiles, type ProfileSource } from '../profiles/profile-files.ts';
import { translated } from '../ui/translated.ts';
import { whenShown } from '../ui/when-shown.ts';

const viewType = 'mqttSession.whatIf';

/** What the page is about. */
interface Subject {
  readonly file: Uri;
  readonly profile: string;
}

type Words = Readonly<Record<string, string>>;

/** The page of What-if: one at most, about the profile that was asked for last. It follows the edits of its file. */
export class WhatIfPanel implements Disposable {
  readonly #files: ProfileFiles;
  readonly #warn: (message: string) => void;
  readonly #store = new DisposableStore();
  readonly #rendered = this.#store.add(new EventEmitter<void>());
  #panel: WebviewPanel | undefined;
  #subject: Subject | undefined;
  #shown = '';
  #words: { readonly texts: Words; readonly facts: Words } | undefined;

  constructor(files: ProfileFiles, warn: (message: string) => void) {
    this.#files = files;
    this.#warn = warn;
    this.#store.add(files.onDidChange(() => void this.#follow()));
  }

  /** Opens the page beside the editor, or shows another profile in it. No variable is resolved for it. */
  async show(source: ProfileSource, profile: string): Promise<void> {
    this.#subject = { file: source.uri, profile };
    if (this.#panel === undefined) {
      const panel = window.createWebviewPanel(viewType, '', ViewColumn.Beside, {
        enableScripts: false,
        enableFindWidget: true,
        localResourceRoots: [],
      });
      panel.onDidDispose(() => {
        this.#panel = undefined;
        this.#subject = undefined;
        this.#shown = '';
      });
      this.#panel = panel;
    } else this.#panel.reveal(undefined, false);
    // From then on the files are followed.
    await this.#files.all();
    await this.#render(source);
  }

  /** For the tests inside VS Code: the document, as soon as it has this text in it. */
  whenShown(text: string): Promise<string> {
    return whenShown(text, () => this.#panel?.webview.html ?? '', this.#rendered.event);
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#store.dispose();
  }

  async #follow(): Promise<void> {
    const subject = this.#subject;
    if (subject === undefined) return;
    try {
      await this.#render(await this.#files.read(subject.file));
    } catch (thrown) {
      // The file is gone: the page stays as it was, as an editor would.
      this.#warn(describeThrown(thrown));
    }
  }

  async #render(source: ProfileSource): Promise<void> {
    const subject = this.#subject;
    if (subject === undefined) return;
    const { whatIf, whatIfSettingsOf, whatIfBody, whatIfDocument, whatIfStyle, whatIfTexts } = await import(
      '../later.ts'
    );
    const panel = this.#panel;
    if (panel === undefined || this.#subject !== subject) return;
    const found = source.file.profiles.find(({ name }) => name === subject.profile);
    const problems = found === undefined ? problemsOf(source, subject.profile) : [];
    this.#words ??= { texts: translated(whatIfTexts), facts: translated(factTemplates) };
    const body = whatIfBody({
      profile: subject.profile,
      file: displayPath(source.uri),
      table: found && whatIf(whatIfSettingsOf(found, source.file.sandbox)),
      problems,
      locale: env.language,
      ...this.#words,
    });
    // The same page again would only close what the reader has opened.
    if (body === this.#shown) return;
    this.#shown = body;
    const title = l10n.t('What If: {0}', subject.profile);
    panel.title = title;
    panel.webview.html = whatIfDocument(
      body,
      whatIfStyle,
      title,
      env.language,
      randomBytes(16).toString('base64url'),
    );
    this.#rendered.fire();
  }
}

function problemsOf(source: ProfileSource, profile: string): readonly string[] {
  if (!source.file.names.some(({ name }) => name === profile)) {
    return [l10n.t('The file has no profile of this name any more.')];
  }
  return errorsOf(source, profile).map(({ message, code }) => `${message} (${code})`);
}
