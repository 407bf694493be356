/** One connection of ours that watches for wills at one Server, with the credentials of one profile. */
import { Client } from '../net/client/client.ts';
import type { ClientSettings } from '../net/client/client-settings.ts';
import { type NetError, netErrorOf } from '../net/client/net-error.ts';
import type { NetworkAddress } from '../net/client/transport.ts';
import type { Cancel, Clock } from '../net/clock.ts';
import type { Tap } from '../net/tap.ts';
import type { ConnectionProfile } from '../profile/model.ts';
import { observerName } from '../session/observer-name.ts';
import type { LogLevel } from './messages.ts';

export interface ObserverWorld {
  readonly clock: Clock;
  readonly tap: Tap;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  log(level: LogLevel, message: string): void;
}

/** Whose wills it watches for, and how the Server is reached. */
export interface ObserverSource {
  readonly profile: ConnectionProfile;
  readonly folder: string;
  /** Of the Server in the trace. */
  readonly server: string;
  /** As it is now; undefined while the Server cannot be reached at all. */
  readonly address: () => NetworkAddress | undefined;
}

/** How observers behave. Times in milliseconds. */
export const observerLimits = {
  /** Topics of one observer. */
  topics: 5000,
  /** SUBSCRIBE and UNSUBSCRIBE packets that wait for their answer. */
  atOnce: 50,
  /** So long without a will to wait for it stays connected: the next one is often near. */
  lingerMs: 30_000,
  /** Before the next attempt, each time twice as long, up to the last; then it waits for the next will. */
  retryMs: { first: 1000, last: 30_000, times: 8 },
  keepAliveSeconds: 30,
} as const;

/** As MQTT 5.0 allows: nothing from before the subscription, and RETAIN as it was published. */
const subscription = { qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 2 } as const;

/** How brokers that do not speak 5.0 answer a CONNECT of it: as they should, in their own version, or by closing. */
const answersTo5: ReadonlySet<string> = new Set([
  'unsupported-protocol-version',
  'not-mqtt',
  'closed-before-connack',
]);

interface Topic {
  /** How many wills may come on it. */
  wills: number;
  state: 'wanted' | 'asking' | 'subscribed' | 'refused';
}

export class Observer {
  readonly #world: ObserverWorld;
  readonly #source: ObserverSource;
  readonly #key: string;
  readonly #topics = new Map<string, Topic>();
  /** Topics that may be to subscribe to, or to unsubscribe from. */
  readonly #due = new Set<string>();
  /** How many wills may come, on all topics. */
  #wills = 0;
  #stays = false;
  #isConnected = false;
  readonly #clientId: string;
  readonly #client: Client;
  #version: ConnectionProfile['protocolVersion'];
  #failures = 0;
  /** How many answers it waits for. */
  #asking = 0;
  #cancel: Cancel | undefined;
  #disposed = false;
  #toldFull = false;
  /** Whether an attempt to connect is under way. */
  #trying = false;
  /** Who waits until nothing is under way. */
  readonly #waiting: (() => void)[] = [];

