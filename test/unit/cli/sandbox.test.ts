import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder, temporaryFolder } from '../../e2e/support/folders.ts';

/** The real command, as a process of its own. */
describe('mqtt-session sandbox', () => {
  const folder = temporaryFolder('cli');
  const bundle = join(folder.path, 'cli.cjs');

  beforeAll(async () => {
    await build({
      absWorkingDir: projectFolder,
      entryPoints: ['src/cli/main.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    });
  });
  afterAll(() => folder.remove());

  function run(...args: string[]): {
    readonly child: ChildProcess;
    output(): string;
    readonly ended: Promise<number>;
  } {
    const child = spawn(process.execPath, [bundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    return { child, output: () => text, ended: once(child, 'close').then(([code]) => code) };
  }

  async function listening(started: ReturnType<typeof run>): Promise<number> {
    for (;;) {
      const port = /listening on mqtt:\/\/127\.0\.0\.1:(\d+)\n/.exec(started.output())?.[1];
      if (port !== undefined) return Number(port);
      if (!started.child.stdout) throw new Error('The command has no output.');
      await once(started.child.stdout, 'data');
    }
  }

  test('says where it listens, serves a client, and ends cleanly on SIGTERM', async () => {
    const started = run('sandbox', '--port', '0');
    const port = await listening(started);
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, reconnectPeriod: 0 });
    await client.endAsync();
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
  });

  test('names the port that is taken, and exits with 1', async () => {
    const first = run('sandbox', '--port', '0');
    const port = await listening(first);
    const second = run('sandbox', '--port', String(port));
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(String(port));
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
  });

  test.each([
    [['sandbox', '--port', 'x'], '`--port x` is not a port'],
    [['sandbox', '--prot', '1'], '--prot'],
    [['unknown'], 'There is no command `unknown`.'],
  ])('refuses %j with the usage and exit code 2', async (args, message) => {
    const started = run(...args);
    expect(await started.ended).toBe(2);
    expect(started.output()).toContain(message);
    expect(started.output()).toContain('mqtt-session sandbox [--port N]');
  });
});
