import { Client, type ClientState } from '../../../../src/net/client/client.ts';
import type { ClientSettings } from '../../../../src/net/client/client-settings.ts';
import { NetError } from '../../../../src/net/client/net-error.ts';
import type { NetworkAddress } from '../../../../src/net/client/transport.ts';
import { type Clock, systemClock } from '../../../../src/net/clock.ts';
import type { ConnectionProfile, MessageSettings } from '../../../../src/profile/model.ts';
import { RecordingTap } from './recording-tap.ts';

export const plainProfile: ConnectionProfile = {
  name: 'demo',
  broker: { kind: 'network', scheme: 'mqtt', host: '127.0.0.1', port: 1883, path: '' },
  protocolVersion: 5,
  clientId: 'demo',
  cleanStart: true,
  keepAliveSeconds: 0,
  connectTimeoutMs: 20_000,
  userProperties: [],
  subscriptions: [],
  afterConnect: [],
  beforeDisconnect: [],
};

export function message(topic: string, text: string, more: Partial<MessageSettings> = {}): MessageSettings {
  return { topic, payload: { kind: 'text', text }, qos: 0, retain: false, userProperties: [], ...more };
}

export function address(port: number, more: Partial<NetworkAddress> = {}): NetworkAddress {
  return { scheme: 'mqtt', host: '127.0.0.1', port, path: '/mqtt', ...more };
}

/** A client with a tap that remembers. */
export class Bench {
  readonly tap = new RecordingTap();
  /** Warnings only. */
  readonly logs: string[] = [];
  readonly states: ClientState[] = [];
  readonly settings: ClientSettings;
  readonly client: Client;
  #wake: (() => void)[] = [];

  constructor(
    at: NetworkAddress,
    profile: Partial<ConnectionProfile> = {},
    { clock = systemClock, folder = '/' }: { clock?: Clock; folder?: string } = {},
  ) {
    const whole = { ...plainProfile, ...profile };
    this.settings = {
      profile: whole,
      address: at,
      folder,
      key: '#demo',
      label: whole.name,
      server: `localhost:${at.port}`,
    };
    this.client = new Client(this.settings, {
      tap: this.tap,
      clock,
      changed: ({ state }) => {
        if (this.states.at(-1) !== state) this.states.push(state);
        const waiting = this.#wake;
        this.#wake = [];
        for (const wake of waiting) wake();
      },
      log: (level, line) => {
        if (level === 'warn') this.logs.push(line);
      },
    });
  }

  connect(): Promise<void> {
    return this.client.connect(this.settings);
  }

  disconnect(reasonCode = 0, sessionExpiryInterval?: number): Promise<void> {
    return this.client.disconnect(reasonCode, sessionExpiryInterval, () => {});
  }

  async untilState(state: ClientState): Promise<void> {
    while (this.client.state !== state) await new Promise<void>((wake) => this.#wake.push(wake));
  }
}

/** What a failed promise failed with. */
export async function failureOf(promise: Promise<unknown>): Promise<NetError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof NetError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

/** As a user reads it. */
export async function toldOf(promise: Promise<unknown>): Promise<string> {
  const { message: sentence, hint } = await failureOf(promise);
  return hint === undefined ? sentence : `${sentence} ${hint}`;
}
