import type { ProtocolVersion } from '../../mqtt/packet.ts';
import type { BrokerLog } from './log.ts';
import type { OutgoingWorld } from './outgoing.ts';
import { neverExpires, Session, type Will } from './session.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Wills } from './wills.ts';

/** What an accepted CONNECT says of its Session. */
export interface SessionRequest {
  readonly clientId: string;
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  /** Effective, in seconds. */
  readonly sessionExpiryInterval: number;
  readonly will: Will | undefined;
}

/** Begins, resumes and ends Sessions, and says when their wills are due. */
export class Sessions {
  readonly #world: OutgoingWorld;
  readonly #subscriptions: Subscriptions;
  readonly #wills: Wills;
  readonly #log: BrokerLog;
  readonly #byClientId = new Map<string, Session>();
  #closed = false;

  constructor(world: OutgoingWorld, subscriptions: Subscriptions, wills: Wills, log: BrokerLog) {
    this.#world = world;
    this.#subscriptions = subscriptions;
    this.#wills = wills;
    this.#log = log;
  }

  get(clientId: string): Session | undefined {
    return this.#byClientId.get(clientId);
  }

  get count(): number {
    return this.#byClientId.size;
  }

  all(): Iterable<Session> {
    return this.#byClientId.values();
  }

  /** Whether a Session for this Client Identifier could be made or exists. */
  hasRoomFor(clientId: string): boolean {
    return this.#byClientId.size < this.#world.limits.sessions || this.#byClientId.has(clientId);
  }

  /**
   * The Session of a CONNECT that is accepted at this moment. A connection that carried it before has been
   * closed already (v5 3.1.4 step 1).
   */
  open(request: SessionRequest): { readonly session: Session; readonly present: boolean } {
    const { clientId, version, sessionExpiryInterval } = request;
    const old = this.#byClientId.get(clientId);
    if (old !== undefined) this.#catchUp(old);
    // v5 [MQTT-3.1.2-4], v3.1.1 [MQTT-3.1.2-6]: the end of the old Session makes its will due (v5
    // [MQTT-3.1.3-9]).
    if (request.cleanStart) this.end(clientId);
    const existing = this.#byClientId.get(clientId);
    const session = existing ?? new Session(clientId, version, sessionExpiryInterval, this.#world);
    if (existing !== undefined) {
      session.cancelTimers();
      // v5 [MQTT-3.1.3-9]: resumed before the delay has passed. Whatever the new Session Expiry Interval is.
      if (session.will !== undefined) this.#log('info', `Will of "${clientId}" cancelled: session resumed.`);
      this.#wills.discard(session);
      session.endsAtMs = undefined;
      session.version = version;
      session.sessionExpiryInterval = sessionExpiryInterval;
    }
    session.will = request.will;
    this.#byClientId.set(clientId, session);
    // v5 [MQTT-3.2.2-2], [MQTT-3.2.2-3]; v3.1.1 [MQTT-3.2.2-1] to [MQTT-3.2.2-3].
    return { session, present: existing !== undefined };
  }

  /**
   * The connection that carried the Session has ended at this moment, T0. A will that DISCONNECT removed is
   * gone already.
   */
  disconnected(session: Session): void {
    session.connection = undefined;
    session.outgoing.detach();
    if (this.#closed) return;
    const { sessionExpiryInterval, will, clientId } = session;
    if (sessionExpiryInterval === 0) {
      // v5 3.1.2.11.2, v3.1.1 [MQTT-3.1.2-6].
      this.end(clientId);
      return;
    }
    const nowMs = this.#world.clock.now();
    if (sessionExpiryInterval !== neverExpires) {
      // v5 [MQTT-4.1.0-2].
      session.endsAtMs = nowMs + sessionExpiryInterval * 1_000;
      session.timers.push(this.#world.clock.schedule(session.endsAtMs, () => this.end(clientId)));
    }
    if (will === undefined) return;
    if (will.willDelayInterval === 0) {
      this.#wills.publish(session);
      return;
    }
    // v5 [MQTT-3.1.3-9]: the delay or the end of the Session, whichever comes first.
    const delayedToMs = nowMs + will.willDelayInterval * 1_000;
    session.willDueAtMs = Math.min(delayedToMs, session.endsAtMs ?? Number.POSITIVE_INFINITY);
    if (delayedToMs === session.willDueAtMs) {
      session.timers.push(this.#world.clock.schedule(delayedToMs, () => this.#wills.publish(session)));
    }
  }

  /**
   * Ends a Session without a connection: its will, if one waits, is published now. Answers whether there was
   * one.
   */
  end(clientId: string): boolean {
    const session = this.#byClientId.get(clientId);
    if (session === undefined) return false;
    session.cancelTimers();
    this.#wills.publish(session);
    this.#subscriptions.removeAll(session);
    this.#byClientId.delete(clientId);
    session.outgoing.end();
    this.#log('info', `Session of "${clientId}" ended.`);
    return true;
  }

  /**
   * Forgets every Session and will, unpublished: a Server that stops may defer them (v5 3.1.2.5), and this
   * one keeps nothing.
   */
  close(): void {
    this.#closed = true;
    for (const session of this.#byClientId.values()) session.cancelTimers();
    this.#byClientId.clear();
  }

  /** Does what has been due before this moment and whose timer has not run yet. */
  #catchUp(session: Session): void {
    const nowMs = this.#world.clock.now();
    if (session.willDueAtMs !== undefined && session.willDueAtMs <= nowMs) this.#wills.publish(session);
    if (session.endsAtMs !== undefined && session.endsAtMs <= nowMs) this.end(session.clientId);
  }
}
