/**
 * The tap beside a bare Node pipe and socat: messages a second, and the latency that each adds to a direct connection. Each is a process
 * of its own, and so is the load; the tap is the command as it is delivered, with the engine, the trace and the rules.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { bundled } from './broker/processes.ts';
import { median, type Report } from './measure.ts';
import type { TapWorkload } from './tap/load.ts';

const ROUNDS = 5;

/** Something that forwards to a port of this machine, or nothing. */
interface Forwarder {
  readonly port: number;
  /** What its process has in memory, in bytes. */
  memory(): number;
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
    direct: async (to) => ({ port: to, memory: () => 0, stop: async () => {} }),
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
    return {
      of: (name: keyof typeof starts) => median(figures.get(name) ?? []),
      /** Of each round by itself, so that what else the machine does weighs on both alike. */
      ratio: (name: keyof typeof starts, to: keyof typeof starts, less?: keyof typeof starts) =>
        median(
          (figures.get(name) ?? []).map((figure, round) => {
            const base = less === undefined ? 0 : (figures.get(less)?.[round] ?? 0);
            return (figure - base) / ((figures.get(to)?.[round] ?? 0) - base);
          }),
        ),
    };
  };

  const messages = await measured('messages', ['tap', 'pipe', 'socat']);
  const through = 'tap: messages through 20 connections';
  share(
    report,
    through,
    messages.of('tap'),
    'a bare Node pipe',
    messages.of('pipe'),
    messages.ratio('tap', 'pipe'),
    0.9,
  );
  share(report, through, messages.of('tap'), 'socat', messages.of('socat'), messages.ratio('tap', 'socat'));

  const latency = await measured('latency', ['tap', 'pipe', 'socat', 'direct']);
  const added = (name: 'tap' | 'pipe' | 'socat') => latency.of(name) - latency.of('direct');
  for (const [name, told, most] of [
    ['pipe', 'a bare Node pipe', 1.1],
    ['socat', 'socat', undefined],
  ] as const) {
    addedLatency(report, added('tap'), told, added(name), latency.ratio('tap', name, 'direct'), most);
  }

  await crowd(report, load, starts.tap, starts.pipe);
  await millions(report, load, starts.tap);

  const flood = await measured('flood', ['tap', 'pipe']);
  share(
    report,
    'tap: one connection flooded in one direction',
    flood.of('tap'),
    'a bare Node pipe',
    flood.of('pipe'),
    flood.ratio('tap', 'pipe'),
  );
}

/** 5,000 connections at once, beside the pipe, and what one takes in the tap. */
async function crowd(report: Report, load: string, tap: Start, pipe: Start): Promise<void> {
  let before = 0;
  let after = 0;
  const watched: Start = async (to) => {
    const forwarder = await tap(to);
    before = forwarder.memory();
    return forwarder;
  };
  const perSecond = await oneRound(load, 'connections', watched, (forwarder) => {
    after = forwarder.memory();
  });
  const piped = await oneRound(load, 'connections', pipe);
  report({
    name: 'tap: 5,000 connections at once, opened and used',
    value: perSecond,
    unit: 'connections/s',
    yardstick: 'a bare Node pipe, connections/s',
    yardstickValue: piped,
    ratio: perSecond / piped,
    bar: 'none, to know: all of them are served',
    met: Number.isFinite(perSecond),
  });
  const each = (after - before) / 5000 / 1024;
  report({
    name: 'tap: memory of one of 5,000 connections',
    value: each,
    unit: 'KiB',
    yardstick: 'a generous bound, KiB',
    yardstickValue: 64,
    ratio: each / 64,
    bar: 'at most 1 times',
    met: each <= 64,
  });
}

/** Millions of messages through one connection: the budget of the trace bounds what stays. */
async function millions(report: Report, load: string, tap: Start): Promise<void> {
  let memory = 0;
  const messages = await oneRound(load, 'many', tap, (forwarder) => {
    memory = forwarder.memory();
  });
  const budget = 256;
  const value = memory / 1_048_576;
  report({
    name: `tap: memory of the process after ${(messages / 1e6).toFixed(1)} million messages`,
    value,
    unit: 'MiB',
    yardstick: 'the budget of the trace, MiB',
    yardstickValue: budget,
    ratio: value / budget,
    bar: 'at most 2 times',
    met: value <= 2 * budget,
  });
}

function share(
  report: Report,
  name: string,
  value: number,
  yardstick: string,
  of: number,
  ratio: number,
  least?: number,
): void {
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

function addedLatency(
  report: Report,
  value: number,
  yardstick: string,
  of: number,
  ratio: number,
  most?: number,
): void {
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
async function oneRound(
  load: string,
  workload: TapWorkload,
  start: Start,
  look: (forwarder: Forwarder) => void = () => {},
): Promise<number> {
  const child = spawn(process.execPath, [load, workload], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    const forwarder = await start(Number((await lines.next()).value));
    try {
      child.stdin.write(`${forwarder.port}\n`);
      const figure = Number((await lines.next()).value);
      look(forwarder);
      return figure;
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
      if (told !== undefined)
        settle({ port: Number(told), memory: () => memoryOf(child), stop: () => ended(child) });
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
  return { port, memory: () => memoryOf(child), stop: () => ended(child) };
}

/** In bytes; of Linux, where the benches run. */
function memoryOf({ pid }: ChildProcess): number {
  const [, kilobytes = '0'] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
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
