import { randomBytes } from 'node:crypto';
import { type Disposable, EventEmitter, env, l10n, ViewColumn, type WebviewPanel, window } from 'vscode';
import { type CheckReport, reportTopics } from '../../engine/messages.ts';
import { factTemplates } from '../../session/sentences.ts';
import { DisposableStore } from '../disposables.ts';
import { translated } from '../ui/translated.ts';
import { whenShown } from '../ui/when-shown.ts';
import { checkPageTexts } from './check-page-texts.ts';

const viewType = 'mqttSession.check';

/** A report, and what it is about. */
export interface ShownReport {
  readonly report: CheckReport;
  readonly profile: string;
  readonly reliances: readonly { readonly profile: string; readonly rows: readonly string[] }[];
}

/** The page of the last behaviour check: one at most. */
export class CheckPanel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #rendered = this.#store.add(new EventEmitter<void>());
  #panel: WebviewPanel | undefined;
  #shown: ShownReport | undefined;

  /** What is shown; undefined while nothing is. */
  get shown(): ShownReport | undefined {
    return this.#shown;
  }

  async show(shown: ShownReport): Promise<void> {
    const { checkBody, pageCommands, checkStyle, whatIfDocument } = await import('../later.ts');
    this.#shown = shown;
    if (this.#panel === undefined) {
      const panel = window.createWebviewPanel(viewType, '', ViewColumn.Active, {
        enableScripts: false,
        enableFindWidget: true,
        enableCommandUris: Object.values(pageCommands),
        localResourceRoots: [],
      });
      panel.onDidDispose(() => {
        this.#panel = undefined;
        this.#shown = undefined;
      });
      this.#panel = panel;
    } else this.#panel.reveal();
    const panel = this.#panel;
    const body = checkBody({
      ...shown,
      texts: translated(checkPageTexts),
      topics: translated(reportTopics),
      facts: translated(factTemplates),
      locale: env.language,
    });
    const title = l10n.t('Check: {0}', shown.report.server);
    panel.title = title;
    const nonce = randomBytes(16).toString('base64url');
    panel.webview.html = whatIfDocument(body, checkStyle, title, env.language, nonce);
    this.#rendered.fire();
  }

  /** For the tests inside VS Code: the document, as soon as it has this text in it. */
  whenShown(text: string): Promise<string> {
    return whenShown(text, () => this.#panel?.webview.html ?? '', this.#rendered.event);
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#store.dispose();
  }
}
