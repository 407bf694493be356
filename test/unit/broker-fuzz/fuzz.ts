/**
 * Mutated byte streams against a broker, over streams in memory and a clock moved by hand. After each stream the connection
 * must be over, or must still answer PINGREQ; and the broker may never fail, nor hold more than its limits say.
 */
import { Broker } from '../../../src/net/broker/broker.ts';
import { type DeviationName, deviationRows } from '../../../src/profile/keys/deviation-rows.ts';
import { duplexPair, type LinkEnd, settled } from '../support/duplex-pair.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';

export interface FuzzOptions {
  readonly streams: number;
  readonly seed: number;
  readonly corpus: readonly Buffer[];
  /** Called now and then with what was done so far. */
  readonly progress?: (streams: number) => void;
}

/** What the streams led to. */
export interface FuzzResult {
  /** Connections that still answered. */
  alive: number;
  closed: number;
  /** Of those that were closed: only when their time for CONNECT was over. */
  timedOut: number;
}

/** A stream that the broker did not take well: the message tells how to see it again. */
export class FuzzError extends Error {
  override readonly name = 'FuzzError';
}

const limits = {
  maximumPacketSize: 4_096,
  sessions: 60,
  queuedMessages: 50,
  queuedBytes: 65_536,
  retainedMessages: 40,
  retainedBytes: 65_536,
  subscriptionsPerSession: 50,
  backlogBytes: 65_536,
  connectTimeoutMs: 10_000,
  lingerMs: 1_000,
} as const;

/** Connections at a time: they meet in topics and Client Identifiers. */
const together = 8;
/** Streams that one broker takes. */
const streamsOfBroker = 2_000;
const ping = Buffer.from('c000', 'hex');
/** Fills any packet that has begun, and asks for an answer behind it. */
const pings = Buffer.from('c000'.repeat(limits.maximumPacketSize), 'hex');
const PINGRESP = 0xd0;

/** Runs so many streams. Rejects with a FuzzError at the first that the broker does not take well. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { streams, seed, corpus, progress } = options;
  const result: FuzzResult = { alive: 0, closed: 0, timedOut: 0 };
  for (let first = 0; first < streams; first += streamsOfBroker) {
    const count = Math.min(streamsOfBroker, streams - first);
    // By itself: any broker of a long run can be seen again alone.
    await fuzzOne(corpus, seed + first / streamsOfBroker, count, result);
    progress?.(first + count);
  }
  return result;
}

/** Every other broker keeps to the standard. */
function someDeviations(random: Random): readonly DeviationName[] {
  if (random.below(2) === 0) return [];
  return deviationRows.map(({ name }) => name).filter(() => random.below(8) === 0);
}

async function fuzzOne(
  corpus: readonly Buffer[],
  seed: number,
  count: number,
  result: FuzzResult,
): Promise<void> {
  const random = new Random(seed);
  const clock = new ManualClock();
  const faults: string[] = [];
  const broker = new Broker(
    { deny: [], users: [], deviations: someDeviations(random) },
    clock,
    (level, message) => {
      if (level === 'error') faults.push(message);
    },
    { limits },
  );
  for (let done = 0; done < count; done += together) {
    const inputs = Array.from({ length: Math.min(together, count - done) }, () => mutated(corpus, random));
    const peers = inputs.map((input) => new Peer(broker, input, random));
    await settled();
    clock.advance(random.below(3_000));
    await settled();
    for (const peer of peers) peer.ask(ping);
    await settled();
    await settled();
    const waiting = peers.filter((peer) => peer.undecided);
    for (const peer of waiting) peer.ask(pings);
    if (waiting.length > 0) {
      await settled();
      await settled();
      const silent = waiting.filter((peer) => peer.undecided);
      if (silent.length > 0) {
        clock.advance(limits.connectTimeoutMs + limits.lingerMs);
        await settled();
        result.timedOut += silent.filter((peer) => peer.over).length;
      }
    }
    const tell = (what: string, input: Buffer | undefined): FuzzError =>
      new FuzzError(
        `${what} Seed ${seed}, streams ${done} to ${done + inputs.length - 1} of it: ` +
          `${(input === undefined ? inputs : [input]).map((each) => each.toString('hex')).join(' ')}`,
      );
    for (const [index, peer] of peers.entries()) {
      if (peer.undecided) throw tell('A connection is half dead.', inputs[index]);
      if (peer.over) result.closed += 1;
      else result.alive += 1;
      peer.leave(random);
    }
    await settled();
    const { clients, sessions, retained } = broker.state();
    if (faults.length > 0) throw tell(`The broker failed: ${faults.join(' ')}.`, undefined);
    if (clients.length > 0)
      throw tell(`${clients.length} connections that are over are still held.`, undefined);
    if (sessions.length > limits.sessions) throw tell(`${sessions.length} Sessions are held.`, undefined);
    if (retained > limits.retainedMessages) throw tell(`${retained} retained messages are held.`, undefined);
  }
  clock.advance(limits.connectTimeoutMs + limits.lingerMs);
  broker.close();
  await settled();
  clock.advance(limits.lingerMs);
  if (clock.nextAtMs() !== undefined) throw new FuzzError(`A timer outlives its broker. Seed ${seed}.`);
}

/** The far end of a connection: writes a stream in pieces, and looks for the end and for PINGRESP. */
class Peer {
  readonly link: LinkEnd;
  over = false;
  #answered = false;

  constructor(broker: Broker, input: Buffer, random: Random) {
    const { client, server } = duplexPair();
    this.link = client;
    client.on('data', (chunk: Buffer) => {
      if (chunk.at(-2) === PINGRESP && chunk.at(-1) === 0) this.#answered = true;
    });
    const ended = (): void => {
      this.over = true;
    };
    client.on('end', ended);
    client.on('error', ended);
    client.on('close', ended);
    broker.attach(server);
    const cut = random.below(input.length + 1);
    if (cut > 0) client.write(input.subarray(0, cut));
    if (cut < input.length) client.write(input.subarray(cut));
  }

  /** Whether it is neither over nor has answered since it was asked. */
  get undecided(): boolean {
    return !this.over && !this.#answered;
  }

  ask(packets: Buffer): void {
    this.#answered = false;
    if (!this.over) this.link.write(packets);
  }

  leave(random: Random): void {
    if (this.over || random.below(2) === 0) this.link.reset();
    else this.link.end();
  }
}
