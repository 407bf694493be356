/**
 * What a scenario's steps are judged by: the records of the trace since the run began, read as far as they concern its Clients, and what the
 * session rules make of them. A function of the records and of "now": fed with the same records again, it says the same.
 */
import { decodePacket } from '../../mqtt/decode.ts';
import {
  type ConnectPacket,
  type Direction,
  type Packet,
  type PublishPacket,
  TO_CLIENT,
} from '../../mqtt/packet.ts';
import { PROPERTY, propertyNumber } from '../../mqtt/properties.ts';
import type {
  ConnectionEnd,
  ConnectionInfo,
  ExpectationView,
  InsightView,
  SessionAction,
  SessionRulesInput,
  WillView,
  WillWatch,
} from '../../session/model.ts';
import { isObserverName } from '../../session/observer-name.ts';
import { SessionRules } from '../../session/rules.ts';
import { Messages } from './messages.ts';
import { ScenarioConnection } from './scenario-connection.ts';

/** Everything that a tap sees, in the order of the trace, as the session rules take it. */
export type RecordSink = Omit<SessionRulesInput, 'advance' | 'takeChanges'>;

/** What a step is met by, and no other step after it. */
interface Claims {
  readonly connects: Set<number>;
  readonly wills: Set<number>;
  readonly ends: Set<number>;
}

