import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../e2e/support/folders.ts';
import { buildCli } from './support.ts';

let cli: Awaited<ReturnType<typeof buildCli>>;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

const fixtures = join(projectFolder, 'test/fixtures/scenarios');
const failing = join(fixtures, 'failing.mqtt.yaml');
const samples = join(projectFolder, 'samples');

/** What the command prints, without what differs from run to run. */
function steady(text: string): string {
  return text
    .replaceAll(projectFolder, '')
    .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, '(time)')
    .replaceAll(/\(\d+\.\d s\)/g, '(duration)')
    .replaceAll(/time="[\d.]+"/g, 'time=""')
    .replaceAll(/timestamp="[^"]+"/g, 'timestamp=""');
}

describe('mqtt-session run', () => {
  it('tells what failed, what could not be told and what could not be run, and exits with 1', async () => {
    const junit = join(cli.folder, 'results.xml');
    const run = cli.run('run', fixtures, '--junit', junit);
    expect(await run.ended).toBe(1);
    expect(run.err()).toBe('');
    // The order is that in which they came to an end.
    const told = steady(run.out())
      .split(/\n(?=\S)/)
      .map((each) => each.trimEnd())
      .sort();
    await expect(`${told.join('\n')}\n`).toMatchFileSnapshot('golden/run.txt');
    await expect(steady(readFileSync(junit, 'utf8'))).toMatchFileSnapshot('golden/run.xml');
  });

  it('runs one scenario by its name, as JSON, and exits with 0 when it passes', async () => {
    const run = cli.run('run', failing, '--scenario=passes', '--json');
    expect(await run.ended).toBe(0);
    expect(JSON.parse(run.out())).toMatchObject([
      {
        scenario: 'passes',
        outcome: 'passed',
        steps: [
          { step: 'connect', outcome: 'passed' },
          { step: 'connect', outcome: 'passed' },
          { step: 'disconnect', outcome: 'passed', expected: 'demo leaves with DISCONNECT 0x00' },
        ],
      },
    ]);
  });

  it('runs against the broker that it is given', async () => {
    const broker = cli.run('sandbox', '--port', '0', '--verbose');
    const [address = ''] = await broker.listening();
    const run = cli.run('run', failing, '--scenario', 'passes', '--broker', address);
    expect(await run.ended).toBe(0);
    await broker.said(/"demo" connected/);
  });

  it('ends the run on SIGINT, and exits with 1', async () => {
    const run = cli.run(
      'run',
      join(samples, 'will-delay.mqtt.yaml'),
      '--scenario',
      'said goodbye',
      '--verbose',
    );
    await run.said(/demo has disconnected/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(1);
    expect(run.out()).toContain('CANCELLED');
    expect(run.out()).toContain('expectNoWill: not reached');
  });

  it.each([
    [['run'], 2, 'needs a profile file'],
    [['run', failing, '--broker', 'nowhere'], 2, 'is not the address of a broker'],
    [['run', failing, '--scenaro', 'x'], 2, 'Did you mean `--scenario`?'],
    [['run', failing, '--scenario', 'x'], 1, 'There is no scenario `x`'],
    [['run', '/no/such/file'], 1, 'cannot be read (ENOENT)'],
    [['run', join(projectFolder, 'docs')], 1, 'There is no profile file'],
    [['lint'], 2, 'needs a profile file'],
  ])('%j exits with %i and says why', async (args, code, why) => {
    const run = cli.run(...args);
    expect(await run.ended).toBe(code);
    expect(run.err()).toContain(why);
    expect(run.out()).toBe('');
  });
});

describe('mqtt-session lint', () => {
  it('prints each finding with its place and code, and exits with 1 for an error', async () => {
    const junit = join(cli.folder, 'lint.xml');
    const run = cli.run('lint', fixtures, '--junit', junit);
    expect(await run.ended).toBe(1);
    await expect(steady(run.out())).toMatchFileSnapshot('golden/lint.txt');
    await expect(steady(readFileSync(junit, 'utf8'))).toMatchFileSnapshot('golden/lint.xml');
  });

  it('finds nothing in the samples', async () => {
    const run = cli.run('lint', samples, '--strict');
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/^\d+ files: 0 errors, 0 warnings\n$/);
  });
});
