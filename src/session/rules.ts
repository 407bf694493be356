/**
 * The session rules: fed with everything that taps saw, in the order of the trace, they tell what the Server owes each Session, when
 * it is due, and what became of it. The result is a function of the events alone: neither batches nor extra calls of `advance`
 * change it.
 */
import { decodePacket } from '../mqtt/decode.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../mqtt/packet.ts';
import { packetTypeNumber } from '../mqtt/packet-types.ts';
import { Attribution } from './attribution.ts';
import {
  clientDisconnectOf,
  connackFactsOf,
  connectFactsOf,
  isAccepted,
  rawReasonCode,
  sentence,
} from './connect-facts.ts';
import { Connection } from './connection.ts';
import { classifyEnd, endOf } from './end.ts';
import { statementFor } from './facts.ts';
import type { Insights } from './insights/insights.ts';
import { thresholds } from './insights/thresholds.ts';
import { Interventions } from './interventions.ts';
import { Lifecycle } from './lifecycle.ts';
import type {
  ConnectionEnd,
  ConnectionInfo,
  FaultNote,
  SessionAction,
  SessionChanges,
  SessionRulesInput,
  WillWatch,
} from './model.ts';
import { Observation } from './observation.ts';
import { ACTIVITY, FLAG } from './open-connections.ts';
import { SessionMoves } from './session-moves.ts';
import { onSuback, onSubscribe, onUnsubscribe } from './subscriptions.ts';
import { offeredWill } from './will-cases.ts';
import { WillJudge } from './will-judge.ts';
import { World } from './world.ts';

const CONNECT = packetTypeNumber('connect');
const CONNACK = packetTypeNumber('connack');
const PUBLISH = packetTypeNumber('publish');
const SUBSCRIBE = packetTypeNumber('subscribe');
const SUBACK = packetTypeNumber('suback');
const UNSUBSCRIBE = packetTypeNumber('unsubscribe');
const DISCONNECT = packetTypeNumber('disconnect');
const PINGREQ = packetTypeNumber('pingreq');
const PINGRESP = packetTypeNumber('pingresp');
const AUTH = packetTypeNumber('auth');

const reauthenticate = 0x19;
/** The reason by which the trace says that bytes are missing, and not wrong. */
const missingBytes = 'missing-bytes';

export class SessionRules implements SessionRulesInput {
  readonly #world: World;
  readonly #observation: Observation;
  readonly #lifecycle: Lifecycle;
  readonly #judge: WillJudge;
  readonly #interventions: Interventions;

  constructor(watch?: WillWatch) {
    const world = new World(watch);
    const judge = new WillJudge(world);
    const sessions = new SessionMoves(world);
    this.#world = world;
    this.#judge = judge;
    this.#observation = new Observation(world, new Attribution(world, judge));
    this.#lifecycle = new Lifecycle(world, judge, sessions);
    this.#interventions = new Interventions(world, judge.cases, sessions);
  }

