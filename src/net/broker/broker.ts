import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { SandboxSettings } from '../../profile/model.ts';
import type { Clock } from '../clock.ts';
import { Authorization } from './authorization.ts';
import { Connection } from './connection.ts';
import type { BrokerContext } from './context.ts';
import { type BrokerLimits, defaultLimits } from './limits.ts';
import type { BrokerLog } from './log.ts';
import { REASON } from './reasons.ts';
import { RetainedMessages } from './retained.ts';
import { Router } from './router.ts';
import { Sessions } from './sessions.ts';
import type { BrokerState, ClientState, SessionState } from './state.ts';
import { Subscriptions } from './subscriptions.ts';
import { Wills } from './wills.ts';

export interface BrokerOptions {
  /** Where they differ from `defaultLimits`. */
  readonly limits?: Partial<BrokerLimits> | undefined;
  /** Makes Client Identifiers for Clients that have none; asked again while one is in use. */
  readonly newClientId?: (() => string) | undefined;
}

/**
 * An MQTT Server in memory for 3.1, 3.1.1 and 5.0, over any stream of bytes. Its sessions and retained
 * messages end with it.
 */
export class Broker {
  readonly #context: BrokerContext;
  readonly #connections = new Set<Connection>();
  #closed = false;

  constructor(
    settings: SandboxSettings,
    clock: Clock,
    log: BrokerLog = () => {},
    options: BrokerOptions = {},
  ) {
    const limits = { ...defaultLimits, ...options.limits };
    const retained = new RetainedMessages(limits, clock);
    const subscriptions = new Subscriptions();
    const router = new Router(subscriptions, retained, log);
    const sessions = new Sessions(clock, limits, subscriptions, new Wills(clock, router, log), log);
    const newClientId = options.newClientId ?? (() => `auto-${randomUUID()}`);
    this.#context = {
      clock,
      limits,
      settings,
      authorization: new Authorization(settings),
      sessions,
      subscriptions,
      retained,
      router,
      log,
      newClientId: () => {
        for (;;) {
          const clientId = newClientId();
          if (sessions.get(clientId) === undefined) return clientId;
        }
      },
    };
  }

  /** Serves one Network Connection. The broker ends and destroys the stream. */
  attach(stream: Duplex): void {
    if (this.#closed) {
      stream.on('error', () => {});
      stream.destroy();
      return;
    }
    const connection = new Connection(this.#context, stream, () => this.#connections.delete(connection));
    this.#connections.add(connection);
  }

  /** What it holds now. A snapshot. */
  state(): BrokerState {
    const clients: ClientState[] = [];
    for (const { accepted, version } of this.#connections) {
      if (accepted === undefined) continue;
      const { session, atMs, keepAliveSeconds } = accepted;
      clients.push({ clientId: session.clientId, version, connectedAtMs: atMs, keepAliveSeconds });
    }
    const sessions: SessionState[] = [];
    for (const session of this.#context.sessions.all()) {
      sessions.push({
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
      });
    }
    return { clients, sessions, retained: this.#context.retained.count };
  }

  /**
   * Ends a Session as an operator would (v5 4.1.1): a connection that carries it is ended with Administrative
   * action, and a will that waits is published. Answers whether there was such a Session.
   */
  deleteSession(clientId: string): boolean {
    const session = this.#context.sessions.get(clientId);
    if (session === undefined) return false;
    session.connection?.disconnect(REASON.administrativeAction, 'The session was deleted.');
    this.#context.sessions.end(clientId);
    return true;
  }

  /**
   * Ends every connection, in 5.0 with Server shutting down, and forgets every Session. Wills are not
   * published: a Server that stops may defer them (v5 3.1.2.5), and there is no later for this one.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.sessions.close();
    for (const connection of [...this.#connections]) {
      connection.shutDown(REASON.serverShuttingDown, 'The Server is stopping.');
    }
  }
}
