/** Where one probe is played: its Clients, what passed between them and the Server, and what was owed. */
import type {
  ConnackPacket,
  ConnectPacket,
  Direction,
  Property,
  ProtocolVersion,
  PublishPacket,
  QoS,
  Subscription,
} from '../mqtt/packet.ts';
import { TO_SERVER } from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../mqtt/properties.ts';
import { reasonCodeName } from '../mqtt/reason-codes.ts';
import type { Clock } from '../net/clock.ts';
import type { ExpectationView, SessionAction } from '../session/model.ts';
import { SessionRules } from '../session/rules.ts';
import { tolerances } from '../session/tolerances.ts';
import { CannotTry, Doubt, Unreachable } from './failures.ts';
import type { ControlResult, Owed, TraceLine } from './report.ts';
import type { CheckTarget } from './target.ts';
import { packetText } from './trace-text.ts';
import type { Turns, WaveMember } from './wave.ts';
import { type Arrival, WaitError, type Wire, WireClient } from './wire-client.ts';

/** A will as a probe wishes it: a text is its payload. */
export interface WillWish {
  readonly payload: string | Uint8Array;
  readonly topic?: string | undefined;
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
  /** Will Delay Interval in seconds. */
  readonly delay?: number | undefined;
  readonly properties?: readonly Property[] | undefined;
}

export interface Connecting {
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  readonly will?: WillWish | undefined;
  /** Session Expiry Interval in seconds; absent from the packet when undefined. */
  readonly expiry?: number | undefined;
  readonly keepAlive?: number | undefined;
  /** Whatever Session Expiry Interval the Server grants will do. */
  readonly anyExpiry?: true | undefined;
  /** `a` unless given: tells the Clients of one probe apart; `none` sends an empty Client Identifier. */
  readonly as?: string | undefined;
}

/** One Network Connection of a probe whose CONNECT was answered. */
export interface Party {
  readonly client: WireClient;
  readonly number: number;
  readonly clientId: string;
  readonly connack: ConnackPacket;
}

/** The Server did not accept; `connack` is undefined when it closed without. */
export interface Refusal {
  readonly connack: ConnackPacket | undefined;
}

export type Answer =
  | { readonly accepted: true; readonly party: Party }
  | ({ readonly accepted: false } & Refusal);

export interface StageOptions {
  readonly target: CheckTarget;
  /** Names the run and the probe: unique. */
  readonly name: string;
  readonly turns: Turns;
  readonly member: WaveMember;
  readonly signal: AbortSignal;
  /** Of observers and the like. */
  readonly plainVersion: ProtocolVersion;
}

const openAttempts = 4;
const betweenAttemptsMs = 150;
const controlWithinMs = 5000;
/** An expiry below is waited for by some probe, so that another one in its place changes what is expected. */
const expiryMattersSeconds = 30;
const controlPayload = 'control';
const maximumIdLength3 = 23;
const never = 0xffff_ffff;

