/**
 * Plays one Client and its Server to the session rules: the packets that a profile would cause, as bytes, and how its connection ends. Nothing
 * is connected. Times count from `lossAtMs`, the moment at which the Client is gone.
 */
import { encodePacket } from '../mqtt/encode.ts';
import {
  type Direction,
  type Packet,
  type Property,
  type ProtocolVersion,
  TO_CLIENT,
  TO_SERVER,
} from '../mqtt/packet.ts';
import { PROPERTY } from '../mqtt/properties.ts';
import type { ConnectionEnd, ExpectationView, SessionAction, SessionView } from './model.ts';
import { SessionRules } from './rules.ts';

/** What one CONNECT carries. Intervals are in seconds; undefined is absent on the wire. */
export interface StageConnect {
  readonly version: ProtocolVersion;
  readonly clientId: string;
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly sessionExpiryInterval: number | undefined;
  readonly will: { readonly willDelayInterval: number | undefined } | undefined;
}

/** What its CONNACK carries; undefined is absent on the wire. */
export interface StageConnack {
  readonly reasonCode: number;
  readonly sessionPresent: boolean;
  readonly sessionExpiryInterval?: number | undefined;
  readonly serverKeepAlive?: number | undefined;
}

/** Some moment; facts are told relative to it. */
export const lossAtMs = 1_000_000_000_000;

/** So long before the loss the Client connects: less than the shortest Keep Alive. */
const connectedForMs = 100;

const server = 'what-if';

export class WhatIfStage {
  readonly #rules = new SessionRules();
  readonly #expectations = new Map<number, ExpectationView>();
  readonly #sessions = new Map<number, SessionView>();
  #nowMs = lossAtMs - connectedForMs;
  #seq = 0;
  #connections = 0;
  readonly #agreed = new Map<
    number,
    { readonly version: ProtocolVersion; readonly keepAliveSeconds: number }
  >();

  /** When the next event happens. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Never backwards. */
  goTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  versionOf(id: number): ProtocolVersion {
    return this.#agreed.get(id)?.version ?? 5;
  }

  /** Effective, in seconds; 0 is off. */
  keepAliveOf(id: number): number {
    return this.#agreed.get(id)?.keepAliveSeconds ?? 0;
  }

  /** Opens a connection and sends CONNECT; the number of the connection. */
  connect(connect: StageConnect): number {
    this.#connections += 1;
    const id = this.#connections;
    const { version, keepAliveSeconds } = connect;
    this.#agreed.set(id, { version, keepAliveSeconds });
    this.#rules.opened(this.#next(), this.#nowMs, id, { server, tap: 'client', label: connect.clientId });
    this.send(id, connectPacket(connect));
    return id;
  }

  connack(id: number, connack: StageConnack): void {
    const properties: Property[] = [];
    const { sessionExpiryInterval, serverKeepAlive } = connack;
    if (sessionExpiryInterval !== undefined) {
      properties.push({
        id: PROPERTY.sessionExpiryInterval,
        kind: 'number',
        value: sessionExpiryInterval,
      });
    }
    if (serverKeepAlive !== undefined) {
      this.#agreed.set(id, { version: this.versionOf(id), keepAliveSeconds: serverKeepAlive });
      properties.push({ id: PROPERTY.serverKeepAlive, kind: 'number', value: serverKeepAlive });
    }
    const { reasonCode, sessionPresent } = connack;
    this.get(id, { type: 'connack', reasonCode, sessionPresent, properties });
  }

  send(id: number, packet: Packet): void {
    this.raw(id, TO_SERVER, encodePacket(packet, this.versionOf(id)));
  }

  get(id: number, packet: Packet): void {
    this.raw(id, TO_CLIENT, encodePacket(packet, this.versionOf(id)));
  }

  raw(id: number, direction: Direction, bytes: Uint8Array): void {
    this.#rules.packet(this.#next(), this.#nowMs, id, direction, bytes, 0, bytes.length);
  }

  close(id: number, end: ConnectionEnd): void {
    this.#rules.closed(this.#next(), this.#nowMs, id, end);
  }

  act(action: SessionAction, target: { readonly connection?: number; readonly clientId?: string }): void {
    this.#rules.action(this.#next(), this.#nowMs, action, { server, ...target });
  }

  /** The newest expectation about a connection. */
  expectation(kind: ExpectationView['kind'], connection: number): ExpectationView | undefined {
    this.#take();
    return [...this.#expectations.values()].findLast(
      (each) => each.kind === kind && each.connection === connection,
    );
  }

  /** The Session that a connection carries, or carried last. */
  session(connection: number): SessionView | undefined {
    this.#take();
    return [...this.#sessions.values()].findLast((each) => each.connection === connection);
  }

  #take(): void {
    const { expectations, sessions } = this.#rules.takeChanges();
    for (const each of expectations) this.#expectations.set(each.id, each);
    for (const each of sessions) this.#sessions.set(each.id, each);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }
}

function connectPacket(connect: StageConnect): Packet {
  const { version, will, sessionExpiryInterval } = connect;
  const properties: Property[] =
    sessionExpiryInterval === undefined || version !== 5
      ? []
      : [{ id: PROPERTY.sessionExpiryInterval, kind: 'number', value: sessionExpiryInterval }];
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart: connect.cleanStart,
    keepAliveSeconds: connect.keepAliveSeconds,
    clientId: connect.clientId,
    properties,
    // The rules ask neither for its topic nor for its payload.
    will: will && {
      topic: 'will',
      payload: new Uint8Array(),
      qos: 0,
      retain: false,
      properties:
        will.willDelayInterval === undefined || version !== 5
          ? []
          : [{ id: PROPERTY.willDelayInterval, kind: 'number', value: will.willDelayInterval }],
    },
  };
}
