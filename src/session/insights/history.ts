/** What is remembered of one Client Identifier on one Server: how its newest connections went. */
import type { Connection } from '../connection.ts';
import type { End } from '../end.ts';
import { insightLimits } from './thresholds.ts';

/** A connection that is over. */
export interface Past {
  readonly connection: number;
  readonly connectSeq: number;
  readonly acceptedAtMs: number;
  readonly endedAtMs: number;
  readonly endSeq: number;
  readonly kind: End['kind'];
  readonly cause: End['cause'];
  /** The CONNECT that took over, if it is in the trace. */
  readonly takerSeq: number | undefined;
  readonly will: boolean;
  /** It did not end by FIN: by RST, or by an error of the link. */
  readonly broken: boolean;
  /** Whether the user or a fault had a hand in it. */
  readonly meddled: boolean;
  readonly pause: Pause | undefined;
  /** The longest pause that did no harm, in milliseconds. */
  readonly answeredPauseMs: number;
}

/** PINGREQ after a pause, without an answer. */
export interface Pause {
  readonly idleMs: number;
  readonly seq: number;
  readonly atMs: number;
}

export interface Refusal {
  readonly seq: number;
  readonly atMs: number;
  /** Undefined when the Server closed without CONNACK. */
  readonly reasonCode: number | undefined;
}

export class History {
  readonly ends: Past[] = [];
  readonly refusals: Refusal[] = [];
  /** CONNECTs with Clean Start 1 that discarded a Session with subscriptions. */
  readonly thrownAway: { readonly seq: number; readonly acceptedAtMs: number }[] = [];
  /** Whether it ever left with DISCONNECT. */
  hasDisconnected = false;
}

export class Histories {
  readonly #byClient = new Map<string, History>();

  get size(): number {
    return this.#byClient.size;
  }

  /** The history of a Client, which from then on is the newest; the oldest makes room. */
  of(server: string, clientId: string): History {
    const key = `${server}\n${clientId}`;
    const history = this.#byClient.get(key) ?? new History();
    this.#byClient.delete(key);
    this.#byClient.set(key, history);
    if (this.#byClient.size > insightLimits.histories) {
      for (const oldest of this.#byClient.keys()) {
        this.#byClient.delete(oldest);
        break;
      }
    }
    return history;
  }
}

/** Adds to a list of the past, which holds only the newest. */
export function remember<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > insightLimits.past) list.shift();
}

export function pastOf(connection: Connection, end: End): Past {
  const { ping } = connection;
  const isUnanswered = ping !== undefined && connection.lastFromServerAtMs < ping.atMs;
  return {
    connection: connection.id,
    connectSeq: connection.connect?.seq ?? connection.openedSeq,
    acceptedAtMs: connection.connack?.atMs ?? connection.openedAtMs,
    endedAtMs: end.atMs,
    endSeq: end.seq,
    kind: end.kind,
    cause: end.cause,
    takerSeq: end.taker?.connect?.seq,
    will: connection.connect?.will !== undefined,
    broken: connection.closed !== undefined && connection.closed.end.how !== 'fin',
    meddled: connection.meddled,
    pause: isUnanswered ? { idleMs: ping.idleMs, seq: ping.seq, atMs: ping.atMs } : undefined,
    answeredPauseMs: connection.answeredPauseMs,
  };
}