export class Stage {
  readonly owed: Owed[] = [];
  readonly lines: TraceLine[] = [];
  readonly #options: StageOptions;
  readonly #rules = new SessionRules();
  readonly #parties: { readonly client: WireClient; ours?: 'fin' | 'reset' }[] = [];
  readonly #sessions = new Map<string, ProtocolVersion>();
  readonly #retained = new Set<string>();
  #observer: Party | undefined;
  #observed = '';
  #zeroMs: number;
  #seq = 0;
  /** Why a deviation that is found now may have another cause; undefined when nothing came between. */
  doubt: string | undefined;
  /** Of what was expected, from the zero. */
  delayMs: number | undefined;
  dueMs: number | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#zeroMs = options.target.clock.now();
  }

  get clock(): Clock {
    return this.#options.target.clock;
  }

  get zeroMs(): number {
    return this.#zeroMs;
  }

  get plainVersion(): ProtocolVersion {
    return this.#options.plainVersion;
  }

  get observer(): Party | undefined {
    return this.#observer;
  }

  topic(of = 'will'): string {
    const { target, name } = this.#options;
    return `${target.prefix}/${name}/${of}`;
  }

  clientId(as = 'a'): string {
    const { target, name } = this.#options;
    return `${target.prefix}-${name}-${as}`;
  }

  /** All probes of the wave go on together. */
  ready(): Promise<void> {
    return this.#options.member.ready();
  }

  /** Now is the moment from which seconds count. */
  zero(atMs: number = this.clock.now()): void {
    this.#zeroMs = atMs;
  }

  /** Until so many seconds after the zero. Rejects when the check is cancelled. */
  until(seconds: number): Promise<void> {
    return this.pause(this.#zeroMs + seconds * 1000 - this.clock.now());
  }

  pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.clock.schedule(this.clock.now() + ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  owe(what: Owed): void {
    this.owed.push(what);
  }

  /**
   * A Client whose CONNECT must be accepted.
   * @throws CannotTry when it is not, or when the Server grants another Session Expiry Interval than the probe needs
   */
  async client(wish: Connecting): Promise<Party> {
    const answer = await this.connect(wish, { mayRefuse: false });
    if (answer.accepted) return answer.party;
    throw refused(wish, answer.connack);
  }

  /** As `client`, for a CONNECT that the Server may refuse. `zero`: the moment of its sending is the zero. */
  async connect(
    wish: Connecting,
    { mayRefuse, zero = false }: { readonly mayRefuse: boolean; readonly zero?: boolean },
  ): Promise<Answer> {
    const clientId = wish.as === 'none' ? '' : this.clientId(wish.as);
    if (wish.version === 3 && clientId.length > maximumIdLength3) {
      throw new CannotTry(
        `3.1 allows Client Identifiers of ${maximumIdLength3} characters, and the prefix makes them longer`,
      );
    }
    return this.#options.turns.take(async () => {
      for (let attempt = 1; ; attempt += 1) {
        const client = await this.#open(wish.version, wish.as ?? 'a');
        if (zero) this.zero();
        this.#mark(clientId, wish);
        const connack = await this.#connack(client, this.#packet(clientId, wish));
        if (connack === undefined && !mayRefuse) {
          this.doubt = 'a connection was closed before its CONNECT was answered';
          if (attempt < openAttempts) {
            await this.pause(betweenAttemptsMs * attempt);
            continue;
          }
        }
        if (connack === undefined || connack.reasonCode !== 0) return { accepted: false, connack };
        checkGranted(wish, connack);
        const number = this.#parties.findIndex((each) => each.client === client);
        return { accepted: true, party: { client, number, clientId, connack } };
      }
    });
  }

  /**
   * A Client that is subscribed to exactly one topic; the first is the one to which the control is sent.
   * @throws CannotTry when the Server does not grant the subscription
   */
  async observe(
    topic: string = this.topic(),
    {
      qos = 1,
      version = this.plainVersion,
      as = 'o',
      ...options
    }: {
      readonly qos?: QoS;
      readonly version?: ProtocolVersion;
      readonly as?: string;
    } & Partial<Subscription> = {},
  ): Promise<Party> {
    const party = await this.client({ version, cleanStart: true, as });
    await this.subscribe(party, topic, qos, options);
    if (this.#observer === undefined) {
      this.#observer = party;
      this.#observed = topic;
    }
    this.#keepAwake(party);
    return party;
  }

  /** @throws CannotTry when the Server does not grant the subscription */
  async subscribe(
    { client }: Party,
    topic: string,
    qos: QoS,
    options: Partial<Subscription> = {},
  ): Promise<void> {
    const { reasonCodes } = await this.#options.turns.take(() => client.subscribe(topic, qos, options));
    const [granted = 0x80] = reasonCodes;
    if (granted >= 0x80) {
      throw new CannotTry(`the Server refuses the subscription to ${topic} (0x${granted.toString(16)})`);
    }
    if (granted < qos) throw new CannotTry(`the Server grants QoS ${granted} where ${qos} was asked for`);
  }

  /**
   * Publishes with QoS 1 or 2, and waits until it is acknowledged.
   * @throws CannotTry when the Server does not take it
   */
  async publish(
    { client }: Party,
    topic: string,
    payload: string,
    qos: 1 | 2,
    more: Partial<PublishPacket> = {},
  ): Promise<void> {
    client.publish(topic, new TextEncoder().encode(payload), qos, more);
    const { packet } = await client.next(qos === 1 ? 'puback' : 'pubrec');
    if (packet.reasonCode >= 0x80) {
      throw new CannotTry(`the Server refuses a PUBLISH to ${topic} (0x${packet.reasonCode.toString(16)})`);
    }
  }

  /** What an observer was sent on its topic, the control aside. */
  publishes(party: Party): readonly Arrival<PublishPacket>[] {
    return party.client.publishes.filter(({ packet }) => text(packet.payload) !== controlPayload);
  }

  /** Waits until an observer has been sent something, for so long at most. */
  async sees(party: Party, withinMs: number): Promise<void> {
    try {
      await party.client.messages(1, withinMs);
    } catch (error) {
      if (!(error instanceof WaitError)) throw error;
    }
  }

  /** From here the connection ends by RST. */
  cut(party: Pick<Party, 'client' | 'number'>): Promise<void> {
    this.#act(party, 'drop');
    party.client.reset();
    return party.client.ended;
  }

  /** From here it ends by FIN, without DISCONNECT. */
  close(party: Pick<Party, 'client' | 'number'>): Promise<void> {
    this.#act(party, 'close');
    return this.#finish(party.client);
  }

  /** DISCONNECT, then FIN. */
  disconnect(party: Pick<Party, 'client' | 'number'>, reasonCode = 0, expiry?: number): Promise<void> {
    this.#ours(party);
    party.client.send({ type: 'disconnect', reasonCode, properties: expiryOf(expiry) });
    return this.#finish(party.client);
  }

  /** Sends a second CONNECT on the connection. */
  connectAgain({ client, clientId }: Party): void {
    client.send(this.#packet(clientId, { version: client.version, cleanStart: true }));
  }

  /** From now on nothing is sent; a PINGREQ was the last. */
  async silence(party: Party): Promise<void> {
    party.client.send({ type: 'pingreq' });
    this.zero();
    await party.client.next('pingresp');
    this.#act(party, 'freeze', false);
  }

  /** Whether the Server closes within so many ms; then when it did. */
  async closedWithin(party: Pick<Party, 'client'>, ms: number): Promise<number | undefined> {
    if (party.client.closed) return this.clock.now();
    const closed = await this.#within(
      ms,
      party.client.ended.then(() => true),
    );
    return closed === undefined ? undefined : this.clock.now();
  }

  /** Tells that a topic may hold a retained message that is to be removed. */
  retains(topic: string): void {
    this.#retained.add(topic);
    this.#sessions.set(this.clientId('x'), this.plainVersion);
  }

  /**
   * A will that is known to arrive: of a Client of its own, without delay, cut by RST. It proves that the observer sees
   * wills on its topic, and tells how long that takes here and now.
   */
  async control(version: ProtocolVersion): Promise<ControlResult> {
    const observer = this.#observer;
    if (observer === undefined) return { seen: true };
    if (observer.client.closed) {
      return { seen: false, reason: 'the connection of the observer ended while it watched' };
    }
    const client = await this.client({
      version,
      cleanStart: true,
      as: 'c',
      will: { payload: controlPayload, topic: this.#observed },
    });
    const before = this.clock.now();
    void this.cut(client);
    const seen = await this.#seesControl(observer.client);
    if (seen === undefined) {
      return {
        seen: false,
        reason: 'the control, a will without delay whose connection was cut, did not arrive',
      };
    }
    return { seen: true, delayMs: Math.max(0, seen - before) };
  }

  /** What the session rules say of what passed. */
  expectations(): readonly ExpectationView[] {
    this.#rules.advance(this.clock.now() + tolerances.missedAfterMs + 1);
    return this.#rules.takeChanges().expectations;
  }

  /** Removes what is left on the Server: retained messages and Sessions. Takes what time it takes, within bounds. */
  async cleanUp(): Promise<void> {
    for (const { client } of this.#parties) if (!client.closed) client.reset();
    try {
      for (const [clientId, version] of this.#sessions) await this.#forget(clientId, version);
    } catch {
      // A Server that is gone, or refuses, keeps what it keeps; nothing more can be done from here.
    }
  }

  async #forget(clientId: string, version: ProtocolVersion): Promise<void> {
    await this.#options.turns.take(async () => {
      const client = new WireClient(await this.#wire(version, new AbortController().signal), {
        clock: this.clock,
      });
      const packet = this.#packet(clientId, { version, cleanStart: true });
      try {
        const { reasonCode } = await client.connect(packet);
        if (reasonCode !== 0) return;
        for (const topic of this.#retained) client.publish(topic, new Uint8Array(), 1, { retain: true });
        for (let left = this.#retained.size; left > 0; left -= 1) await client.next('puback', 2000);
        this.#retained.clear();
        await client.disconnect();
      } finally {
        client.reset();
      }
    });
  }

  /** A Session may stay behind when its CONNECT does not end it. */
  #mark(clientId: string, { version, cleanStart, expiry = 0 }: Connecting): void {
    const stays = version === 5 ? expiry > 0 : !cleanStart;
    if (clientId !== '' && stays) this.#sessions.set(clientId, version);
  }

  async #seesControl(observer: WireClient): Promise<number | undefined> {
    const found = (): Arrival<PublishPacket> | undefined =>
      observer.publishes.find(({ packet }) => text(packet.payload) === controlPayload);
    const deadline = this.clock.now() + controlWithinMs;
    for (;;) {
      const arrival = found();
      if (arrival !== undefined) return arrival.atMs;
      const left = deadline - this.clock.now();
      if (left <= 0 || observer.closed) return undefined;
      try {
        await observer.messages(observer.publishes.length + 1, left);
      } catch (error) {
        if (!(error instanceof WaitError)) throw error;
      }
    }
  }

  async #finish(client: WireClient): Promise<void> {
    const done = client.fin().then(() => true);
    // A Server that does not end its side in turn is not waited for.
    if ((await this.#within(tolerances.onTimeMs, done)) === undefined) client.reset();
  }

  /** What comes of it within so long; undefined when nothing does. Rejects when the check is cancelled. */
  #within<T>(ms: number, of: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const settle = (value: T | undefined): void => {
        cancel();
        signal.removeEventListener('abort', abort);
        resolve(value);
      };
      const abort = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.clock.schedule(this.clock.now() + ms, () => settle(undefined));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      void of.then(settle);
    });
  }

  #keepAwake({ client, connack }: Party): void {
    const seconds = propertyNumber(connack.properties, PROPERTY.serverKeepAlive) ?? 0;
    if (seconds === 0) return;
    const ping = (): void => {
      if (client.closed) return;
      client.send({ type: 'pingreq' });
      cancel = this.clock.schedule(this.clock.now() + seconds * 500, ping);
    };
    let cancel = this.clock.schedule(this.clock.now() + seconds * 500, ping);
    void client.ended.then(() => cancel());
  }

  #ours(party: Pick<Party, 'number'>, how: 'fin' | 'reset' = 'fin'): void {
    const entry = this.#parties[party.number];
    if (entry !== undefined) entry.ours = how;
  }

  #act(party: Pick<Party, 'number'>, action: SessionAction, ends = true): void {
    if (ends) this.#ours(party, action === 'drop' ? 'reset' : 'fin');
    this.#event(party.number, actionWords[action] ?? action, (seq, atMs) =>
      this.#rules.action(seq, atMs, action, { connection: party.number }),
    );
  }

  async #connack(client: WireClient, packet: ConnectPacket): Promise<ConnackPacket | undefined> {
    try {
      return await client.connect(packet);
    } catch (error) {
      // Before 5.0 a Server refuses by closing (v3.1.1 [MQTT-3.1.4-1]), and from 5.0 on it may.
      if (!(error instanceof WaitError)) throw error;
      if (client.closed) return undefined;
      throw new Doubt('the Server did not answer a CONNECT');
    }
  }

  async #open(version: ProtocolVersion, as: string): Promise<WireClient> {
    const wire = await this.#wire(version, this.#options.signal);
    const number = this.#parties.length;
    const client: WireClient = new WireClient(wire, {
      clock: this.clock,
      watch: (direction, packet, atMs) => this.#saw(number, direction, packet, atMs, client.version),
    });
    const entry: { readonly client: WireClient; ours?: 'fin' | 'reset' } = { client };
    this.#names.push(nameOf(as, this.#names));
    this.#parties.push(entry);
    this.#event(number, 'opened', (seq, atMs) =>
      this.#rules.opened(seq, atMs, number, {
        server: 'server',
        tap: 'client',
        client: this.#who(number),
        label: this.#who(number),
      }),
    );
    void client.ended.then(() =>
      this.#event(number, entry.ours === undefined ? 'ended by the Server' : 'ended', (seq, atMs) =>
        this.#rules.closed(seq, atMs, number, {
          by: entry.ours === undefined ? 'server' : 'client',
          how: entry.ours ?? 'fin',
        }),
      ),
    );
    return client;
  }

  async #wire(version: ProtocolVersion, signal: AbortSignal): Promise<Wire> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#options.target.open(version, signal);
      } catch (error) {
        if (this.#options.signal.aborted) throw this.#options.signal.reason;
        if (attempt >= openAttempts) {
          throw new Unreachable(`the Server could not be reached (${codeOf(error)})`);
        }
        await this.pause(betweenAttemptsMs * attempt);
      }
    }
  }

  readonly #names: string[] = [];

  #who(number: number): string {
    return this.#names[number] ?? '';
  }

  #saw(
    number: number,
    direction: Direction,
    packet: Uint8Array,
    atMs: number,
    version: ProtocolVersion,
  ): void {
    const seq = this.#next();
    this.lines.push({
      seq,
      atMs,
      who: this.#who(number),
      direction: direction === TO_SERVER ? 'to-server' : 'to-client',
      what: packetText(packet, version, direction),
    });
    this.#rules.packet(seq, atMs, number, direction, packet, 0, packet.length);
  }

  #event(number: number, what: string, tell: (seq: number, atMs: number) => void): void {
    const seq = this.#next();
    const atMs = this.clock.now();
    this.lines.push({ seq, atMs, who: this.#who(number), direction: 'event', what });
    tell(seq, atMs);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #packet(clientId: string, { version, cleanStart, will, expiry, keepAlive = 0 }: Connecting): ConnectPacket {
    const { credentials } = this.#options.target;
    return {
      type: 'connect',
      protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
      version,
      cleanStart,
      keepAliveSeconds: keepAlive,
      clientId,
      properties: expiryOf(expiry),
      userName: credentials?.userName,
      password:
        credentials?.password === undefined ? undefined : new TextEncoder().encode(credentials.password),
      will:
        will === undefined
          ? undefined
          : {
              topic: will.topic ?? this.topic(),
              payload:
                typeof will.payload === 'string' ? new TextEncoder().encode(will.payload) : will.payload,
              qos: will.qos ?? 1,
              retain: will.retain ?? false,
              properties: [
                ...(will.delay === undefined ? [] : [number(PROPERTY.willDelayInterval, will.delay)]),
                ...(will.properties ?? []),
              ],
            },
    };
  }
}

