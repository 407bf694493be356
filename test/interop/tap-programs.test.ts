/**
 * The programs of `samples/clients` through the tap to two brokers: however their connections end, and whatever fault the tap
 * makes, the verdict on the will is right, and no byte is another on one side of the tap than on the other. The bytes are compared
 * by their hashes: as plain recorders on both sides saw them, and as the tap recorded them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/profile/faults.ts';
import type { Verdict } from '../../src/session/model.ts';
import { tolerances } from '../../src/session/tolerances.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { startMosquitto } from '../e2e/support/mosquitto.ts';
import { type ByteSum, sumOf } from './support/byte-relay.ts';
import { startEjabberd } from './support/ejabberd.ts';
import { type Command, endPrograms, Program } from './support/program.ts';
import { mosquittoPub, type SampleProgram, samplePrograms } from './support/samples.ts';
import type { RunningBroker } from './support/sandbox.ts';
import { type SeenConnection, TappedRun, type TracedConnection, told, until } from './support/tapped-run.ts';

const folder = temporaryFolder('tapped');
const commands = new Map<string, Command>();
const brokers = new Map<string, RunningBroker>();

async function mosquitto(): Promise<RunningBroker> {
  const { port, stop } = await startMosquitto();
  return { address: { host: '127.0.0.1', port }, stop: () => stop().then(() => undefined) };
}

beforeAll(async () => {
  const started = Promise.all([
    mosquitto().then((broker) => brokers.set('Mosquitto', broker)),
    startEjabberd().then((broker) => brokers.set('ejabberd', broker)),
  ]);
  for (const sample of [...samplePrograms, mosquittoPub])
    commands.set(sample.file, await sample.prepare(folder.path));
  await started;
}, 300_000);
afterAll(async () => {
  await endPrograms();
  for (const broker of brokers.values()) await broker.stop();
  folder.remove();
});

/** A program that has said that it is online, and what can be done to it. */
interface Scene {
  readonly run: TappedRun;
  readonly sample: SampleProgram;
  readonly program: Program;
  readonly clientId: string;
  /** Makes a fault on its connection. */
  fault(fault: Fault): void;
  /** It connects no more: what it does after it has noticed is of no matter. */
  keepAway(): void;
}

/** How the bytes of a connection compare that were seen before the tap and behind it. */
type Bytes =
  /** All that was sent on one side has come on the other. */
  | { readonly are: 'same' }
  /** What came is how what was sent begins. */
  | { readonly are: 'begun' }
  /** All has come but for those of these packets that came when the fault had been made. */
  | { readonly are: 'without'; readonly direction: 'toServer' | 'toClient'; readonly packet: 'e0' | 'd0' };

/** The verdict on the will. */
type WillVerdict = 'published' | 'discarded' | 'who is first' | 'like the goodbye';

/** What was published may have been late: Mosquitto may take its time over a delay, and any machine over anything. */
const verdicts: Readonly<Record<WillVerdict, RegExp>> = {
  published: /^(met|late) \(happens\)/,
  discarded: /^cancelled \(does-not-happen\)/,
  'who is first': /^(cancelled|undecided) \(does-not-happen\)|^(met|late) \(happens\)/,
  // Both copies may have been seen, or too little to tell one from the other.
  'like the goodbye': /^(met|late|undecided) \(happens\)/,
};

interface Way {
  readonly name: string;
  /** Its end comes with the Keep Alive, which is short then. */
  readonly needsKeepAlive?: true;
  /** Made on each connection from its start. */
  readonly from?: Fault;
  /** Before the program says that it is online. */
  readonly meanwhile?: (run: TappedRun, clientId: string) => Promise<void>;
  readonly go: (scene: Scene) => Promise<void>;
  readonly will: (sample: SampleProgram, traced: TracedConnection) => WillVerdict;
  readonly bytes: Bytes;
}

const published = (): WillVerdict => 'published';
const asItLeaves = ({ leavesWith }: SampleProgram): WillVerdict =>
  leavesWith === 0x04 ? 'published' : 'discarded';
/**
 * Who gives up with DISCONNECT discards its will, unless the Server ended the connection before. That may have done so unseen when
 * the Keep Alive has run out by then.
 */
const asItGivesUp = ({ givesUpBy, keepAlive }: SampleProgram, traced: TracedConnection): WillVerdict => {
  const [packet] = traced.passed('toServer').bytes.subarray(-2);
  if (givesUpBy === 'closing' || packet !== 0xe0) return 'published';
  const [heardBefore = 0, disconnected = 0] = traced.heardAtMs.slice(-2);
  return disconnected - heardBefore < keepAlive * 1500 - tolerances.clockMs ? 'discarded' : 'who is first';
};
/** A goodbye with the words of the will, a moment before it, looks like it. */
const asItsGoodbye = ({ leavesWith, willDelay, ...topics }: SampleProgram): WillVerdict =>
  leavesWith === 0x00 && willDelay === 0 && topics.statusTopic('x') === topics.willTopic('x')
    ? 'like the goodbye'
    : 'published';

