import type { ProtocolVersion } from '../../mqtt/packet.ts';
import type { Connection } from './connection.ts';
import type { BrokerContext } from './context.ts';
import type { Session } from './session.ts';

/** What a broker holds at one moment, for a view. Times are ms since the Unix epoch. */
export interface BrokerState {
  /** In the order of their connecting. */
  readonly clients: readonly ClientState[];
  readonly sessions: readonly SessionState[];
  readonly retained: number;
}

export interface ClientState {
  readonly clientId: string;
  readonly version: ProtocolVersion;
  readonly connectedAtMs: number;
  /** Effective, in seconds; 0 is off. */
  readonly keepAliveSeconds: number;
}

export interface SessionState {
  readonly clientId: string;
  readonly version: ProtocolVersion;
  readonly connected: boolean;
  /** Effective, in seconds; 0xFFFFFFFF does not expire. */
  readonly sessionExpiryInterval: number;
  /** While it is not connected and does expire. */
  readonly endsAtMs: number | undefined;
  /** Whether a will is armed or waiting. */
  readonly will: boolean;
  /** While it is not connected and a will waits. */
  readonly willDueAtMs: number | undefined;
  readonly subscriptions: number;
  readonly queued: number;
  readonly inFlight: number;
}

/** Takes the snapshot. */
export function stateOf(connections: Iterable<Connection>, context: BrokerContext): BrokerState {
  const clients: ClientState[] = [];
  for (const { accepted, version } of connections) {
    if (accepted === undefined) continue;
    const { session, atMs, keepAliveSeconds } = accepted;
    clients.push({ clientId: session.clientId, version, connectedAtMs: atMs, keepAliveSeconds });
  }
  const sessions = Array.from(context.sessions.all(), sessionState);
  return { clients, sessions, retained: context.retained.count };
}

/** How much a broker holds, and the first of each kind: what it costs does not grow with the broker. */
export interface BrokerSummary {
  readonly clients: number;
  readonly sessions: number;
  readonly retained: number;
  readonly firstSessions: readonly SessionState[];
  readonly firstRetained: readonly string[];
}

/** Takes the summary, with at most `limit` of each kind. */
export function summaryOf(clients: number, context: BrokerContext, limit: number): BrokerSummary {
  const firstSessions: SessionState[] = [];
  for (const session of context.sessions.all()) {
    if (firstSessions.length >= limit) break;
    firstSessions.push(sessionState(session));
  }
  return {
    clients,
    sessions: context.sessions.count,
    retained: context.retained.count,
    firstSessions,
    firstRetained: context.retained.topics(limit),
  };
}

function sessionState(session: Session): SessionState {
  return {
    clientId: session.clientId,
    version: session.version,
    connected: session.connection !== undefined,
    sessionExpiryInterval: session.sessionExpiryInterval,
    endsAtMs: session.endsAtMs,
    will: session.will !== undefined,
    willDueAtMs: session.willDueAtMs,
    subscriptions: session.subscriptions.size,
    queued: session.outgoing.queued,
    inFlight: session.outgoing.inFlight,
  };
}
