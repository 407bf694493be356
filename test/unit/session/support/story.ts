/** Plays what happens between Clients and a Server to the session rules: packets as bytes, connections, time. */
import { encodePacket } from '../../../../src/mqtt/encode.ts';
import {
  type ConnectPacket,
  type Direction,
  type Packet,
  type Property,
  type ProtocolVersion,
  type QoS,
  type Subscription,
  TO_CLIENT,
  TO_SERVER,
  type WillMessage,
} from '../../../../src/mqtt/packet.ts';
import { packetTypeOf } from '../../../../src/mqtt/packet-types.ts';
import { PROPERTY } from '../../../../src/mqtt/properties.ts';
import type {
  ConnectionEnd,
  ConnectionView,
  ExpectationView,
  InsightView,
  SessionAction,
  SessionChanges,
  SessionRulesInput,
  SessionView,
  WillView,
} from '../../../../src/session/model.ts';
import { SessionRules } from '../../../../src/session/rules.ts';

/** 12:00:00 UTC of some day. */
export const noon = Date.UTC(2026, 2, 2, 12, 0, 0);

export const defaultServer = 'localhost:1883';

/** One event, so that a story can be told again in other batches. */
export interface StoryEvent {
  readonly seq: number;
  readonly atMs: number;
  /** For a golden text. */
  readonly what: string;
  readonly tell: (rules: SessionRulesInput) => void;
}

export interface ConnectOptions {
  readonly version?: ProtocolVersion;
  readonly clientId?: string;
  readonly cleanStart?: boolean;
  readonly keepAlive?: number;
  /** Session Expiry Interval in seconds. */
  readonly expiry?: number;
  /** Will Delay Interval in seconds; a will is set when `will` is not false. */
  readonly delay?: number;
  readonly will?: Partial<WillMessage> | false;
  readonly userName?: string;
  readonly properties?: readonly Property[];
}

export interface ConnackOptions {
  readonly sessionPresent?: boolean;
  readonly reasonCode?: number;
  readonly expiry?: number;
  readonly keepAlive?: number;
  readonly assigned?: string;
  readonly properties?: readonly Property[];
}

export interface PublishOptions {
  readonly topic?: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly properties?: readonly Property[];
}

export const number = (id: number, value: number): Property => ({ id, kind: 'number', value });
export const text = (id: number, value: string): Property => ({ id, kind: 'string', value });
export const binary = (id: number, value: Uint8Array): Property => ({ id, kind: 'bytes', value });
export const pair = (name: string, value: string): Property => ({
  id: PROPERTY.userProperty,
  kind: 'pair',
  name,
  value,
});

