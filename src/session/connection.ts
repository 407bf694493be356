/** One Network Connection and what its packets said. */
import type { ProtocolVersion, StatementRef, SubscribePacket, WillMessage } from '../mqtt/packet.ts';
import type { Viewable } from './changed.ts';
import type { Client } from './client.ts';
import type { DecisionRow } from './decision-table.ts';
import type { End } from './end.ts';
import { cleanStartTerm } from './facts.ts';
import { Faults } from './faults.ts';
import type { ConnectionEnd, ConnectionInfo, ConnectionView } from './model.ts';
import { isObserverName } from './observer-name.ts';
import { ACTIVITY, type OpenConnections } from './open-connections.ts';
import type { EndCause } from './sentences.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import type { Silence } from './silence.ts';
import type { Will } from './will.ts';
import type { WillTopic } from './will-topics.ts';

/** What CONNECT asked for. Intervals are in seconds. */
export interface ConnectFacts {
  readonly seq: number;
  readonly atMs: number;
  readonly version: ProtocolVersion;
  readonly clientId: string;
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly hasUserName: boolean;
  /** Undefined when absent, and before 5.0. */
  readonly sessionExpiryInterval: number | undefined;
  readonly topicAliasMaximum: number;
  readonly maximumPacketSize: number;
  readonly will: WillMessage | undefined;
  /** Undefined when absent, and before 5.0. */
  readonly willDelayInterval: number | undefined;
}

/** What CONNACK answered. */
export interface ConnackFacts {
  readonly seq: number;
  readonly atMs: number;
  readonly reasonCode: number;
  readonly sessionPresent: boolean;
  readonly sessionExpiryInterval: number | undefined;
  readonly serverKeepAlive: number | undefined;
  readonly assignedClientId: string | undefined;
  readonly topicAliasMaximum: number;
}

/** What kind of DISCONNECT the Client sent. */
export interface ClientDisconnect {
  readonly seq: number;
  readonly atMs: number;
  /** When the last packet before it came from the Client. */
  readonly previousAtMs: number;
  readonly reasonCode: number;
  /** Undefined when absent. */
  readonly sessionExpiryInterval: number | undefined;
  readonly kind:
    | 'normal'
    | 'with-will'
    | 'client-error'
    | 'normal-invalid-expiry'
    | 'normal-malformed'
    | 'client-illegal-code'
    | 'client-violation';
  /** Whether its validity depends on how A4 is read. */
  readonly ambiguous: boolean;
  readonly problem: string;
}

export interface ServerDisconnect {
  readonly seq: number;
  readonly atMs: number;
  readonly reasonCode: number;
  /** When the last packet before it came from the Server. */
  readonly previousAtMs: number;
}

/** Something that the Client did and the protocol forbids. */
export interface Violation {
  readonly seq: number;
  readonly atMs: number;
  readonly problem: string;
  readonly statement: StatementRef | undefined;
}

export interface PendingSubscribe {
  readonly packet: SubscribePacket;
  readonly atMs: number;
}

export class Connection implements Viewable<ConnectionView> {
  readonly id: number;
  readonly info: ConnectionInfo;
  readonly server: Server;
  readonly openedAtMs: number;
  readonly openedSeq: number;
  /** 0 until CONNECT was read. */
  version: ProtocolVersion | 0 = 0;

  connect: ConnectFacts | undefined = undefined;
  connack: ConnackFacts | undefined = undefined;
  accepted = false;
  clientDisconnect: ClientDisconnect | undefined = undefined;
  serverDisconnect: ServerDisconnect | undefined = undefined;
  violation: Violation | undefined = undefined;
  reauthenticating = false;
  /** Bytes of it are missing in the trace: nothing that it does from then on is judged. */
  untracked = false;
  /** It was asked for while another CONNECT of its Client was under way, so which of them the Server took first is not known. */
  crossed: Connection | undefined = undefined;
  /** The user or a fault did something to it, so it says little of its program. */
  meddled = false;
  hasSubscribed = false;
  /** Topics of wills on which retained messages came before the SUBACK that they belong to. */
  retainedBeforeSuback: Set<WillTopic> | undefined = undefined;
  /** The newest PINGREQ after a pause, and how long nothing had passed before it. */
  ping: { seq: number; atMs: number; idleMs: number } | undefined = undefined;
  /** The longest pause before a PINGREQ that was answered, in milliseconds. */
  answeredPauseMs = 0;
  /** Bytes from the Server cannot be read any more. */
  blind = false;
  /** Since when nothing of the Client reaches the Server: it was frozen, or a tap holds what it sends. */
  frozen: { readonly seq: number; readonly atMs: number; readonly byTap?: boolean } | undefined = undefined;
  /** What a tap has done to it. */
  readonly faults = new Faults();
  stopped: { readonly seq: number; readonly atMs: number } | undefined = undefined;
  deleted: { readonly seq: number; readonly atMs: number } | undefined = undefined;

