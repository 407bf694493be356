import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { SandboxSettings } from '../../profile/model.ts';
import type { GivenServerSettings } from '../../profile/sandbox-limits.ts';
import type { Clock } from '../clock.ts';
import type { Authenticator, Authorizer } from './access.ts';
import { Authorization } from './authorization.ts';
import type { Behaviour } from './behaviour.ts';
import { Connection } from './connection.ts';
import type { BrokerContext } from './context.ts';
import { behaviourWith } from './deviations.ts';
import { type BrokerLimits, limitsOf, queuedBytesInAll } from './limits.ts';
import type { BrokerLog } from './log.ts';
import { Flusher } from './output.ts';
import { QueueMemory } from './queue-memory.ts';
import { REASON } from './reasons.ts';
import { RetainedMessages } from './retained.ts';
import { Router } from './router.ts';
import { Sessions } from './sessions.ts';
import { type BrokerState, type BrokerSummary, stateOf, summaryOf } from './state.ts';
import { type BrokerStats, newStats } from './stats.ts';
import { Subscriptions } from './subscriptions.ts';
import { SysTopics } from './sys-topics.ts';
import { sysValuesOf } from './sys-values.ts';
import { Wills } from './wills.ts';

export interface BrokerOptions {
  /** In place of what the settings say. */
  readonly limits?: GivenServerSettings | undefined;
  /** Makes Client Identifiers for Clients that have none; asked again while one is in use. */
  readonly newClientId?: (() => string) | undefined;
  /** What the queues of all Sessions hold together at most, in bytes. */
  readonly queuedBytesInAll?: number | undefined;
  /** Who may connect, in place of the users of the settings. */
  readonly authentication?: Authenticator | undefined;
}

/**
 * An MQTT Server in memory for 3.1, 3.1.1 and 5.0, over any stream of bytes. Its sessions and retained
 * messages end with it.
 */
export class Broker {
  readonly #context: Context;
  readonly #connections = new Set<Connection>();
  readonly #instead: GivenServerSettings;
  #closed = false;

  constructor(
    settings: SandboxSettings,
    clock: Clock,
    log: BrokerLog = () => {},
    options: BrokerOptions = {},
  ) {
    this.#instead = options.limits ?? {};
    this.#context = new Context(clock, log, limitsOf(settings, this.#instead), settings, options, () => ({
      connections: this.#connections.size,
      clients: this.#clients(),
    }));
  }

  /**
   * Follows other settings from now on. What was granted to a connection keeps holding for it, and what is held
   * already is not taken away.
   */
  changeSettings(settings: SandboxSettings): void {
    this.#context.change(limitsOf(settings, this.#instead), settings);
  }

  /** Serves one Network Connection. The broker ends and destroys the stream. */
  attach(stream: Duplex): void {
    if (this.#closed || this.#connections.size >= this.#context.limits.connections) {
      stream.on('error', () => {});
      stream.destroy();
      if (!this.#closed) this.#context.log('warn', 'A connection was closed: there are too many.');
      return;
    }
    const connection = new Connection(this.#context, stream, () => this.#connections.delete(connection));
    this.#connections.add(connection);
  }

  /** What it holds now. A snapshot. */
  state(): BrokerState {
    return stateOf(this.#connections, this.#context);
  }

  /** How much it holds now, and at most `limit` of each kind. */
  summary(limit: number): BrokerSummary {
    return summaryOf(this.#clients(), this.#context, limit);
  }

  /** What has passed since it began. Live: do not change it. */
  get stats(): Readonly<BrokerStats> {
    return this.#context.stats;
  }

  /**
   * Ends a Session as an operator would (v5 4.1.1): a connection that carries it is ended with Administrative
   * action, and a will that waits is published. Answers whether there was such a Session.
   */
  deleteSession(clientId: string): boolean {
    const session = this.#context.sessions.get(clientId);
    if (session === undefined) return false;
    session.connection?.disconnect(REASON.administrativeAction, 'The session was deleted.');
    this.#context.sessions.end(clientId, 'operator');
    return true;
  }

  /**
   * Ends every connection, in 5.0 with Server shutting down, and forgets every Session. Wills are not
   * published: a Server that stops may defer them (v5 3.1.2.5), and there is no later for this one.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.sys.stop();
    this.#context.sessions.close();
    for (const connection of [...this.#connections]) {
      connection.shutDown(REASON.serverShuttingDown, 'The Server is stopping.');
    }
  }

  #clients(): number {
    let clients = 0;
    for (const { accepted } of this.#connections) if (accepted !== undefined) clients += 1;
    return clients;
  }
}

/** The parts, put together. */
class Context implements BrokerContext {
  readonly clock: Clock;
  readonly log: BrokerLog;
  readonly stats = newStats();
  readonly flusher = new Flusher();
  readonly memory: QueueMemory;
  readonly subscriptions = new Subscriptions();
  readonly retained: RetainedMessages;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly sys: SysTopics;
  readonly #newClientId: () => string;
  #limits: BrokerLimits;
  #authorization: Authorization;
  #behaviour: Behaviour;
  readonly #authentication: Authenticator | undefined;

  constructor(
    clock: Clock,
    log: BrokerLog,
    limits: BrokerLimits,
    settings: SandboxSettings,
    {
      newClientId = () => `auto-${randomUUID()}`,
      authentication,
      queuedBytesInAll: most = queuedBytesInAll,
    }: BrokerOptions,
    count: () => { readonly connections: number; readonly clients: number },
  ) {
    this.clock = clock;
    this.log = log;
    this.#limits = limits;
    this.memory = new QueueMemory(most);
    this.#authorization = new Authorization(settings);
    this.#behaviour = this.#behaviourOf(settings);
    this.#newClientId = newClientId;
    this.#authentication = authentication;
    this.retained = new RetainedMessages(this, clock);
    this.router = new Router(this, this.subscriptions, this.retained, log);
    this.sessions = new Sessions(this, this.subscriptions, new Wills(this, this.router, log), log);
    this.sys = new SysTopics(this, sysValuesOf(this, count));
  }

  get limits(): BrokerLimits {
    return this.#limits;
  }

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  get authorization(): Authorizer {
    return this.#authorization;
  }

  get authentication(): Authenticator {
    return this.#authentication ?? this.#authorization;
  }

  change(limits: BrokerLimits, settings: SandboxSettings): void {
    this.#limits = limits;
    this.#authorization = new Authorization(settings);
    this.#behaviour = this.#behaviourOf(settings);
  }

  #behaviourOf({ deviations = [] }: SandboxSettings): Behaviour {
    if (deviations.length > 0) this.log('warn', `Against the standard, as asked: ${deviations.join(', ')}.`);
    return behaviourWith(deviations);
  }

  newClientId(): string {
    for (;;) {
      const clientId = this.#newClientId();
      if (this.sessions.get(clientId) === undefined) return clientId;
    }
  }
}
