import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../../src/check/read-report.ts';
import { buildCli } from './support.ts';

const profiles = `version: 1
profiles:
  lamp:
    broker: sandbox
    clientId: lamp
    will: { topic: offline, payload: gone }
  far:
    broker: mqtt://broker.invalid
    clientId: far
sandbox:
  deviations: [takeoverUntold, noWillAtTakeover]
`;

let cli: Awaited<ReturnType<typeof buildCli>>;
let file: string;
beforeAll(async () => {
  cli = await buildCli();
  file = join(cli.folder, 'lamp.mqtt.yaml');
  writeFileSync(file, profiles);
});
afterAll(() => cli.remove());

describe('mqtt-session check', () => {
  it('tells what deviates and for whom that matters, and writes every form of the report', async () => {
    const [markdown, json, junit] = ['r.md', 'r.json', 'r.xml'].map((name) => join(cli.folder, name));
    const wanted = ['--markdown', markdown, '--json', json, '--junit', junit].map(String);
    const run = cli.run('check', '--profile', `${file}#lamp`, '--prefix', 'here', ...wanted);
    expect(await run.ended).toBe(1);
    expect(run.out()).toMatch(/mqtt:\/\/127\.0\.0\.1:\d+: \d+ conform, \d+ deviate \(/);
    expect(run.out()).toContain(
      'D56 3.1.1, Clean Session 1 before and after: deviates (MUST) v3.1.1 [MQTT-3.1.4-2]',
    );
    expect(run.out()).toMatch(/Profile lamp relies on (D\d\d, )*D50/);
    const report = readReport(readFileSync(String(json), 'utf8'));
    expect(report.probes.find(({ id }) => id.startsWith('T1'))?.verdict.kind).toBe('deviates');
    const publishes = report.probes.flatMap(({ trace }) =>
      trace.filter(({ what }) => what.startsWith('SUBSCRIBE')),
    );
    expect(publishes.every(({ what }) => what.includes('here/'))).toBe(true);
    expect(readFileSync(String(markdown), 'utf8')).toContain('### Who is taken over is not told so');
    expect(readFileSync(String(junit), 'utf8')).toMatch(/<failure message="deviates \(MUST\)">/);
  });

  it('does not touch a broker elsewhere unless that is meant', async () => {
    const run = cli.run('check', '--profile', `${file}#far`);
    expect(await run.ended).toBe(1);
    expect(run.err()).toMatch(/broker\.invalid is not on this machine.*Add `--yes` if that is meant/s);
  });

  it('says that nobody is there', async () => {
    const run = cli.run('check', '--broker', 'mqtt://127.0.0.1:9');
    expect(await run.ended).toBe(1);
    expect(run.err()).toMatch(/could not begin: the Server could not be reached \(ECONNREFUSED\)/);
  });

  it.each([
    [['check'], '`check` needs `--broker URL` or `--profile FILE#NAME`', 2],
    [['check', '--broker', 'http://localhost'], '`--broker`', 2],
    [['check', '--broker', 'sandbox', 'more'], '`more` is no option', 2],
    [['check', '--profile', 'nowhere.mqtt.yaml'], 'cannot be read (ENOENT)', 1],
    [['check', '--broker', 'sandbox', '--compare', 'nowhere.json'], 'ENOENT', 1],
  ] as const)('%j: says what is wrong', async (args, message, code) => {
    const run = cli.run(...args);
    expect(await run.ended).toBe(code);
    expect(run.err()).toContain(message);
  });

  it('has a help', async () => {
    const run = cli.run('check', '--help');
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain('mqtt-session check --broker URL [options]');
  });
});
