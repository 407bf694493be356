import type { MqttSessionApi, SessionSnapshot } from '../api.ts';
import type { EngineClient } from './engine-client.ts';
import type { SessionState } from './session-state.ts';

/** What `activate` returns to other extensions. */
export function snapshotApi(engine: EngineClient, state: SessionState): MqttSessionApi {
  const snapshot = (): SessionSnapshot => ({
    engine: engine.status,
    clients: [...state.clients.values()],
    sandboxes: state.sandboxes,
    taps: state.taps,
    entities: state.entities(),
    stale: state.stale,
  });
  return {
    snapshot,
    onDidChange: state.onDidChange,
    whenChanged: (condition) =>
      new Promise((settle, fail) => {
        const check = (): boolean => {
          try {
            const now = snapshot();
            if (!condition(now)) return false;
            settle(now);
          } catch (thrown) {
            fail(thrown);
          }
          return true;
        };
        if (check()) return;
        const heard = [state.onDidChange(later), engine.onDidChangeStatus(later)];
        function later(): void {
          if (check()) for (const each of heard) each.dispose();
        }
      }),
  };
}
