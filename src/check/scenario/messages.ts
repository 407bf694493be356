/** The messages of a run, as many as are kept, and which of them a step has expected already. */
import type { PublishPacket } from '../../mqtt/packet.ts';
import type { ScenarioConnection } from './scenario-connection.ts';

export interface Received {
  readonly seq: number;
  readonly atMs: number;
  readonly connection: ScenarioConnection;
  /** With Topic Alias resolved; empty when it is not known. */
  readonly topic: string;
  /** Its payload is a copy. */
  readonly packet: PublishPacket;
}

/** How much later than one copy of a message others come that belong to it, in ms. */
export const copiesMs = 1000;

/** What is kept of each direction: messages, and bytes of their payloads. The oldest go. */
const limits = { messages: 10_000, bytes: 16 * 1024 * 1024 } as const;

class Kept {
  readonly #bySeq = new Map<number, Received>();
  #bytes = 0;
  /** Whether some had to go. */
  forgot = false;

  add(message: Received): void {
    this.#bySeq.set(message.seq, message);
    this.#bytes += message.packet.payload.length;
    while (this.#bySeq.size > limits.messages || this.#bytes > limits.bytes) {
      const [oldest] = this.#bySeq.values();
      if (oldest === undefined) return;
      this.#bySeq.delete(oldest.seq);
      this.#bytes -= oldest.packet.payload.length;
      this.forgot = true;
    }
  }

  get(seq: number): Received | undefined {
    return this.#bySeq.get(seq);
  }

  values(): Iterable<Received> {
    return this.#bySeq.values();
  }
}

export class Messages {
  readonly #received = new Kept();
  readonly #claimed = new Set<number>();

  /** A message to one of our Clients. */
  received(message: Received): void {
    this.#received.add(message);
  }

  /** Whether older ones are not known any more. */
  get forgot(): boolean {
    return this.#received.forgot;
  }

  at(seq: number): Received | undefined {
    return this.#received.get(seq);
  }

  /** What a Client has received on a topic and no step has expected yet, the oldest first. */
  *unclaimed(profile: string, topic: string): Generator<Received> {
    for (const each of this.#received.values()) {
      if (each.topic === topic && each.connection.profile === profile && !this.#claimed.has(each.seq)) {
        yield each;
      }
    }
  }

  /**
   * What any Client or observer has received on a topic with this payload since then, and no step has expected yet. What an observer has received
   * of a message that a step has expected of a Client was expected with it.
   */
  *like(topic: string, payload: Uint8Array, sinceMs: number): Generator<Received> {
    for (const each of this.#received.values()) {
      if (each.atMs < sinceMs || each.topic !== topic || this.#claimed.has(each.seq)) continue;
      if (same(each.packet.payload, payload) && !this.#isCopyOfClaimed(each)) yield each;
    }
  }

  #isCopyOfClaimed({ connection, topic, packet, atMs }: Received): boolean {
    if (!connection.isObserver) return false;
    for (const seq of this.#claimed) {
      const claimed = this.at(seq);
      if (claimed?.topic !== topic || Math.abs(claimed.atMs - atMs) > copiesMs) continue;
      if (same(claimed.packet.payload, packet.payload)) return true;
    }
    return false;
  }

  /** A step has expected it: no other step is met by it again. */
  claim(message: Received): void {
    this.#claimed.add(message.seq);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
