/**
 * A trace made of real parts: packets are encoded, recorded, judged by the session rules, and reach the page as the
 * messages that its host would send. Only the time is made up: it stands where the test puts it.
 */
import { encodePacket } from '../../../../src/mqtt/encode.ts';
import {
  type ConnectPacket,
  type Packet,
  type Properties,
  type ProtocolVersion,
  TO_CLIENT,
  TO_SERVER,
} from '../../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../../src/mqtt/properties.ts';
import { statementKey, statementLabel, statements } from '../../../../src/mqtt/statements.ts';
import { leftOpen } from '../../../../src/session/end-of-trace.ts';
import type {
  ConnectionEnd,
  ExpectationView,
  FaultNote,
  SessionAction,
  SessionChanges,
} from '../../../../src/session/model.ts';
import { SessionRules } from '../../../../src/session/rules.ts';
import { factTemplates } from '../../../../src/session/sentences.ts';
import { BatchBuilder } from '../../../../src/trace/batch.ts';
import { recordDetails } from '../../../../src/trace/details.ts';
import type { RecordDetails } from '../../../../src/trace/model.ts';
import { Recorder } from '../../../../src/trace/recorder.ts';
import { Trace } from '../../../../src/trace/trace.ts';
import {
  type PageClient,
  type PageState,
  type PageTap,
  pageStrings,
  type ToPage,
} from '../../../../src/webview/messages.ts';

/** Noon in UTC, so that screenshots read alike everywhere. */
export const noonMs = Date.UTC(2025, 10, 21, 12, 0, 0);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface WireOptions {
  readonly server?: string;
  readonly byteBudget?: number;
}