export class Evidence implements RecordSink {
  readonly messages = new Messages();
  readonly #rules: SessionRules;
  readonly #profiles = new Map<string, string>();
  readonly #serverOf = new Map<string, string>();
  /** By Server, since which record. */
  readonly #away = new Map<string, number>();
  /** Those of the scenario: what passes at others is none of its business, and costs it nothing. */
  readonly #servers = new Set<string>();
  /** The Servers of open connections at these, since the first one of the scenario's. */
  readonly #followed = new Map<number, string>();
  /** Those of the scenario's Clients, and observers. */
  readonly #connections = new Map<number, ScenarioConnection>();
  readonly #byProfile = new Map<string, ScenarioConnection[]>();
  readonly #wills = new Map<number, WillView>();
  readonly #expectations = new Map<number, ExpectationView>();
  readonly #insights = new Map<number, InsightView>();
  /** Connections, their wills and their ends that a step has expected already, by connection. */
  readonly #claimed: Claims = {
    connects: new Set<number>(),
    wills: new Set<number>(),
    ends: new Set<number>(),
  };
  #lastSeq = 0;
  /** Called after each record. */
  onRecord: () => void = () => {};

  /** `watch` is told of the wills at these Servers. */
  constructor(watch?: WillWatch) {
    this.#rules = new SessionRules(watch);
  }

  /** The client with this key in the trace stands for a profile, and connects to that Server. */
  register(key: string, profile: string, server: string): void {
    this.#profiles.set(key, profile);
    this.#serverOf.set(profile, server);
  }

  /** Since which record nobody is at the address of a Client's Server; undefined while nothing tells that. */
  awaySeq(profile: string): number | undefined {
    const server = this.#serverOf.get(profile);
    return server === undefined ? undefined : this.#away.get(server);
  }

  /** The newest record. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  opened(seq: number, atMs: number, connection: number, info: ConnectionInfo): void {
    const profile = info.client === undefined ? undefined : this.#profiles.get(info.client);
    if (profile !== undefined) this.#servers.add(info.server);
    if (!this.#servers.has(info.server)) return;
    this.#followed.set(connection, info.server);
    this.#note(seq, connection);
    this.#rules.opened(seq, atMs, connection, info);
    if (profile === undefined) return;
    const opened = new ScenarioConnection(connection, profile, info.server, seq);
    this.#connections.set(connection, opened);
    const all = this.#byProfile.get(profile) ?? [];
    all.push(opened);
    this.#byProfile.set(profile, all);
  }

  packet(
    seq: number,
    atMs: number,
    connection: number,
    direction: Direction,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const server = this.#followed.get(connection);
    if (server === undefined) return;
    this.#note(seq, connection);
    this.#rules.packet(seq, atMs, connection, direction, bytes, start, end);
    const known = this.#connections.get(connection);
    if (known === undefined && !isConnect(bytes[start])) return;
    const decoded = decodePacket(bytes, start, end, known?.connect?.version ?? 5, direction);
    if (!decoded.ok) {
      if (known !== undefined && direction === TO_CLIENT) known.blind = true;
      return;
    }
    const { packet } = decoded;
    const at = known ?? this.#observer(seq, connection, server, packet);
    if (at === undefined) return;
    if (packet.type === 'publish') this.#publish(at, seq, atMs, direction, packet);
    else at.packet(seq, atMs, direction, packet, this.#sessionOf(at));
  }

  unreadable(seq: number, atMs: number, connection: number, direction: Direction, reason: string): void {
    if (!this.#followed.has(connection)) return;
    this.#note(seq, connection);
    this.#rules.unreadable(seq, atMs, connection, direction, reason);
    const at = this.#connections.get(connection);
    if (at !== undefined && direction === TO_CLIENT) at.blind = true;
  }

  closed(seq: number, atMs: number, connection: number, end: ConnectionEnd): void {
    if (!this.#followed.delete(connection)) return;
    this.#note(seq, connection);
    this.#rules.closed(seq, atMs, connection, end);
    const at = this.#connections.get(connection);
    if (at !== undefined) at.closed = { seq, atMs, end };
  }

  action(
    seq: number,
    atMs: number,
    action: SessionAction,
    target: Parameters<SessionRulesInput['action']>[3],
  ): void {
    this.#note(seq, target.connection);
    this.#rules.action(seq, atMs, action, target);
    const { server } = target;
    if (action === 'broker-away' && server !== undefined) this.#away.set(server, seq);
    if (action === 'broker-back' && server !== undefined) this.#away.delete(server);
    const at = target.connection === undefined ? undefined : this.#connections.get(target.connection);
    if (at === undefined) return;
    if (action === 'freeze' || action === 'thaw') at.frozen = action === 'freeze';
    if (target.fault !== undefined && action !== 'packet-dropped') {
      at.faults.note(action === 'fault', target.fault, atMs);
    }
  }

  /** Moves the rules to now, and takes in what they say. */
  advance(nowMs: number): void {
    this.#rules.advance(nowMs);
    const { wills, expectations, insights } = this.#rules.takeChanges();
    for (const each of insights) this.#insights.set(each.id, each);
    for (const each of wills) this.#wills.set(each.connection, each);
    for (const each of expectations) {
      if (each.kind === 'will') this.#expectations.set(each.connection, each);
    }
  }

  /** Whether a Client of the scenario would see the will of this connection, as things are. */
  showsWill(connection: number): boolean {
    const at = this.#connections.get(connection);
    const will = at?.connect?.will;
    if (at === undefined || will === undefined) return false;
    const watcher = this.watcher(will.topic, leastBytes(will), Number.POSITIVE_INFINITY, at.clientId);
    return watcher?.isObserver === false;
  }

  /** The newest connection that watches for wills at a Server. */
  observerAt(server: string): ScenarioConnection | undefined {
    return [...this.#connections.values()].findLast((each) => each.isObserver && each.server === server);
  }

  /** The connections of a profile, in the order in which they were opened. */
  connectionsOf(profile: string): readonly ScenarioConnection[] {
    return this.#byProfile.get(profile) ?? [];
  }

  connection(id: number): ScenarioConnection | undefined {
    return this.#connections.get(id);
  }

  /** The will that a connection carried, as the rules see it. */
  willOf(connection: ScenarioConnection): WillView | undefined {
    return this.#wills.get(connection.id);
  }

  expectationOf(connection: ScenarioConnection): ExpectationView | undefined {
    return this.#expectations.get(connection.id);
  }

  /** What the rules recognise in the habits of a Client, in the order in which it was. */
  insightsOf(profile: string): readonly InsightView[] {
    const own = this.connectionsOf(profile);
    return [...this.#insights.values()].filter((each) =>
      own.some(({ server, clientId }) => server === each.server && each.clientIds.includes(clientId)),
    );
  }

  isClaimed(kind: keyof Claims, connection: ScenarioConnection): boolean {
    return this.#claimed[kind].has(connection.id);
  }

  /** A step has expected it: no other step is met by it again. */
  claim(kind: keyof Claims, connection: ScenarioConnection): void {
    this.#claimed[kind].add(connection.id);
  }

  /** A connection that would have shown a message on this topic, at least `bytes` long, all the time since then; rather not an observer. */
  watcher(topic: string, bytes: number, fromMs: number, publisher: string): ScenarioConnection | undefined {
    let observer: ScenarioConnection | undefined;
    for (const each of this.#connections.values()) {
      if (!each.watches(topic, bytes, fromMs, publisher)) continue;
      if (!each.isObserver) return each;
      observer ??= each;
    }
    return observer;
  }

  /** Undefined for a connection that is none. It can be told when its CONNECT has come. */
  #observer(seq: number, connection: number, server: string, packet: Packet): ScenarioConnection | undefined {
    if (packet.type !== 'connect' || !isObserverName(packet.clientId)) return undefined;
    const observer = new ScenarioConnection(connection, '', server, seq);
    this.#connections.set(connection, observer);
    return observer;
  }

  /** Whoever waits looks later, when the record is taken in. */
  #note(seq: number, connection: number | undefined): void {
    this.#lastSeq = seq;
    const at = connection === undefined ? undefined : this.#connections.get(connection);
    if (at !== undefined) at.lastSeq = seq;
    this.onRecord();
  }

  #publish(
    at: ScenarioConnection,
    seq: number,
    atMs: number,
    direction: Direction,
    packet: PublishPacket,
  ): void {
    const alias = propertyNumber(packet.properties, PROPERTY.topicAlias);
    const topic = at.topicOf(direction, packet.topic, alias);
    if (direction !== TO_CLIENT) return;
    const payload = packet.payload.slice();
    this.messages.received({ seq, atMs, connection: at, topic, packet: { ...packet, payload } });
  }

  /** What the Server keeps of subscriptions for this Client Identifier. */
  #sessionOf(at: ScenarioConnection): ScenarioConnection | undefined {
    const { server, clientId } = at;
    let last: ScenarioConnection | undefined;
    for (const each of this.#connections.values()) {
      const same = each !== at && each.server === server && each.clientId === clientId;
      if (same && each.connack !== undefined) last = each;
    }
    return last;
  }
}

function isConnect(first: number | undefined): boolean {
  return first !== undefined && first >> 4 === 1;
}

/** Of a PUBLISH with this will: its topic and payload, and whatever else is in it. */
export function leastBytes({ topic, payload }: NonNullable<ConnectPacket['will']>): number {
  return Buffer.byteLength(topic) + payload.length;
}