  opened(seq: number, atMs: number, connection: number, info: ConnectionInfo): void {
    const now = this.#advanceTo(atMs);
    const server = this.#world.server(info.server);
    this.#world.open.get(connection)?.leave();
    const opened = new Connection(connection, info, server, this.#world.open, seq, now);
    server.connections.add(opened);
    this.#world.changed.connections.mark(opened);
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
    const now = this.#advanceTo(atMs);
    const { open } = this.#world;
    const slot = open.slotOf(connection);
    if (slot < 0) return;
    const { activity } = open;
    const base = slot * ACTIVITY.stride;
    const flags = activity[base + ACTIVITY.flags] ?? 0;
    const type = (bytes[start] ?? 0) >> 4;
    if (direction === TO_SERVER) {
      if (type === PINGREQ) this.#pinged(slot, seq, now, base);
      const previousAtMs = activity[base + ACTIVITY.fromClientAtMs] ?? now;
      activity[base + ACTIVITY.fromClientAtMs] = now;
      activity[base + ACTIVITY.fromClientSeq] = seq;
      if ((flags & FLAG.silent) !== 0) open.at(slot)?.silence?.broken(seq);
      if (type !== PUBLISH) this.#fromClient(slot, type, seq, previousAtMs, bytes, start, end);
      else {
        const isState = (flags & FLAG.states) !== 0 && ((bytes[start] ?? 0) & 1) === 1;
        if (!isState && !this.#matters(flags, FLAG.aliasesToServer, bytes, start, end)) return;
        const at = open.at(slot);
        if (at === undefined) return;
        this.#observation.toServer(at, seq, bytes, start, end);
        if (isState) this.#world.insights.retained(at, seq, bytes, start, end);
      }
    } else {
      const previousAtMs = activity[base + ACTIVITY.fromServerAtMs] ?? now;
      activity[base + ACTIVITY.fromServerAtMs] = now;
      const needed = type !== PUBLISH || this.#matters(flags, FLAG.aliasesToClient, bytes, start, end);
      const at = needed ? open.at(slot) : undefined;
      if (at === undefined) return;
      if (type === PUBLISH) this.#observation.toClient(at, seq, bytes, start, end);
      else this.#fromServer(at, type, seq, previousAtMs, bytes, start, end);
    }
  }

  /** Notes how long nothing had passed before a PINGREQ. */
  #pinged(slot: number, seq: number, atMs: number, base: number): void {
    const { activity } = this.#world.open;
    const lastAtMs = Math.max(
      activity[base + ACTIVITY.fromClientAtMs] ?? atMs,
      activity[base + ACTIVITY.fromServerAtMs] ?? atMs,
    );
    if (atMs - lastAtMs >= thresholds.idle.leastMs)
      this.#world.open.at(slot)?.pinged(seq, atMs, atMs - lastAtMs);
  }

  /** Whether a PUBLISH needs a closer look. With Topic Aliases each does, because it may set one. */
  #matters(flags: number, aliases: number, bytes: Uint8Array, start: number, end: number): boolean {
    if ((flags & FLAG.readable) === 0) return false;
    return (flags & aliases) !== 0 || this.#observation.mayMatter(bytes, start, end);
  }

  unreadable(seq: number, atMs: number, connection: number, direction: Direction, reason: string): void {
    const now = this.#advanceTo(atMs);
    const at = this.#connection(connection);
    if (at === undefined) return;
    if (reason === missingBytes) this.#lifecycle.loseTrack(at, seq);
    else if (direction === TO_CLIENT) at.blind = true;
    else {
      const statement = statementFor(at.version || 5, { 5: 'MQTT-4.13.1-1', 4: 'MQTT-4.8.0-1' });
      at.violation ??= { seq, atMs: now, problem: reason, statement };
    }
  }