const same: Bytes = { are: 'same' };
const begun: Bytes = { are: 'begun' };

async function leave({ program }: Scene): Promise<void> {
  program.signal('SIGTERM');
  expect(await program.exited).toBe(0);
}

const kept = (fault: Fault) => async (scene: Scene) => {
  scene.keepAway();
  scene.fault(fault);
};

const ways: readonly Way[] = [
  {
    name: 'is killed',
    go: ({ program }) => program.kill(),
    will: published,
    bytes: same,
  },
  { name: 'leaves', go: leave, will: asItLeaves, bytes: same },
  {
    name: 'is stopped, and keeps its socket',
    needsKeepAlive: true,
    go: async ({ program }) => program.signal('SIGSTOP'),
    will: published,
    bytes: same,
  },
  { name: 'is cut', go: kept({ kind: 'reset_peer' }), will: published, bytes: begun },
  {
    name: 'is closed without DISCONNECT',
    go: kept({ kind: 'close' }),
    will: published,
    bytes: begun,
  },
  {
    name: 'gets nothing through any more, and is closed',
    go: kept({ kind: 'timeout', timeoutMs: 500 }),
    will: published,
    bytes: begun,
  },
  {
    name: 'is frozen both ways',
    needsKeepAlive: true,
    go: kept({ kind: 'freeze', direction: 'both' }),
    will: published,
    bytes: begun,
  },
  {
    name: 'is frozen to the Server',
    needsKeepAlive: true,
    go: kept({ kind: 'freeze', direction: 'toServer' }),
    will: published,
    bytes: begun,
  },
  {
    name: 'is frozen to the Client',
    needsKeepAlive: true,
    go: kept({ kind: 'freeze', direction: 'toClient' }),
    will: asItGivesUp,
    bytes: begun,
  },
  {
    name: 'is frozen and freed again, and leaves',
    from: { kind: 'freeze', direction: 'both' },
    meanwhile: async (run) => {
      await until('it is frozen', () => run.tap.connections(9).some(({ faults }) => faults.length > 0));
      run.tap.clearAll();
    },
    go: leave,
    will: asItLeaves,
    bytes: same,
  },
  {
    name: 'is delayed, and leaves',
    from: { kind: 'latency', direction: 'both', latencyMs: 150, jitterMs: 100 },
    go: leave,
    will: asItLeaves,
    bytes: same,
  },
  {
    name: 'is slowed down, and leaves',
    from: { kind: 'bandwidth', direction: 'both', bytesPerSecond: 500 },
    go: leave,
    will: asItLeaves,
    bytes: same,
  },
  {
    name: 'leaves, and its DISCONNECT is dropped',
    go: async (scene) => {
      scene.fault({ kind: 'drop_disconnect' });
      await leave(scene);
    },
    will: asItsGoodbye,
    bytes: { are: 'without', direction: 'toServer', packet: 'e0' },
  },
  {
    name: 'gets no PINGRESP, and gives up',
    needsKeepAlive: true,
    go: kept({ kind: 'drop_pingresp' }),
    will: asItGivesUp,
    bytes: { are: 'without', direction: 'toClient', packet: 'd0' },
  },
  {
    name: 'finds no broker at first, and leaves',
    from: { kind: 'down' },
    meanwhile: async (run, clientId) => {
      await until('it has tried twice', () => run.before.connections.length > 1);
      if (run.behind.of(clientId).length > 0) throw new Error('It came through.');
      run.tap.clearAll();
    },
    go: leave,
    will: asItLeaves,
    bytes: same,
  },
];

function runningBroker(name: string): RunningBroker {
  const broker = brokers.get(name);
  if (broker === undefined) throw new Error(`${name} does not run.`);
  return broker;
}

/** Starts a program as its README says. */
function started({ file }: SampleProgram, address: string, user: string, keepAlive: number): Program {
  return new Program([
    'env',
    `MQTT_URL=${address}`,
    `MQTT_USER=${user}`,
    'MQTT_PASSWORD=anything',
    `MQTT_KEEP_ALIVE=${keepAlive}`,
    ...(commands.get(file) ?? [file]),
  ]);
}

/** In one list, so that all of them wait at the same time. */
const rows = ['Mosquitto', 'ejabberd'].flatMap((broker) =>
  [...samplePrograms, mosquittoPub].flatMap((sample) =>
    ways.filter(({ name }) => sample.ways?.includes(name) ?? true).map((way) => ({ broker, sample, way })),
  ),
);