export function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export class Story {
  readonly events: StoryEvent[] = [];
  readonly rules: SessionRulesInput;
  nowMs = noon;
  #seq = 0;
  #connections = 0;
  readonly state = new StoryState();

  constructor(rules: SessionRulesInput = new SessionRules()) {
    this.rules = rules;
  }

  /** Time passes. */
  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** Time passes in which nothing is read, as the trace says. */
  standStill(forMs: number): this {
    return this.wait(forMs).action('stood-still', { forMs });
  }

  /** Time passes, and the rules are told so. */
  settle(ms = 20_000): this {
    this.wait(ms);
    this.rules.advance(this.nowMs);
    return this;
  }

  tell(tell: (rules: SessionRulesInput, seq: number, atMs: number) => void, what = ''): number {
    this.#seq += 1;
    const seq = this.#seq;
    const atMs = this.nowMs;
    const event: StoryEvent = { seq, atMs, what, tell: (rules) => tell(rules, seq, atMs) };
    this.events.push(event);
    event.tell(this.rules);
    return seq;
  }

  /** `watcher`: the client that watches for its will. */
  open(label = '', server = defaultServer, watcher?: string): Peer {
    this.#connections += 1;
    const id = this.#connections;
    const info = { server, tap: 'client', label, client: label, watcher } as const;
    this.tell((rules, seq, atMs) => rules.opened(seq, atMs, id, info), `${label} opens`);
    return new Peer(this, id, server, label);
  }

  /** A Client that is connected, without a will unless the options say so. */
  connected(clientId: string, options: ConnectOptions = {}, connack: ConnackOptions = {}): Peer {
    const peer = this.open(clientId);
    peer.connect({ clientId, ...options });
    this.wait(1);
    peer.connack(connack);
    this.wait(1);
    return peer;
  }

  /** Somebody who would see everything. */
  observer(topicFilter = '#', options: Partial<Subscription> = {}, version: ProtocolVersion = 5): Peer {
    const peer = this.connected('observer', { version, will: false, keepAlive: 0 });
    peer.subscribe([{ topicFilter, ...options }]);
    this.wait(1);
    return peer;
  }

  action(
    action: SessionAction,
    target: { connection?: number; server?: string; clientId?: string; forMs?: number } = {},
  ): this {
    this.tell((rules, seq, atMs) => rules.action(seq, atMs, action, target), action);
    return this;
  }

  /** The state as a page would hold it. */
  get entities(): StoryState {
    this.state.apply(this.rules.takeChanges());
    return this.state;
  }

  expectations(kind: ExpectationView['kind'], clientId = 'demo'): readonly ExpectationView[] {
    return [...this.entities.expectations.values()].filter(
      (each) => each.kind === kind && each.clientId === clientId,
    );
  }

  /** The newest expectation of a kind. */
  expectation(kind: ExpectationView['kind'], clientId = 'demo'): ExpectationView {
    const found = this.expectations(kind, clientId).at(-1);
    if (found === undefined) throw new Error(`No expectation of kind ${kind} for ${clientId}`);
    return found;
  }
}

export class StoryState {
  readonly connections = new Map<number, ConnectionView>();
  readonly sessions = new Map<number, SessionView>();
  readonly wills = new Map<number, WillView>();
  readonly expectations = new Map<number, ExpectationView>();
  readonly insights = new Map<number, InsightView>();

  apply(changes: SessionChanges): void {
    for (const each of changes.connections) this.connections.set(each.id, each);
    for (const each of changes.sessions) this.sessions.set(each.id, each);
    for (const each of changes.wills) this.wills.set(each.id, each);
    for (const each of changes.expectations) this.expectations.set(each.id, each);
    for (const each of changes.insights) this.insights.set(each.id, each);
  }
}

export const willTopic = 'offline';
export const willPayload = "I'm offline";

/** One Network Connection. */
export class Peer {
  readonly story: Story;
  readonly id: number;
  readonly server: string;
  readonly label: string;
  version: ProtocolVersion = 5;
  #packetId = 0;

  constructor(story: Story, id: number, server: string, label: string) {
    this.label = label;
    this.story = story;
    this.id = id;
    this.server = server;
  }

  send(packet: Packet): number {
    return this.raw(TO_SERVER, encodePacket(packet, this.version));
  }

  get(packet: Packet): number {
    return this.raw(TO_CLIENT, encodePacket(packet, this.version));
  }

  raw(direction: Direction, bytes: Uint8Array): number {
    const type = packetTypeOf((bytes[0] ?? 0) >> 4)?.name ?? 'bytes';
    return this.story.tell(
      (rules, seq, atMs) => rules.packet(seq, atMs, this.id, direction, bytes, 0, bytes.length),
      `${this.label} ${direction === TO_SERVER ? '->' : '<-'} ${type}`,
    );
  }

  connect(options: ConnectOptions = {}): this {
    this.version = options.version ?? 5;
    this.send(connectPacket(options));
    return this;
  }

