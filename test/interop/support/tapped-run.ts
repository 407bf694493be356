import { WireClient } from '../../../src/check/wire-client.ts';
import { type Direction, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { startTapProxy, type TapProxy, type TappedView } from '../../../src/net/tap/tap-proxy.ts';
import type { FaultTap } from '../../../src/net/tap.ts';
import type { ExpectationView, InsightView } from '../../../src/session/model.ts';
import { SessionRules } from '../../../src/session/rules.ts';
import { renderFact } from '../../../src/session/sentences.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { ByteRelay, RelayedConnection } from './byte-relay.ts';
import { connectPacket, utf8 } from './observer.ts';
import type { RunningBroker } from './sandbox.ts';

const server = 'broker';

/** Waits until this holds. Rejects when it takes too long. */
export async function until(what: string, holds: () => boolean, withinMs = 120_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Not so after ${withinMs} ms: ${what}.`);
    await new Promise((settle) => setTimeout(settle, 50));
  }
}

/**
 * A program's way to a broker: a plain recorder, the tap, another plain recorder, the broker. The tap records into a trace with
 * the session rules behind it, and an observer beside the program sees what is published.
 */
export class TappedRun {
  readonly tap: TapProxy;
  /** Between the program and the tap. */
  readonly before: ByteRelay;
  /** Between the tap and the broker. */
  readonly behind: ByteRelay;
  readonly #rules: SessionRules;
  readonly #recorded: ReadonlyMap<number, TracedConnection>;
  readonly #expectations = new Map<number, ExpectationView>();
  readonly #insights = new Map<number, InsightView>();
  #observer: WireClient | undefined;

  private constructor(parts: {
    readonly tap: TapProxy;
    readonly before: ByteRelay;
    readonly behind: ByteRelay;
    readonly rules: SessionRules;
    readonly recorded: ReadonlyMap<number, TracedConnection>;
  }) {
    this.tap = parts.tap;
    this.before = parts.before;
    this.behind = parts.behind;
    this.#rules = parts.rules;
    this.#recorded = parts.recorded;
  }

  static async open(broker: RunningBroker): Promise<TappedRun> {
    const behind = await ByteRelay.before(broker.address);
    const rules = new SessionRules();
    const recorder = new Recorder(new Trace(8_388_608), rules);
    const recorded = new Map<number, TracedConnection>();
    const tap = await startTapProxy({
      listen: { host: '127.0.0.1', port: 0 },
      to: { scheme: 'mqtt', ...behind.address, path: '' },
      server,
      tap: copying(recorder, recorded),
    });
    const before = await ByteRelay.before({ host: tap.host, port: tap.port });
    return new TappedRun({ tap, before, behind, rules, recorded });
  }

  /** The address for the program. */
  get address(): string {
    const { host, port } = this.before.address;
    return `mqtt://${host}:${port}`;
  }

  /** Lets a subscriber see what is published to these topics, through the tap too. */
  async observe(broker: RunningBroker, topics: readonly string[]): Promise<void> {
    const { tap } = this;
    const observer = await WireClient.open({ host: tap.host, port: tap.port });
    const { credentials } = broker;
    const { reasonCode } = await observer.connect({
      ...connectPacket({ clientId: `observer of ${topics.join()}` }),
      ...(credentials === undefined
        ? {}
        : { userName: credentials.userName, password: utf8(credentials.password ?? '') }),
    });
    if (reasonCode !== 0) throw new Error(`The broker refuses the observer: ${reasonCode}`);
    // What is retained comes with RETAIN 1 and all else without, so that a will is told from what is retained.
    const plainly = { retainAsPublished: false };
    for (const topic of topics) await observer.subscribe(topic, 1, plainly);
    this.#observer = observer;
  }

  /** The connections of a Client that live. */
  living(clientId: string): readonly TappedView[] {
    return this.tap.connections(100).filter((each) => each.clientId === clientId);
  }

  /** The expectations of a Client's wills, in their order, as they stand now. */
  wills(clientId: string): readonly ExpectationView[] {
    this.#take();
    return [...this.#expectations.values()].filter(
      (each) => each.kind === 'will' && each.clientId === clientId,
    );
  }

  /** What was recognised in the habits of Clients so far. */
  get insights(): readonly InsightView[] {
    this.#take();
    return [...this.#insights.values()];
  }

  #take(): void {
    this.#rules.advance(systemClock.now());
    const { expectations, insights } = this.#rules.takeChanges();
    for (const each of expectations) this.#expectations.set(each.id, each);
    for (const each of insights) this.#insights.set(each.id, each);
  }

  /** A connection as the tap recorded it. */
  traced(connection: number): TracedConnection | undefined {
    return this.#recorded.get(connection);
  }

  /** A connection as the recorders on both sides of the tap and the tap itself saw it; undefined when it did not reach the broker. */
  seen(connection: number): SeenConnection | undefined {
    const trace = this.#recorded.get(connection);
    const clientId = trace?.clientId;
    if (trace === undefined || clientId === undefined) return undefined;
    const before = this.before.connections.find(({ port }) => port === trace.port);
    const alike = [...this.#recorded.values()].filter((each) => each.clientId === clientId);
    const behind = this.behind.of(clientId)[alike.indexOf(trace)];
    return before === undefined || behind === undefined ? undefined : { before, behind, trace };
  }

  /** Waits until nothing passes the tap any more but what is for the observer. */
  async settled(): Promise<void> {
    await until('the program is gone', () => this.before.connections.every(({ over }) => over));
    await until('only the observer is left', () => this.tap.connectionsOpen === 1);
    await until(
      'all has come to the broker',
      () => this.behind.connections.filter(({ over }) => !over).length === 1,
    );
  }

  /** Ends all connections, and waits until their last bytes have come. */
  async close(): Promise<void> {
    await this.#observer?.disconnect();
    await this.tap.close();
    const all = [this.before, this.behind];
    const areOver = (): boolean => all.every(({ connections }) => connections.every(({ over }) => over));
    await until('all connections are over', areOver);
    for (const relay of all) await relay.stop();
  }
}

/** An expectation with its reasons, for the message of a test that fails. */
export function told({ verdict, demands, facts }: ExpectationView): string {
  return [`${verdict} (${demands})`, ...facts.map((fact) => renderFact(fact))].join('\n');
}

/** One connection as it was seen before the tap, behind it, and by it. */
export interface SeenConnection {
  readonly before: RelayedConnection;
  readonly behind: RelayedConnection;
  readonly trace: TracedConnection;
}

/** A connection as the tap recorded it. */
export class TracedConnection extends RelayedConnection {
  /** How much had come from the Server when the newest fault was made, in bytes. */
  toClientAtFault = 0;
  /** When something came from the Client, in milliseconds since the Unix epoch. */
  readonly heardAtMs: number[] = [];
}

function copying(recorder: Recorder, recorded: Map<number, TracedConnection>): FaultTap {
  return {
    opened: (atMs, info) => {
      const id = recorder.opened(atMs, info);
      const connection = new TracedConnection();
      connection.port = info.endpoints?.client.port;
      recorded.set(id, connection);
      return id;
    },
    bytes: (atMs, connection, direction: Direction, chunk) => {
      const name = direction === TO_SERVER ? 'toServer' : 'toClient';
      const traced = recorded.get(connection);
      traced?.take(name, Buffer.from(chunk));
      if (direction === TO_SERVER) traced?.heardAtMs.push(atMs);
      recorder.bytes(atMs, connection, direction, chunk);
    },
    closed: (atMs, connection, end) => recorder.closed(atMs, connection, end),
    fault: (atMs, action, connection, fault) => {
      const traced = recorded.get(connection);
      if (action === 'fault' && traced !== undefined)
        traced.toClientAtFault = traced.passed('toClient').bytes.length;
      recorder.action(atMs, action, { connection, fault });
    },
  };
}
