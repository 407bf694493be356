/**
 * Random programs through the tap to real brokers, many beside each other, with a watcher at the broker itself that tells what was
 * published. What the rules say of the live trace and of its capture is held against that.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandEngine } from '../../src/cli/command-engine.ts';
import type { TapView } from '../../src/engine/messages.ts';
import { openSandboxBroker } from '../../src/engine/sandbox-broker.ts';
import { systemClock } from '../../src/net/clock.ts';
import type { SandboxSettings } from '../../src/profile/model.ts';
import type { ConnectionView, ExpectationView, SessionChanges } from '../../src/session/model.ts';
import { renderFact } from '../../src/session/sentences.ts';
import { startMosquitto } from '../e2e/support/mosquitto.ts';
import { startEjabberd } from '../interop/support/ejabberd.ts';
import { plainProfile } from '../unit/net/support/bench.ts';
import { act, type Credentials, connectOf } from './act.ts';
import { type ConnectStep, type Program, randomProgram, type Step } from './program.ts';
import { RealClient } from './real-client.ts';

export interface RealBroker {
  readonly name: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
  stop(): Promise<unknown>;
}

const plainSettings: SandboxSettings = { deny: [], users: [] };

const brokers: Readonly<Record<string, () => Promise<RealBroker>>> = {
  mosquitto: async () => ({ name: 'mosquitto', credentials: undefined, ...(await startMosquitto()) }),
  ejabberd: async () => named('ejabberd', await startEjabberd()),
  sandbox: startSandboxHere,
};

async function startSandboxHere(): Promise<RealBroker> {
  const world = { clock: systemClock, log: () => {} };
  const { listener, close } = await openSandboxBroker('sandbox', plainSettings, 0, world);
  return {
    name: 'sandbox',
    port: Number(new URL(listener.address).port),
    credentials: undefined,
    stop: close,
  };
}

function named(name: string, running: Awaited<ReturnType<typeof startEjabberd>>): RealBroker {
  const { address, credentials, stop } = running;
  return {
    name,
    port: address.port,
    credentials: credentials && {
      userName: credentials.userName ?? '',
      password: credentials.password ?? '',
    },
    stop,
  };
}

/** One connection of a program, as it went. Times are milliseconds since the Unix epoch. */
interface RealPlayed {
  readonly program: number;
  readonly step: ConnectStep;
  accepted: boolean;
  endedAtMs: number | undefined;
  endedBy: string | undefined;
}

interface Seen {
  readonly atMs: number;
  readonly topic: string;
  readonly payload: string;
}

/** After so long every verdict has fallen that a hunt waits for. */
const afterMs = 13_000;
const nearMs = 400;

