/** The programs of `samples/clients` through a tap of the engine: what is noticed of them, and that the engine's own observers see their wills. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InsightView } from '../../src/session/model.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { type RunningMosquitto, startMosquitto } from '../e2e/support/mosquitto.ts';
import { file, plainSandbox, TestHost } from '../unit/engine/support/test-host.ts';
import { plainProfile } from '../unit/net/support/bench.ts';
import { endPrograms, Program } from './support/program.ts';
import { type SampleProgram, samplePrograms } from './support/samples.ts';

const folder = temporaryFolder('noticed');
let broker: RunningMosquitto;
let host: TestHost;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(async () => {
  await endPrograms();
  await broker.stop();
  folder.remove();
});
beforeEach(async () => {
  host = await TestHost.start(undefined, true);
});
afterEach(() => host.stop());

/** Runs the program through a tap, kills it, and waits until its will is judged. */
async function killed(sample: SampleProgram, user: string): Promise<readonly InsightView[]> {
  const profile = {
    ...plainProfile,
    name: 'tapped',
    broker: { kind: 'network', scheme: 'mqtt', host: '127.0.0.1', port: broker.port, path: '' } as const,
  };
  const tap = await host.request('startTap', { profile, file, folder: '/', sandbox: plainSandbox });
  const program = new Program([
    'env',
    `MQTT_URL=${tap.address}`,
    `MQTT_USER=${user}`,
    'MQTT_KEEP_ALIVE=60',
    ...(await sample.prepare(folder.path)),
  ]);
  await program.line(sample.online);
  await host.traceWith('SUBACK');
  await program.kill();
  const clientId = sample.clientId(user);
  await host.until(() => host.expectation('will', clientId) !== undefined);
  const isJudged = (): boolean => host.expectation('will', clientId)?.verdict === 'met';
  // The clock of the engine stands still unless it is moved; that of the broker does not.
  host.clock.advance(sample.willDelay * 1000);
  await host.until(isJudged);
  return [...host.insights.values()].filter((each) => each.clientId === clientId);
}

describe('of the sample programs', () => {
  it.each(samplePrograms.map((sample) => ({ sample, name: sample.file })))(
    '$name: its will is seen, and its mistake noticed if it has one',
    async ({ sample }) => {
      const user = `noticed-${sample.file.replace('.', '-')}`;
      const insights = await killed(sample, user);
      const hasMistake = sample.willTopic(user) !== sample.statusTopic(user);
      expect(insights.map(({ kind }) => kind)).toEqual(hasMistake ? ['will-topic-differs'] : []);
      if (hasMistake) {
        const told = insights.flatMap(({ facts }) => facts.map(({ params }) => params['topic']));
        expect(told).toEqual([sample.willTopic(user), sample.statusTopic(user), sample.statusTopic(user)]);
      }
    },
  );
});
