/**
 * The tap beside a bare Node pipe and socat: messages a second, and the latency that each adds to a direct connection. Each is a process
 * of its own, and so is the load; the tap is the command as it is delivered, with the engine, the trace and the rules.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { bundled } from './broker/processes.ts';
import { median, type Report } from './measure.ts';
import type { TapWorkload } from './tap/load.ts';

const ROUNDS = 5;

/** Something that forwards to a port of this machine, or nothing. */
interface Forwarder {
  readonly port: number;
  stop(): Promise<void>;
}

type Start = (to: number) => Promise<Forwarder>;

export async function bench(report: Report): Promise<void> {
  const cli = await bundled('src/cli/main.ts');
  const pipe = await bundled('test/bench/tap/pipe.ts');
  const load = await bundled('test/bench/tap/load.ts');
  const starts = {
    tap: (to) =>
      listening(process.execPath, [cli, 'tap', '--quiet', '--listen', '0', '--to', `mqtt://127.0.0.1:${to}`]),
    pipe: (to) => listening(process.execPath, [pipe, `${to}`]),
    socat: startSocat,
    direct: async (to) => ({ port: to, stop: async () => {} }),
  } as const satisfies Record<string, Start>;
  const measured = async (workload: TapWorkload, names: readonly (keyof typeof starts)[]) => {
    const figures = new Map(names.map((name) => [name, [] as number[]]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const name of names) {
        const figure = await oneRound(load, workload, starts[name]);
        // The first round warms the machine up.
        if (round > 0) figures.get(name)?.push(figure);
      }
    }
    return (name: keyof typeof starts) => median(figures.get(name) ?? []);
  };

  const messages = await measured('messages', ['tap', 'pipe', 'socat']);
  share(
    report,
    'tap: messages through 20 connections',
    messages('tap'),
    'a bare Node pipe',
    messages('pipe'),
    0.9,
  );
  share(report, 'tap: messages through 20 connections', messages('tap'), 'socat', messages('socat'));

  const latency = await measured('latency', ['tap', 'pipe', 'socat', 'direct']);
  const added = (name: 'tap' | 'pipe' | 'socat') => latency(name) - latency('direct');
  addedLatency(report, added('tap'), 'a bare Node pipe', added('pipe'), 1.1);
  addedLatency(report, added('tap'), 'socat', added('socat'));

  const flood = await measured('flood', ['tap', 'pipe']);
  share(
    report,
    'tap: one connection flooded in one direction',
    flood('tap'),
    'a bare Node pipe',
    flood('pipe'),
  );
}

function share(
  report: Report,
  name: string,
  value: number,
  yardstick: string,
  of: number,
  least?: number,
): void {
  const ratio = value / of;
  report({
    name,
    value,
    unit: 'messages/s',
    yardstick: `${yardstick}, messages/s`,
    yardstickValue: of,
    ratio,
    bar: least === undefined ? 'none, to know' : `at least ${least} times`,
    met: least === undefined || ratio >= least,
  });
}

function addedLatency(report: Report, value: number, yardstick: string, of: number, most?: number): void {
  const ratio = value / of;
  report({
    name: 'tap: added latency, median of the way there and back',
    value,
    unit: 'µs',
    yardstick: `${yardstick}, µs`,
    yardstickValue: of,
    ratio,
    bar: most === undefined ? 'none, to know' : `at most ${most} times`,
    met: most === undefined || ratio <= most,
  });
}

/** Loads what `start` starts, once. */
async function oneRound(load: string, workload: TapWorkload, start: Start): Promise<number> {
  const child = spawn(process.execPath, [load, workload], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    const forwarder = await start(Number((await lines.next()).value));
    try {
      child.stdin.write(`${forwarder.port}\n`);
      return Number((await lines.next()).value);
    } finally {
      await forwarder.stop();
    }
  } finally {
    await ended(child);
  }
}

/** A program that says where it listens. */
function listening(program: string, args: readonly string[]): Promise<Forwarder> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((settle, fail) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out = (out + chunk.toString()).slice(-4096);
      const told = /mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(out)?.[1];
      if (told !== undefined) settle({ port: Number(told), stop: () => ended(child) });
    });
    child.once('error', fail);
    child.once('close', (code) => fail(new Error(`${args[0]} ended with ${code}.`)));
  });
}

async function startSocat(to: number): Promise<Forwarder> {
  const port = await freePort();
  const child = spawn(
    'socat',
    [
      '-d',
      '-d',
      `TCP4-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=256`,
      `TCP4:127.0.0.1:${to},nodelay`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  await new Promise<void>((settle, fail) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.includes('listening')) settle();
    });
    child.once('error', () =>
      fail(new Error('socat is a yardstick, and is not installed. On Debian: apt-get install socat.')),
    );
  });
  return { port, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((settle) => child.once('close', settle));
  child.kill('SIGKILL');
  await closed;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