  connack(options: ConnackOptions = {}): this {
    const properties: Property[] = [...(options.properties ?? [])];
    if (options.expiry !== undefined) properties.push(number(PROPERTY.sessionExpiryInterval, options.expiry));
    if (options.keepAlive !== undefined) properties.push(number(PROPERTY.serverKeepAlive, options.keepAlive));
    if (options.assigned !== undefined) {
      properties.push(text(PROPERTY.assignedClientIdentifier, options.assigned));
    }
    this.get({
      type: 'connack',
      sessionPresent: options.sessionPresent ?? false,
      reasonCode: options.reasonCode ?? 0,
      properties: this.version === 5 ? properties : [],
    });
    return this;
  }

  disconnect(reasonCode = 0, expiry?: number): this {
    const properties = expiry === undefined ? [] : [number(PROPERTY.sessionExpiryInterval, expiry)];
    this.send({ type: 'disconnect', reasonCode, properties });
    return this;
  }

  serverDisconnect(reasonCode: number): this {
    this.get({ type: 'disconnect', reasonCode, properties: [] });
    return this;
  }

  close(end: ConnectionEnd): this {
    this.story.tell(
      (rules, seq, atMs) => rules.closed(seq, atMs, this.id, end),
      `${this.label} closed by ${end.by} (${end.how})`,
    );
    return this;
  }

  cut(): this {
    return this.close({ by: 'client', how: 'reset' });
  }

  fin(): this {
    return this.close({ by: 'client', how: 'fin' });
  }

  serverClose(): this {
    return this.close({ by: 'server', how: 'fin' });
  }

  subscribe(subscriptions: readonly (Partial<Subscription> & { readonly topicFilter: string })[]): this {
    this.#packetId += 1;
    const packetId = this.#packetId;
    const whole = subscriptions.map((each) => ({
      qos: 2 as QoS,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0 as const,
      ...each,
    }));
    this.send({ type: 'subscribe', packetId, properties: [], subscriptions: whole });
    this.story.wait(1);
    this.get({ type: 'suback', packetId, properties: [], reasonCodes: whole.map(({ qos }) => qos) });
    return this;
  }

  publish(options: PublishOptions = {}): this {
    this.send(publishPacket(options));
    return this;
  }

  receives(options: PublishOptions = {}): this {
    this.get(publishPacket(options));
    return this;
  }

  ping(): this {
    this.send({ type: 'pingreq' });
    this.get({ type: 'pingresp' });
    return this;
  }
}

export function connectPacket(options: ConnectOptions): ConnectPacket {
  const version = options.version ?? 5;
  const properties: Property[] = [...(options.properties ?? [])];
  if (options.expiry !== undefined) properties.push(number(PROPERTY.sessionExpiryInterval, options.expiry));
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart: options.cleanStart ?? true,
    keepAliveSeconds: options.keepAlive ?? 60,
    clientId: options.clientId ?? 'demo',
    properties: version === 5 ? properties : [],
    will: options.will === false ? undefined : willMessage(options, version),
    userName: options.userName,
  };
}

function willMessage(options: ConnectOptions, version: ProtocolVersion): WillMessage {
  const given = options.will === false ? {} : (options.will ?? {});
  const properties: Property[] = [...(given.properties ?? [])];
  if (options.delay !== undefined) properties.push(number(PROPERTY.willDelayInterval, options.delay));
  return {
    topic: given.topic ?? willTopic,
    payload: given.payload ?? utf8(willPayload),
    qos: given.qos ?? 1,
    retain: given.retain ?? false,
    properties: version === 5 ? properties : [],
  };
}

function publishPacket(options: PublishOptions): Packet {
  const payload = options.payload ?? willPayload;
  const qos = options.qos ?? 1;
  return {
    type: 'publish',
    dup: options.dup ?? false,
    qos,
    retain: options.retain ?? false,
    topic: options.topic ?? willTopic,
    ...(qos === 0 ? {} : { packetId: 7 }),
    properties: options.properties ?? [],
    payload: typeof payload === 'string' ? utf8(payload) : payload,
  };
}
