import {
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  type Disposable,
  type LogOutputChannel,
  l10n,
  type Uri,
  type WebviewPanel,
  window,
} from 'vscode';
import type { CaptureSummary, EngineMethods } from '../../engine/messages.ts';
import { DisposableStore } from '../disposables.ts';
import { EngineClient } from '../engine/engine-client.ts';
import { SessionState } from '../engine/session-state.ts';
import { captureElsewhere, userErrorOf } from '../errors.ts';
import { TimelinePanel } from '../timeline/timeline-panel.ts';
import { showUserError } from '../ui/show-error.ts';
import { captureNotes } from './capture-notes.ts';

export const captureViewType = 'mqttSession.capture';

export interface CaptureEditorWorld {
  readonly extensionUri: Uri;
  readonly workerPath: string;
  readonly engineParams: () => EngineMethods['start']['params'];
  readonly log: LogOutputChannel;
}

/**
 * Shows a capture as the timeline, read-only, with an engine of its own, which reads the file: neither a large file nor a hostile one
 * is a matter of this thread, or of the live trace.
 */
export class CaptureEditor implements CustomReadonlyEditorProvider, Disposable {
  readonly #world: CaptureEditorWorld;
  readonly #open = new DisposableStore();
  /** What was found in the captures that are shown, by the text of their URIs. */
  readonly shown = new Map<string, CaptureSummary>();

  constructor(world: CaptureEditorWorld) {
    this.#world = world;
    this.#open.add(
      window.registerCustomEditorProvider(captureViewType, this, {
        webviewOptions: { retainContextWhenHidden: true },
        supportsMultipleEditorsPerDocument: true,
      }),
    );
  }

  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): Promise<void> {
    const { extensionUri, workerPath, engineParams, log } = this.#world;
    const engine = new EngineClient(workerPath, () => ({ ...engineParams(), observers: false }), log);
    const state = new SessionState();
    let untilMs = 0;
    const timeline = new TimelinePanel(extensionUri, log, engine, state, {
      capture: { nowMs: () => untilMs },
    });
    const owned = new DisposableStore();
    for (const each of [
      engine.onDidStart((snapshot) => state.start(snapshot)),
      engine.onDidReceiveChanges((changes) => state.apply(changes)),
      timeline,
      state,
      engine,
    ]) {
      owned.add(each);
    }
    panel.onDidDispose(() => {
      this.shown.delete(uri.toString());
      owned.dispose();
    });
    timeline.adopt(panel);
    try {
      if (uri.scheme !== 'file') throw captureElsewhere(uri.toString(true));
      const summary = await engine.request('openCapture', { path: uri.fsPath });
      untilMs = summary.untilMs ?? 0;
      timeline.refresh();
      timeline.command('fit');
      this.shown.set(uri.toString(), summary);
      const notes = captureNotes(summary);
      if (notes.length > 0) void window.showInformationMessage(notes.join(' '));
    } catch (thrown) {
      const error = userErrorOf(thrown);
      log.warn(error.message);
      panel.webview.html = plainPage(
        error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
      );
      showUserError(error, []);
    }
  }

  dispose(): void {
    this.#open.dispose();
  }
}

/** In the place of a timeline that there is nothing to show in. */
function plainPage(message: string): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const title = l10n.t('MQTT Sessions');
  return `<!DOCTYPE html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>${title}</title></head><body><p>${text}</p></body></html>`;
}
