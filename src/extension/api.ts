import type { Event } from 'vscode';
import type { ClientView, SandboxView, TapView } from '../engine/messages.ts';
import type { SessionChanges } from '../session/model.ts';

/**
 * idle: not needed yet. running: its worker lives. restarting: it ended by itself and is being started again.
 * failed: it ended too often, and waits for the user.
 */
export type EngineStatus = 'idle' | 'running' | 'restarting' | 'failed';

/** What the views show. Entities are in the order of their ids. */
export interface SessionSnapshot {
  readonly engine: EngineStatus;
  readonly clients: readonly ClientView[];
  readonly sandboxes: readonly SandboxView[];
  readonly taps: readonly TapView[];
  readonly entities: SessionChanges;
  /** Set while the entities are those of an engine that has ended. */
  readonly stale: boolean;
}

/**
 * What `activate` returns, for other extensions: they read what this one sees, and use its commands
 * (`mqttSession.connect` takes `{ file, profile }`) to act.
 */
export interface MqttSessionApi {
  snapshot(): SessionSnapshot;
  /** Fires after the snapshot has changed, at most 30 times a second. */
  readonly onDidChange: Event<void>;
  /** Resolves with the first snapshot, now or later, that satisfies the condition. */
  whenChanged(condition: (snapshot: SessionSnapshot) => boolean): Promise<SessionSnapshot>;
}