const actionWords: Partial<Record<SessionAction, string>> = {
  drop: 'cut from here (RST)',
  close: 'closed from here (FIN)',
  freeze: 'silent from here on',
};

function nameOf(as: string, names: readonly string[]): string {
  const role = as === 'o' ? 'observer' : as === 'c' ? 'control' : as === 'a' ? 'client' : `client ${as}`;
  const before = names.filter((each) => each === role || each.startsWith(`${role}, `)).length;
  return before === 0 ? role : `${role}, connection ${before + 1}`;
}

export function text(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

export function number(id: number, value: number): Property {
  return { id, kind: 'number', value };
}

function expiryOf(expiry: number | undefined): Property[] {
  return expiry === undefined ? [] : [number(PROPERTY.sessionExpiryInterval, expiry)];
}

function refused({ version, will }: Connecting, connack: ConnackPacket | undefined): CannotTry {
  if (connack === undefined) return new CannotTry('the Server closes without answering the CONNECT');
  const name = reasonCodeName('connack', version, connack.reasonCode);
  const what = will === undefined ? 'a plain CONNECT' : 'the CONNECT with its will';
  return new CannotTry(
    `the Server refuses ${what} (0x${connack.reasonCode.toString(16).padStart(2, '0')}, ${name})`,
  );
}

function checkGranted({ version, expiry, anyExpiry }: Connecting, connack: ConnackPacket): void {
  if (version !== 5 || expiry === undefined || anyExpiry === true) return;
  const granted = propertyNumber(connack.properties, PROPERTY.sessionExpiryInterval) ?? expiry;
  if (granted === expiry || Math.min(granted, expiry) > expiryMattersSeconds) return;
  throw new CannotTry(
    `the Server grants a Session Expiry Interval of ${granted === never ? 'never' : `${granted} s`} where ${expiry} s was asked for`,
  );
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