export class Wire {
  readonly server: string;
  clients: readonly PageClient[] = [];
  taps: readonly PageTap[] = [];
  #nowMs = noonMs;
  readonly #trace: Trace;
  readonly #rules = new SessionRules();
  readonly #recorder: Recorder;
  #batches: BatchBuilder;
  #sentSeq = 0;
  readonly #entities = {
    connections: new Map<number, SessionChanges['connections'][number]>(),
    sessions: new Map<number, SessionChanges['sessions'][number]>(),
    wills: new Map<number, SessionChanges['wills'][number]>(),
    expectations: new Map<number, SessionChanges['expectations'][number]>(),
    insights: new Map<number, SessionChanges['insights'][number]>(),
  };

  constructor({ server = 'localhost:1883', byteBudget }: WireOptions = {}) {
    this.server = server;
    this.#trace = new Trace(byteBudget);
    this.#batches = new BatchBuilder(this.#trace);
    this.#recorder = new Recorder(this.#trace, this.#rules);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.#nowMs += ms;
    this.#rules.advance(this.#nowMs);
  }

  open(label: string, server = this.server): number {
    return this.#recorder.opened(this.#nowMs, { server, tap: 'client', client: label, label });
  }

  toServer(connection: number, packet: Packet, version: ProtocolVersion = 5): void {
    this.#recorder.bytes(this.#nowMs, connection, TO_SERVER, encodePacket(packet, version));
  }

  toClient(connection: number, packet: Packet, version: ProtocolVersion = 5): void {
    this.#recorder.bytes(this.#nowMs, connection, TO_CLIENT, encodePacket(packet, version));
  }

  rawToClient(connection: number, bytes: Uint8Array): void {
    this.#recorder.bytes(this.#nowMs, connection, TO_CLIENT, bytes);
  }

  close(connection: number, end: ConnectionEnd): void {
    this.#recorder.closed(this.#nowMs, connection, end);
  }

  act(action: SessionAction, connection: number, fault?: FaultNote): void {
    this.#recorder.action(this.#nowMs, action, { connection, fault });
  }

  /** CONNECT and CONNACK. */
  connect(
    label: string,
    packet: Partial<ConnectPacket> & { readonly clientId: string },
    sessionPresent = false,
  ): number {
    const connection = this.open(label, this.server);
    const version = packet.version ?? 5;
    this.toServer(connection, connectPacket(packet), version);
    this.pass(4);
    this.toClient(connection, { type: 'connack', sessionPresent, reasonCode: 0, properties: [] }, version);
    return connection;
  }

  subscribe(connection: number, topicFilter: string, version: ProtocolVersion = 5): void {
    this.toServer(
      connection,
      {
        type: 'subscribe',
        packetId: 1,
        properties: [],
        subscriptions: [{ topicFilter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      },
      version,
    );
    this.pass(3);
    this.toClient(connection, { type: 'suback', packetId: 1, properties: [], reasonCodes: [1] }, version);
  }

  publishToClient(
    connection: number,
    topic: string,
    payload: string | Uint8Array,
    { version = 5, properties = [] }: { version?: ProtocolVersion; properties?: Properties } = {},
  ): void {
    this.toClient(
      connection,
      {
        type: 'publish',
        dup: false,
        qos: 0,
        retain: false,
        topic,
        properties,
        payload: typeof payload === 'string' ? utf8(payload) : payload,
      },
      version,
    );
  }

  details(seq: number): RecordDetails | undefined {
    return recordDetails(this.#trace, seq);
  }

  expectations(): readonly ExpectationView[] {
    return this.#whole().expectations;
  }

  state(): PageState {
    this.#batches = new BatchBuilder(this.#trace);
    this.#sentSeq = 0;
    return {
      strings: pageWords(),
      statements: statements.map((statement) => ({
        key: statementKey(statement),
        label: statementLabel(statement),
        summary: statement.summary,
        url: statement.url,
      })),
      locale: 'en',
      entities: this.#whole(),
      clients: this.clients,
      taps: this.taps,
      stats: this.#trace.stats(),
      nowMs: this.#nowMs,
    };
  }

  /** The same as a capture that ends now. */
  captured(): PageState {
    const state = this.state();
    const expectations = state.entities.expectations.map((each) => leftOpen(each, this.#nowMs));
    return { ...state, clients: [], entities: { ...state.entities, expectations }, stopped: 'capture' };
  }

  /** The same as of an engine that ends now. */
  ended(): Pick<SessionChanges, 'connections' | 'expectations'> {
    const { connections, expectations } = this.#whole();
    const closed = { closedAtMs: this.#nowMs, endCause: 'ended' } as const;
    return {
      connections: connections.map((each) => (each.closedAtMs === undefined ? { ...each, ...closed } : each)),
      expectations: expectations.map((each) => leftOpen(each, this.#nowMs)),
    };
  }

  /** What changed since the last call. */
  changes(): Extract<ToPage, { type: 'changes' }> {
    const records = this.#batches.build(this.#sentSeq);
    this.#sentSeq = records.firstSeq + records.count;
    return {
      type: 'changes',
      records,
      entities: this.#taken(),
      clients: this.clients,
      taps: this.taps,
      stats: this.#trace.stats(),
      nowMs: this.#nowMs,
    };
  }

  #taken(): SessionChanges {
    const changes = this.#rules.takeChanges();
    for (const each of changes.connections) this.#entities.connections.set(each.id, each);
    for (const each of changes.sessions) this.#entities.sessions.set(each.id, each);
    for (const each of changes.wills) this.#entities.wills.set(each.id, each);
    for (const each of changes.expectations) this.#entities.expectations.set(each.id, each);
    for (const each of changes.insights) this.#entities.insights.set(each.id, each);
    return changes;
  }

  #whole(): SessionChanges {
    this.#taken();
    const { connections, sessions, wills, expectations, insights } = this.#entities;
    return {
      connections: [...connections.values()],
      sessions: [...sessions.values()],
      wills: [...wills.values()],
      expectations: [...expectations.values()],
      insights: [...insights.values()],
    };
  }
}

export function pageWords(): Record<string, string> {
  const strings: Record<string, string> = { ...pageStrings };
  for (const [code, text] of Object.entries(factTemplates)) strings[`fact.${code}`] = text;
  return strings;
}

export function connectPacket(packet: Partial<ConnectPacket> & { readonly clientId: string }): ConnectPacket {
  return {
    type: 'connect',
    protocolName: 'MQTT',
    version: 5,
    cleanStart: true,
    keepAliveSeconds: 60,
    properties: [],
    ...packet,
  };
}

/** CONNECT of the sample `will-delay`: will `offline`, Will Delay 5 s, Session Expiry 10 s. */
export const demoConnect = {
  clientId: 'demo',
  properties: [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: 10 }],
  will: {
    topic: 'offline',
    payload: utf8("I'm offline"),
    qos: 0,
    retain: false,
    properties: [
      { id: PROPERTY.willDelayInterval, kind: 'number', value: 5 },
      { id: PROPERTY.contentType, kind: 'string', value: 'text/plain' },
      { id: PROPERTY.userProperty, kind: 'pair', name: 'device', value: 'thermostat-7' },
    ],
  },
  userName: 'ada',
  password: utf8('correct horse'),
} as const satisfies Partial<ConnectPacket>;