  closed(seq: number, atMs: number, connection: number, end: ConnectionEnd): void {
    const now = this.#advanceTo(atMs);
    const at = this.#connection(connection);
    if (at === undefined) return;
    at.closed = { seq, atMs: now, end };
    at.leave();
    at.server.connections.delete(at);
    if (at.untracked || at.end !== undefined) {
      if (at.will !== undefined) this.#judge.cases.closedAfterEnd(at.will, now);
    } else if (at.accepted) {
      if (!this.#lifecycle.defer(at)) this.#lifecycle.finish(at, endOf(at, this.#world));
    } else if (at.connect !== undefined) {
      if (end.by === 'server' || at.connack !== undefined) this.#lifecycle.refuse(at);
      else this.#lifecycle.unanswered(at);
    }
    if (at.client?.deferred !== at) at.endCause ??= classifyEnd(at).cause;
    if (at.faults.areOn) this.#world.keepFaulty(at);
    this.#world.changed.connections.mark(at);
  }

  action(
    seq: number,
    atMs: number,
    action: SessionAction,
    target: {
      readonly connection?: number | undefined;
      readonly server?: string | undefined;
      readonly clientId?: string | undefined;
      readonly fault?: FaultNote | undefined;
      readonly forMs?: number | undefined;
    },
  ): void {
    // Before anything is judged by the time that has passed.
    if (action === 'stood-still' && target.forMs !== undefined)
      this.#world.standstills.note(atMs - target.forMs, atMs, seq);
    const now = this.#advanceTo(atMs);
    const at = target.connection === undefined ? undefined : this.#connection(target.connection);
    const server = target.server ?? at?.info.server;
    if (at !== undefined) at.meddled = true;
    if (action === 'freeze' && at?.carries === true) {
      at.frozen = { seq, atMs: now };
      at.silence?.freeze();
    } else if (action === 'thaw' && at !== undefined) at.frozen = undefined;
    else if (action === 'server-stopped' && server !== undefined)
      this.#interventions.serverStopped(server, seq);
    else if (action === 'session-deleted' && server !== undefined) {
      const clientId = target.clientId ?? at?.clientId;
      if (clientId !== undefined) this.#interventions.sessionDeleted(server, clientId, seq);
    } else if (at !== undefined && target.fault !== undefined) {
      this.#interventions.fault(at, action, target.fault, seq);
    } else if (target.fault !== undefined && action === 'fault-cleared') {
      this.#interventions.clearedAfterEnd(target.connection ?? 0, target.fault, seq);
    }
  }

  advance(nowMs: number): void {
    if (nowMs > this.#world.nowMs) this.#advanceTo(nowMs);
  }

  takeChanges(): SessionChanges {
    const { connections, sessions, wills, expectations, insights } = this.#world.changed;
    return {
      connections: connections.take(),
      sessions: sessions.take(),
      wills: wills.take(),
      expectations: expectations.take(),
      insights: insights.take(),
    };
  }

  /** How much the rules hold now: what bounds their memory. */
  get held(): {
    readonly connections: number;
    readonly clients: number;
    readonly willTopics: number;
    readonly timers: number;
    readonly insights: Insights['held'];
  } {
    let clients = 0;
    for (const server of this.#world.servers.values()) clients += server.clients.size;
    return {
      connections: this.#world.open.size,
      clients,
      willTopics: this.#world.willTopics.size,
      timers: this.#world.timers.size,
      insights: this.#world.insights.held,
    };
  }

  /** Runs what falls due up to then. An event from before the last one counts as coming with it. */
  #advanceTo(atMs: number): number {
    const world = this.#world;
    const { timers } = world;
    const now = Math.max(atMs, world.nowMs);
    while (timers.nextAtMs <= now) {
      const timer = timers.takeDue(now);
      if (timer === undefined) break;
      if (timer.atMs > world.nowMs) world.nowMs = timer.atMs;
      timer.run(timer.atMs);
    }
    world.nowMs = now;
    return now;
  }

  #connection(id: number): Connection | undefined {
    return this.#world.open.get(id);
  }

  #fromClient(
    slot: number,
    type: number,
    seq: number,
    previousAtMs: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (isPlainAnswer(bytes, start, end)) return;
    const at = this.#world.open.at(slot);
    if (at === undefined || at.untracked) return;
    if (type === CONNECT) this.#connect(at, seq, bytes, start, end);
    else if (at.connect === undefined) return;
    else if (type === DISCONNECT) this.#clientDisconnect(at, seq, previousAtMs, bytes, start, end);
    else if (this.#isReadable(at, seq, bytes, start, end)) {
      if (type === SUBSCRIBE) onSubscribe(at, this.#world.nowMs, bytes, start, end);
      else if (type === UNSUBSCRIBE) onUnsubscribe(at, bytes, start, end);
      else if (type === AUTH && at.accepted)
        at.reauthenticating = rawReasonCode(bytes, start, end) === reauthenticate || at.reauthenticating;
    }
  }

  #fromServer(
    at: Connection,
    type: number,
    seq: number,
    previousAtMs: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (at.untracked) return;
    if (type === CONNACK) this.#connack(at, seq, bytes, start, end);
    else if (type === PINGRESP) at.pingAnswered();
    else if (type === SUBACK) {
      const accepted = onSuback(at, seq, this.#world.nowMs, bytes, start, end);
      this.#world.retainedCopies.subscribed(at, seq, accepted);
    } else if (type === AUTH && rawReasonCode(bytes, start, end) === 0) at.reauthenticating = false;
    else if (type === DISCONNECT && at.version === 5 && at.accepted) {
      const reasonCode = rawReasonCode(bytes, start, end);
      at.serverDisconnect ??= { seq, atMs: this.#world.nowMs, reasonCode, previousAtMs };
    }
  }

  /** Notes what the Client must not have sent. */
  #isReadable(at: Connection, seq: number, bytes: Uint8Array, start: number, end: number): boolean {
    const decoded = decodePacket(bytes, start, end, at.version || 5, TO_SERVER);
    if (decoded.ok) return true;
    const { message, statement } = decoded.malformed;
    at.violation ??= { seq, atMs: this.#world.nowMs, problem: sentence(message), statement };
    return false;
  }

  #connect(at: Connection, seq: number, bytes: Uint8Array, start: number, end: number): void {
    const { nowMs } = this.#world;
    if (at.connect !== undefined) {
      const statement = { version: at.version || 5, id: at.version === 3 ? '3.1' : 'MQTT-3.1.0-2' } as const;
      at.violation ??= { seq, atMs: nowMs, problem: 'a second CONNECT', statement };
      return;
    }
    const decoded = decodePacket(bytes, start, end, 5, TO_SERVER);
    if (!decoded.ok || decoded.packet.type !== 'connect') return;
    at.connect = connectFactsOf(decoded.packet, seq, nowMs);
    at.version = at.connect.version;
    at.mark(FLAG.readable, true);
    at.mark(FLAG.aliasesToClient, at.connect.topicAliasMaximum > 0);
    const { clientId } = at.connect;
    if (clientId !== '') {
      at.client = at.server.client(clientId);
      at.client.asking.add(at);
    }
    const { will } = at.connect;
    if (will !== undefined) this.#world.watch?.offered(offeredWill(at, will));
    this.#world.changed.connections.mark(at);
  }

  #connack(at: Connection, seq: number, bytes: Uint8Array, start: number, end: number): void {
    if (at.connect === undefined || at.connack !== undefined) return;
    const connack = connackFactsOf(at, seq, this.#world.nowMs, bytes, start, end);
    at.connack = connack;
    this.#world.changed.connections.mark(at);
    if (isAccepted(at.version, connack.reasonCode)) {
      at.mark(FLAG.aliasesToServer, connack.topicAliasMaximum > 0);
      this.#lifecycle.accept(at);
    } else this.#lifecycle.refuse(at);
  }

  #clientDisconnect(
    at: Connection,
    seq: number,
    previousAtMs: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (at.clientDisconnect !== undefined || !at.accepted) return;
    const seen = { seq, atMs: this.#world.nowMs, previousAtMs };
    const disconnect = clientDisconnectOf(at, seen, bytes, start, end);
    at.clientDisconnect = disconnect;
    const { kind } = disconnect;
    // A DISCONNECT that is not valid does not end the connection: the Server must close it.
    if (kind === 'normal' || kind === 'with-will' || kind === 'client-error') {
      this.#lifecycle.finish(at, endOf(at, this.#world));
    }
  }
}

/** PINGREQ, and PUBACK, PUBREC, PUBREL, PUBCOMP in their shortest form: nothing in them matters here. */
function isPlainAnswer(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] ?? 0;
  if (end - start === 4) return first === 0x40 || first === 0x50 || first === 0x62 || first === 0x70;
  return first === 0xc0 && end - start === 2;
}
