/** The brokers, each in a process of its own with nothing but its defaults, where these bound no throughput. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { mosquittoPath } from '../../../scripts/lib/system.mjs';
import type { Workload } from './load.ts';
import type { Measured } from './workloads.ts';

const root = process.cwd();
const built = join(root, 'test-output', 'bench');

export interface BenchBroker {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Bundles a module into something that Node runs; the path of that. */
export async function bundled(entry: string): Promise<string> {
  const outfile = join(built, `${entry.replaceAll(/\W/g, '-')}.mjs`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}

/** `nodeOptions` as in `--cpu-prof`, to see where the time goes. */
export async function startOurs(nodeOptions: readonly string[] = []): Promise<BenchBroker> {
  const cli = await bundled('src/cli/main.ts');
  return started('sandbox', process.execPath, [...nodeOptions, cli, 'sandbox', '--port', '0']);
}

export async function startAedes(): Promise<BenchBroker> {
  return started('aedes', process.execPath, [await bundled('test/bench/broker/aedes.ts')]);
}

export async function startMosquitto(): Promise<BenchBroker> {
  const executable = mosquittoPath();
  if (executable === undefined)
    throw new Error(
      'Mosquitto is the yardstick, and is not installed. On Debian: apt-get install mosquitto.',
    );
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-session-bench-'));
  const config = join(folder, 'mosquitto.conf');
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_dest stderr',
    'log_type information',
    'connection_messages false',
    'set_tcp_nodelay true',
    'max_inflight_messages 0',
    'max_queued_messages 0',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const broker = await started('Mosquitto', executable, ['-c', config], port);
  return {
    ...broker,
    stop: async () => {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a workload in the load generator's process. */
export async function load(generator: string, workload: Workload, port: number): Promise<Measured> {
  const child = spawn(process.execPath, [generator, workload, `${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((settle) => child.once('close', settle));
  if (output === '') throw new Error(`The workload ${workload} failed.`);
  return JSON.parse(output);
}

function started(
  name: string,
  program: string,
  args: readonly string[],
  port?: number,
): Promise<BenchBroker> {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((settle) => child.once('close', () => settle()));
  return new Promise((settle, fail) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4_096);
      const told = port === undefined ? /mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1] : `${port}`;
      if (told === undefined || (port !== undefined && !/running/.test(output))) return;
      settle({
        name,
        port: Number(told),
        stop: async () => {
          child.kill('SIGTERM');
          await ended;
        },
      });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', fail);
    child.once('close', (code) => fail(new Error(`${name} ended with ${code}:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
