/**
 * Recognises habits of Clients that lead to trouble, from what the rules see anyway: CONNECTs, ends, wills, and the few PUBLISHes with RETAIN 1
 * of connections with a will. Costs nothing for other packets.
 */
import { decodeUtf8 } from '../../mqtt/utf8.ts';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import type { End } from '../end.ts';
import { FLAG } from '../open-connections.ts';
import { PublishBytes, payloadStart } from '../publish-bytes.ts';
import type { Session } from '../session.ts';
import { Timer } from '../timers.ts';
import type { Will } from '../will.ts';
import type { OrdinaryPublish } from '../will-topics.ts';
import type { World } from '../world.ts';
import {
  delayWithoutSession,
  noKeepAlive,
  notSubscribedAgain,
  refusedAgain,
  sessionThrownAway,
} from './detect-connects.ts';
import { endDetectors } from './detect-ends.ts';
import {
  noteElsewhere,
  orphanedWill,
  type States,
  willNotRetained,
  willTopicDiffers,
} from './detect-states.ts';
import { Histories, pastOf, remember } from './history.ts';
import { InsightBook, type Sighting } from './insight.ts';
import { thresholds } from './thresholds.ts';

/** What became of the Session that was there before a CONNECT. */
export interface Before {
  readonly session: Session;
  readonly subscriptions: number;
  /** Whether the Server still held it, and the user or a fault had no hand in it. */
  readonly alive: boolean;
  readonly meddled: boolean;
}

export class Insights {
  readonly #world: World;
  readonly #book: InsightBook;
  readonly #histories = new Histories();
  readonly #states = new Map<Connection, States & { readonly timer: Timer }>();
  readonly #publish = new PublishBytes();

  constructor(world: World) {
    this.#world = world;
    this.#book = new InsightBook(world);
  }

  /** How much is held: what bounds its memory. */
  get held(): { readonly histories: number; readonly insights: number; readonly states: number } {
    return { histories: this.#histories.size, insights: this.#book.size, states: this.#states.size };
  }

  /** What is to be known of the Session of a Client before a CONNECT changes it. */
  before(client: Client): Before | undefined {
    const { session } = client;
    if (session === undefined) return undefined;
    const subscriptions = Math.max(session.subscriptions.size, session.subscriptionsAtEnd);
    const meddled = session.connection.meddled || session.uncertain !== undefined;
    return { session, subscriptions, alive: session.state !== 'ended', meddled };
  }

  /** CONNACK with success. */
  accepted(next: Connection, before: Before | undefined): void {
    if (next.isObserver) return;
    this.#tell(delayWithoutSession(next));
    this.#tell(noKeepAlive(next));
    if (next.will !== undefined) next.mark(FLAG.states, true);
    if (before === undefined) return;
    if (before.alive) {
      const history = (): ReturnType<Histories['of']> => this.#historyOf(next);
      this.#tell(sessionThrownAway(next, before, history));
    }
    const isFresh = next.connect?.cleanStart === false && next.connack?.sessionPresent === false;
    if (isFresh && next.version !== 3 && before.subscriptions > 0) this.#watchSubscribing(next);
  }

  /** CONNACK with an error, or a close by the Server in its place. */
  refused(next: Connection): void {
    const { connack, connect } = next;
    if (connect === undefined || next.isObserver || next.meddled) return;
    const history = this.#historyOf(next);
    const seq = connack?.seq ?? next.closed?.seq ?? connect.seq;
    remember(history.refusals, { seq, atMs: this.#world.nowMs, reasonCode: connack?.reasonCode });
    this.#tell(refusedAgain(next, history));
  }

  /** A connection that had been accepted is over. */
  ended(connection: Connection, end: End): void {
    if (connection.isObserver) return;
    this.#stopStates(connection, true);
    const history = this.#historyOf(connection);
    remember(history.ends, pastOf(connection, end));
    history.refusals.length = 0;
    if (connection.clientDisconnect !== undefined) history.hasDisconnected = true;
    for (const detect of endDetectors) {
      const found = detect(connection, history);
      if (found === undefined) continue;
      this.#tell(found);
      return;
    }
  }

  /** A subscriber received a will. */
  willSeen(will: Will, copy: { readonly seq: number; readonly atMs: number }): void {
    this.#tell(orphanedWill(will, copy));
  }

  /** The Client published on the topic of its own will. */
  ownState(connection: Connection, said: OrdinaryPublish): void {
    this.#stopStates(connection, false);
    this.#tell(willNotRetained(connection, said));
  }

  /** PUBLISH with RETAIN 1 of a Client with a will, on whatever topic. */
  retained(connection: Connection, seq: number, bytes: Uint8Array, start: number, end: number): void {
    const { will } = connection;
    const publish = this.#publish;
    if (will === undefined || !publish.read(bytes, start, end)) return;
    const topic = decodeUtf8(bytes, publish.topicStart, publish.topicEnd);
    const payloadAt = payloadStart(bytes, publish.restStart, end, connection.version);
    if (topic === undefined || topic === '' || topic === will.message.topic || payloadAt < 0) return;
    const states = this.#statesOf(connection);
    const isFirst = noteElsewhere(states, will, { topic, payload: bytes.subarray(payloadAt, end), seq });
    if (isFirst) this.#world.timers.set(states.timer, this.#world.nowMs + thresholds.stateSettledMs);
    if (states.done) this.#stopStates(connection, false);
  }

  #statesOf(connection: Connection): States & { readonly timer: Timer } {
    let states = this.#states.get(connection);
    if (states === undefined) {
      const timer = new Timer(() => this.#stopStates(connection, true));
      states = { looked: 0, elsewhere: undefined, done: false, timer };
      this.#states.set(connection, states);
    }
    return states;
  }

  /** Nothing more is to be learned of what it publishes; `tell`: what is known by then counts. */
  #stopStates(connection: Connection, tell: boolean): void {
    connection.mark(FLAG.states, false);
    const states = this.#states.get(connection);
    if (states === undefined) return;
    this.#states.delete(connection);
    this.#world.timers.clear(states.timer);
    if (tell) this.#tell(willTopicDiffers(connection, states));
  }

  #watchSubscribing(next: Connection): void {
    const { timers, nowMs } = this.#world;
    const timer = new Timer((atMs) => this.#tell(notSubscribedAgain(next, atMs)));
    timers.set(timer, nowMs + thresholds.notSubscribedMs);
  }

  #historyOf({ info, clientId }: Connection): ReturnType<Histories['of']> {
    return this.#histories.of(info.server, clientId);
  }

  #tell(sighting: Sighting | undefined): void {
    if (sighting !== undefined) this.#book.add(sighting);
  }
}