  client: Client | undefined = undefined;
  session: Session | undefined = undefined;
  will: Will | undefined = undefined;
  silence: Silence | undefined = undefined;
  readonly pendingSubscribes = new Map<number, PendingSubscribe>();
  aliases: { toServer: Map<number, Uint8Array>; toClient: Map<number, Uint8Array> } | undefined = undefined;

  /** Set once the connection is over for the Session, which may be before it is closed. */
  end: End | undefined = undefined;
  closed: { readonly seq: number; readonly atMs: number; readonly end: ConnectionEnd } | undefined =
    undefined;
  endCause: EndCause | undefined = undefined;
  /** The row of its end. */
  endRow: DecisionRow | undefined = undefined;

  readonly #open: OpenConnections;
  #slot: number;
  #activity: readonly number[];

  constructor(
    id: number,
    info: ConnectionInfo,
    server: Server,
    open: OpenConnections,
    seq: number,
    atMs: number,
  ) {
    this.id = id;
    this.info = info;
    this.server = server;
    this.openedAtMs = atMs;
    this.openedSeq = seq;
    this.#open = open;
    this.#slot = open.add(this);
    this.#activity = [atMs, atMs, seq, 0];
    for (const [place, value] of this.#activity.entries()) this.#set(place, value);
  }

  get lastFromClientAtMs(): number {
    return this.#get(ACTIVITY.fromClientAtMs);
  }

  get lastFromServerAtMs(): number {
    return this.#get(ACTIVITY.fromServerAtMs);
  }

  get lastFromClientSeq(): number {
    return this.#get(ACTIVITY.fromClientSeq);
  }

  has(flag: number): boolean {
    return (this.#get(ACTIVITY.flags) & flag) !== 0;
  }

  mark(flag: number, on: boolean): void {
    const flags = this.#get(ACTIVITY.flags);
    this.#set(ACTIVITY.flags, on ? flags | flag : flags & ~flag);
  }

  /** The connection is closed: keeps its last numbers and gives its place away. */
  leave(): void {
    if (this.#slot < 0) return;
    const base = this.#slot * ACTIVITY.stride;
    this.#activity = [...this.#open.activity.subarray(base, base + ACTIVITY.stride)];
    this.#slot = -1;
    this.#open.remove(this.id);
  }

  #get(place: number): number {
    if (this.#slot < 0) return this.#activity[place] ?? 0;
    return this.#open.activity[this.#slot * ACTIVITY.stride + place] ?? 0;
  }

  #set(place: number, value: number): void {
    if (this.#slot >= 0) this.#open.activity[this.#slot * ACTIVITY.stride + place] = value;
  }

  /** Effective: as assigned by the Server if it did. */
  get clientId(): string {
    return this.connack?.assignedClientId ?? this.connect?.clientId ?? '';
  }

  /** PINGREQ after a pause of `idleMs`. */
  pinged(seq: number, atMs: number, idleMs: number): void {
    this.ping = { seq, atMs, idleMs };
  }

  pingAnswered(): void {
    if (this.ping !== undefined && this.ping.idleMs > this.answeredPauseMs)
      this.answeredPauseMs = this.ping.idleMs;
  }

  /** Its Clean Start, in the words of its version. */
  get cleanStartTerm(): string {
    return cleanStartTerm(this.version || 5, this.connect?.cleanStart ?? true);
  }

  /** Whether it only watches for wills, for this extension. */
  get isObserver(): boolean {
    return isObserverName(this.clientId);
  }

  /** What to call it in a sentence. */
  get name(): string {
    if (this.isObserver) return 'The observer';
    return this.clientId || this.info.label || `connection ${this.id}`;
  }

  /** KAe in seconds; 0 is off. */
  get keepAliveSeconds(): number {
    return this.connack?.serverKeepAlive ?? this.connect?.keepAliveSeconds ?? 0;
  }

  /** Whether the Server may have kept messages for its Session from before. The CONNACK of 3.1 does not say. */
  get mayHaveKept(): boolean {
    if (this.version === 3) return this.connect?.cleanStart === false;
    return this.connack?.sessionPresent === true;
  }

  /** Whether the Session still uses it. */
  get carries(): boolean {
    return this.accepted && this.end === undefined && this.closed === undefined;
  }

  view(): ConnectionView {
    const { connect, connack } = this;
    return {
      id: this.id,
      server: this.info.server,
      clientId: this.clientId,
      label: this.info.label ?? '',
      client: this.info.client,
      version: connect?.version,
      cleanStart: connect?.cleanStart,
      openedAtMs: this.openedAtMs,
      openedSeq: this.openedSeq,
      connectSeq: connect?.seq,
      connackSeq: connack?.seq,
      acceptedAtMs: this.accepted ? connack?.atMs : undefined,
      sessionPresent: connect?.version === 3 ? undefined : connack?.sessionPresent,
      reasonCode: connack?.reasonCode,
      keepAliveSeconds: connect === undefined ? undefined : this.keepAliveSeconds,
      closedAtMs: this.closed?.atMs,
      closedSeq: this.closed?.seq,
      endCause: this.endCause,
      session: this.session?.id,
      ...(this.isObserver && { observer: true as const }),
      faults: this.faults.view(),
    };
  }
}