  /** `key` is that of its client in the trace. */
  constructor(world: ObserverWorld, source: ObserverSource, key: string) {
    this.#world = world;
    this.#source = source;
    this.#key = key;
    this.#version = source.profile.protocolVersion;
    this.#clientId = observerName(world.random);
    const { tap, clock } = world;
    this.#client = new Client(this.#settings({ scheme: 'mqtt', host: '', port: 0, path: '' }), {
      tap,
      clock,
      changed: () => this.#changed(),
      log: (_level, message) => world.log('debug', message),
    });
  }

  /** Whether a will may come, or it is to stay connected without one. */
  get isNeeded(): boolean {
    return this.#topics.size > 0 || this.#stays;
  }

  /** Its key in the trace. */
  get server(): string {
    return this.#source.server;
  }

  /** One more will may come on the topic. */
  want(name: string): void {
    const topic = this.#topics.get(name);
    if (topic !== undefined) topic.wills += 1;
    else if (this.#topics.size < observerLimits.topics) this.#topics.set(name, { wills: 1, state: 'wanted' });
    else {
      this.#tellFull();
      return;
    }
    this.#wills += 1;
    this.#due.add(name);
    this.#beConnected();
  }

  /** One will less may come on the topic. */
  unwant(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    topic.wills -= 1;
    this.#wills -= 1;
    if (topic.wills > 0) return;
    if (topic.state !== 'subscribed' && topic.state !== 'asking') this.#topics.delete(name);
    this.#due.add(name);
    this.#catchUp();
    this.#leaveLater();
  }

  /** Whether it is to be connected without a will to wait for, too. */
  stay(stays: boolean): void {
    if (this.#stays === stays) return;
    this.#stays = stays;
    if (stays) this.#beConnected();
    else this.#leaveLater();
  }

  /** Waits no more before the next attempt. */
  tryNow(): void {
    this.#failures = 0;
    if (this.#client.state === 'offline') this.#connect();
  }

  /** Resolves when each topic that is wanted is subscribed to, or refused, or cannot be for now. */
  settled(): Promise<void> {
    if (this.#isSettled()) return Promise.resolve();
    return new Promise((settle) => this.#waiting.push(settle));
  }

  dispose(): void {
    this.#disposed = true;
    this.#topics.clear();
    this.#leave();
    this.#tellSettled();
  }

  #isSettled(): boolean {
    if (this.#disposed) return true;
    if (this.#trying) return false;
    if (this.#client.state !== 'connected') return true;
    return [...this.#topics.values()].every(
      ({ wills, state }) => wills <= 0 || state === 'subscribed' || state === 'refused',
    );
  }

  #tellSettled(): void {
    if (this.#waiting.length === 0 || !this.#isSettled()) return;
    for (const settle of this.#waiting.splice(0)) settle();
  }

  #isWanted(): boolean {
    return this.#wills > 0 || this.#stays;
  }

  #beConnected(): void {
    if (this.#client.state === 'connected') {
      this.#setTimer(undefined);
      this.#catchUp();
    } else if (this.#client.state === 'offline') {
      // A new will is worth a new attempt, but not sooner than the one that waits.
      if (this.#cancel === undefined || this.#failures === 0) this.#connect();
    }
  }

  #tellFull(): void {
    if (this.#toldFull) return;
    this.#toldFull = true;
    const first = this.#topics.size;
    this.#world.log('warn', `Wills at ${this.server} are watched for on the first ${first} topics only.`);
  }

  #leaveLater(): void {
    if (!this.#isWanted()) this.#setTimer(observerLimits.lingerMs, () => this.#leave());
  }

  #leave(): void {
    this.#setTimer(undefined);
    this.#client.dispose();
  }

  #connect(): void {
    this.#setTimer(undefined);
    const address = this.#source.address();
    if (address === undefined || this.#disposed || !this.#isWanted()) return;
    this.#wantAll();
    this.#trying = true;
    this.#client.connect(this.#settings(address)).catch((error: unknown) => this.#failed(netErrorOf(error)));
  }

  #failed(error: NetError): void {
    const { server } = this.#source;
    this.#world.log('info', `The observer of ${server}: ${error.message}`);
    if (this.#version === 5 && answersTo5.has(error.code)) {
      this.#version = 4;
      this.#connect();
      return;
    }
    this.#retryLater(error.lasting);
  }

  #retryLater(isLasting: boolean): void {
    const { first, last, times } = observerLimits.retryMs;
    this.#trying = false;
    this.#failures += 1;
    this.#tellSettled();
    if (this.#disposed || this.#failures > times) return;
    const waitMs = isLasting ? last : Math.min(first * 2 ** (this.#failures - 1), last);
    this.#setTimer(waitMs, () => this.#connect());
  }

  #changed(): void {
    const { state } = this.#client;
    if (state === 'connected') {
      this.#trying = false;
      this.#failures = 0;
      this.#toldFull = false;
      this.#asking = 0;
      this.#isConnected = true;
      this.#catchUp();
    } else if (state === 'offline' && this.#isConnected) {
      this.#isConnected = false;
      this.#wantAll();
      if (this.#isWanted()) this.#retryLater(this.#client.error?.lasting === true);
    }
  }

  /** What there was of subscriptions is lost with the connection. */
  #wantAll(): void {
    for (const [name, topic] of this.#topics) {
      topic.state = 'wanted';
      this.#due.add(name);
    }
  }

  /** Subscribes to what is wanted and unsubscribes from what is not any more, some at a time. */
  #catchUp(): void {
    if (this.#client.state !== 'connected') return;
    for (const name of this.#due) {
      if (this.#asking >= observerLimits.atOnce) return;
      this.#due.delete(name);
      const topic = this.#topics.get(name);
      if (topic === undefined) continue;
      if (topic.state === 'wanted' && topic.wills > 0) this.#ask(name, topic, this.#subscribe(name, topic));
      else if (topic.state === 'wanted') this.#topics.delete(name);
      else if (topic.state === 'subscribed' && topic.wills <= 0)
        this.#ask(name, topic, this.#unsubscribe(name, topic));
    }
  }

  #ask(name: string, topic: Topic, answered: Promise<void>): void {
    topic.state = 'asking';
    this.#asking += 1;
    const { connection } = this.#client;
    answered
      .catch((error: unknown) => {
        if (topic.state === 'asking') topic.state = 'refused';
        this.#world.log('debug', `The observer, "${name}": ${netErrorOf(error).message}`);
      })
      .finally(() => {
        if (connection !== this.#client.connection || this.#disposed) return;
        this.#asking -= 1;
        if (topic.wills <= 0 && topic.state !== 'subscribed') this.#topics.delete(name);
        this.#due.add(name);
        this.#catchUp();
        this.#tellSettled();
      });
  }

  async #subscribe(topicFilter: string, topic: Topic): Promise<void> {
    const code = await this.#client.subscribe({ ...subscription, topicFilter });
    topic.state = code < 0x80 ? 'subscribed' : 'refused';
    if (code >= 0x80)
      this.#world.log(
        'info',
        `${this.#source.server} does not let the observer subscribe to "${topicFilter}".`,
      );
  }

  async #unsubscribe(topicFilter: string, topic: Topic): Promise<void> {
    await this.#client.unsubscribe(topicFilter);
    // A will may have come into being meanwhile.
    topic.state = 'wanted';
  }

  #setTimer(waitMs: number | undefined, run: () => void = () => {}): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (waitMs === undefined) return;
    const { clock } = this.#world;
    this.#cancel = clock.schedule(clock.now() + waitMs, () => {
      this.#cancel = undefined;
      run();
    });
  }

  #settings(address: NetworkAddress): ClientSettings {
    const { profile, folder, server } = this.#source;
    const { name, broker, tls, username, password, connectTimeoutMs } = profile;
    return {
      profile: {
        name,
        broker,
        tls,
        protocolVersion: this.#version,
        clientId: this.#clientId,
        username,
        password,
        cleanStart: true,
        keepAliveSeconds: observerLimits.keepAliveSeconds,
        connectTimeoutMs,
        userProperties: [],
        subscriptions: [],
        afterConnect: [],
        beforeDisconnect: [],
      },
      address,
      folder,
      key: this.#key,
      label: 'observer',
      server,
    };
  }
}
