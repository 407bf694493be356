import { expect } from 'vitest';
import { Broker, type BrokerOptions } from '../../../src/net/broker/broker.ts';
import type { DenyThen, SandboxSettings } from '../../../src/profile/model.ts';
import { settled } from '../support/duplex-pair.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type ConnectWish, TestClient } from './test-client.ts';

/** A broker with a clock that the test moves, and the faults that it reported of itself. */
export interface Harness {
  readonly broker: Broker;
  readonly clock: ManualClock;
  readonly log: string[];
  /** A new connection, without CONNECT. */
  open(): TestClient;
  /** A new connection whose CONNECT was accepted. */
  connected(wish?: ConnectWish): Promise<TestClient>;
  /** A Client `watcher` that is subscribed. */
  watcher(topicFilter?: string, wish?: ConnectWish): Promise<TestClient>;
  /** Moves time, and lets everything that follows happen. */
  advance(ms: number): Promise<void>;
}

/** A deny rule. */
export function deny(publish: string, what: DenyThen): SandboxSettings['deny'][number] {
  // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
  return { publish, then: what };
}

export const plainSettings: SandboxSettings = { deny: [], users: [] };

/** Where a test is about a fault of the broker itself, `faults` keeps it in the log. */
export interface HarnessOptions extends BrokerOptions {
  readonly faults?: 'kept' | undefined;
}

export function harness(settings: Partial<SandboxSettings> = {}, options: HarnessOptions = {}): Harness {
  const clock = new ManualClock();
  const log: string[] = [];
  const broker = new Broker(
    { ...plainSettings, ...settings },
    clock,
    (level, message) => {
      log.push(`${level}: ${message}`);
      if (level === 'error' && options.faults !== 'kept') throw new Error(message);
    },
    options,
  );
  const open = (): TestClient => new TestClient(broker);
  const connected = async (wish: ConnectWish = {}): Promise<TestClient> => {
    const client = open();
    const { reasonCode } = await client.connect(wish);
    expect(reasonCode).toBe(0);
    return client;
  };
  return {
    broker,
    clock,
    log,
    open,
    connected,
    watcher: async (topicFilter = '#', wish = {}) => {
      const client = await connected({ clientId: 'watcher', ...wish });
      await client.subscribe(topicFilter, 2);
      return client;
    },
    advance: async (ms) => {
      await settled();
      clock.advance(ms);
      await settled();
    },
  };
}
