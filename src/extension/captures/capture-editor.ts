import { basename } from 'node:path';
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
import type { CaptureProgress, EngineMethods } from '../../engine/messages.ts';
import { DisposableStore } from '../disposables.ts';
import { EngineClient } from '../engine/engine-client.ts';
import { SessionState } from '../engine/session-state.ts';
import { captureElsewhere, userErrorOf } from '../errors.ts';
import { TimelinePanel } from '../timeline/timeline-panel.ts';
import { withSlowProgress } from '../ui/progress.ts';
import { showUserError } from '../ui/show-error.ts';
import { captureNotes } from './capture-notes.ts';

export const captureViewType = 'mqttSession.capture';

const fitEveryMs = 500;

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

  resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): void {
    const { extensionUri, workerPath, engineParams, log } = this.#world;
    const engine = new EngineClient(workerPath, () => ({ ...engineParams(), observers: false }), log);
    const state = new SessionState();
    const owned = new DisposableStore();
    let untilMs = 0;
    // Before the page hears of the same changes, which it is told as of that time.
    owned.add(
      engine.onDidReceiveChanges(({ reading }) => {
        untilMs = reading?.untilMs ?? untilMs;
      }),
    );
    const timeline = new TimelinePanel(extensionUri, log, engine, state, {
      capture: { nowMs: () => untilMs },
    });
    let closed = false;
    let report: ((share: number) => void) | undefined;
    let fittedAtMs = 0;
    const reading = ({ share }: CaptureProgress): void => {
      report?.(share);
      // What has come so far is shown whole while more comes.
      if (Date.now() - fittedAtMs < fitEveryMs) return;
      fittedAtMs = Date.now();
      timeline.command('fit');
    };
    for (const each of [
      engine.onDidStart((snapshot) => state.start(snapshot)),
      engine.onDidReceiveChanges((changes) => {
        state.apply(changes);
        if (changes.reading !== undefined) reading(changes.reading);
      }),
      timeline,
      state,
      engine,
    ]) {
      owned.add(each);
    }
    panel.onDidDispose(() => {
      closed = true;
      owned.dispose();
    });
    timeline.adopt(panel);
    const read = async (): Promise<void> => {
      if (uri.scheme !== 'file') throw captureElsewhere(uri.toString(true));
      const summary = await withSlowProgress(
        l10n.t('Reading {0}…', basename(uri.fsPath)),
        engine.request('openCapture', { path: uri.fsPath }),
        async () => panel.dispose(),
        (each) => {
          report = each;
        },
      );
      timeline.command('fit');
      const notes = captureNotes(summary);
      if (notes.length > 0) timeline.noteOnCapture(notes.join(' '));
    };
    // The editor is shown once this returns: what was read so far is to be seen meanwhile.
    void read().catch((thrown: unknown) => {
      // Who closes it before all of it was read wants to hear no more of it.
      if (closed) return;
      const error = userErrorOf(thrown);
      log.warn(error.message);
      panel.webview.html = plainPage(
        error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
      );
      showUserError(error, []);
    });
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
