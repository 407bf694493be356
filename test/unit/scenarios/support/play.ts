/** Plays steps at a sandbox broker, and records them into a trace of the test's own. */
import type { ScenarioReport } from '../../../../src/check/scenario/report.ts';
import { runScenario } from '../../../../src/check/scenario/run-scenario.ts';
import { Listeners } from '../../../../src/engine/listeners.ts';
import { Observers } from '../../../../src/engine/observers.ts';
import { openSandboxBroker } from '../../../../src/engine/sandbox-broker.ts';
import { systemClock } from '../../../../src/net/clock.ts';
import type { FaultTap } from '../../../../src/net/tap.ts';
import type { SandboxSettings } from '../../../../src/profile/model.ts';
import type { ScenarioStep } from '../../../../src/profile/scenarios.ts';
import type { RecordListener } from '../../../../src/trace/listener.ts';
import { Recorder } from '../../../../src/trace/recorder.ts';
import type { Trace } from '../../../../src/trace/trace.ts';

export async function play(
  steps: readonly ScenarioStep[],
  used: Parameters<typeof runScenario>[0]['profiles'],
  settings: SandboxSettings,
  trace: Trace,
): Promise<ScenarioReport> {
  const listeners = new Listeners(nobody);
  const recorder = new Recorder(trace, listeners);
  const tap: FaultTap = {
    opened: (...args) => recorder.opened(...args),
    bytes: (...args) => recorder.bytes(...args),
    closed: (...args) => recorder.closed(...args),
    fault: (atMs, action, connection, fault) => recorder.action(atMs, action, { connection, fault }),
  };
  const sandbox = await openSandboxBroker('sandbox', settings, 0, { clock: systemClock, log: () => {} });
  try {
    return await runScenario(
      { name: 's', steps, profiles: used, folder: '/', key: 'run' },
      {
        clock: systemClock,
        tap,
        follow: (sink) => listeners.add(sink),
        act: (action, target) => recorder.action(systemClock.now(), action, target),
        server: async () => ({
          address: { scheme: 'mqtt', host: '127.0.0.1', port: sandbox.listener.port, path: '' },
          server: 'sandbox',
          fresh: true,
        }),
        observe: (sourceOf) => {
          const observers = new Observers({
            clock: systemClock,
            tap,
            random: Math.random,
            log: () => {},
            sourceOf: (will) => {
              const source = sourceOf(will);
              return source && { ...source, address: () => source.address };
            },
          });
          observers.turn(true);
          return observers;
        },
        identity: () => Promise.reject(new Error('The sandbox does not speak TLS.')),
        log: () => {},
      },
      { step: () => {}, result: () => {} },
      new AbortController().signal,
    );
  } finally {
    await sandbox.close();
  }
}

const nobody: RecordListener = {
  opened: () => {},
  packet: () => {},
  unreadable: () => {},
  closed: () => {},
  action: () => {},
};
