/** Scenarios with faults at a broker that is not ours: each comes out there as at the sandbox. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/net/clock.ts';
import { type RunningMosquitto, startMosquitto } from '../e2e/support/mosquitto.ts';
import { fileOf, passing, withFaults } from '../unit/scenarios/support/fault-stories.ts';
import { linesOf, Scenes } from '../unit/scenarios/support/scenes.ts';
import { freePort } from './support/free-port.ts';

describe('at Mosquitto', () => {
  const scenes = new Scenes();
  let mosquitto: RunningMosquitto;
  beforeAll(async () => {
    mosquitto = await startMosquitto();
  });
  afterAll(async () => {
    await scenes.stop();
    await mosquitto.stop();
  });

  const carriers = ['mqtt', 'ws'] as const;
  const runs = carriers.flatMap((scheme) =>
    Object.entries(passing).map(([name, steps]) => ({ scheme, name, steps })),
  );

  it.concurrent.each(runs)('over $scheme: $name', async ({ scheme, name, steps }) => {
    const port = scheme === 'ws' ? mosquitto.webSocketPort : mosquitto.port;
    const unique = `${scheme}${name.replaceAll(/\W/g, '')}`;
    const text = fileOf(withFaults(steps), `${scheme}://127.0.0.1:${port}`, unique, '5s');
    const report = await scenes.run(text, 's', () => undefined, unique);
    const told = report.steps.map(linesOf).join('\n');
    expect(told, told).not.toMatch(/failed|undecided|not-reached/);
    expect(report.outcome).toBe('passed');
  });

  it('wills that no Client is subscribed to are seen by observers, and once', async () => {
    const observing = new Scenes(systemClock, true);
    const report = await observing.run(unseenFile(mosquitto.port), 's', () => undefined, 'unseen');
    await observing.stop();
    const told = report.steps.map(linesOf).join('\n');
    expect(report.outcome, told).toBe('passed');
    expect(told.match(/The observer received it/g)).toHaveLength(3);
  });

  it('a program of its own is awaited, held, and comes back to its session', async () => {
    const port = await freePort();
    const running = scenes.run(programFile(mosquitto.port, port), 's', () => undefined, 'program');
    // It gives up where nobody listens.
    const listens = (): boolean => scenes.progress.some((each) => each.run === 'program');
    while (!listens()) await setImmediate();
    const program = spawn('mosquitto_sub', [...asProgram, '-p', String(port)], { stdio: 'ignore' });
    const ended = once(program, 'exit');
    const report = await running;
    program.kill('SIGKILL');
    await ended;
    const told = report.steps.map(linesOf).join('\n');
    expect(report.outcome, told).toBe('passed');
  });
});

const unseenFile = (port: number): string => `version: 1
defaults: { broker: "mqtt://127.0.0.1:${port}" }
profiles:
  new: { clientId: unseen-new, will: { topic: unseen/new, payload: gone, qos: 2, retain: true } }
  late: { clientId: unseen-late, sessionExpiryInterval: 60s, will: { topic: unseen/late, payload: gone, willDelayInterval: 1s } }
  old: { protocolVersion: 3.1.1, clientId: unseen-old, will: { topic: unseen/old, payload: gone, qos: 1 } }
scenarios:
  s:
    steps:
      - connect: new
      - cut: new
      - expectWill: { of: new, qos: 2, retain: true, within: 20s }
      - connect: late
      - cut: late
      - expectNoWill: { of: late, for: 500ms }
      - expectWill: { of: late, after: 1s, within: 20s }
      - connect: old
      - disconnect: old
      - expectNoWill: { of: old, for: 500ms }
      - resume: old
      - close: old
      - expectWill: { of: old, within: 20s }
`;

/** Its will, and a Session that is kept. */
const asProgram =
  '-h 127.0.0.1 -i program -c -q 1 -t orders -k 5 --will-topic program/state --will-payload offline --will-qos 1'.split(
    ' ',
  );

const programFile = (broker: number, tap: number): string => `version: 1
defaults: { broker: "mqtt://127.0.0.1:${broker}" }
profiles:
  watcher:
    clientId: program-watcher
    subscriptions: [ { topicFilter: program/state, qos: 1 } ]
  program:
    clientId: program
    protocolVersion: 3.1.1
    tap: { listen: 127.0.0.1:${tap} }
scenarios:
  s:
    steps:
      - connect: watcher
      - publish: { from: watcher, topic: orders, payload: none, qos: 1, retain: true }
      - expectConnect: { of: program, within: 1m }
      - expectSession: { of: program, present: false }
      - expectMessage: { by: program, topic: orders, payload: none, within: 20s } # so it has subscribed
      - cut: program
      - expectWill: { of: program, payload: offline, within: 20s }
      - expectConnect: { of: program, within: 1m }
      - expectSession: { of: program, present: true }
      - publish: { from: watcher, topic: orders, payload: open, qos: 1 }
      - expectMessage: { by: program, topic: orders, payload: open, within: 20s }
      - close: program
      - refuse: program
      - publish: { from: watcher, topic: orders, payload: shut, qos: 1 }
      - clear: program
      - expectConnect: { of: program, within: 1m }
      - expectMessage: { by: program, topic: orders, payload: shut, within: 20s }
`;
