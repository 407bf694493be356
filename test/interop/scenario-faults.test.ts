/** Scenarios with faults at a broker that is not ours: each comes out there as at the sandbox. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMosquitto, startMosquitto } from '../e2e/support/mosquitto.ts';
import { fileOf, passing, withFaults } from '../unit/scenarios/support/fault-stories.ts';
import { linesOf, Scenes } from '../unit/scenarios/support/scenes.ts';

/** Over a WebSocket a frame passes a limit whole, and a Close frame ends the connection before the Client does. */
const onlyTcp = /limit:|dropDisconnect:/;

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
    Object.entries(passing).flatMap(([name, steps]) =>
      scheme === 'ws' && onlyTcp.test(steps) ? [] : [{ scheme, name, steps }],
    ),
  );

  it.concurrent.each(runs)('over $scheme: $name', async ({ scheme, name, steps }) => {
    const port = scheme === 'ws' ? mosquitto.webSocketPort : mosquitto.port;
    const unique = `${scheme}${name.replaceAll(/\W/g, '')}`;
    const text = fileOf(withFaults(steps), `${scheme}://127.0.0.1:${port}`, unique);
    const report = await scenes.run(text, 's', () => undefined, unique);
    const told = report.steps.map(linesOf).join('\n');
    expect(told, told).not.toMatch(/failed|undecided|not-reached/);
    expect(report.outcome).toBe('passed');
  });
});
