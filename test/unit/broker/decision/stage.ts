import { expect } from 'vitest';
import { type Direction, type Property, TO_CLIENT, TO_SERVER } from '../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../src/mqtt/properties.ts';
import { Broker } from '../../../../src/net/broker/broker.ts';
import type { DeviationName } from '../../../../src/profile/keys/deviation-rows.ts';
import type { ExpectationView, SessionAction, WillView } from '../../../../src/session/model.ts';
import { SessionRules } from '../../../../src/session/rules.ts';
import { Recorder } from '../../../../src/trace/recorder.ts';
import { Trace } from '../../../../src/trace/trace.ts';
import { settled } from '../../support/duplex-pair.ts';
import { ManualClock, manualClockStartMs } from '../../support/manual-clock.ts';
import { deny } from '../harness.ts';
import { type ClientTap, type ConnectWish, number, TestClient, utf8 } from '../test-client.ts';

const server = 'sandbox';
const login = { userName: 'demo', password: 'right' };

/**
 * What a scenario says of a CONNECT of `demo`: D and E in seconds, and the payload of its will, if it has
 * one.
 */
export interface DemoWish extends Omit<ConnectWish, 'will'> {
  readonly will?: string;
  readonly D?: number;
  readonly E?: number;
  readonly willProperties?: readonly Property[];
  readonly willRetain?: boolean;
  readonly willQos?: 0 | 1 | 2;
}

/** A will as the subscriber saw it: seconds since the start of the scenario, and its payload. */
export type SeenWill = readonly [atSeconds: number, payload: string];

/**
 * The broker, its Clients, and the session rules that watch the Clients' ends of the links, on one clock.
 * Time zero is the start of the scenario. Every Client of the scenario is `demo`; `subscriber` sees its
 * wills.
 */
export class Stage {
  readonly broker: Broker;
  readonly clock = new ManualClock();
  readonly seen: SeenWill[] = [];
  readonly faults: string[] = [];
  readonly expectations = new Map<number, ExpectationView>();
  readonly wills = new Map<number, WillView>();
  readonly #rules = new SessionRules();
  readonly #recorder = new Recorder(new Trace(), this.#rules);
  #subscriber: TestClient | undefined;

  constructor(deviations: readonly DeviationName[] = []) {
    this.broker = new Broker(
      { deny: [deny('cut', 'disconnect')], users: [{ username: 'demo', password: 'right' }], deviations },
      this.clock,
      (level, message) => {
        if (level === 'error') this.faults.push(message);
      },
      { limits: { receiveMaximum: 1, sysInterval: 0 } },
    );
  }

  get seconds(): number {
    return (this.clock.now() - manualClockStartMs) / 1_000;
  }

  /** Connects the subscriber. It never goes, and is as new as its version allows. */
  async subscribe(wish: ConnectWish = {}, qos: 0 | 1 | 2 = 2, retainAsPublished = true): Promise<TestClient> {
    const subscriber = await this.#open({ clientId: 'subscriber', ...wish, ...login }, (bytes) => {
      if (((bytes[0] ?? 0) & 0xf0) !== 0x30) return;
      queueMicrotask(() => this.#noteWills());
    });
    await subscriber.subscribe('offline', qos, { retainAsPublished });
    this.#subscriber ??= subscriber;
    return subscriber;
  }

  /** Connects `demo`; its CONNECT must be accepted. */
  async demo(wish: DemoWish = {}): Promise<TestClient> {
    const client = await this.#open(demoConnect(wish), () => {});
    return client;
  }

  /** Connects `demo` and answers the Session Present of the CONNACK. */
  async demoPresent(wish: DemoWish = {}): Promise<boolean> {
    const client = this.#link();
    const connack = await client.connect(demoConnect(wish));
    expect(connack.reasonCode).toBe(0);
    await settled();
    return connack.sessionPresent;
  }

  /** Connects `demo` with a wrong password. */
  async demoRefused(wish: DemoWish = {}): Promise<void> {
    const client = this.#link();
    const connack = await client.connect({ ...demoConnect(wish), password: 'wrong' });
    expect(connack.reasonCode).toBeGreaterThan(0);
    await settled();
    expect(client.closed).toBe(true);
  }

  /** A link of `demo` on which nothing was sent. */
  link(): TestClient {
    return this.#link();
  }

  /** Moves time in steps from event to event, so that each is seen at its own time. */
  async until(seconds: number): Promise<void> {
    const endMs = manualClockStartMs + seconds * 1_000;
    await settled();
    for (;;) {
      const nextMs = this.clock.nextAtMs();
      if (nextMs === undefined || nextMs > endMs) break;
      this.clock.advanceTo(nextMs);
      await settled();
    }
    this.clock.advanceTo(endMs);
    await settled();
    this.#advanceRules();
  }

  /** Records what was done to the Server. */
  act(action: SessionAction, clientId?: string): void {
    this.#recorder.action(this.clock.now(), action, { server, clientId });
  }

  /** What the rules found for `demo`, of one kind. */
  found(kind: ExpectationView['kind']): ExpectationView[] {
    this.#advanceRules();
    return [...this.expectations.values()].filter(
      (each) => each.kind === kind && each.clientId !== 'subscriber',
    );
  }

  async #open(wish: ConnectWish, received: (bytes: Uint8Array) => void): Promise<TestClient> {
    const client = this.#link(received);
    const connack = await client.connect(wish);
    expect(connack.reasonCode).toBe(0);
    await settled();
    return client;
  }

  #link(received: (bytes: Uint8Array) => void = () => {}): TestClient {
    const connection = this.#recorder.opened(this.clock.now(), { server, tap: 'client' });
    const record = (direction: Direction, bytes: Uint8Array): void =>
      this.#recorder.bytes(this.clock.now(), connection, direction, bytes);
    const tap: ClientTap = {
      sent: (bytes) => record(TO_SERVER, bytes),
      received: (bytes) => {
        record(TO_CLIENT, bytes);
        received(bytes);
      },
      ended: (end) => this.#recorder.closed(this.clock.now(), connection, end),
    };
    return new TestClient(this.broker, tap);
  }

  #noteWills(): void {
    for (;;) {
      const packet = this.#subscriber?.takeIfAny('publish');
      if (packet === undefined) return;
      this.seen.push([this.seconds, Buffer.from(packet.payload).toString()]);
    }
  }

  #advanceRules(): void {
    this.#rules.advance(this.clock.now());
    const changes = this.#rules.takeChanges();
    for (const each of changes.expectations) this.expectations.set(each.id, each);
    for (const each of changes.wills) this.wills.set(each.id, each);
  }
}

function demoConnect(wish: DemoWish): ConnectWish {
  const { will, D, E, willProperties = [], willRetain, willQos, ...rest } = wish;
  const delay = D === undefined ? {} : { willDelayInterval: D };
  return {
    clientId: 'demo',
    ...login,
    ...rest,
    ...(E === undefined ? {} : { sessionExpiryInterval: E }),
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: 'offline',
            payload: utf8(will),
            qos: willQos ?? 1,
            retain: willRetain ?? false,
            properties: willProperties,
            ...delay,
          },
        }),
  };
}

/** DISCONNECT's Session Expiry Interval, in seconds. */
export function expiry(seconds: number): Property[] {
  return [number(PROPERTY.sessionExpiryInterval, seconds)];
}