/** Many programs run at the same time, and the machine may have others: how long that takes is of no matter. */
const slow = { timeout: 400_000 };

describe('through the tap', () => {
  it.concurrent.each(rows)(
    'to $broker $sample.file $way.name',
    slow,
    async ({ broker: name, sample, way }) => {
      const broker = runningBroker(name);
      const user = `${sample.file.replace('.', '-')}-${ways.indexOf(way)}`;
      const clientId = sample.clientId(user);
      const run = await TappedRun.open(broker);
      await run.observe(broker, [sample.willTopic(user)]);
      if (way.from !== undefined) run.tap.addRule({ fault: way.from });
      const program = started(sample, run.address, user, way.needsKeepAlive === true ? sample.keepAlive : 60);
      await way.meanwhile?.(run, clientId);
      await program.line(sample.online);
      const [living] = run.living(clientId);
      if (living === undefined) throw new Error('It is not connected.');
      const { connection } = living;
      const scene: Scene = {
        run,
        sample,
        program,
        clientId,
        fault: (fault) => {
          if (!run.tap.fault(connection, fault)) throw new Error('It is not connected any more.');
        },
        keepAway: () => run.tap.addRule({ fault: { kind: 'down' } }),
      };
      await way.go(scene);

      const theWill = () => run.wills(clientId).find((each) => each.connection === connection);
      // What is missed is late when it comes after all.
      const isOpen = (verdict: Verdict = 'pending') => verdict === 'pending' || verdict === 'missed';
      await until('the verdict has fallen', () => !isOpen(theWill()?.verdict)).catch(() => {});
      const will = theWill();
      if (will === undefined) throw new Error('There was no will.');
      const traced = run.traced(connection);
      if (traced === undefined) throw new Error('The tap recorded nothing of it.');
      expect(told(will)).toMatch(verdicts[way.will(sample, traced)]);
      await program.kill();
      // What a fault holds when the tap is closed is lost; all else arrives by itself.
      if (way.bytes.are !== 'begun') await run.settled();
      await run.close();
      const seen = run.seen(connection);
      if (seen === undefined) throw new Error('No connection reached the broker.');
      compare(seen, way);
    },
  );
});

describe('the mistake of status.c', () => {
  it('is found, and in no other program', async () => {
    const run = await TappedRun.open(runningBroker('Mosquitto'));
    // It comes last, so that the others had time to be suspected.
    const inOrder = samplePrograms.toSorted(
      (a, b) => Number(a.file === 'status.c') - Number(b.file === 'status.c'),
    );
    const programs: Program[] = [];
    for (const sample of inOrder) {
      const program = started(sample, run.address, sample.file, 60);
      programs.push(program);
      await program.line(sample.online);
    }
    const differs = () => run.insights.filter(({ kind }) => kind === 'will-topic-differs');
    await until('it is found', () => differs().length > 0);
    expect(differs().flatMap(({ clientIds }) => clientIds)).toEqual(['status-c-status.c']);
    for (const program of programs) await program.kill();
    await run.close();
  });
});

function compare({ before, behind, trace }: SeenConnection, { bytes, needsKeepAlive }: Way): void {
  const [sent, arrived] = [before.passed('toServer'), behind.passed('toServer')];
  const [answered, received] = [behind.passed('toClient'), before.passed('toClient')];
  // The trace is what the broker saw, until it ended the connection: what came later came too late.
  const recorded = trace.passed('toServer');
  const maybeLate = bytes.are === 'begun' || needsKeepAlive === true;
  const until = maybeLate ? recorded.bytes.length : arrived.bytes.length;
  expect(recorded.sum).toEqual(sumOf(arrived.bytes.subarray(0, until)));
  expect(trace.passed('toClient').sum).toEqual(answered.sum);
  const expected = (direction: 'toServer' | 'toClient', given: Buffer, came: Buffer): ByteSum => {
    if (bytes.are === 'begun') return sumOf(given.subarray(0, came.length));
    if (bytes.are === 'same' || bytes.direction !== direction) return sumOf(given);
    return sumOf(withoutPackets(given, bytes.packet, direction === 'toServer' ? 0 : trace.toClientAtFault));
  };
  expect(arrived.sum).toEqual(expected('toServer', sent.bytes, arrived.bytes));
  expect(received.sum).toEqual(expected('toClient', answered.bytes, received.bytes));
}

/** A stream of packets without those that begin with this byte, at this offset or behind it. */
function withoutPackets(stream: Buffer, firstByte: string, from: number): Buffer {
  const left: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    let length = 0;
    let next = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = stream[next] ?? 0;
      next += 1;
      length += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    if (at < from || stream[at] !== Number.parseInt(firstByte, 16))
      left.push(stream.subarray(at, next + length));
    at = next + length;
  }
  return Buffer.concat(left);
}
