import {
  commands,
  type Disposable,
  type ExtensionContext,
  ExtensionMode,
  l10n,
  window,
  workspace,
} from 'vscode';
import type { MqttSessionApi } from './api.ts';
import type { App } from './app.ts';
import { CaptureEditor } from './captures/capture-editor.ts';
import { DiskRecording } from './captures/disk-recording.ts';
import { certificateFolder } from './certificate-folder.ts';
import { CheckPanel } from './check/check-panel.ts';
import { registerCommand } from './commands/command.ts';
import { allCommands } from './commands/commands.ts';
import { EngineClient, type EngineEnd } from './engine/engine-client.ts';
import { SessionState } from './engine/session-state.ts';
import { snapshotApi } from './engine/snapshot-api.ts';
import { LanguageSupport } from './language-support.ts';
import { createLog, describeThrown } from './log.ts';
import { ProfileFiles } from './profiles/profile-files.ts';
import { Secrets } from './profiles/secrets.ts';
import { ScenarioTests } from './tests/scenario-tests.ts';
import { TimelinePanel } from './timeline/timeline-panel.ts';
import { RememberedChoices } from './ui/remembered.ts';
import { ProfilesView } from './views/profiles-view.ts';
import { sessionsTree } from './views/sessions-model.ts';
import { SessionsView } from './views/sessions-view.ts';
import { StatusBar } from './views/status-bar.ts';
import { TapStatus } from './views/tap-status.ts';
import { WhatIfPanel } from './what-if/what-if-panel.ts';

const bytesPerMiB = 1_048_576;

/** What has to end in order when VS Code ends; disposables are for what may just go. */
let ending: (() => Promise<unknown>)[] = [];

export function activate(context: ExtensionContext): MqttSessionApi {
  try {
    return start(context);
  } catch (thrown) {
    // VS Code would only write this to its own log.
    void window.showErrorMessage(
      l10n.t('MQTT Session Debugger could not start: {0}', describeThrown(thrown)),
    );
    throw thrown;
  }
}

export async function deactivate(): Promise<void> {
  const all = ending;
  ending = [];
  await Promise.allSettled(all.map((end) => end()));
}

/** Sets everything up; the engine, the language server, and the search for profile files wait until they are needed. */
function start(context: ExtensionContext): MqttSessionApi {
  const owned = context.subscriptions;
  const log = createLog();
  owned.push(log);
  const engine = new EngineClient(context.asAbsolutePath('dist/engine.js'), engineParams, log);
  const state = new SessionState();
  owned.push(
    engine,
    state,
    // First of all listeners: whoever hears of the engine sees the state that goes with it.
    engine.onDidStart((snapshot) => state.start(snapshot)),
    engine.onDidReceiveChanges((changes) => state.apply(changes)),
    engine.onDidEnd(() => state.engineEnded(Date.now())),
    state.onDidChange(() => tellContext(state)),
  );
  const recording = new DiskRecording(context.storageUri ?? context.globalStorageUri, engine, log);
  ending.push(async () => {
    await engine.leave();
    await recording.end();
  });
  void recording.offerLeft().catch((thrown: unknown) => log.warn(describeThrown(thrown)));

  const files = new ProfileFiles(log);
  const timeline = new TimelinePanel(context.extensionUri, log, engine, state, {
    hasRecording: () => recording.last !== undefined,
  });
  const sessionsView = new SessionsView(state);
  const whatIf = new WhatIfPanel(files, (message) => log.warn(message));
  const check = new CheckPanel();
  const captures = new CaptureEditor({
    extensionUri: context.extensionUri,
    workerPath: context.asAbsolutePath('dist/engine.js'),
    engineParams,
    log,
  });
  const secrets = new Secrets(context);
  const scenarioTests = new ScenarioTests({
    files,
    engine,
    secrets,
    log,
    certificateFolder: certificateFolder(context),
  });
  const app: App = {
    context,
    log,
    engine,
    state,
    files,
    secrets,
    choices: new RememberedChoices(context.workspaceState),
    timeline,
    recording,
    scenarioTests,
    sessionsView,
    whatIf,
    check,
  };
  const language = new LanguageSupport({ context, log, secrets, state });
  ending.push(() => language.stop());
  owned.push(
    files,
    timeline,
    scenarioTests,
    sessionsView,
    whatIf,
    check,
    captures,
    recording,
    new ProfilesView(files, state),
    new StatusBar(engine, state),
    new TapStatus(state),
    language,
    engine.onDidEnd((end) => tellEngineEnd(app, end)),
    followObservers(engine),
    ...allCommands.map((command) => registerCommand(app, command)),
  );
  if (context.extensionMode === ExtensionMode.Test) {
    owned.push(
      commands.registerCommand('mqttSession.test.crashEngine', () => engine.crash()),
      commands.registerCommand('mqttSession.test.sessions', () => sessionsTree(state, Date.now())),
      commands.registerCommand('mqttSession.test.whatIf', (text: string) => whatIf.whenShown(text)),
      commands.registerCommand('mqttSession.test.check', (text: string) => check.whenShown(text)),
    );
  }
  return snapshotApi(engine, state);
}

function engineParams(): { readonly byteBudget: number; readonly observers: boolean } {
  const settings = workspace.getConfiguration('mqttSession');
  return {
    byteBudget: settings.get('trace.byteBudget', 256) * bytesPerMiB,
    observers: settings.get('observers', true),
  };
}

/** A change of the setting takes effect at once; an engine that does not run reads it when it starts. */
function followObservers(engine: EngineClient): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('mqttSession.observers') || engine.status !== 'running') return;
    void engine.request('observe', { on: engineParams().observers });
  });
}

const toldContext = new Map<string, boolean>();

/** Tells menus and the palette whether there is anything to act on. */
function tellContext(state: SessionState): void {
  const context = {
    'mqttSession.hasClients': state.clients.size > 0,
    'mqttSession.hasSandboxes': state.sandboxes.length > 0,
    'mqttSession.hasTaps': state.taps.length > 0,
    'mqttSession.hasTrace': state.clients.size > 0 || state.connections.size > 0,
  };
  for (const [key, value] of Object.entries(context)) {
    if ((toldContext.get(key) ?? false) === value) continue;
    toldContext.set(key, value);
    void commands.executeCommand('setContext', key, value);
  }
}

function tellEngineEnd(app: App, { reason, restartInMs }: EngineEnd): void {
  const restart = l10n.t('Restart');
  const showLog = l10n.t('Show Log');
  const message =
    restartInMs === undefined
      ? l10n.t(
          'The MQTT engine has ended again and again ({0}). It is not started by itself any more.',
          reason,
        )
      : l10n.t(
          'The MQTT engine has ended ({0}) and is being started again. Its connections are gone; what was seen up to then stays in view.',
          reason,
        );
  void window.showErrorMessage(message, restart, showLog).then((chosen) => {
    if (chosen === restart) return app.engine.restart();
    if (chosen === showLog) app.log.show();
    return undefined;
  });
}
