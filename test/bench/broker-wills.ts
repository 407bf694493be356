/**
 * Ten thousand connections are cut at once, each with a will and a Session that fall due together: how long after its due
 * time each will reaches a subscriber over TCP. When a will is due is the broker's own word: the moment at which it noticed
 * the end of the connection, and the delay.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Broker } from '../../src/net/broker/broker.ts';
import { type Listener, listenTcp } from '../../src/net/broker/listener.ts';
import { systemClock } from '../../src/net/clock.ts';
import { bundled } from './broker/processes.ts';
import type { Report } from './measure.ts';

const CLIENTS = 10_000;
/** Before them, in a round that does not count: a broker that has published wills before. */
const WARM_UP_CLIENTS = 2_000;
const DELAY_SECONDS = 5;
const BAR_MS = 5;
const SHARE = 0.95;

const ROUNDS = 5;

interface Round {
  /** How late each will reached the subscriber, in ms, in ascending order. */
  readonly lateMs: readonly number[];
  /** Between the first due time and the last. */
  readonly dueWithinMs: number;
}

export async function bench(report: Report): Promise<void> {
  const before = heldUp();
  const { lateMs, dueWithinMs } = await measure();
  const after = heldUp();
  const percent = ((before + after) * 50).toFixed(0);
  console.log(
    `      the machine itself: a loop that does nothing was held up for more than ${BAR_MS} ms at a time during ${percent} % of it`,
  );
  const within = shareWithin(lateMs);
  const early = lateMs.filter((late) => late < 0).length;
  report({
    name: `${CLIENTS} wills and Sessions due within ${Math.round(dueWithinMs)} ms, 95 % published after being due within`,
    value: lateMs[Math.ceil(lateMs.length * SHARE) - 1] ?? Number.NaN,
    unit: 'ms',
    yardstick: 'the due time, ms',
    yardstickValue: 0,
    ratio: within,
    bar: `${SHARE * 100} % within ${BAR_MS} ms, none early; the ratio is the share within`,
    met: within >= SHARE && early === 0,
  });
}

const LOOKED_FOR_MS = 2_000;

/** The share of time that this machine takes away from a process that has work, in pieces longer than the bar. */
function heldUp(): number {
  const endMs = performance.now() + LOOKED_FOR_MS;
  let takenMs = 0;
  for (let lastMs = performance.now(); lastMs < endMs; ) {
    const nowMs = performance.now();
    if (nowMs - lastMs > BAR_MS) takenMs += nowMs - lastMs;
    lastMs = nowMs;
  }
  return takenMs / LOOKED_FOR_MS;
}

/** The middle one of some rounds, by the share that came in time: the machine is not this broker's alone. */
async function measure(): Promise<Round> {
  const crowd = await bundled('test/bench/broker/crowd.ts');
  const broker = new Broker({ deny: [], users: [] }, systemClock);
  const listener = await listenTcp(broker, '127.0.0.1', 0);
  await cutAll(broker, listener, crowd, WARM_UP_CLIENTS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await cutAll(broker, listener, crowd, CLIENTS));
  }
  broker.close();
  await listener.close();
  rounds.sort((a, b) => shareWithin(a.lateMs) - shareWithin(b.lateMs));
  const middle = rounds[ROUNDS >> 1];
  if (middle === undefined) throw new Error('No round was measured.');
  return middle;
}

function shareWithin(lateMs: readonly number[]): number {
  return lateMs.filter((late) => late >= 0 && late <= BAR_MS).length / lateMs.length;
}

async function cutAll(broker: Broker, listener: Listener, crowd: string, count: number): Promise<Round> {
  const run = (...args: string[]) =>
    spawn(process.execPath, [crowd, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const watcher = run('watch', `${listener.port}`, `${count}`);
  const arrived = lines(watcher);
  await arrived.next();
  const clients = run('wills', `${listener.port}`, `${count}`, `${DELAY_SECONDS}`);
  await lines(clients).next();
  // The system closes all of its sockets at once.
  clients.kill('SIGKILL');
  while (broker.state().clients.length > 1) await new Promise((resolve) => setTimeout(resolve, 50));
  const dueAtMs = new Map(broker.state().sessions.map((each) => [each.clientId, each.willDueAtMs]));
  // What looking has left behind is not the broker's to sweep while wills are due.
  collect();
  const { value } = await arrived.next();
  const arrivals: (number | null)[] = JSON.parse(value ?? '[]');
  const lateMs = arrivals.map((atMs, client) => {
    const due = dueAtMs.get(`crowd/${String(client).padStart(6, '0')}`);
    return atMs === null || due === undefined ? Number.NaN : atMs - due;
  });
  if (lateMs.some(Number.isNaN)) throw new Error('Not every will was seen.');
  const dues = [...dueAtMs.values()].filter((due) => due !== undefined);
  return {
    lateMs: lateMs.sort((a, b) => a - b),
    dueWithinMs: Math.max(...dues) - Math.min(...dues),
  };
}

setFlagsFromString('--expose-gc');
const collector: unknown = runInNewContext('gc');

function collect(): void {
  if (typeof collector === 'function') collector();
}

/** What a program prints, line by line. */
async function* lines(child: ChildProcessByStdio<null, Readable, null>): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of child.stdout) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  return undefined;
}
