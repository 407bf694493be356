import { assertNever } from '../../mqtt/assert-never.ts';
import type { ProtocolVersion } from '../../mqtt/packet.ts';
import type { Cancel } from '../clock.ts';
import type { Behaviour, SessionEnd } from './behaviour.ts';
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

export interface SessionsWorld extends OutgoingWorld {
  readonly behaviour: Behaviour;
}

/** Begins, resumes and ends Sessions, and says when their wills are due. */
export class Sessions {
  readonly #world: SessionsWorld;
  readonly #subscriptions: Subscriptions;
  readonly #wills: Wills;
  readonly #log: BrokerLog;
  readonly #byClientId = new Map<string, Session>();
  /** Of wills that wait without their Session. */
  readonly #alone = new Set<Cancel>();
  #closed = false;

  constructor(world: SessionsWorld, subscriptions: Subscriptions, wills: Wills, log: BrokerLog) {
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
    const { clientId, version, cleanStart, sessionExpiryInterval } = request;
    const old = this.#byClientId.get(clientId);
    if (old !== undefined) this.#catchUp(old);
    // v5 [MQTT-3.1.2-4], v3.1.1 [MQTT-3.1.2-6]: the end of the old Session makes its will due (v5
    // [MQTT-3.1.3-9]).
    if (cleanStart) this.end(clientId, 'clean start');
    const existing = this.#byClientId.get(clientId);
    const session =
      existing ?? new Session(clientId, version, cleanStart, sessionExpiryInterval, this.#world);
    if (existing !== undefined) {
      session.cancelTimers();
      this.#resumeWill(session, request.will);
      session.endsAtMs = undefined;
      session.version = version;
      session.cleanStart = cleanStart;
      session.sessionExpiryInterval = sessionExpiryInterval;
    }
    session.will = request.will ?? session.will;
    this.#byClientId.set(clientId, session);
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
    const nowMs = this.#world.clock.now();
    const delay = this.#delayOf(session, nowMs);
    if (delay === undefined) this.#wills.discard(session);
    const delayedToMs = nowMs + (delay ?? 0) * 1_000;
    const { sessionExpiryInterval, will, clientId } = session;
    if (sessionExpiryInterval === 0) {
      // v5 3.1.2.11.2, v3.1.1 [MQTT-3.1.2-6].
      this.end(clientId, 'its connection ended', delayedToMs);
      return;
    }
    const { clock } = this.#world;
    const endsAtMs =
      sessionExpiryInterval === neverExpires ? undefined : nowMs + sessionExpiryInterval * 1_000;
    if (will !== undefined) {
      if (delay === 0) this.#wills.publish(session);
      else this.#armWill(session, delayedToMs, endsAtMs);
    }
    if (endsAtMs === undefined) return;
    // v5 [MQTT-4.1.0-2].
    session.endsAtMs = endsAtMs;
    session.timers.push(clock.schedule(endsAtMs, () => this.#expire(session)));
  }

  /** v5 [MQTT-3.1.3-9]: the delay or the end of the Session, whichever comes first. */
  #armWill(session: Session, delayedToMs: number, endsAtMs: number | undefined): void {
    session.willDelayedToMs = delayedToMs;
    session.willDueAtMs = Math.min(delayedToMs, endsAtMs ?? Number.POSITIVE_INFINITY);
    if (delayedToMs === session.willDueAtMs) {
      session.timers.push(this.#world.clock.schedule(delayedToMs, () => this.#willDue(session)));
    }
  }

  /**
   * Ends a Session without a connection: its will, if one waits, is published now. `delayedToMs` is when its delay would be
   * over. Answers whether there was one.
   */
  end(clientId: string, why: SessionEnd, delayedToMs?: number): boolean {
    const session = this.#byClientId.get(clientId);
    if (session === undefined) return false;
    session.cancelTimers();
    const becomes = this.#world.behaviour.atSessionEnd(why);
    switch (becomes) {
      case 'published':
        this.#wills.publish(session);
        break;
      case 'removed':
        this.#wills.discard(session);
        break;
      case 'waits':
        this.#waitAlone(session, delayedToMs ?? session.willDelayedToMs);
        break;
      default:
        assertNever(becomes);
    }
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
    for (const cancel of this.#alone) cancel();
    this.#alone.clear();
  }

  /** Undefined where the will is not to be published; 0 where there is none. */
  #delayOf({ will, version, cleanStart, sessionExpiryInterval }: Session, nowMs: number): number | undefined {
    if (will === undefined) return 0;
    const { willDelayInterval, heldSinceMs } = will;
    const heldMs = nowMs - heldSinceMs;
    const { behaviour } = this.#world;
    return behaviour.delayOf({ version, cleanStart, sessionExpiryInterval, willDelayInterval, heldMs });
  }

  /** What becomes of the will of a Session that is resumed. */
  #resumeWill(session: Session, next: Will | undefined): void {
    if (session.will === undefined) return;
    const becomes = this.#world.behaviour.atResume(next);
    switch (becomes) {
      case 'removed':
        this.#log('info', `Will of "${session.clientId}" cancelled: session resumed.`);
        this.#wills.discard(session);
        break;
      case 'waits':
        this.#waitAlone(session, session.willDueAtMs);
        break;
      case 'kept':
        session.willDueAtMs = undefined;
        session.willDelayedToMs = undefined;
        break;
      default:
        assertNever(becomes);
    }
  }

  /** From here on the will waits without its Session. Of too many, and of one without a time, nothing is kept. */
  #waitAlone(session: Session, untilMs: number | undefined): void {
    const { will, clientId } = session;
    this.#wills.discard(session);
    const { clock, limits } = this.#world;
    if (will === undefined || untilMs === undefined) return;
    if (untilMs <= clock.now()) this.#wills.publishAlone(clientId, will, false);
    else if (this.#alone.size < limits.sessions) {
      const cancel = clock.schedule(untilMs, () => {
        this.#alone.delete(cancel);
        this.#wills.publishAlone(clientId, will, true);
      });
      this.#alone.add(cancel);
    }
  }

  /** Publishes a will whose delay is over, unless others hold it back. */
  #willDue(session: Session): void {
    const { behaviour, clock } = this.#world;
    const untilMs = behaviour.heldBackUntil(session, this.all(), clock.now());
    if (untilMs === undefined) this.#wills.publish(session);
    else session.timers.push(clock.schedule(untilMs, () => this.#willDue(session)));
  }

  #expire(session: Session): void {
    if (this.#world.behaviour.discardsExpired) {
      this.end(session.clientId, 'expired');
      return;
    }
    session.cancelTimers();
    session.endsAtMs = undefined;
    this.#wills.publish(session);
  }

  /** Does what has been due before this moment and whose timer has not run yet. */
  #catchUp(session: Session): void {
    const nowMs = this.#world.clock.now();
    const { willDelayedToMs } = session;
    if (willDelayedToMs !== undefined && willDelayedToMs <= nowMs) this.#willDue(session);
    if (session.endsAtMs !== undefined && session.endsAtMs <= nowMs) this.#expire(session);
  }
}
