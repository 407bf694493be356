/** Where one probe is played: its Clients, what passed between them and the Server, and what was owed. */
import type {
  ConnackPacket,
  ConnectPacket,
  ProtocolVersion,
  PublishPacket,
  QoS,
  Subscription,
} from '../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../mqtt/properties.ts';
import type { Clock } from '../net/clock.ts';
import type { ExpectationView } from '../session/model.ts';
import { tolerances } from '../session/tolerances.ts';
import {
  type Answer,
  type Connecting,
  checkGranted,
  checkIdLength,
  connectPacket,
  expiryOf,
  type Party,
  refused,
  text,
} from './connecting.ts';
import { CannotTry, Doubt, Unreachable } from './failures.ts';
import { LeftBehind } from './left-behind.ts';
import { Pacing } from './pacing.ts';
import type { ControlResult, Owed, TraceLine } from './report.ts';
import { StageRecord } from './stage-record.ts';
import type { CheckTarget } from './target.ts';
import type { Turns, WaveMember } from './wave.ts';
import { type Arrival, WaitError, type Wire, WireClient } from './wire-client.ts';

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
const controlPayload = 'control';

export class Stage {
  readonly owed: Owed[] = [];
  readonly #options: StageOptions;
  readonly #pacing: Pacing;
  readonly #record: StageRecord;
  readonly #clients: WireClient[] = [];
  readonly #leftBehind = new LeftBehind();
  #observer: Party | undefined;
  #observed = '';
  #zeroMs: number;
  /** Why a deviation that is found now may have another cause; undefined when nothing came between. */
  doubt: string | undefined;
  /** Of what was expected, from the zero. */
  delayMs: number | undefined;
  dueMs: number | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    const { clock } = options.target;
    this.#zeroMs = clock.now();
    this.#pacing = new Pacing(clock, options.signal);
    this.#record = new StageRecord(clock);
  }

  get clock(): Clock {
    return this.#options.target.clock;
  }

  /** What passed, in order. */
  get lines(): readonly TraceLine[] {
    return this.#record.lines;
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
    return this.#pacing.pause(ms);
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
    checkIdLength(clientId, wish.version);
    return this.#options.turns.take(async () => {
      for (let attempt = 1; ; attempt += 1) {
        const client = await this.#open(wish.version, wish.as ?? 'a');
        if (zero) this.zero();
        this.#leftBehind.connected(clientId, wish);
        const connack = await this.#connack(client, this.#connect(clientId, wish));
        if (connack === undefined && !mayRefuse) {
          this.doubt = 'a connection was closed before its CONNECT was answered';
          if (attempt < openAttempts) {
            await this.pause(betweenAttemptsMs * attempt);
            continue;
          }
        }
        if (connack === undefined || connack.reasonCode !== 0) return { accepted: false, connack };
        checkGranted(wish, connack);
        const number = this.#clients.indexOf(client);
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
    this.#record.endsHere(party.number, 'reset');
    this.#record.action(party.number, 'drop');
    party.client.reset();
    return party.client.ended;
  }

  /** From here it ends by FIN, without DISCONNECT. */
  close(party: Pick<Party, 'client' | 'number'>): Promise<void> {
    this.#record.endsHere(party.number);
    this.#record.action(party.number, 'close');
    return this.#finish(party.client);
  }

  /** DISCONNECT, then FIN. */
  disconnect(party: Pick<Party, 'client' | 'number'>, reasonCode = 0, expiry?: number): Promise<void> {
    this.#record.endsHere(party.number);
    party.client.send({ type: 'disconnect', reasonCode, properties: expiryOf(expiry) });
    return this.#finish(party.client);
  }

  /** Sends a second CONNECT on the connection. */
  connectAgain({ client, clientId }: Party): void {
    client.send(this.#connect(clientId, { version: client.version, cleanStart: true }));
  }

  /** From now on nothing is sent; a PINGREQ was the last. */
  async silence(party: Party): Promise<void> {
    party.client.send({ type: 'pingreq' });
    this.zero();
    await party.client.next('pingresp');
    this.#record.action(party.number, 'freeze');
  }

  /** Whether the Server closes within so many ms; then when it did. */
  async closedWithin(party: Pick<Party, 'client'>, ms: number): Promise<number | undefined> {
    if (party.client.closed) return this.clock.now();
    const closed = await this.#pacing.within(
      ms,
      party.client.ended.then(() => true),
    );
    return closed === undefined ? undefined : this.clock.now();
  }

  /** Tells that a topic may hold a retained message that is to be removed. */
  retains(topic: string): void {
    this.#leftBehind.retained(topic, this.clientId('x'), this.plainVersion);
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
    return this.#record.expectations();
  }

  /** Removes what is left on the Server: retained messages and Sessions. Takes what time it takes, within bounds. */
  async cleanUp(): Promise<void> {
    for (const client of this.#clients) if (!client.closed) client.reset();
    try {
      await this.#leftBehind.remove((clientId, version) => this.#cleanStart(clientId, version));
    } catch {
      // A Server that is gone, or refuses, keeps what it keeps; nothing more can be done from here.
    }
  }

  #cleanStart(clientId: string, version: ProtocolVersion): Promise<WireClient | undefined> {
    return this.#options.turns.take(async () => {
      const wire = await this.#wire(version, new AbortController().signal);
      const client = new WireClient(wire, { clock: this.clock });
      try {
        const { reasonCode } = await client.connect(this.#connect(clientId, { version, cleanStart: true }));
        if (reasonCode === 0) return client;
      } catch (error) {
        client.reset();
        throw error;
      }
      client.reset();
      return undefined;
    });
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
    if ((await this.#pacing.within(tolerances.onTimeMs, done)) === undefined) client.reset();
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
    const number = this.#clients.length;
    const client: WireClient = new WireClient(wire, {
      clock: this.clock,
      watch: (direction, packet, atMs) =>
        this.#record.packet(number, direction, packet, atMs, client.version),
    });
    this.#clients.push(client);
    this.#record.opened(number, as);
    void client.ended.then(() => this.#record.closed(number));
    return client;
  }

  #connect(clientId: string, wish: Connecting): ConnectPacket {
    return connectPacket(clientId, wish, this.topic(), this.#options.target.credentials);
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
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
