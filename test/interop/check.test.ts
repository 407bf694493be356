/** The behaviour check against real brokers, all at the same time: the whole report of each is a golden text. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verdictText } from '../../src/check/render/words.ts';
import { type CheckReport, countsOf } from '../../src/check/report.ts';
import { runCheck } from '../../src/check/run-check.ts';
import { targetOf } from '../../src/check/target.ts';
import { startTapProxy } from '../../src/net/tap/tap-proxy.ts';
import type { FaultRule } from '../../src/profile/fault-rules.ts';
import { projectFolder } from '../e2e/support/folders.ts';
import { startMosquitto } from '../e2e/support/mosquitto.ts';
import { startAedes } from './support/aedes.ts';
import { goldenOf } from './support/check-golden.ts';
import { startEjabberd } from './support/ejabberd.ts';
import { startRabbitMq } from './support/rabbitmq.ts';
import { type RunningBroker, startSandbox } from './support/sandbox.ts';

/** How often each broker is checked: once, unless `npm run check:repeat` asks for more. */
const runs = Number(process.env['CHECK_RUNS'] ?? '1');
const update = process.env['UPDATE_GOLDEN'] === '1';
const latencyMs = 200;

/** A sandbox behind a tap that makes a fault. */
async function startBehind(rule: FaultRule): Promise<RunningBroker> {
  const sandbox = await startSandbox();
  const tap = await startTapProxy({
    listen: { host: '127.0.0.1', port: 0 },
    to: { scheme: 'mqtt', path: '', ...sandbox.address },
    server: 'behind',
    tap: { opened: () => 0, bytes: () => {}, closed: () => {}, fault: () => {} },
  });
  tap.addRule(rule);
  return {
    address: { host: '127.0.0.1', port: tap.port },
    stop: async () => {
      await tap.close();
      return sandbox.stop();
    },
  };
}

const slow: FaultRule = {
  fault: { kind: 'latency', direction: 'both', latencyMs, jitterMs: latencyMs / 4 },
};
const refusing: FaultRule = { fault: { kind: 'reset_peer' }, every: 10 };

async function startPlainMosquitto(): Promise<RunningBroker> {
  const { port, stop } = await startMosquitto();
  return {
    address: { host: '127.0.0.1', port },
    stop: async () => {
      await stop();
      return undefined;
    },
  };
}

const starts = {
  sandbox: startSandbox,
  'far-away': () => startBehind(slow),
  refusing: () => startBehind(refusing),
  mosquitto: startPlainMosquitto,
  ejabberd: startEjabberd,
  aedes: startAedes,
  rabbitmq: startRabbitMq,
} as const satisfies Record<string, () => Promise<RunningBroker>>;
type Name = keyof typeof starts;
const names = Object.keys(starts) as Name[];

const running: RunningBroker[] = [];
const reports = new Map<Name, readonly CheckReport[]>();

beforeAll(async () => {
  await Promise.all(
    names.map(async (name) => {
      const broker = await starts[name]();
      running.push(broker);
      const address = { scheme: 'mqtt', path: '', ...broker.address } as const;
      const target = await targetOf({ address, credentials: broker.credentials });
      for (let run = 1; run <= runs; run += 1) {
        reports.set(name, [...(reports.get(name) ?? []), await runCheck(target)]);
      }
    }),
  );
}, 180_000 * runs);
afterAll(async () => {
  for (const [name, all] of reports) {
    if (runs > 1)
      console.info(`${name}: ${all.map(({ tookMs }) => `${(tookMs / 1000).toFixed(1)} s`).join(', ')}`);
  }
  await Promise.all(running.map((broker) => broker.stop()));
});

function reportOf(name: Name): CheckReport {
  const [report] = reports.get(name) ?? [];
  if (report === undefined) throw new Error(`There is no report of ${name}.`);
  return report;
}

describe.each(['sandbox', 'mosquitto', 'ejabberd', 'aedes', 'rabbitmq'] as const)(
  'the report of %s',
  (name) => {
    it('is the one that was read and agreed with', () => {
      const path = join(projectFolder, 'test/fixtures/check', `${name}.md`);
      const text = goldenOf(reportOf(name), name);
      if (update) writeFileSync(path, text);
      expect(existsSync(path), 'run once with UPDATE_GOLDEN=1, and read the text').toBe(true);
      expect(text).toBe(readFileSync(path, 'utf8'));
    });

    it('leaves nothing undecided', () => {
      expect(reportOf(name).probes.filter(({ verdict }) => verdict.kind === 'undecided')).toEqual([]);
    });
  },
);

describe.each(names.filter((name) => name !== 'refusing'))('%s', (name) => {
  it(`has the same verdicts in each of ${runs} runs`, () => {
    const first = verdictsOf(reportOf(name));
    for (const report of reports.get(name) ?? []) expect(verdictsOf(report)).toEqual(first);
    expect(reports.get(name)).toHaveLength(runs);
  });
});

const verdictsOf = ({ probes }: CheckReport): Record<string, string> =>
  Object.fromEntries(probes.map(({ id, verdict }) => [id, verdictText(verdict)]));

it.each(['sandbox', 'far-away'] as const)('%s conforms everywhere', (name) => {
  const { probes } = reportOf(name);
  const others = probes.filter(({ verdict }) => verdict.kind !== 'conforms');
  expect(others.map(({ id, observed, verdict }) => ({ id, observed, verdict }))).toEqual([]);
  expect(countsOf(probes).conforms).toBe(probes.length);
});

it('a broker that resets every tenth connection is not said to deviate', () => {
  const { probes } = reportOf('refusing');
  expect(probes.filter(({ verdict }) => verdict.kind === 'deviates').map(({ id }) => id)).toEqual([]);
  expect(countsOf(probes).conforms).toBeGreaterThan(probes.length * 0.9);
});
