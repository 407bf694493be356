import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { DiskRecording } from './captures/disk-recording.ts';
import type { CheckPanel } from './check/check-panel.ts';
import type { EngineClient } from './engine/engine-client.ts';
import type { SessionState } from './engine/session-state.ts';
import type { ProfileFiles } from './profiles/profile-files.ts';
import type { Secrets } from './profiles/secrets.ts';
import type { ScenarioTests } from './tests/scenario-tests.ts';
import type { TimelinePanel } from './timeline/timeline-panel.ts';
import type { RememberedChoices } from './ui/remembered.ts';
import type { SessionsView } from './views/sessions-view.ts';
import type { WhatIfPanel } from './what-if/what-if-panel.ts';

/** The parts of the extension, as commands use them. */
export interface App {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly state: SessionState;
  readonly files: ProfileFiles;
  readonly secrets: Secrets;
  readonly choices: RememberedChoices;
  readonly timeline: TimelinePanel;
  readonly recording: DiskRecording;
  readonly scenarioTests: ScenarioTests;
  readonly sessionsView: SessionsView;
  readonly whatIf: WhatIfPanel;
  readonly check: CheckPanel;
}