export async function realHunt(
  name: string,
  rounds: number,
  firstSeed: number,
  atOnce = 16,
): Promise<number> {
  const start = brokers[name];
  if (start === undefined) throw new Error(`There is no broker ${name}.`);
  const broker = await start();
  let finds = 0;
  const counts = new Map<string, number>();
  try {
    for (let done = 0; done < rounds; done += atOnce) {
      const observers = (done / atOnce) % 2 === 0;
      finds += await huntBatch(broker, firstSeed + done, Math.min(atOnce, rounds - done), observers, counts);
      console.log(`${name}: ${Math.min(done + atOnce, rounds)} programs, ${finds} finds`);
    }
  } finally {
    await broker.stop();
  }
  for (const [key, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${count} ${key}`);
  return finds;
}

async function huntBatch(
  broker: RealBroker,
  firstSeed: number,
  count: number,
  observers: boolean,
  counts: Map<string, number>,
): Promise<number> {
  const engine = new CommandEngine({});
  await engine.request('start', { byteBudget: 256 * 1024 * 1024, observers });
  const user = broker.credentials && {
    username: broker.credentials.userName,
    password: broker.credentials.password,
  };
  const at = { kind: 'network', scheme: 'mqtt', host: '127.0.0.1', port: broker.port, path: '' } as const;
  const tap = await engine.request('startTap', {
    profile: { ...plainProfile, ...user, name: 'hunt', broker: at },
    file: 'file:///hunt.mqtt.yaml',
    folder: '/',
    sandbox: plainSettings,
    listen: { host: '127.0.0.1', port: 0 },
  });
  const seen: Seen[] = [];
  const watcher = await watch(broker, seen);
  const played: RealPlayed[] = [];
  const sent: Seen[] = [];
  const programs = Array.from({ length: count }, (_, index) =>
    within(randomProgram(firstSeed + index), firstSeed + index),
  );
  await Promise.all(programs.map((program) => play(program, tap, broker, played, sent)));
  await sleep(afterMs);
  const live = (await engine.request('start', { byteBudget: 1 })).entities;
  const path = join('test-output', `hunt-${process.pid}.pcapng`);
  await engine.request('saveCapture', { path, mask: false });
  watcher.fin();
  await engine.request('shutdown', undefined);
  const finds = judgeAll(live, played, seen, sent, counts, `${broker.name}${observers ? '+observers' : ''}`);
  return finds + (await compareCapture(path, live));
}

async function watch({ port, credentials }: RealBroker, seen: Seen[]): Promise<RealClient> {
  let subscribed = (): void => {};
  const ready = new Promise<void>((settle) => {
    subscribed = settle;
  });
  const client = new RealClient(port, {
    ended: () => {},
    received: (packet) => {
      if (packet.type === 'connack') {
        const options = { qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 2 } as const;
        client.send({
          type: 'subscribe',
          packetId: 1,
          properties: [],
          subscriptions: [{ topicFilter: '#', ...options }],
        });
      } else if (packet.type === 'suback') subscribed();
      else if (packet.type === 'publish') {
        const payload = new TextDecoder().decode(packet.payload);
        seen.push({ atMs: Date.now(), topic: packet.topic, payload });
      }
    },
  });
  const step: ConnectStep = {
    do: 'connect',
    clientId: 'truth',
    version: 5,
    cleanStart: true,
    expiry: undefined,
    keepAliveSeconds: 0,
    will: undefined,
    login: 'right',
    pings: false,
  };
  client.send(connectOf(step, credentials));
  await ready;
  return client;
}

/** The program under names of its own, and mostly with a payload of its own for each will. */
function within(program: Program, seed: number): Program {
  const prefix = `p${seed}`;
  const own = seed % 3 !== 0;
  const filterOf = (filter: string): string => {
    const [, group, ...rest] = filter.split('/');
    return filter.startsWith('$share/')
      ? `$share/${prefix}${group}/${prefix}/${rest.join('/')}`
      : `${prefix}/${filter}`;
  };
  const steps = program.steps.map((step): Step => {
    if (step.do === 'connect') {
      const { will } = step;
      const payload =
        own && will !== undefined && will.payload !== '' ? `${will.payload}-${step.which}` : will?.payload;
      const named = will && { ...will, topic: `${prefix}/${will.topic}`, payload: payload ?? '' };
      return { ...step, clientId: `${prefix}-${step.clientId}`, will: named, login: 'right' };
    }
    if (step.do === 'publish') return { ...step, topic: `${prefix}/${step.topic}` };
    if (step.do === 'subscribe' || step.do === 'unsubscribe')
      return { ...step, filter: filterOf(step.filter) };
    return step;
  });
  return { ...program, steps };
}

async function play(
  program: Program,
  tap: TapView,
  { credentials }: RealBroker,
  played: RealPlayed[],
  sent: Seen[],
): Promise<void> {
  const startMs = Date.now();
  const clients = new Map<number, { readonly client: RealClient; readonly one: RealPlayed }>();
  const open = (which: number, step: ConnectStep): void => {
    const one: RealPlayed = {
      program: program.seed,
      step,
      accepted: false,
      endedAtMs: undefined,
      endedBy: undefined,
    };
    played.push(one);
    let pinging: NodeJS.Timeout | undefined;
    const client = new RealClient(tap.port, {
      received: (packet) => {
        if (packet.type === 'connack' && packet.reasonCode === 0) one.accepted = true;
      },
      ended: (by) => {
        clearInterval(pinging);
        one.endedAtMs = Date.now();
        one.endedBy = by;
      },
    });
    clients.set(which, { client, one });
    client.send(connectOf(step, credentials));
    if (step.pings && step.keepAliveSeconds > 0)
      pinging = setInterval(() => client.send({ type: 'pingreq' }), step.keepAliveSeconds * 900);
  };
  for (const step of program.steps) {
    await sleep(Math.max(0, startMs + step.atMs - Date.now()));
    if (step.do === 'connect') {
      open(step.which, step);
      continue;
    }
    const at = clients.get(step.which);
    if (at === undefined || !at.one.accepted || at.client.over) continue;
    if (step.do === 'publish') sent.push({ atMs: Date.now(), topic: step.topic, payload: step.payload });
    act(at.client, step);
  }
  await sleep(4000);
  for (const { client, one } of clients.values()) if (!/-w\d$/.test(one.step.clientId)) client.reset();
}

function judgeAll(
  { connections, expectations }: SessionChanges,
  played: readonly RealPlayed[],
  seen: readonly Seen[],
  sent: readonly Seen[],
  counts: Map<string, number>,
  where: string,
): number {
  let finds = 0;
  const byClient = new Map<string, ConnectionView[]>();
  for (const each of [...connections].sort((a, b) => a.openedSeq - b.openedSeq)) {
    if (each.clientId === '') continue;
    byClient.set(each.clientId, [...(byClient.get(each.clientId) ?? []), each]);
  }
  for (const expectation of expectations) {
    const { kind, verdict, demands, row, observed, facts } = expectation;
    const theirs = byClient.get(expectation.clientId) ?? [];
    const index = theirs.findIndex(({ id }) => id === expectation.connection);
    const one = played.filter(({ step }) => step.clientId === expectation.clientId)[index];
    if (one === undefined) continue;
    add(counts, `${where} ${kind} ${verdict}`);
    if (verdict === 'missed' || verdict === 'early' || verdict === 'late')
      add(counts, `${where} ${kind} ${demands} ${verdict} ${row} ${one.step.version}`);
    if (verdict === 'unobserved' || verdict === 'undecided')
      add(counts, `${where} ${kind} ${verdict}: ${facts.at(-1)?.code}`);
    if (kind !== 'will' || row === 'D60') continue;
    const { will } = one.step;
    if (will === undefined) continue;
    const twins = played.filter(
      ({ step }) => step.will?.topic === will.topic && step.will.payload === will.payload,
    ).length;
    const copies = seen.filter(
      (each) =>
        each.topic === will.topic &&
        each.payload === will.payload &&
        !sent.some(
          (by) =>
            by.topic === each.topic && by.payload === each.payload && Math.abs(by.atMs - each.atMs) < nearMs,
        ),
    );
    const find = (what: string): void => {
      finds += 1;
      console.log(
        `\n== ${where}: ${what}\n${tell(expectation)}\n  copies at ${copies.map(({ atMs }) => clock(atMs)).join(', ')}`,
      );
      for (const { step, accepted, endedAtMs, endedBy } of played) {
        if (
          step.clientId !== expectation.clientId &&
          (step.will?.topic !== will.topic || step.will.payload !== will.payload)
        )
          continue;
        console.log(
          `  ${JSON.stringify(step).replaceAll('"', '')} accepted ${accepted} ended ${endedAtMs === undefined ? '' : clock(endedAtMs)} by ${endedBy}`,
        );
      }
    };
    const isConfused = sent.some((by) => by.topic === will.topic && by.payload === will.payload);
    const near = (wanted: number): boolean =>
      isConfused || copies.some(({ atMs }) => Math.abs(atMs - wanted) <= nearMs);
    const queued = facts.some(({ code }) => code === 'receivedQueued' || code === 'receivedRetained');
    if (observed !== undefined && verdict !== 'undecided' && !queued && !near(observed.atMs))
      find(`${verdict}, and nothing was published then`);
    if (verdict === 'missed' && demands === 'happens' && copies.length > 0 && twins === 1)
      find('missed, and published');
    if (verdict === 'cancelled' && copies.length > 0 && twins === 1)
      find(`cancelled, and published ${where.includes('observers') ? '' : '(nobody may have seen it)'}`);
    if ((verdict === 'unobserved' || verdict === 'undecided') && copies.length > 0 && twins === 1)
      add(counts, `${where} silent of a will that was published: ${facts.at(-1)?.code} ${row}`);
  }
  return finds;
}

async function compareCapture(path: string, live: SessionChanges): Promise<number> {
  const engine = new CommandEngine({});
  await engine.request('start', { byteBudget: 256 * 1024 * 1024 });
  await engine.request('openCapture', { path });
  const again = (await engine.request('start', { byteBudget: 1 })).entities;
  await engine.request('shutdown', undefined);
  rmSync(path);
  let finds = 0;
  const byId = new Map(again.expectations.map((each) => [each.id, each]));
  for (const each of live.expectations) {
    const other = byId.get(each.id);
    if (other !== undefined && (other.leftOpen === true || tell(other) === tell(each))) continue;
    finds += 1;
    console.log(`\n== live and reopened differ\n${tell(each)}\n---\n${other && tell(other)}`);
  }
  return finds;
}

const clock = (atMs: number): string => new Date(atMs).toISOString().slice(14, 23);

function tell({
  kind,
  clientId,
  connection,
  row,
  demands,
  verdict,
  dueAtMs,
  facts,
}: ExpectationView): string {
  const due = dueAtMs === undefined ? '' : ` due ${clock(dueAtMs)}`;
  return [
    `${kind} of ${clientId} (connection ${connection}) ${row ?? ''} ${demands}: ${verdict}${due}`,
    ...facts.map((fact) => `    ${renderFact(fact)}`),
  ].join('\n');
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
